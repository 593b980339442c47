"""What every cell finds: spark, sc, dbutils, display, displayHTML, sql, table."""

import functools

from pyspark._connect import request
from pyspark.errors import Py4JJavaError, PySparkValueError, not_implemented
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.column import Column
from pyspark.sql.context import SQLContext
from pyspark.sql.types import NullType, StringType, infer_schema, merge_types

spark = SparkSession._get()
sc = spark.sparkContext


class NotebookExit(BaseException):
    """dbutils.notebook.exit: ends the run, with a value."""

    def __init__(self, value):
        self.value = value
        super().__init__(value)


class FileInfo(tuple):
    """What dbutils.fs.ls says of a file."""

    __slots__ = ()

    def __new__(cls, path, name, size, modificationTime=0):
        return tuple.__new__(cls, (path, name, size, modificationTime))

    path = property(lambda self: self[0])
    name = property(lambda self: self[1])
    size = property(lambda self: self[2])
    modificationTime = property(lambda self: self[3])
    _fields = ("path", "name", "size", "modificationTime")

    def isDir(self):
        return self.name.endswith("/")

    def isFile(self):
        return not self.isDir()

    def __repr__(self):
        return "FileInfo(path=%r, name=%r, size=%r, modificationTime=%r)" % tuple(self)


def _path(path):
    if not isinstance(path, str):
        raise TypeError("the path must be a text, not " + type(path).__name__)
    return "dbfs:" + path[5:] if path.startswith("/dbfs/") else path


class _Helped:
    """A part of dbutils, which can say what it is for."""

    _about = ""

    def help(self, method=None):
        print(self._about)

    def __repr__(self):
        return self._about


class FileSystem(_Helped):
    _about = (
        "dbutils.fs: files under dbfs:/\n\n"
        "ls(dir): what a directory holds\nhead(file, maxBytes=65536): how a file begins\n"
        "put(file, contents, overwrite=False): writes a text\ncp(from, to, recurse=False): copies\n"
        "mv(from, to, recurse=False): moves\nrm(path, recurse=False): removes\nmkdirs(dir): makes a directory"
    )

    def ls(self, dir):
        return [
            FileInfo(e["path"], e["name"], e["size"], e["modificationTime"]) for e in request("fs.ls", path=_path(dir))
        ]

    def cp(self, from_, to, recurse=False):
        return request("fs.cp", **{"from": _path(from_), "to": _path(to), "recurse": recurse}) is not False

    def mv(self, from_, to, recurse=False):
        return request("fs.mv", **{"from": _path(from_), "to": _path(to), "recurse": recurse}) is not False

    def rm(self, dir, recurse=False):
        return request("fs.rm", path=_path(dir), recurse=recurse)

    def mkdirs(self, dir):
        return request("fs.mkdirs", path=_path(dir)) is not False

    def put(self, file, contents, overwrite=False):
        if not isinstance(contents, str):
            raise TypeError("the contents must be a text, not " + type(contents).__name__)
        request("fs.put", path=_path(file), contents=contents, overwrite=overwrite)
        print("Wrote %d bytes." % len(contents.encode("utf-8")))
        return True

    def head(self, file, maxBytes=65536):
        return request("fs.head", path=_path(file), maxBytes=maxBytes)

    def mount(self, *args, **kwargs):
        raise not_implemented("dbutils.fs.mount (there is no network; files come by drop, under dbfs:/)")

    def unmount(self, *args, **kwargs):
        raise not_implemented("dbutils.fs.unmount (nothing is mounted)")

    def mounts(self):
        return []

    def refreshMounts(self):
        return True

    def updateMount(self, *args, **kwargs):
        raise not_implemented("dbutils.fs.updateMount (nothing is mounted)")


