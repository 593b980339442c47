"""Spark SQL: the session, DataFrames, columns, functions."""

from pyspark.sql.column import Column
from pyspark.sql.context import HiveContext, SQLContext
from pyspark.sql.dataframe import DataFrame, DataFrameNaFunctions, DataFrameStatFunctions
from pyspark.sql.group import GroupedData
from pyspark.sql.readwriter import DataFrameReader, DataFrameWriter, DataFrameWriterV2
from pyspark.sql.session import SparkSession
from pyspark.sql.types import Row, VariantVal
from pyspark.sql.udf import UDFRegistration, UserDefinedFunction
from pyspark.sql.window import Window, WindowSpec

__all__ = [
    "SparkSession", "Catalog", "Column", "DataFrame", "DataFrameNaFunctions", "DataFrameStatFunctions", "GroupedData",
    "DataFrameReader", "DataFrameWriter", "DataFrameWriterV2", "Row", "VariantVal", "UDFRegistration",
    "UserDefinedFunction", "Window", "WindowSpec",
]


# Loaded when they are named: `pyspark.sql.functions` after `import pyspark`.
_PARTS = ("catalog", "functions", "streaming", "types", "utils", "window")


def __getattr__(name):
    if name == "Catalog":
        from pyspark.sql.catalog import Catalog

        return Catalog
    if name in _PARTS:
        import sys

        __import__("pyspark.sql." + name)
        return sys.modules["pyspark.sql." + name]
    raise AttributeError("module 'pyspark.sql' has no attribute '" + name + "'")
