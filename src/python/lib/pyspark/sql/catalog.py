"""`spark.catalog`."""

from collections import namedtuple

from pyspark._connect import request
from pyspark.sql.types import StructType

__all__ = ["Catalog", "CatalogMetadata", "Database", "Table", "Column", "Function"]

CatalogMetadata = namedtuple("CatalogMetadata", ["name", "description"])
Database = namedtuple("Database", ["name", "catalog", "description", "locationUri"])
Function = namedtuple("Function", ["name", "catalog", "namespace", "description", "className", "isTemporary"])
Column = namedtuple(
    "Column", ["name", "description", "dataType", "nullable", "isPartition", "isBucket", "isCluster"]
)


class Table(namedtuple("Table", ["name", "catalog", "namespace", "description", "tableType", "isTemporary"])):
    __slots__ = ()

    @property
    def database(self):
        return self.namespace[0] if self.namespace and len(self.namespace) == 1 else None


def _of(kind, entry):
    return kind(*[entry.get(field) for field in kind._fields])


class Catalog:
    def __init__(self, sparkSession):
        self._sparkSession = sparkSession

    def currentCatalog(self):
        return "spark_catalog"

    def setCurrentCatalog(self, catalogName):
        self._sparkSession.sql("USE CATALOG `" + catalogName + "`")

    def listCatalogs(self, pattern=None):
        return [CatalogMetadata("spark_catalog", None)]

    def currentDatabase(self):
        return request("catalog.currentDatabase")

    def setCurrentDatabase(self, dbName):
        request("catalog.setCurrentDatabase", name=dbName)

    def listDatabases(self, pattern=None):
        return [_of(Database, e) for e in request("catalog.listDatabases", pattern=pattern)]

    def getDatabase(self, dbName):
        for database in self.listDatabases():
            if database.name == dbName:
                return database
        self._sparkSession.sql("DESCRIBE DATABASE `" + dbName + "`")

    def databaseExists(self, dbName):
        return request("catalog.databaseExists", name=dbName)

    def listTables(self, dbName=None, pattern=None):
        return [_of(Table, e) for e in request("catalog.listTables", database=dbName, pattern=pattern)]

    def getTable(self, tableName):
        database, _, name = tableName.rpartition(".")
        for table in self.listTables(database or None):
            if table.name == name:
                return table
        self._sparkSession.table(tableName)

    def tableExists(self, tableName, dbName=None):
        if dbName is not None:
            tableName = dbName + "." + tableName
        return request("catalog.tableExists", name=tableName)

    def listColumns(self, tableName, dbName=None):
        if dbName is not None:
            tableName = dbName + "." + tableName
        return [_of(Column, e) for e in request("catalog.listColumns", name=tableName)]

    def listFunctions(self, dbName=None, pattern=None):
        return [_of(Function, e) for e in request("catalog.listFunctions", database=dbName, pattern=pattern)]

    def functionExists(self, functionName, dbName=None):
        return request("catalog.functionExists", name=functionName)

    def getFunction(self, functionName):
        for function in self.listFunctions():
            if function.name == functionName:
                return function
        self._sparkSession.sql("DESCRIBE FUNCTION " + functionName)

    def createTable(self, tableName, path=None, source=None, schema=None, description=None, **options):
        def quoted(text):
            return "'" + str(text).replace("\\", "\\\\").replace("'", "\\'") + "'"

        parts = ["CREATE TABLE " + tableName]
        if schema is not None:
            columns = ["`%s` %s" % (f.name.replace("`", "``"), f.dataType.simpleString()) for f in schema.fields]
            parts.append("(" + ", ".join(columns) + ")")
        if source is not None:
            parts.append("USING " + source)
        if options:
            parts.append("OPTIONS (" + ", ".join("%s %s" % (quoted(k), quoted(v)) for k, v in options.items()) + ")")
        if path is not None:
            parts.append("LOCATION " + quoted(path))
        if description:
            parts.append("COMMENT " + quoted(description))
        self._sparkSession.sql(" ".join(parts))
        return self._sparkSession.table(tableName)

    createExternalTable = createTable

    def dropTempView(self, viewName):
        return request("catalog.dropTempView", name=viewName)

    def dropGlobalTempView(self, viewName):
        return request("catalog.dropGlobalTempView", name=viewName)

    def registerFunction(self, name, f, returnType=None):
        return self._sparkSession.udf.register(name, f, returnType)

    # A DataFrame is computed when it is asked for: there is no cache to keep.

    def isCached(self, tableName):
        return False

    def cacheTable(self, tableName, storageLevel=None):
        self._sparkSession.table(tableName)

    def uncacheTable(self, tableName):
        self._sparkSession.table(tableName)

    def clearCache(self):
        return None

    def refreshTable(self, tableName):
        self._sparkSession.sql("REFRESH TABLE " + tableName)

    def recoverPartitions(self, tableName):
        self._sparkSession.sql("MSCK REPAIR TABLE " + tableName)

    def refreshByPath(self, path):
        return None
