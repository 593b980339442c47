"""The little of SparkContext that notebooks use. RDDs aren't here: DataFrames do their work."""

from pyspark._connect import request
from pyspark.errors import not_implemented


class SparkConf:
    """Settings, gathered for SparkSession.builder.config(conf=…)."""

    def __init__(self, loadDefaults=True):
        self._entries = {}

    def set(self, key, value):
        self._entries[key] = str(value)
        return self

    def setIfMissing(self, key, value):
        self._entries.setdefault(key, str(value))
        return self

    def setMaster(self, value):
        return self.set("spark.master", value)

    def setAppName(self, value):
        return self.set("spark.app.name", value)

    def setAll(self, pairs):
        for key, value in pairs:
            self.set(key, value)
        return self

    def get(self, key, defaultValue=None):
        return self._entries.get(key, defaultValue)

    def getAll(self):
        return list(self._entries.items())

    def contains(self, key):
        return key in self._entries


class SparkContext:
    """`spark.sparkContext` and `sc`."""

    _active_spark_context = None

    version = "4.0.1"
    master = "local[*]"
    appName = "Multihop"
    defaultParallelism = 1
    defaultMinPartitions = 1
    pythonVer = "3.14"
    uiWebUrl = None

    def __init__(self, *args, **kwargs):
        if SparkContext._active_spark_context is not None:
            raise ValueError(
                "Cannot run multiple SparkContexts at once; existing SparkContext(app=Multihop, master=local[*])"
            )

    @classmethod
    def getOrCreate(cls, conf=None):
        if cls._active_spark_context is None:
            cls._active_spark_context = cls()
        return cls._active_spark_context

    @property
    def applicationId(self):
        return "local-multihop"

    def setLogLevel(self, logLevel):
        return None

    def setJobGroup(self, groupId, description, interruptOnCancel=False):
        return None

    def setJobDescription(self, value):
        return None

    def setLocalProperty(self, key, value):
        return None

    def getLocalProperty(self, key):
        return None

    def setCheckpointDir(self, dirName):
        return None

    def sparkUser(self):
        return "root"

    def getConf(self):
        return SparkConf().setAll(request("conf.all"))

    def stop(self):
        return None

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError("'SparkContext' object has no attribute '" + name + "'")
        raise not_implemented(
            "SparkContext." + name + " (RDDs aren't part of Multihop; spark.createDataFrame and the DataFrame API are)"
        )

    def __repr__(self):
        return "<SparkContext master=local[*] appName=Multihop>"
