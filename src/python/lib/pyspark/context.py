"""What notebooks use of SparkContext."""

from pyspark._connect import request
from pyspark.errors import not_implemented
from pyspark.rdd import RDD, Accumulator, Broadcast


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

    def parallelize(self, c, numSlices=None):
        rows = list(c)
        return RDD(lambda: list(rows), numSlices or 1)

    def emptyRDD(self):
        return self.parallelize([])

    def range(self, start, end=None, step=1, numSlices=None):
        return self.parallelize(range(start) if end is None else range(start, end, step), numSlices)

    def textFile(self, name, minPartitions=None, use_unicode=True):
        from pyspark.sql.session import SparkSession

        lines = SparkSession._get().read.text(name)
        return RDD(lambda: [row.value for row in lines.collect()])

    def union(self, rdds):
        first, *others = rdds
        for other in others:
            first = first.union(other)
        return first

    def broadcast(self, value):
        return Broadcast(value)

    def accumulator(self, value, accum_param=None):
        return Accumulator(value)

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
            "SparkContext." + name
        )

    def __repr__(self):
        return "<SparkContext master=local[*] appName=Multihop>"
