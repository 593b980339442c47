"""DeltaTable: update, delete, merge, history and maintenance of Delta tables."""

from pyspark._connect import request
from pyspark.sql.column import Column, to_column
from pyspark.sql.dataframe import DataFrame
from pyspark.sql.session import SparkSession
from pyspark.sql.types import StructField, StructType, ddl_of, type_text

__all__ = ["DeltaTable", "DeltaMergeBuilder", "DeltaTableBuilder", "DeltaOptimizeBuilder", "IdentityGenerator"]


def _condition(condition, name="condition"):
    """SQL text or a Column."""
    if condition is None:
        return None
    if isinstance(condition, str):
        return {"sql": condition}
    if isinstance(condition, Column):
        return condition._expr
    raise TypeError(
        name + " in DeltaTable must be a Spark SQL Column or a string of SQL expression, but got " + str(type(condition))
    )


def _assignments(values, name):
    """{column: SQL text or Column}"""
    if values is None:
        raise ValueError(name + " cannot be None")
    if not isinstance(values, dict):
        raise TypeError(name + " must be a dict, found to be " + str(type(values)))
    return [[column, _condition(value, "Values of dict in " + name)] for column, value in values.items()]


class DeltaTable:
    """A Delta table, by name or by path."""

    def __init__(self, spark, df, name=None, path=None, alias=None):
        self._spark = spark
        self._df = df
        self._name = name
        self._path = path
        self._alias = alias

    # --- Which table

    @classmethod
    def forName(cls, sparkSession, tableOrViewName):
        table = cls(sparkSession, sparkSession.table(tableOrViewName), name=tableOrViewName)
        if not request("delta.isDeltaTable", table=tableOrViewName):
            from pyspark.errors import AnalysisException

            raise AnalysisException(
                "[DELTA_MISSING_DELTA_TABLE] `%s` is not a Delta table." % tableOrViewName.replace(".", "`.`"),
                "DELTA_MISSING_DELTA_TABLE",
            )
        return table

    @classmethod
    def forPath(cls, sparkSession, path, hadoopConf=None):
        if not request("delta.isDeltaTable", path=path):
            from pyspark.errors import AnalysisException

            raise AnalysisException(
                "[DELTA_MISSING_DELTA_TABLE] `%s` is not a Delta table." % path, "DELTA_MISSING_DELTA_TABLE"
            )
        return cls(sparkSession, sparkSession.read.format("delta").load(path), path=path)

    @classmethod
    def isDeltaTable(cls, sparkSession, identifier):
        return request("delta.isDeltaTable", path=identifier)

    @classmethod
    def convertToDelta(cls, sparkSession, identifier, partitionSchema=None):
        clause = ""
        if partitionSchema is not None:
            if not isinstance(partitionSchema, str):
                partitionSchema = ", ".join("`%s` %s" % (f.name, ddl_of(f.dataType)) for f in partitionSchema.fields)
            clause = " PARTITIONED BY (" + partitionSchema + ")"
        sparkSession.sql("CONVERT TO DELTA " + identifier + clause)
        if identifier.lower().startswith("parquet."):
            return cls.forPath(sparkSession, identifier[8:].strip("`"))
        return cls.forName(sparkSession, identifier)

    @classmethod
    def create(cls, sparkSession=None):
        return DeltaTableBuilder(sparkSession or SparkSession._get(), "CREATE TABLE")

    @classmethod
    def createIfNotExists(cls, sparkSession=None):
        return DeltaTableBuilder(sparkSession or SparkSession._get(), "CREATE TABLE IF NOT EXISTS")

    @classmethod
    def createOrReplace(cls, sparkSession=None):
        return DeltaTableBuilder(sparkSession or SparkSession._get(), "CREATE OR REPLACE TABLE")

    @classmethod
    def replace(cls, sparkSession=None):
        return DeltaTableBuilder(sparkSession or SparkSession._get(), "REPLACE TABLE")

    def _target(self):
        return {"table": self._name} if self._name is not None else {"path": self._path}

    def _sql_name(self):
        return self._name if self._name is not None else "delta.`" + self._path + "`"

    def alias(self, aliasName):
        return DeltaTable(self._spark, self._df, self._name, self._path, str(aliasName))

    def toDF(self):
        if self._name is not None:
            df = self._spark.table(self._name)
        else:
            df = self._spark.read.format("delta").load(self._path)
        return df if self._alias is None else df.alias(self._alias)

    # --- Rows

    def delete(self, condition=None):
        request(
            "delta.delete", target=self._target(), targetAlias=self._alias, condition=_condition(condition)
        )

    def update(self, condition=None, set=None):
        request(
            "delta.update",
            target=self._target(),
            targetAlias=self._alias,
            condition=_condition(condition),
            assignments=_assignments(set, "'set'"),
        )

    def merge(self, source, condition):
        if source is None:
            raise ValueError("'source' in merge cannot be None")
        if not isinstance(source, DataFrame):
            raise TypeError("Type of 'source' in merge must be DataFrame.")
        if condition is None:
            raise ValueError("'condition' in merge cannot be None")
        return DeltaMergeBuilder(self, source, condition)

    # --- History and maintenance

    def history(self, limit=None):
        text = "DESCRIBE HISTORY " + self._sql_name()
        return self._spark.sql(text if limit is None else text + " LIMIT %d" % limit)

    def detail(self):
        return self._spark.sql("DESCRIBE DETAIL " + self._sql_name())

    def optimize(self):
        return DeltaOptimizeBuilder(self)

    def vacuum(self, retentionHours=None):
        text = "VACUUM " + self._sql_name()
        if retentionHours is not None:
            if not isinstance(retentionHours, (int, float)):
                raise TypeError("retentionHours must be float or int, but got " + str(type(retentionHours)))
            text += " RETAIN %s HOURS" % retentionHours
        return self._spark.sql(text)

    def restoreToVersion(self, version):
        if not isinstance(version, int):
            raise TypeError("version needs to be int but got '%s'." % type(version))
        return self._spark.sql("RESTORE TABLE %s TO VERSION AS OF %d" % (self._sql_name(), version))

    def restoreToTimestamp(self, timestamp):
        if not isinstance(timestamp, str):
            raise TypeError("timestamp needs to be string but got '%s'." % type(timestamp))
        return self._spark.sql("RESTORE TABLE %s TO TIMESTAMP AS OF '%s'" % (self._sql_name(), timestamp))

    def generate(self, mode):
        self._spark.sql("GENERATE " + mode + " FOR TABLE " + self._sql_name())

    def upgradeTableProtocol(self, readerVersion, writerVersion):
        self._spark.sql(
            "ALTER TABLE %s SET TBLPROPERTIES ('delta.minReaderVersion' = '%d', 'delta.minWriterVersion' = '%d')"
            % (self._sql_name(), readerVersion, writerVersion)
        )

    def clone(self, target, isShallow, replace=False, properties=None):
        self._spark.sql(
            "CREATE %sTABLE %s %s CLONE %s"
            % ("OR REPLACE " if replace else "", target, "SHALLOW" if isShallow else "DEEP", self._sql_name())
        )
        return DeltaTable.forName(self._spark, target)


