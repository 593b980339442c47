"""SQLContext: what came before SparkSession, and is still `sqlContext` in notebooks."""

from pyspark.sql.session import SparkSession

__all__ = ["SQLContext", "HiveContext"]


class SQLContext:
    def __init__(self, sparkContext=None, sparkSession=None):
        self.sparkSession = sparkSession or SparkSession._get()

    @classmethod
    def getOrCreate(cls, sc=None):
        return cls(sc)

    def setConf(self, key, value):
        self.sparkSession.conf.set(key, value)

    def getConf(self, key, *default):
        return self.sparkSession.conf.get(key, *default)

    def tables(self, dbName=None):
        return self.sql("SHOW TABLES" if dbName is None else "SHOW TABLES IN `%s`" % dbName)

    def tableNames(self, dbName=None):
        return [row.tableName for row in self.tables(dbName).collect()]

    def registerDataFrameAsTable(self, df, tableName):
        df.createOrReplaceTempView(tableName)

    def dropTempTable(self, tableName):
        self.sparkSession.catalog.dropTempView(tableName)

    def cacheTable(self, tableName):
        self.sparkSession.catalog.cacheTable(tableName)

    def uncacheTable(self, tableName):
        self.sparkSession.catalog.uncacheTable(tableName)

    def clearCache(self):
        self.sparkSession.catalog.clearCache()

    def __getattr__(self, name):
        """sql, table, range, createDataFrame, read, readStream, streams, udf: the session's own."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.sparkSession, name)


HiveContext = SQLContext
