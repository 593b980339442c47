"""PySpark for notebooks: the DataFrame API over this session."""

__version__ = "4.0.1"

from pyspark.context import SparkConf, SparkContext
from pyspark.storagelevel import StorageLevel

__all__ = ["SparkConf", "SparkContext", "StorageLevel", "sql"]


def __getattr__(name):
    if name == "Row":
        from pyspark.sql.types import Row

        return Row
    if name in ("errors", "sql"):
        import sys

        __import__("pyspark." + name)
        return sys.modules["pyspark." + name]
    raise AttributeError("module 'pyspark' has no attribute '" + name + "'")
