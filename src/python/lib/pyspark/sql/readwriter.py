"""Reading and writing files and tables."""

from pyspark._connect import request
from pyspark.errors import PySparkTypeError, PySparkValueError, not_implemented, wrong_type
from pyspark.rdd import RDD
from pyspark.sql.column import to_column
from pyspark.sql.types import StructType

__all__ = ["DataFrameReader", "DataFrameWriter", "DataFrameWriterV2"]


# RDDs of texts that were read.
_rdds = 0


def option_text(value):
    """An option's value, as Spark's: a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


class OptionUtils:
    """What readers and writers share: options, of which a later one wins."""

    def option(self, key, value):
        value = option_text(value)
        # Names of options know no case.
        self._options = [(k, v) for k, v in self._options if k.lower() != key.lower()]
        if value is not None:
            self._options.append((key, value))
        return self

    def options(self, **options):
        for key, value in options.items():
            self.option(key, value)
        return self

    def _set_opts(self, names, values):
        for name in names.split(" "):
            value = values.get(name)
            if value is not None:
                self.option(name, value)


class _Reader(OptionUtils):
    def __init__(self, spark):
        self._spark = spark
        self._format = None
        self._schema = None
        self._options = []

    def format(self, source):
        self._format = source
        return self

    def schema(self, schema):
        if isinstance(schema, StructType):
            self._schema = schema.json()
        elif isinstance(schema, str):
            self._schema = schema
        else:
            raise wrong_type("NOT_STR_OR_STRUCT", "schema", schema)
        return self

    def _ask(self, op, paths, table=None):
        from pyspark.sql.dataframe import DataFrame

        reply = request(
            op,
            format=self._format,
            schema=self._schema,
            options=[list(pair) for pair in self._options],
            paths=paths,
            table=table,
        )
        return DataFrame(reply, self._spark)


_CSV = (
    "sep encoding quote escape comment header inferSchema ignoreLeadingWhiteSpace ignoreTrailingWhiteSpace nullValue"
    " nanValue positiveInf negativeInf dateFormat timestampFormat maxColumns maxCharsPerColumn"
    " maxMalformedLogPerPartition mode columnNameOfCorruptRecord multiLine charToEscapeQuoteEscaping samplingRatio"
    " enforceSchema emptyValue locale lineSep pathGlobFilter recursiveFileLookup modifiedBefore modifiedAfter"
    " unescapedQuoteHandling quoteAll escapeQuotes compression"
)
_JSON = (
    "primitivesAsString prefersDecimal allowComments allowUnquotedFieldNames allowSingleQuotes"
    " allowNumericLeadingZero allowBackslashEscapingAnyCharacter mode columnNameOfCorruptRecord dateFormat"
    " timestampFormat multiLine allowUnquotedControlChars lineSep samplingRatio dropFieldIfAllNull encoding locale"
    " pathGlobFilter recursiveFileLookup modifiedBefore modifiedAfter allowNonNumericNumbers compression ignoreNullFields"
)
_FILES = "mergeSchema pathGlobFilter recursiveFileLookup modifiedBefore modifiedAfter datetimeRebaseMode int96RebaseMode"
_TEXT = "wholetext lineSep pathGlobFilter recursiveFileLookup modifiedBefore modifiedAfter compression"


def _named(kind, names, first, first_names):
    """Options of a call such as csv(path, schema, sep, …), by position or by name."""
    values = dict(first)
    for name in values:
        if name not in names.split(" "):
            raise TypeError("%s() got an unexpected keyword argument '%s'" % (kind, name))
    return values


class DataFrameReader(_Reader):
    """`spark.read`."""

    def load(self, path=None, format=None, schema=None, **options):
        if format is not None:
            self.format(format)
        if schema is not None:
            self.schema(schema)
        self.options(**options)
        if path is not None and not isinstance(path, str):
            if not isinstance(path, (list, tuple)):
                raise wrong_type("NOT_LIST_OR_STR_OR_TUPLE", "path", path)
            path = list(path)
        return self._ask("read", [path] if isinstance(path, str) else path)

    def _files(self, format, paths, names, options, schema=None):
        self.format(format)
        if schema is not None:
            self.schema(schema)
        self._set_opts(names, _named(format, names, options, ()))
        paths = [paths] if isinstance(paths, str) else list(paths)
        for path in paths:
            if not isinstance(path, str):
                raise wrong_type("NOT_LIST_OR_STR_OR_TUPLE", "path", path)
        return self._ask("read", paths)

    def json(self, path, schema=None, **options):
        if not isinstance(path, (str, list, tuple)):
            if isinstance(path, RDD):
                return self._texts(path, schema, options)
            raise wrong_type("NOT_STR_OR_LIST_OF_RDD", "path", path)
        return self._files("json", path, _JSON, options, schema)

    def _texts(self, rdd, schema, options):
        """JSON of an RDD's texts: a file of them is read."""
        global _rdds
        _rdds += 1
        folder = "dbfs:/tmp/_multihop_rdd_%d" % _rdds
        request("fs.put", path=folder + "/part.json", contents="".join(t + "\n" for t in rdd.collect()), overwrite=True)
        return self._files("json", folder, _JSON, options, schema)

    def csv(self, path, schema=None, sep=None, encoding=None, quote=None, escape=None, comment=None, header=None, inferSchema=None, **options):
        options.update(
            (k, v)
            for k, v in (
                ("sep", sep), ("encoding", encoding), ("quote", quote), ("escape", escape), ("comment", comment),
                ("header", header), ("inferSchema", inferSchema),
            )
            if v is not None
        )
        return self._files("csv", path, _CSV, options, schema)

    def parquet(self, *paths, **options):
        if len(paths) == 1 and isinstance(paths[0], (list, tuple)):
            paths = paths[0]
        return self._files("parquet", paths, _FILES, options)

    def orc(self, path, **options):
        return self._files("orc", path, _FILES, options)

    def text(self, paths, wholetext=False, lineSep=None, **options):
        if wholetext:
            options["wholetext"] = wholetext
        if lineSep is not None:
            options["lineSep"] = lineSep
        return self._files("text", paths, _TEXT, options)

    def xml(self, path, **options):
        raise not_implemented("Reading XML")

    def jdbc(self, *args, **kwargs):
        raise not_implemented("Reading by JDBC (there is no network)")

    def table(self, tableName):
        return self._ask("read", None, tableName)


