"""Streams in and out."""

from pyspark._connect import register, request
from pyspark.errors import AnalysisException, PySparkValueError, not_implemented, wrong_type
from pyspark.sql.readwriter import _CSV, _FILES, _JSON, _TEXT, OptionUtils, _named, _Reader
from pyspark.sql.streaming.query import StreamingQuery

__all__ = ["DataStreamReader", "DataStreamWriter"]


class DataStreamReader(_Reader):
    """`spark.readStream`."""

    def load(self, path=None, format=None, schema=None, **options):
        if format is not None:
            self.format(format)
        if schema is not None:
            self.schema(schema)
        self.options(**options)
        if path is not None and (not isinstance(path, str) or not path.strip()):
            raise PySparkValueError(
                errorClass="VALUE_NOT_NON_EMPTY_STR", messageParameters={"arg_name": "path", "arg_value": str(path)}
            )
        return self._ask("readStream", None if path is None else [path])

    def _files(self, format, path, names, options, schema=None):
        if not isinstance(path, str):
            raise wrong_type("NOT_STR", "path", path)
        self.format(format)
        if schema is not None:
            self.schema(schema)
        self._set_opts(names, _named(format, names, options, ()))
        return self._ask("readStream", [path])

    def json(self, path, schema=None, **options):
        return self._files("json", path, _JSON, options, schema)

    def csv(self, path, schema=None, **options):
        return self._files("csv", path, _CSV, options, schema)

    def parquet(self, path, **options):
        return self._files("parquet", path, _FILES, options)

    def orc(self, path, **options):
        return self._files("orc", path, _FILES, options)

    def text(self, path, **options):
        return self._files("text", path, _TEXT, options)

    def table(self, tableName):
        if not isinstance(tableName, str):
            raise wrong_type("NOT_STR", "tableName", tableName)
        return self._ask("readStream", None, tableName)


class DataStreamWriter(OptionUtils):
    """`df.writeStream`."""

    def __init__(self, df):
        self._df = df
        self._format = None
        self._mode = None
        self._options = []
        self._trigger = None
        self._name = None
        self._partition_by = []
        self._foreach_batch = None

    def outputMode(self, outputMode):
        if not outputMode or not isinstance(outputMode, str) or not outputMode.strip():
            raise PySparkValueError(
                errorClass="VALUE_NOT_NON_EMPTY_STR",
                messageParameters={"arg_name": "outputMode", "arg_value": str(outputMode)},
            )
        self._mode = outputMode
        return self

    def format(self, source):
        self._format = source
        return self

    def partitionBy(self, *cols):
        if len(cols) == 1 and isinstance(cols[0], (list, tuple)):
            cols = cols[0]
        self._partition_by = list(cols)
        return self

    def clusterBy(self, *cols):
        return self

    def queryName(self, queryName):
        if not queryName or not isinstance(queryName, str) or not queryName.strip():
            raise PySparkValueError(
                errorClass="VALUE_NOT_NON_EMPTY_STR",
                messageParameters={"arg_name": "queryName", "arg_value": str(queryName)},
            )
        self._name = queryName
        return self

    def trigger(self, *, processingTime=None, once=None, continuous=None, availableNow=None):
        given = [v for v in (processingTime, once, continuous, availableNow) if v is not None]
        if len(given) != 1:
            raise PySparkValueError(errorClass="ONLY_ALLOW_SINGLE_TRIGGER", messageParameters={})
        if processingTime is not None:
            if not isinstance(processingTime, str) or not processingTime.strip():
                raise PySparkValueError(
                    errorClass="VALUE_NOT_NON_EMPTY_STR",
                    messageParameters={"arg_name": "processingTime", "arg_value": str(processingTime)},
                )
            self._trigger = {"processingTime": processingTime.strip()}
        elif once is not None:
            if once is not True:
                raise PySparkValueError(
                    errorClass="VALUE_NOT_TRUE", messageParameters={"arg_name": "once", "arg_value": str(once)}
                )
            self._trigger = {"once": True}
        elif continuous is not None:
            if not isinstance(continuous, str) or not continuous.strip():
                raise PySparkValueError(
                    errorClass="VALUE_NOT_NON_EMPTY_STR",
                    messageParameters={"arg_name": "continuous", "arg_value": str(continuous)},
                )
            self._trigger = {"continuous": continuous.strip()}
        else:
            if availableNow is not True:
                raise PySparkValueError(
                    errorClass="VALUE_NOT_TRUE",
                    messageParameters={"arg_name": "availableNow", "arg_value": str(availableNow)},
                )
            self._trigger = {"availableNow": True}
        return self

    def foreachBatch(self, func):
        def batch(call):
            from pyspark.sql.dataframe import DataFrame

            func(DataFrame(call, self._df.sparkSession), call["epoch"])

        self._foreach_batch = register(batch)
        return self

    def foreach(self, f):
        """Rows one by one, by way of their batch."""
        process = f if callable(f) and not hasattr(f, "process") else f.process

        def batch(df, epoch):
            if hasattr(f, "open") and f.open(0, epoch) is False:
                return
            error = None
            try:
                for row in df.collect():
                    process(row)
            except Exception as raised:
                error = raised
                raise
            finally:
                if hasattr(f, "close"):
                    f.close(error)

        return self.foreachBatch(batch)

    def _start(self, path, table):
        return StreamingQuery(
            request(
                "writeStream",
                df=self._df._handle,
                format=self._format,
                outputMode=self._mode,
                options=[list(pair) for pair in self._options],
                trigger=self._trigger,
                queryName=self._name,
                partitionBy=self._partition_by,
                foreachBatch=self._foreach_batch,
                path=path,
                table=table,
            )
        )

    def _prepare(self, format, outputMode, partitionBy, queryName, options):
        if outputMode is not None:
            self.outputMode(outputMode)
        if partitionBy is not None:
            self.partitionBy(partitionBy)
        if format is not None:
            self.format(format)
        if queryName is not None:
            self.queryName(queryName)
        self.options(**options)

    def start(self, path=None, format=None, outputMode=None, partitionBy=None, queryName=None, **options):
        self._prepare(format, outputMode, partitionBy, queryName, options)
        return self._start(path, None)

    def table(self, tableName):
        """Databricks' older name of toTable."""
        return self.toTable(tableName)

    def toTable(self, tableName, format=None, outputMode=None, partitionBy=None, queryName=None, **options):
        self._prepare(format, outputMode, partitionBy, queryName, options)
        return self._start(None, tableName)
