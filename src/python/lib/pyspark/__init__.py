"""PySpark for notebooks: the DataFrame API over this session."""

__version__ = "4.0.1"

from pyspark.context import SparkConf, SparkContext
from pyspark.storagelevel import StorageLevel

__all__ = ["SparkConf", "SparkContext", "StorageLevel", "sql"]


def __getattr__(name):
    if name == "Row":
        from pyspark.sql.types import Row

        return Row
    raise AttributeError("module 'pyspark' has no attribute '" + name + "'")