class _Writer(OptionUtils):
    def __init__(self, df):
        self._df = df
        self._spark = df.sparkSession
        self._format = None
        self._options = []
        self._partition_by = []
        self._cluster_by = []

    def format(self, source):
        self._format = source
        return self

    def partitionBy(self, *cols):
        if len(cols) == 1 and isinstance(cols[0], (list, tuple)):
            cols = cols[0]
        self._partition_by = list(cols)
        return self


class DataFrameWriter(_Writer):
    """`df.write`."""

    def __init__(self, df):
        super().__init__(df)
        self._mode = None

    def mode(self, saveMode):
        if saveMode:
            self._mode = saveMode
        return self

    def bucketBy(self, numBuckets, col, *cols):
        raise not_implemented("DataFrameWriter.bucketBy (Delta tables have no buckets)")

    def sortBy(self, col, *cols):
        raise not_implemented("DataFrameWriter.sortBy (it belongs to bucketBy)")

    def clusterBy(self, *cols):
        if len(cols) == 1 and isinstance(cols[0], (list, tuple)):
            cols = cols[0]
        self._cluster_by = list(cols)
        return self

    def _write(self, **target):
        request(
            "write",
            df=self._df._handle,
            format=self._format,
            mode=self._mode,
            options=[list(pair) for pair in self._options],
            partitionBy=self._partition_by,
            clusterBy=self._cluster_by,
            **target,
        )

    def _prepare(self, format, mode, partitionBy, options):
        if format is not None:
            self.format(format)
        self.mode(mode)
        if partitionBy is not None:
            self.partitionBy(partitionBy)
        self.options(**options)

    def save(self, path=None, format=None, mode=None, partitionBy=None, **options):
        self._prepare(format, mode, partitionBy, options)
        self._write(path=path)

    def saveAsTable(self, name, format=None, mode=None, partitionBy=None, **options):
        self._prepare(format, mode, partitionBy, options)
        self._write(table=name)

    def insertInto(self, tableName, overwrite=None):
        if overwrite is not None:
            self.mode("overwrite" if overwrite else "append")
        self._write(insertInto=tableName)

    def json(self, path, mode=None, **options):
        self._set_opts(_JSON, _named("json", _JSON, options, ()))
        self.format("json").mode(mode)._write(path=path)

    def parquet(self, path, mode=None, partitionBy=None, compression=None):
        self._prepare("parquet", mode, partitionBy, {"compression": compression})
        self._write(path=path)

    def text(self, path, compression=None, lineSep=None):
        self._prepare("text", None, None, {"compression": compression, "lineSep": lineSep})
        self._write(path=path)

    def csv(self, path, mode=None, **options):
        self._set_opts(_CSV, _named("csv", _CSV, options, ()))
        self.format("csv").mode(mode)._write(path=path)

    def orc(self, path, mode=None, partitionBy=None, compression=None):
        self._prepare("orc", mode, partitionBy, {"compression": compression})
        self._write(path=path)

    def jdbc(self, *args, **kwargs):
        raise not_implemented("Writing by JDBC (there is no network)")


class DataFrameWriterV2(OptionUtils):
    """`df.writeTo(table)`."""

    def __init__(self, df, table):
        self._df = df
        self._table = table
        self._format = None
        self._options = []
        self._partition_by = []
        self._cluster_by = []
        self._properties = []

    def using(self, provider):
        self._format = provider
        return self

    def tableProperty(self, property, value):
        self._properties.append([property, value])
        return self

    def partitionedBy(self, col, *cols):
        for c in (col,) + cols:
            expr = to_column(c)._expr
            name = expr.get("col") or (expr.get("dfcol") or [None, None])[1]
            if name is None:
                raise not_implemented("Partitioning by an expression")
            self._partition_by.append(name)
        return self

    def clusterBy(self, col, *cols):
        self._cluster_by = [col, *cols]
        return self

    def _write(self, how, condition=None):
        request(
            "writeTo",
            df=self._df._handle,
            table=self._table,
            how=how,
            format=self._format,
            options=[list(pair) for pair in self._options],
            properties=self._properties,
            partitionBy=self._partition_by,
            clusterBy=self._cluster_by,
            condition=None if condition is None else condition._expr,
        )

    def create(self):
        self._write("create")

    def replace(self):
        self._write("replace")

    def createOrReplace(self):
        self._write("createOrReplace")

    def append(self):
        self._write("append")

    def overwrite(self, condition):
        self._write("overwrite", to_column(condition, "condition"))

    def overwritePartitions(self):
        self._write("overwritePartitions")
