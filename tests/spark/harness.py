# Runs snippets of PySpark and tells what came out, one JSON text a snippet. The same file under PySpark and under
# Multihop: tools/record-spark.py and tests/integration/spark.rs say where `spark` and files come from.

import datetime
import decimal
import io
import json
import re
import sys
import time

import pyspark.errors
from pyspark.sql import Column, DataFrame, Row, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

# What a snippet may have set.
CONF = [
    "spark.sql.ansi.enabled",
    "spark.sql.caseSensitive",
    "spark.sql.session.timeZone",
    "spark.sql.shuffle.partitions",
    "spark.sql.sources.partitionOverwriteMode",
    "spark.sql.streaming.multipleWatermarkPolicy",
    "spark.sql.streaming.schemaInference",
    "spark.my.own",
]


def snippets(text):
    """A file's snippets: name, source, whether the order of rows counts. `# --- name, in order` begins one."""
    for part in re.split(r"(?m)^# --- ", text)[1:]:
        head, source = part.split("\n", 1)
        name = head.strip()
        ordered = name.endswith(", in order")
        if ordered:
            name = name[: -len(", in order")]
        yield name, source.rstrip() + "\n", ordered


class Runner:
    def __init__(self, spark, root, put, ls):
        self.spark = spark
        self.root = root
        self.put = put
        self.ls = ls
        self.count = 0

    def run(self, name, source, ordered):
        """The snippet's result as a JSON text."""
        self.count += 1
        folder = "%s/%d" % (self.root, self.count)
        names = dict(
            spark=self.spark, DIR=folder, F=F, T=T, Row=Row, Window=Window, col=F.col, lit=F.lit, SparkSession=SparkSession,
            put=lambda path, text: self.put(folder + "/" + path, text),
            ls=lambda path: sorted(plain_file(f) for f in self.ls(folder + "/" + path)),
            datetime=datetime, decimal=decimal, Decimal=decimal.Decimal,
            events=lambda name="in", **options: self.events(folder + "/" + name, options),
            follow=lambda *args, **options: self.follow(folder, *args, **options),
            settle=lambda *args, **options: self.settle(folder, *args, **options),
        )
        # The folder is there; a file of this name is none to read.
        self.put(folder + "/_nothing", "")
        out = io.StringIO()
        before, sys.stdout = sys.stdout, out
        try:
            result = encode(last_value(source, names), ordered)
        except Exception as error:
            result = {"error": error_of(error)}
        finally:
            sys.stdout = before
        if out.getvalue():
            result = {"printed": out.getvalue(), "result": result}
        self.clean()
        text = json.dumps({"name": name, "is": result}, sort_keys=True)
        return re.sub(r"(file:|dbfs:)?/*" + re.escape(folder), "DIR", text)

    def events(self, path, options):
        """A stream of a folder's events: a time, a key, a number."""
        # State has a file for each partition, which takes Spark its time.
        self.spark.conf.set("spark.sql.shuffle.partitions", "1")
        # The folder must be there.
        self.put(path + "/_nothing", "")
        return self.spark.readStream.schema("t timestamp, k string, v int").options(**options).json(path)

    def put_events(self, folder, count, text):
        """Puts a file of events: `in 10:01 a 1, 10:04 b 2` is two rows for the folder `in`."""
        name, rows = text.split(" ", 1) if " " in text else (text, "")
        lines = ""
        for row in rows.split(", ") if rows else []:
            at, key, value = row.split(" ")
            at = None if at == "-" else "2024-01-01T" + at + ":00Z"
            lines += json.dumps({"t": at, "k": key, "v": int(value)}) + "\n"
        self.put("%s/%s/%03d.json" % (folder, name, count), lines)

    def started(self, df, mode, seen, **options):
        def batch(rows, number):
            found = [list(row) for row in rows.collect()]
            seen[number] = sorted(found, key=lambda row: json.dumps(encode(row)))

        return df.writeStream.outputMode(mode).options(**options).foreachBatch(batch)

    def follow(self, folder, df, mode, *files):
        """A running query that is given a file and then waited for, and so on: what it did in each batch."""
        seen = {}
        query = self.started(df, mode, seen).start()
        try:
            for count, text in enumerate(files):
                self.put_events(folder, count, text)
                query.processAllAvailable()
            return batches(query, seen)
        finally:
            query.stop()

    def settle(self, folder, df, mode, *files, checkpoint="cp"):
        """A query of all that is there, that ends by itself: what it did in each batch."""
        for count, text in enumerate(files):
            self.put_events(folder, count, text)
            # The order of files is that of their times.
            time.sleep(0.02)
        seen = {}
        query = self.started(df, mode, seen, checkpointLocation=folder + "/" + checkpoint)
        query = query.trigger(availableNow=True).start()
        query.awaitTermination()
        return batches(query, seen)

    def clean(self):
        """Ends what the snippet left: streams, tables, views, settings."""
        spark = self.spark
        for query in spark.streams.active:
            query.stop()
        for key in CONF:
            try:
                spark.conf.unset(key)
            except Exception:
                pass
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        spark.catalog.setCurrentDatabase("default")
        for database in spark.catalog.listDatabases():
            if database.name not in ("default", "global_temp"):
                spark.sql("DROP DATABASE `%s` CASCADE" % database.name)
        for table in spark.catalog.listTables():
            if table.isTemporary:
                spark.catalog.dropTempView(table.name)
            elif table.tableType == "VIEW":
                spark.sql("DROP VIEW `%s`" % table.name)
            else:
                spark.sql("DROP TABLE `%s`" % table.name)
        spark.sql("DROP VIEW IF EXISTS global_temp.g")


