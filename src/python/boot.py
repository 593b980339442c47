# Runs before all else: embedded modules can be imported, Python's text goes to the host.

import sys

import _multihop
from _frozen_importlib import ModuleSpec


# Packages that notebooks know from Databricks, and what to do without them.
_ABSENT = {
    "pandas": "collect() gives a DataFrame's rows, display() shows them",
    "numpy": "math, random and statistics are there",
    "pyarrow": "spark.read reads parquet files",
    "matplotlib": "display() draws charts of a DataFrame",
    "seaborn": "display() draws charts of a DataFrame",
    "plotly": "display() draws charts of a DataFrame",
    "requests": "there is no network",
    "boto3": "there is no network",
    "dlt": "declarations of pipelines run in a pipeline, not in a notebook",
}


class _Library:
    """Finds and loads the modules that are embedded."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        package = _multihop.find(name)
        if package is None:
            if name in _ABSENT:
                raise ModuleNotFoundError("No module named '%s' (Multihop hasn't got it: %s)" % (name, _ABSENT[name]), name=name)
            return None
        spec = ModuleSpec(name, _Library, origin="<multihop>", is_package=package)
        return spec

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        exec(_multihop.code(module.__name__), module.__dict__)


class _Beside:
    """Finds and loads files of Python beside the notebook, and where `sys.path` says."""

    _sources = {}

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith("_"):
            return None
        # The notebook's own folder is the current one; above it are those that `..` leads to.
        here, above = "/databricks/driver/", ("/databricks", "/")
        folders = ["."]
        for entry in sys.path:
            if entry.startswith(here):
                folders.append(entry[len(here):])
            elif entry in above:
                folders.append("/".join([".."] * (above.index(entry) + 1)))
            else:
                folders.append(entry.removeprefix("/Workspace") or "/")
        folders.append("/")
        asked = {"op": "notebook.module", "name": name, "folders": folders}
        found = _multihop.loads(_multihop.call(_multihop.dumps(asked))).get("ok")
        if found is None:
            return None
        _Beside._sources[name] = found
        return ModuleSpec(name, _Beside, origin=found["path"], is_package=found["package"])

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        found = _Beside._sources[module.__name__]
        module.__file__ = found["path"]
        exec(compile(found["source"], found["path"], "exec"), module.__dict__)


# After the interpreter's own modules, before any file: those are the session's.
sys.meta_path = [finder for finder in sys.meta_path if "Path" not in getattr(finder, "__name__", "")]
sys.meta_path += [_Library, _Beside]
sys.path = []
sys.path_hooks = []
sys.argv = [""]


class _Out:
    """sys.stdout and sys.stderr."""

    encoding = "utf-8"
    errors = "strict"
    closed = False
    mode = "w"
    newlines = None

    def __init__(self, stream, name):
        self._stream = stream
        self.name = name

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not " + type(text).__name__)
        if text:
            _multihop.write(self._stream, text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def writable(self):
        return True

    def readable(self):
        return False

    def fileno(self):
        raise OSError("there is no file below " + self.name)


sys.stdout = sys.__stdout__ = _Out(1, "<stdout>")
sys.stderr = sys.__stderr__ = _Out(2, "<stderr>")

# Encodings beside UTF-8 and ASCII, which the interpreter has.
import codecs


def _encoding(name):
    name = name.lower().replace("-", "_")
    if name in ("latin1", "latin_1", "iso8859_1", "iso_8859_1", "l1"):
        return codecs.CodecInfo(codecs.latin_1_encode, codecs.latin_1_decode, name="iso8859-1")
    if name == "utf_8_sig":

        def decode(data, errors="strict"):
            data = bytes(data)
            return codecs.utf_8_decode(data[3:] if data[:3] == codecs.BOM_UTF8 else data, errors, True)

        def encode(text, errors="strict"):
            return codecs.BOM_UTF8 + codecs.utf_8_encode(text, errors)[0], len(text)

        return codecs.CodecInfo(encode, decode, name="utf-8-sig")
    if name in ("u8", "utf", "utf_8", "us_ascii", "646"):
        return codecs.lookup("ascii" if name in ("us_ascii", "646") else "utf-8")
    return None


codecs.register(_encoding)

# The interpreter's own `time` knows no clock in a browser, and natively it is the host's business.
import time as _time


def _seconds(value):
    return now() if value is None else value


def now():
    return _multihop.now() / 1000


_started = _multihop.now()
_gmtime, _strftime, _asctime = _time.gmtime, _time.strftime, _time.asctime


def _since():
    return (_multihop.now() - _started) / 1000


def _sleep(seconds):
    if not isinstance(seconds, (int, float)):
        raise TypeError("'%s' object cannot be interpreted as an integer or float" % type(seconds).__name__)
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    from pyspark._connect import request

    # Streams move meanwhile; in pieces, so that a cancelled cell ends.
    left = int(seconds * 1000)
    while left > 0:
        piece = min(left, 100)
        request("sleep", ms=piece)
        left -= piece
        __tick__(True)


def _mktime(parts):
    from calendar import timegm

    return float(timegm(parts))


# The driver's time zone is UTC, as on Databricks.
_time.time = now
_time.time_ns = lambda: int(_multihop.now() * 1000000)
_time.monotonic = _time.perf_counter = _time.process_time = _time.thread_time = _since
_time.monotonic_ns = _time.perf_counter_ns = _time.process_time_ns = lambda: int(_since() * 1000000000)
_time.sleep = _sleep
_time.gmtime = _time.localtime = lambda seconds=None: _gmtime(_seconds(seconds))
_time.strftime = lambda format, parts=None: _strftime(format, _time.gmtime() if parts is None else parts)
_time.asctime = lambda parts=None: _asctime(_time.gmtime() if parts is None else parts)
_time.ctime = lambda seconds=None: _asctime(_time.gmtime(seconds))
_time.mktime = _mktime
_time.timezone = _time.altzone = _time.daylight = 0
_time.tzname = ("UTC", "UTC")

# Files are the session's.
import builtins


def _open(file, *args, **kwargs):
    from _files import open

    return open(file, *args, **kwargs)


def _input(prompt=""):
    raise RuntimeError("input() has nobody to ask: use dbutils.widgets.text(name, default) and dbutils.widgets.get(name)")


def _help(*subject):
    import inspect

    for thing in subject or (help,):
        name = getattr(thing, "__name__", type(thing).__name__)
        kind = "class" if isinstance(thing, type) else "function" if callable(thing) else type(thing).__name__
        print("Help on %s %s:\n" % (kind, name))
        if callable(thing):
            try:
                print(name + str(inspect.signature(thing)))
            except (TypeError, ValueError):
                print(name + "(...)")
        for line in (getattr(thing, "__doc__", None) or "").strip().splitlines():
            print("    " + line.strip())


builtins.open = _open
builtins.help = _help
builtins.input = _input