class Widgets(_Helped):
    _about = (
        "dbutils.widgets: a notebook's parameters\n\n"
        "text(name, defaultValue, label), dropdown/combobox/multiselect(name, defaultValue, choices, label)\n"
        "get(name), getAll(), remove(name), removeAll()"
    )

    def text(self, name, defaultValue="", label=None):
        request("widgets.create", kind="text", name=name, default=defaultValue, choices=None, label=label)

    def dropdown(self, name, defaultValue, choices, label=None):
        self._choice("dropdown", name, defaultValue, choices, label)

    def combobox(self, name, defaultValue, choices, label=None):
        self._choice("combobox", name, defaultValue, choices, label)

    def multiselect(self, name, defaultValue, choices, label=None):
        self._choice("multiselect", name, defaultValue, choices, label)

    def _choice(self, kind, name, default, choices, label):
        request("widgets.create", kind=kind, name=name, default=default, choices=[str(c) for c in choices], label=label)

    def get(self, name):
        return request("widgets.get", name=name)

    def getArgument(self, name, defaultValue=None):
        values = self.getAll()
        return values.get(name, defaultValue) if defaultValue is not None else self.get(name)

    def getAll(self):
        return dict(request("widgets.getAll"))

    def remove(self, name):
        request("widgets.remove", name=name)

    def removeAll(self):
        request("widgets.removeAll")


class _Option:
    """Scala's Option, as notebooks see it through the context: a value, or nothing."""

    def __init__(self, value=None):
        self._value = value

    def get(self):
        if self._value is None:
            raise Py4JJavaError("java.util.NoSuchElementException: None.get", "java.util.NoSuchElementException")
        return self._value

    def getOrElse(self, other):
        return (other() if callable(other) else other) if self._value is None else self._value

    def isDefined(self):
        return self._value is not None

    def isEmpty(self):
        return self._value is None

    def toString(self):
        return repr(self)

    def __repr__(self):
        return "None" if self._value is None else "Some(%s)" % self._value


class _Tags:
    def __init__(self, values):
        self._values = values

    def get(self, name):
        return _Option(self._values.get(name))

    def apply(self, name):
        if name not in self._values:
            raise Py4JJavaError(
                "java.util.NoSuchElementException: key not found: " + name, "java.util.NoSuchElementException"
            )
        return self._values[name]

    def getOrElse(self, name, other):
        return self._values.get(name, other() if callable(other) else other)

    def contains(self, name):
        return name in self._values

    def toString(self):
        return repr(self)

    def __repr__(self):
        return "Map(%s)" % ", ".join("%s -> %s" % pair for pair in self._values.items())


class _Context:
    """`dbutils.notebook.entry_point.getDbutils().notebook().getContext()`, as notebooks spell it."""

    def __init__(self):
        context = request("notebook.context")
        self._path = context["path"]
        self._tags = {
            "user": context["user"],
            "notebookPath": self._path,
            "notebookId": "0",
            "orgId": "0",
            "clusterId": spark.conf.get("spark.databricks.clusterUsageTags.clusterId"),
            "browserHostName": "localhost",
        }

    def tags(self):
        return _Tags(self._tags)

    def toJson(self):
        import json

        extra = {"notebook_path": self._path, "api_url": "https://localhost"}
        return json.dumps({"tags": self._tags, "extraContext": extra})

    safeToJson = toJson

    def notebookPath(self):
        return _Option(self._path)

    def userName(self):
        return _Option(self._tags["user"])

    def clusterId(self):
        return _Option(self._tags["clusterId"])

    def browserHostName(self):
        return _Option(self._tags["browserHostName"])

    def workspaceId(self):
        return _Option(self._tags["orgId"])

    def notebookId(self):
        return _Option(self._tags["notebookId"])

    def currentRunId(self):
        """Nothing: it is no job's run."""
        return _Option()

    jobId = currentRunId

    def apiUrl(self):
        return _Option("https://localhost")

    def apiToken(self):
        """Nothing: there is no workspace to ask."""
        return _Option()


class _EntryPoint:
    def getDbutils(self):
        return self

    def notebook(self):
        return self

    def getContext(self):
        return _Context()


class Notebook(_Helped):
    _about = "dbutils.notebook: run(path, timeoutSeconds, arguments), exit(value)"
    entry_point = _EntryPoint()

    def getContext(self):
        return _Context()

    def run(self, path, timeoutSeconds=0, arguments=None, **kwargs):
        timeoutSeconds = kwargs.get("timeout_seconds", timeoutSeconds)
        return request(
            "notebook.run", path=path, timeoutSeconds=timeoutSeconds,
            arguments={k: str(v) for k, v in (arguments or {}).items()},
        )

    def exit(self, value=""):
        raise NotebookExit(str(value))