class DeltaMergeBuilder:
    """MERGE, clause by clause."""

    def __init__(self, table, source, condition):
        self._table = table
        self._source = source
        self._condition = _condition(condition)
        self._clauses = []
        self._evolution = False

    def _add(self, when, condition, action, assignments=None):
        self._clauses.append(
            {"when": when, "condition": _condition(condition), "action": action, "assignments": assignments}
        )
        return self

    def whenMatchedUpdate(self, condition=None, set=None):
        return self._add("matched", condition, "update", _assignments(set, "'set'"))

    def whenMatchedUpdateAll(self, condition=None):
        return self._add("matched", condition, "updateAll")

    def whenMatchedDelete(self, condition=None):
        return self._add("matched", condition, "delete")

    def whenNotMatchedInsert(self, condition=None, values=None):
        return self._add("notMatched", condition, "insert", _assignments(values, "'values'"))

    def whenNotMatchedInsertAll(self, condition=None):
        return self._add("notMatched", condition, "insertAll")

    def whenNotMatchedBySourceUpdate(self, condition=None, set=None):
        return self._add("notMatchedBySource", condition, "update", _assignments(set, "'set'"))

    def whenNotMatchedBySourceDelete(self, condition=None):
        return self._add("notMatchedBySource", condition, "delete")

    def withSchemaEvolution(self):
        self._evolution = True
        return self

    def execute(self):
        reply = request(
            "delta.merge",
            target=self._table._target(),
            targetAlias=self._table._alias,
            source=self._source._handle,
            condition=self._condition,
            clauses=self._clauses,
            schemaEvolution=self._evolution,
        )
        return DataFrame(reply, self._table._spark)


