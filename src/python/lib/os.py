"""A small `os`: names, paths and the session's files. Nothing of the machine below."""

import sys

name = "posix"
sep = "/"
altsep = None
extsep = "."
pathsep = ":"
curdir = "."
pardir = ".."
linesep = "\n"
defpath = "/bin"
devnull = "/dev/null"
error = OSError
F_OK, R_OK, W_OK, X_OK = 0, 4, 2, 1
environ = {}


class PathLike:
    def __fspath__(self):
        raise NotImplementedError

    @classmethod
    def __subclasshook__(cls, subclass):
        return hasattr(subclass, "__fspath__") if cls is PathLike else NotImplemented


def fspath(path):
    if isinstance(path, (str, bytes)):
        return path
    try:
        return type(path).__fspath__(path)
    except AttributeError:
        raise TypeError("expected str, bytes or os.PathLike object, not " + type(path).__name__) from None


def fsencode(filename):
    filename = fspath(filename)
    return filename.encode("utf-8") if isinstance(filename, str) else filename


def fsdecode(filename):
    filename = fspath(filename)
    return filename.decode("utf-8") if isinstance(filename, bytes) else filename


def getcwd():
    from _files import CURRENT

    return CURRENT


def getpid():
    return 1


def cpu_count():
    return 1


def getenv(key, default=None):
    return environ.get(key, default)


def putenv(key, value):
    environ[key] = value


def urandom(size):
    import _multihop

    data = b""
    while len(data) < size:
        data += _multihop.entropy().to_bytes(8, "little")
    return data[:size]


def _refused(what):
    def refuse(*args, **kwargs):
        raise PermissionError(1, "Operation not permitted: a notebook here starts no processes and sees no other machine (os." + what + ")")

    refuse.__name__ = what
    return refuse


for _what in ("system", "popen", "execv", "kill", "chdir", "chmod", "symlink", "link", "spawnv"):
    globals()[_what] = _refused(_what)


# Directories that every driver has.
_ALWAYS = ("file:", "file:/tmp", "file:/databricks/driver", "dbfs:")


def _entry(path):
    """What the session knows of a path: None, or (is it a directory, its size)."""
    from _files import session_path
    from pyspark._connect import request

    full = session_path(fspath(path))
    if full.rstrip("/") in _ALWAYS:
        return True, 0
    if not request("fs.exists", path=full):
        return None
    full = full.rstrip("/")
    try:
        entries = request("fs.ls", path=full)
    except Exception:
        return None
    if len(entries) == 1 and entries[0]["path"].rstrip("/") == full and not entries[0]["name"].endswith("/"):
        return False, entries[0]["size"]
    return True, 0


def _missing(path):
    return FileNotFoundError(2, "No such file or directory", str(path))


class stat_result:
    def __init__(self, is_dir, size):
        self.st_mode = 0o040755 if is_dir else 0o100644
        self.st_size = size
        self.st_mtime = self.st_ctime = self.st_atime = 0.0
        self.st_ino = self.st_dev = 0


def stat(path, **kwargs):
    found = _entry(path)
    if found is None:
        raise _missing(path)
    return stat_result(*found)


lstat = stat


def access(path, mode, **kwargs):
    return _entry(path) is not None


def listdir(path="."):
    from _files import session_path
    from pyspark._connect import request

    if _entry(path) is None:
        raise _missing(path)
    full = session_path(fspath(path))
    listed = request("fs.ls", path=full) if request("fs.exists", path=full) else []
    return [entry["name"].rstrip("/") for entry in listed]


def _session(path):
    from _files import session_path

    return session_path(fspath(path))


def mkdir(path, mode=0o777, **kwargs):
    from pyspark._connect import request

    if _entry(path) is not None:
        raise FileExistsError(17, "File exists", str(path))
    request("fs.mkdirs", path=_session(path))


def makedirs(name, mode=0o777, exist_ok=False):
    from pyspark._connect import request

    if not exist_ok and _entry(name) is not None:
        raise FileExistsError(17, "File exists", str(name))
    request("fs.mkdirs", path=_session(name))


def remove(path, **kwargs):
    from pyspark._connect import request

    if _entry(path) is None:
        raise _missing(path)
    request("fs.rm", path=_session(path), recurse=False)


unlink = remove


def rmdir(path, **kwargs):
    remove(path)


def rename(src, dst, **kwargs):
    from pyspark._connect import request

    request("fs.mv", **{"from": _session(src), "to": _session(dst), "recurse": True})


replace = rename


def walk(top, topdown=True, onerror=None, followlinks=False):
    dirs, files = [], []
    for entry in listdir(top):
        found = _entry(path.join(top, entry))
        (dirs if found and found[0] else files).append(entry)
    if topdown:
        yield top, dirs, files
    for entry in dirs:
        yield from walk(path.join(top, entry), topdown, onerror, followlinks)
    if not topdown:
        yield top, dirs, files


import posixpath as path

sys.modules["os.path"] = path
from posixpath import abspath as _abspath  # noqa: E402,F401
