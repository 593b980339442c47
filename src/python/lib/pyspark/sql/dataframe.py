"""DataFrames: handles of relations that the session holds."""

from pyspark._connect import drop as drop_handle
from pyspark._connect import request
from pyspark.errors import (
    AnalysisException,
    PySparkAttributeError,
    PySparkTypeError,
    PySparkValueError,
    not_implemented,
    wrong_type,
)
from pyspark.sql._statistics import DataFrameNaFunctions, DataFrameStatFunctions, describe, summary
from pyspark.sql.column import Column, by_name, literal, to_column
from pyspark.sql.types import StructType, decoder
from pyspark.storagelevel import StorageLevel

__all__ = ["DataFrame", "DataFrameNaFunctions", "DataFrameStatFunctions"]


def _listed(cols):
    """`f(a, b)` and `f([a, b])` are the same."""
    if len(cols) == 1 and isinstance(cols[0], list):
        return list(cols[0])
    return list(cols)


class _JavaDataFrame:
    """What `DataFrame._jdf` is for in notebooks: `foreachBatch` functions reach the session by it."""

    def __init__(self, frame):
        self._frame = frame

    def sparkSession(self):
        return self._frame.sparkSession


class DataFrame:
    """Rows with named columns."""

    def __init__(self, reply, session):
        self._handle = reply["df"]
        self._schema_json = reply["schema"]
        self._streaming = bool(reply.get("streaming"))
        self._schema = None
        self._session = session
        self.is_cached = False

    def __del__(self):
        drop_handle(self._handle)

    def _make(self, op, **fields):
        return DataFrame(request(op, df=self._handle, **fields), self._session)

    # --- What it is

    @property
    def sparkSession(self):
        return self._session

    @property
    def sql_ctx(self):
        return self._session

    @property
    def schema(self):
        if self._schema is None:
            self._schema = StructType.fromJson(self._schema_json)
        return self._schema

    @property
    def columns(self):
        return [field["name"] for field in self._schema_json["fields"]]

    @columns.setter
    def columns(self, value):
        raise PySparkAttributeError("property 'columns' of 'DataFrame' object has no setter")

    @property
    def dtypes(self):
        return [(f.name, f.dataType.simpleString()) for f in self.schema.fields]

    @property
    def isStreaming(self):
        return self._streaming

    def isLocal(self):
        return False

    def __repr__(self):
        return "DataFrame[" + ", ".join("%s: %s" % pair for pair in self.dtypes) + "]"

    def __dir__(self):
        return sorted(set(object.__dir__(self)) | {c for c in self.columns if c.isidentifier()})

    def printSchema(self, level=None):
        print(self.schema.treeString(level if level else 2147483647))

    def explain(self, extended=None, mode=None):
        if extended is not None and mode is not None:
            raise PySparkValueError(
                "[CANNOT_SET_TOGETHER] extended and mode should not be set together.", "CANNOT_SET_TOGETHER"
            )
        if isinstance(extended, str):
            mode, extended = extended, None
        if mode is None:
            mode = "extended" if extended else "simple"
        if mode not in ("simple", "extended", "codegen", "cost", "formatted"):
            raise PySparkValueError(errorClass="UNKNOWN_EXPLAIN_MODE", messageParameters={"explain_mode": mode})
        print(request("explain", df=self._handle, mode=mode))

    @property
    def _jdf(self):
        return _JavaDataFrame(self)

    # --- Columns

    def __getitem__(self, item):
        if isinstance(item, str):
            return self._column(item)
        if isinstance(item, Column):
            return self.filter(item)
        if isinstance(item, (list, tuple)):
            return self.select(*item)
        if isinstance(item, int):
            return self._column(self.columns[item])
        raise wrong_type("NOT_COLUMN_OR_FLOAT_OR_INT_OR_LIST_OR_STR", "item", item)

    def __getattr__(self, name):
        if name.startswith("_") or name not in self.columns:
            raise PySparkAttributeError(errorClass="ATTRIBUTE_NOT_SUPPORTED", messageParameters={"attr_name": name})
        return self._column(name)

    def _column(self, name):
        """A column of this very DataFrame; the session refuses names that it doesn't have."""
        if name == "*":
            return by_name(name)
        if name not in self.columns:
            # Nested fields, other capitals, backticks: only analysis knows.
            self._make("select", columns=[{"col": name}])
        return Column({"dfcol": [self._handle, name]})

    def colRegex(self, colName):
        if not isinstance(colName, str):
            raise wrong_type("NOT_STR", "colName", colName)
        import re

        pattern = re.compile(colName.strip("`") + r"\Z")
        return [self._column(c) for c in self.columns if pattern.match(c)]

    def metadataColumn(self, colName):
        return Column({"dfcol": [self._handle, colName]})

    def alias(self, alias):
        assert isinstance(alias, str), "alias should be a string"
        return self._make("alias", name=alias)

    # --- Projections and filters

    def select(self, *cols):
        return self._make("select", columns=[to_column(c)._expr for c in _listed(cols)])

    def selectExpr(self, *expr):
        return self._make("select", columns=[{"sql": e} for e in _listed(expr)])

    def filter(self, condition):
        if isinstance(condition, str):
            condition = Column({"sql": condition})
        elif not isinstance(condition, Column):
            raise wrong_type("NOT_COLUMN_OR_STR", "condition", condition)
        return self._make("filter", condition=condition._expr)

    where = filter

    def withColumn(self, colName, col):
        if not isinstance(col, Column):
            raise wrong_type("NOT_COLUMN", "col", col)
        if not isinstance(colName, str):
            raise wrong_type("NOT_STR", "colName", colName)
        return self._make("withColumns", columns=[[colName, col._expr]])

    def withColumns(self, *colsMap):
        assert len(colsMap) == 1
        columns = colsMap[0]
        if not isinstance(columns, dict):
            raise wrong_type("NOT_DICT", "colsMap", columns)
        pairs = []
        for name, col in columns.items():
            if not isinstance(col, Column):
                raise wrong_type("NOT_COLUMN", "col", col)
            pairs.append([name, col._expr])
        return self._make("withColumns", columns=pairs)

    def withColumnRenamed(self, existing, new):
        return self._make("renameColumns", columns=[[existing, new]])

    def withColumnsRenamed(self, colsMap):
        if not isinstance(colsMap, dict):
            raise wrong_type("NOT_DICT", "colsMap", colsMap)
        return self._make("renameColumns", columns=[[old, new] for old, new in colsMap.items()])

    def withMetadata(self, columnName, metadata):
        if not isinstance(metadata, dict):
            raise wrong_type("NOT_DICT", "metadata", metadata)
        return self.withColumn(columnName, self._column(columnName).alias(columnName, metadata=metadata))

    def toDF(self, *cols):
        for col in cols:
            if not isinstance(col, str):
                raise PySparkTypeError(
                    "[NOT_LIST_OF_STR] Argument `cols` should be a list[str], got %s." % type(col).__name__,
                    "NOT_LIST_OF_STR",
                )
        return self._make("toDF", names=list(cols))

    def to(self, schema):
        assert schema is not None
        names = self.columns
        return self.select(
            *[
                (by_name("`" + f.name + "`") if f.name in names else literal(None)).cast(f.dataType).alias(f.name)
                for f in schema.fields
            ]
        )

    def drop(self, *cols):
        columns = []
        for col in cols:
            if not isinstance(col, (str, Column)):
                raise wrong_type("NOT_COLUMN_OR_STR", "col", col)
            # A text names a column as it stands: `a.b` isn't a field of a.
            columns.append(col._expr if isinstance(col, Column) else {"col": "`" + col.replace("`", "``") + "`"})
        return self._make("drop", columns=columns)

    def distinct(self):
        return self._make("distinct")

    def dropDuplicates(self, *subset):
        return self._make("dropDuplicates", columns=self._subset(subset), withinWatermark=False)

    drop_duplicates = dropDuplicates

    def dropDuplicatesWithinWatermark(self, *subset):
        return self._make("dropDuplicates", columns=self._subset(subset), withinWatermark=True)

    def _subset(self, subset):
        if not subset or subset[0] is None:
            return None
        if len(subset) > 1 or not isinstance(subset[0], (list, tuple)):
            raise wrong_type("NOT_LIST_OR_TUPLE", "subset", subset[0])
        return list(subset[0])

    def limit(self, num):
        return self._make("limit", n=num)

    def offset(self, num):
        return self._make("offset", n=num)

    def transform(self, func, *args, **kwargs):
        result = func(self, *args, **kwargs)
        assert isinstance(result, DataFrame), "Func returned an instance of type [%s], should have been DataFrame." % type(result)
        return result

    # --- Order and partitions

    def sort(self, *cols, **kwargs):
        return self._make("sort", keys=self._sort_keys(cols, kwargs))

    orderBy = sort

    def sortWithinPartitions(self, *cols, **kwargs):
        return self._make("sort", keys=self._sort_keys(cols, kwargs))

    def _sort_keys(self, cols, kwargs):
        if not cols:
            raise PySparkValueError(errorClass="CANNOT_BE_EMPTY", messageParameters={"item": "cols"})
        columns = []
        for col in _listed(cols):
            if isinstance(col, int) and not isinstance(col, bool):
                if col == 0:
                    raise PySparkValueError("[ZERO_INDEX] Index must be non-zero.", "ZERO_INDEX")
                column = self[abs(col) - 1]
                columns.append(column.desc() if col < 0 else column)
            elif isinstance(col, (str, Column)):
                columns.append(to_column(col))
            else:
                raise wrong_type("NOT_COLUMN_OR_INT_OR_STR", "col", col)
        ascending = kwargs.pop("ascending", True)
        if isinstance(ascending, (bool, int)):
            if not ascending:
                columns = [c.desc() for c in columns]
        elif isinstance(ascending, list):
            columns = [c if asc else c.desc() for asc, c in zip(ascending, columns)]
        else:
            raise wrong_type("NOT_COLUMN_OR_INT_OR_STR", "ascending", ascending)
        return [c._expr if "sort" in c._expr else c.asc()._expr for c in columns]

    def repartition(self, numPartitions, *cols):
        """There is one partition here: the rows stay."""
        if not isinstance(numPartitions, (int, str, Column)):
            raise wrong_type("NOT_COLUMN_OR_INT_OR_STR", "numPartitions", numPartitions)
        return self

    repartitionByRange = repartition

    def coalesce(self, numPartitions):
        return self

    def hint(self, name, *parameters):
        if not isinstance(name, str):
            raise wrong_type("NOT_STR", "name", name)
        return self

    # --- Joins and sets

    def join(self, other, on=None, how=None):
        if not isinstance(other, DataFrame):
            raise wrong_type("NOT_DATAFRAME", "other", other)
        if on is not None and not isinstance(on, list):
            on = [on]
        if on:
            if isinstance(on[0], str):
                on = list(on)
            else:
                condition = on[0]
                if not isinstance(condition, Column):
                    raise wrong_type("NOT_COLUMN_OR_LIST_OR_STR", "on", condition)
                for further in on[1:]:
                    condition = condition & further
                on = condition._expr
        else:
            on = None
        reply = request(
            "join", left=self._handle, right=other._handle, how="inner" if how is None else how, on=on
        )
        return DataFrame(reply, self._session)

    def crossJoin(self, other):
        return self.join(other, how="cross")

    def _with(self, op, other, **fields):
        if not isinstance(other, DataFrame):
            raise AttributeError("'%s' object has no attribute '_jdf'" % type(other).__name__)
        return DataFrame(request(op, left=self._handle, right=other._handle, **fields), self._session)

    def union(self, other):
        return self._with("union", other)

    unionAll = union

    def unionByName(self, other, allowMissingColumns=False):
        return self._with("unionByName", other, allowMissing=allowMissingColumns)

    def intersect(self, other):
        return self._with("intersect", other, all=False)

    def intersectAll(self, other):
        return self._with("intersect", other, all=True)

    def subtract(self, other):
        return self._with("except", other, all=False)

    def exceptAll(self, other):
        return self._with("except", other, all=True)

    # --- Groups

    def groupBy(self, *cols):
        return self._group("groupBy", cols)

    groupby = groupBy

    def rollup(self, *cols):
        return self._group("rollup", cols)

    def cube(self, *cols):
        return self._group("cube", cols)

    def _group(self, kind, cols):
        from pyspark.sql.group import GroupedData

        keys = []
        for col in _listed(cols):
            keys.append(self[col - 1] if isinstance(col, int) and not isinstance(col, bool) else to_column(col))
        return GroupedData(self, kind, keys)

    def agg(self, *exprs):
        return self.groupBy().agg(*exprs)

    def unpivot(self, ids, values, variableColumnName, valueColumnName):
        def exprs(cols):
            if isinstance(cols, (list, tuple)):
                return [to_column(c)._expr for c in cols]
            return [to_column(cols)._expr]

        return self._make(
            "unpivot",
            ids=[] if ids is None else exprs(ids),
            values=None if values is None else exprs(values),
            variableName=variableColumnName,
            valueName=valueColumnName,
        )

    melt = unpivot

    # --- Samples

    def sample(self, withReplacement=None, fraction=None, seed=None):
        if isinstance(withReplacement, float) and fraction is None or isinstance(withReplacement, float) and isinstance(fraction, int):
            withReplacement, fraction, seed = None, withReplacement, fraction if seed is None else seed
        if not isinstance(fraction, (int, float)):
            kinds = ", ".join(type(v).__name__ for v in (withReplacement, fraction, seed))
            raise PySparkTypeError(
                errorClass="NOT_BOOL_OR_FLOAT_OR_INT",
                messageParameters={
                    "arg_name": "withReplacement (optional), fraction (required) and seed (optional)",
                    "arg_type": kinds,
                },
            )
        return self._make("sample", fraction=float(fraction), seed=seed, replacement=bool(withReplacement))

    def sampleBy(self, col, fractions, seed=None):
        return self.stat.sampleBy(col, fractions, seed)

    def randomSplit(self, weights, seed=None):
        for weight in weights:
            if weight < 0.0:
                raise PySparkValueError(errorClass="VALUE_NOT_POSITIVE", messageParameters={"arg_name": "weights", "arg_value": str(weight)})
        total = float(sum(weights))
        if seed is None:
            import random

            seed = random.randint(0, (1 << 31) - 1)
        # Parts of one draw: a row falls into the part that its number lies in.
        from pyspark.sql import functions as F

        name = "__multihop_split"
        drawn = self.withColumn(name, F.rand(seed))
        parts, low = [], 0.0
        for weight in weights:
            high = low + weight / total
            last = len(parts) == len(weights) - 1
            inside = F.col(name) >= low
            parts.append(drawn.filter(inside if last else inside & (F.col(name) < high)).drop(name))
            low = high
        return parts

    # --- Rows

    def collect(self):
        return self._rows(None)

    def _rows(self, limit):
        rows = request("collect", df=self._handle, limit=limit)["rows"]
        decode = decoder(self.schema)
        return [decode(row) for row in rows]

    def count(self):
        return int(request("count", df=self._handle))

    def take(self, num):
        return self._rows(num)

    def head(self, n=None):
        if n is None:
            rows = self.head(1)
            return rows[0] if rows else None
        return self.take(n)

    def first(self):
        return self.head()

    def tail(self, num):
        rows = self.collect()
        return rows[-num:] if num > 0 else []

    def toLocalIterator(self, prefetchPartitions=False):
        return iter(self.collect())

    def isEmpty(self):
        return not self.take(1)

    def foreach(self, f):
        for row in self.collect():
            f(row)

    def foreachPartition(self, f):
        f(iter(self.collect()))

    def show(self, n=20, truncate=True, vertical=False):
        if not isinstance(n, int) or isinstance(n, bool):
            raise wrong_type("NOT_INT", "n", n)
        if not isinstance(vertical, bool):
            raise wrong_type("NOT_BOOL", "vertical", vertical)
        if isinstance(truncate, bool):
            width = 20 if truncate else 0
        else:
            try:
                width = int(truncate)
            except ValueError:
                raise PySparkTypeError(
                    "[NOT_BOOL] Argument `truncate` should be a bool, got %s." % type(truncate).__name__,
                    "NOT_BOOL",
                    {"arg_name": "truncate", "arg_type": type(truncate).__name__},
                ) from None
        print(request("show", df=self._handle, n=n, truncate=width, vertical=vertical))

    def toJSON(self, use_unicode=True):
        from pyspark.rdd import RDD

        def texts():
            return [row[0] for row in self.selectExpr("to_json(struct(*))").collect()]

        return RDD(texts)

    def toPandas(self):
        raise not_implemented("DataFrame.toPandas (pandas isn't part of Multihop; collect() gives the rows, display() shows them)")

    def toArrow(self):
        raise not_implemented("DataFrame.toArrow (pyarrow isn't part of Multihop; collect() gives the rows)")

    def pandas_api(self, index_col=None):
        raise not_implemented("DataFrame.pandas_api (pandas isn't part of Multihop)")

    @property
    def rdd(self):
        from pyspark.rdd import RDD

        return RDD(self.collect)

    # --- Missing values, statistics

    @property
    def na(self):
        return DataFrameNaFunctions(self)

    @property
    def stat(self):
        return DataFrameStatFunctions(self)

    def fillna(self, value, subset=None):
        return self.na.fill(value, subset)

    def dropna(self, how="any", thresh=None, subset=None):
        return self.na.drop(how, thresh, subset)

    def replace(self, to_replace, *value, **kwargs):
        return self.na.replace(to_replace, *value, **kwargs)

    def describe(self, *cols):
        return describe(self, _listed(cols))

    def summary(self, *statistics):
        return summary(self, _listed(statistics))

    def corr(self, col1, col2, method=None):
        return self.stat.corr(col1, col2, method)

    def cov(self, col1, col2):
        return self.stat.cov(col1, col2)

    def crosstab(self, col1, col2):
        return self.stat.crosstab(col1, col2)

    def freqItems(self, cols, support=None):
        return self.stat.freqItems(cols, support)

    def approxQuantile(self, col, probabilities, relativeError):
        return self.stat.approxQuantile(col, probabilities, relativeError)

    # --- Kept results. A DataFrame is computed when it is asked for, so these change nothing.

    def cache(self):
        self.is_cached = True
        return self

    def persist(self, storageLevel=StorageLevel.MEMORY_AND_DISK_DESER):
        return self.cache()

    def unpersist(self, blocking=False):
        self.is_cached = False
        return self

    @property
    def storageLevel(self):
        return StorageLevel.MEMORY_AND_DISK_DESER if self.is_cached else StorageLevel.NONE

    def checkpoint(self, eager=True):
        return self

    def localCheckpoint(self, eager=True, storageLevel=None):
        return self

    # --- Views

    def createTempView(self, name):
        request("createView", df=self._handle, name=name, replace=False, **{"global": False})

    def createOrReplaceTempView(self, name):
        request("createView", df=self._handle, name=name, replace=True, **{"global": False})

    def createGlobalTempView(self, name):
        request("createView", df=self._handle, name=name, replace=False, **{"global": True})

    def createOrReplaceGlobalTempView(self, name):
        request("createView", df=self._handle, name=name, replace=True, **{"global": True})

    def registerTempTable(self, name):
        import warnings

        warnings.warn("Deprecated in 2.0, use createOrReplaceTempView instead.", FutureWarning)
        self.createOrReplaceTempView(name)

    # --- Streams

    def withWatermark(self, eventTime, delayThreshold):
        if not eventTime or not isinstance(eventTime, str):
            raise wrong_type("NOT_STR", "eventTime", eventTime)
        if not delayThreshold or not isinstance(delayThreshold, str):
            raise wrong_type("NOT_STR", "delayThreshold", delayThreshold)
        return self._make("withWatermark", column=eventTime, delay=delayThreshold)

    def observe(self, observation, *exprs):
        raise not_implemented("DataFrame.observe")

    # --- Writing

    @property
    def write(self):
        from pyspark.sql.readwriter import DataFrameWriter

        if self._streaming:
            raise AnalysisException(
                "[CALL_ON_STREAMING_DATASET_UNSUPPORTED] The method `write` can not be called on streaming"
                " Dataset/DataFrame. SQLSTATE: 42KDE",
                "CALL_ON_STREAMING_DATASET_UNSUPPORTED",
                {"methodName": "`write`"},
                None,
                "42KDE",
            )
        return DataFrameWriter(self)

    @property
    def writeStream(self):
        from pyspark.sql.streaming.readwriter import DataStreamWriter

        if not self._streaming:
            raise AnalysisException(
                "[WRITE_STREAM_NOT_ALLOWED] `writeStream` can be called only on streaming Dataset/DataFrame."
                " SQLSTATE: 42601",
                "WRITE_STREAM_NOT_ALLOWED",
                {},
                None,
                "42601",
            )
        return DataStreamWriter(self)

    def writeTo(self, table):
        from pyspark.sql.readwriter import DataFrameWriterV2

        return DataFrameWriterV2(self, table)

    def mergeInto(self, table, condition):
        from pyspark.sql.merge import MergeIntoWriter

        return MergeIntoWriter(self, table, condition)

    # --- Databricks

    def display(self):
        request("display", df=self._handle)

    def inputFiles(self):
        from pyspark.sql import functions as F

        rows = self.select(F.input_file_name().alias("f")).distinct().collect()
        return [row[0] for row in rows]

    def sameSemantics(self, other):
        raise not_implemented("DataFrame.sameSemantics")

    def semanticHash(self):
        raise not_implemented("DataFrame.semanticHash")

    def mapInPandas(self, func, schema, barrier=False, profile=None):
        raise not_implemented("DataFrame.mapInPandas (pandas isn't part of Multihop)")

    def mapInArrow(self, func, schema, barrier=False, profile=None):
        raise not_implemented("DataFrame.mapInArrow (pyarrow isn't part of Multihop)")