class DeltaOptimizeBuilder:
    """OPTIMIZE, of all or of some partitions."""

    def __init__(self, table):
        self._table = table
        self._where = None

    def where(self, partitionFilter):
        self._where = partitionFilter
        return self

    def _run(self, further):
        text = "OPTIMIZE " + self._table._sql_name()
        if self._where is not None:
            text += " WHERE " + self._where
        return self._table._spark.sql(text + further)

    def executeCompaction(self):
        return self._run("")

    def executeZOrderBy(self, *cols):
        if len(cols) == 1 and isinstance(cols[0], (list, tuple)):
            cols = cols[0]
        return self._run(" ZORDER BY (" + ", ".join(cols) + ")")


class IdentityGenerator:
    def __init__(self, start=1, step=1):
        self.start = start
        self.step = step


class DeltaTableBuilder:
    """A table's definition, which becomes one CREATE TABLE."""

    def __init__(self, spark, verb):
        self._spark = spark
        self._verb = verb
        self._name = None
        self._location = None
        self._comment = None
        self._columns = []
        self._partitions = []
        self._clusters = []
        self._properties = []

    def tableName(self, identifier):
        self._name = identifier
        return self

    def location(self, location):
        self._location = location
        return self

    def comment(self, comment):
        self._comment = comment
        return self

    def addColumn(self, colName, dataType=None, nullable=True, generatedAlwaysAs=None, generatedByDefaultAs=None, comment=None):
        if isinstance(colName, StructField):
            dataType, nullable, colName = colName.dataType, colName.nullable, colName.name
        text = "`" + colName.replace("`", "``") + "` " + type_text(dataType)
        if isinstance(generatedAlwaysAs, IdentityGenerator):
            text += " GENERATED ALWAYS AS IDENTITY (START WITH %d INCREMENT BY %d)" % (
                generatedAlwaysAs.start, generatedAlwaysAs.step,
            )
        elif generatedAlwaysAs is not None:
            text += " GENERATED ALWAYS AS (" + generatedAlwaysAs + ")"
        elif generatedByDefaultAs is not None:
            text += " GENERATED BY DEFAULT AS IDENTITY (START WITH %d INCREMENT BY %d)" % (
                generatedByDefaultAs.start, generatedByDefaultAs.step,
            )
        if not nullable:
            text += " NOT NULL"
        if comment is not None:
            text += " COMMENT '" + comment.replace("'", "\\'") + "'"
        self._columns.append(text)
        return self

    def addColumns(self, cols):
        for field in cols.fields if isinstance(cols, StructType) else cols:
            self.addColumn(field)
        return self

    def partitionedBy(self, *cols):
        if len(cols) == 1 and isinstance(cols[0], (list, tuple)):
            cols = cols[0]
        self._partitions = list(cols)
        return self

    def clusterBy(self, *cols):
        if len(cols) == 1 and isinstance(cols[0], (list, tuple)):
            cols = cols[0]
        self._clusters = list(cols)
        return self

    def property(self, key, value):
        self._properties.append((key, value))
        return self

    def execute(self):
        text = self._verb + " " + (self._name or "delta.`" + self._location + "`")
        if self._columns:
            text += " (" + ", ".join(self._columns) + ")"
        text += " USING DELTA"
        if self._partitions:
            text += " PARTITIONED BY (" + ", ".join(self._partitions) + ")"
        if self._clusters:
            text += " CLUSTER BY (" + ", ".join(self._clusters) + ")"
        if self._name is not None and self._location is not None:
            text += " LOCATION '" + self._location + "'"
        if self._comment is not None:
            text += " COMMENT '" + self._comment.replace("'", "\\'") + "'"
        if self._properties:
            text += " TBLPROPERTIES (" + ", ".join("'%s' = '%s'" % p for p in self._properties) + ")"
        self._spark.sql(text)
        if self._name is not None:
            return DeltaTable.forName(self._spark, self._name)
        return DeltaTable.forPath(self._spark, self._location)
