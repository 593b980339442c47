"""Errors by their old home: `from pyspark.sql.utils import AnalysisException`."""

from pyspark.errors import *  # noqa: F403
from pyspark.errors import PySparkException as CapturedException
