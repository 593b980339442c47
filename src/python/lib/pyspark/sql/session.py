"""SparkSession: where everything begins."""

from pyspark._connect import request
from pyspark.context import SparkContext
from pyspark.errors import PySparkTypeError, PySparkValueError, not_implemented, wrong_type
from pyspark.sql.column import Column, literal
from pyspark.sql.conf import RuntimeConfig
from pyspark.sql.dataframe import DataFrame
from pyspark.sql.readwriter import DataFrameReader
from pyspark.sql.types import (
    DataType,
    Row,
    StructField,
    StructType,
    has_null_type,
    infer_schema,
    merge_types,
    parse_ddl,
    verify,
)
from pyspark.rdd import RDD
from pyspark.sql.udf import UDFRegistration

__all__ = ["SparkSession"]


class SparkSession:
    """The session. There is one: builder.getOrCreate() gives it every time."""

    _instance = None

    class Builder:
        def __init__(self):
            self._options = {}

        def config(self, key=None, value=None, conf=None, *, map=None):
            if conf is not None:
                self._options.update(conf.getAll())
            elif map is not None:
                self._options.update(map)
            else:
                self._options[key] = value
            return self

        def master(self, master):
            return self

        def remote(self, url):
            return self

        def appName(self, name):
            return self

        def enableHiveSupport(self):
            return self

        def getOrCreate(self):
            session = SparkSession._get()
            for key, value in self._options.items():
                session.conf.set(key, value)
            return session

        create = getOrCreate

    class _BuilderProperty:
        def __get__(self, instance, owner):
            return owner.Builder()

    builder = _BuilderProperty()

    def __init__(self, sparkContext=None):
        self._conf = RuntimeConfig()
        self._catalog = None
        self._udf = UDFRegistration(self)

    @classmethod
    def _get(cls):
        if SparkSession._instance is None:
            SparkSession._instance = SparkSession()
        return SparkSession._instance

    @classmethod
    def getActiveSession(cls):
        return SparkSession._instance

    @classmethod
    def active(cls):
        return cls._get()

    def newSession(self):
        raise not_implemented("SparkSession.newSession (Multihop has one session)")

    @property
    def version(self):
        return "4.0.1"

    @property
    def conf(self):
        return self._conf

    @property
    def catalog(self):
        if self._catalog is None:
            from pyspark.sql.catalog import Catalog

            self._catalog = Catalog(self)
        return self._catalog

    @property
    def udf(self):
        return self._udf

    @property
    def sparkContext(self):
        return SparkContext.getOrCreate()

    @property
    def read(self):
        return DataFrameReader(self)

    @property
    def readStream(self):
        from pyspark.sql.streaming.readwriter import DataStreamReader

        return DataStreamReader(self)

    @property
    def streams(self):
        from pyspark.sql.streaming.query import StreamingQueryManager

        return StreamingQueryManager()

    def sql(self, sqlQuery, args=None, **kwargs):
        if kwargs:
            # {name} stands for a DataFrame, a column or a value, as with str.format.
            sqlQuery = _formatted(sqlQuery, kwargs)
        if args is not None:
            if isinstance(args, dict):
                args = {name: literal(value)._expr for name, value in args.items()}
            elif isinstance(args, (list, tuple)):
                args = [literal(value)._expr for value in args]
            else:
                raise PySparkTypeError(
                    "[INVALID_TYPE] Argument `args` should not be a %s." % type(args).__name__,
                    "INVALID_TYPE",
                    {"arg_name": "args", "arg_type": type(args).__name__},
                )
        return DataFrame(request("sql", text=sqlQuery, args=args), self)

    def table(self, tableName):
        return DataFrame(request("table", name=tableName), self)

    def range(self, start, end=None, step=1, numPartitions=None):
        if end is None:
            start, end = 0, start
        return DataFrame(request("range", start=int(start), end=int(end), step=int(step)), self)

    def createDataFrame(self, data, schema=None, samplingRatio=None, verifySchema=True):
        if isinstance(data, DataFrame):
            raise PySparkTypeError(
                "[INVALID_TYPE] Argument `data` should not be a DataFrame.", "INVALID_TYPE",
                {"arg_name": "data", "arg_type": "DataFrame"},
            )
        if isinstance(schema, str):
            schema = parse_ddl(schema)
        elif isinstance(schema, (list, tuple)):
            schema = [str(name) for name in schema]
        data = data.collect() if isinstance(data, RDD) else list(data)
        check = verifySchema
        if isinstance(schema, DataType) and not isinstance(schema, StructType):
            # One column of that type, called "value".
            data_type = schema
            schema = StructType([StructField("value", data_type, True)])
            if check:
                for value in data:
                    verify(data_type, True, value, "field value")
            check = False
            data = [(value,) for value in data]
        elif schema is None or isinstance(schema, list):
            schema = _inferred(data, schema)
            check = False
        elif not isinstance(schema, StructType):
            raise wrong_type("NOT_LIST_OR_NONE_OR_STRUCT", "schema", schema)
        rows = []
        for value in data:
            if check:
                verify(schema, False, value)
            rows.append(_encoded_row(schema, value))
        reply = request("local", schema=schema.jsonValue(), rows=rows)
        return DataFrame(reply, self)

    def stop(self):
        """The session is the notebook's, which goes on."""
        return None

    def addTag(self, tag):
        return None

    def removeTag(self, tag):
        return None

    def interruptAll(self):
        return []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


def _encoded_row(schema, value):
    return schema._encode(value)


def _inferred(data, names):
    if not data:
        raise PySparkValueError(errorClass="CANNOT_INFER_EMPTY_SCHEMA", messageParameters={})
    first = data[0]
    schema = None
    for row in data:
        one = infer_schema(row, names)
        schema = one if schema is None else merge_types(schema, one)
    if has_null_type(schema):
        raise PySparkValueError(errorClass="CANNOT_DETERMINE_TYPE", messageParameters={})
    if names:
        fields = [
            StructField(names[i] if i < len(names) else f.name, f.dataType, True) for i, f in enumerate(schema.fields)
        ]
        if isinstance(first, dict):
            # Values are looked up by the old names.
            for row in range(len(data)):
                data[row] = tuple(data[row].get(f.name) for f in schema.fields)
        schema = StructType(fields)
    return schema


def _formatted(text, values):
    shown = {}
    for name, value in values.items():
        if isinstance(value, DataFrame):
            view = "_multihop_view_%s_%d" % (name, value._handle)
            value.createOrReplaceTempView(view)
            shown[name] = view
        elif isinstance(value, Column):
            from pyspark.sql.column import text_of

            shown[name] = text_of(value._expr)
        elif isinstance(value, str):
            shown[name] = "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        else:
            shown[name] = str(value)
    return text.format(**shown)