def batches(query, seen):
    """Each batch's number, rows, event times, and what its stateful operators keep."""
    told = []
    for p in query.recentProgress:
        if "addBatch" not in p["durationMs"]:
            continue
        operators = [
            " ".join([o["operatorName"], *("%s=%d" % (name, o[name]) for name in (
                "numRowsTotal", "numRowsUpdated", "numRowsRemoved", "numRowsDroppedByWatermark"))])
            for o in p["stateOperators"]
        ]
        times = {name: time[5:16] for name, time in (p["eventTime"] or {}).items() if name != "avg"}
        told.append([p["batchId"], p["numInputRows"], times, operators, seen.get(p["batchId"])])
    return told


def last_value(source, names):
    """Runs a snippet; the value of its last expression, or None."""
    lines = source.rstrip().split("\n")
    for first in range(len(lines) - 1, -1, -1):
        if lines[first].startswith((" ", ")", "]", "}", "#")):
            continue
        try:
            end = compile("\n".join(lines[first:]), "snippet", "eval")
            begin = compile("\n".join(lines[:first]), "snippet", "exec")
        except SyntaxError:
            continue
        exec(begin, names)
        return eval(end, names)
    exec(compile(source, "snippet", "exec"), names)
    return None


def encode(value, ordered=True):
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, decimal.Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime.datetime):
        return {"timestamp": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    if isinstance(value, datetime.timedelta):
        return {"interval": str(value)}
    if isinstance(value, (bytes, bytearray)):
        return {"binary": bytes(value).hex()}
    if isinstance(value, DataFrame):
        if value.isStreaming:
            return {"streaming": schema_of(value)}
        rows = [[encode(v) for v in row] for row in value.collect()]
        if not ordered:
            rows.sort(key=json.dumps)
        return {"schema": schema_of(value), "rows": rows}
    if isinstance(value, Row):
        fields = getattr(value, "__fields__", None)
        values = [encode(v) for v in value]
        return {"row": values, "fields": list(fields) if fields is not None else None}
    if isinstance(value, (list, tuple)):
        return [encode(v) for v in value]
    if isinstance(value, dict):
        return {"map": sorted(([encode(k), encode(v)] for k, v in value.items()), key=json.dumps)}
    if isinstance(value, (Column, T.DataType, T.StructField)):
        return {"repr": repr(value)}
    if type(value).__name__ == "VariantVal":
        return {"variant": str(value)}
    return {"object": type(value).__name__}


def schema_of(frame):
    schema = json.loads(frame.schema.json())
    for field in schema["fields"]:
        # Spark's note to itself, which isn't written anywhere.
        field["metadata"].pop("__autoGeneratedAlias", None)
    return schema


def error_of(error):
    described = {"class": type(error).__name__, "message": message_of(error)}
    if isinstance(error, pyspark.errors.PySparkException):
        condition = error.getCondition()
        # These are numbers of texts that have no name yet.
        described["condition"] = None if (condition or "").startswith("_LEGACY_ERROR_TEMP_") else condition
    return described


def message_of(error):
    """What an error says, without where, and without plans and traces."""
    # Which Java method it was, and in which class of its own.
    text = re.sub(r"^An error occurred while calling .*?\n: ([\w.$]+: )?", "", str(error))
    text = re.split(r"\n== |; line \d+ pos|;\n|\n\n?JVM|\(line \d+, pos|\n  File |\n\tat ", text)[0]
    return re.sub(r"#\d+L?", "", text).strip()


def plain_file(name):
    """A file's name without what differs from run to run."""
    return re.sub(r"part-\d{5}-.*?(\.(snappy|gz|gzip|c000|zstd).*|\.[a-z.]+)$", r"part\1", name).replace(".c000", "")