class Secrets(_Helped):
    _about = "dbutils.secrets: none here"

    def get(self, scope, key):
        raise Py4JJavaError(
            "java.lang.IllegalArgumentException: Secret does not exist with scope: %s and key: %s (Multihop keeps no secrets)"
            % (scope, key),
            "java.lang.IllegalArgumentException",
        )

    getBytes = get

    def list(self, scope):
        return []

    def listScopes(self):
        return []


class Library(_Helped):
    _about = "dbutils.library: restartPython()"

    def restartPython(self):
        """Nothing was installed, so Python goes on as it is."""
        return None

    def installPyPI(self, *args, **kwargs):
        raise not_implemented("dbutils.library.installPyPI (there is no network)")


class TaskValues(_Helped):
    """What a job's tasks tell one another. A notebook by itself is no task: it tells nobody, and hears `debugValue`."""

    _about = "dbutils.jobs.taskValues: set(key, value), get(taskKey, key, default, debugValue)"

    def set(self, key, value):
        return None

    def get(self, taskKey, key, default=None, debugValue=None):
        if debugValue is None:
            raise TypeError("Must pass debugValue when calling get outside of a job context. debugValue cannot be None.")
        return debugValue


class Jobs(_Helped):
    _about = "dbutils.jobs: taskValues"
    taskValues = TaskValues()


class DBUtils(_Helped):
    _about = "dbutils: fs, widgets, notebook, secrets, library, jobs. dbutils.fs.help() says more of one."

    def __init__(self, spark=None):
        self.fs = FileSystem()
        self.widgets = Widgets()
        self.notebook = Notebook()
        self.secrets = Secrets()
        self.library = Library()
        self.jobs = Jobs()

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        raise not_implemented("dbutils." + name)


dbutils = DBUtils()


def _frame_of(items):
    if not isinstance(items[0], (tuple, dict)):
        return spark.createDataFrame([(str(v),) for v in items], "value string")
    try:
        return spark.createDataFrame(items)
    except PySparkValueError:
        # A column of None alone has no type, as a catalog's descriptions often; it is shown all the same.
        schema = functools.reduce(merge_types, map(infer_schema, items))
        for field in schema.fields:
            if isinstance(field.dataType, NullType):
                field.dataType = StringType()
        return spark.createDataFrame(items, schema)


def display(value=None, *args, **kwargs):
    """Shows a table: of a DataFrame (streaming too), or of rows that make one."""
    if value is None:
        return
    if isinstance(value, DataFrame):
        # processingTime, streamName, checkpointLocation, … go along as they are.
        request("display", df=value._handle, options={k: str(v) for k, v in kwargs.items()})
    elif isinstance(value, Column):
        raise TypeError("display() shows DataFrames; a Column has no rows of its own: select it from one.")
    elif isinstance(value, (list, tuple)) and value:
        items = value
        if isinstance(items[0], FileInfo):
            items = [tuple(v) for v in items]
            df = spark.createDataFrame(items, "path string, name string, size bigint, modificationTime bigint")
        else:
            df = _frame_of(items)
        request("display", df=df._handle, options={})
    else:
        request("displayText", text=repr(value))


def displayHTML(html="", **kwargs):
    """Shows HTML."""
    request("displayHTML", html=str(html))


def sql(sqlQuery, args=None, **kwargs):
    return spark.sql(sqlQuery, args, **kwargs)


def table(tableName):
    return spark.table(tableName)


def getArgument(name, defaultValue=None):
    return dbutils.widgets.getArgument(name, defaultValue)


def names():
    """The names that a cell's `__main__` begins with."""
    return {
        "spark": spark, "sc": sc, "sqlContext": SQLContext(sc, spark), "dbutils": dbutils, "display": display,
        "displayHTML": displayHTML, "sql": sql, "table": table, "getArgument": getArgument,
    }
