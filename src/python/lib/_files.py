"""open() over the session's files: /dbfs/, /Volumes/ and dbfs:/ paths, and the driver's own disk, which is the session's too."""

import base64
from _io import BytesIO, StringIO

from pyspark._connect import request

CURRENT = "/databricks/driver"


def session_path(path):
    """The session's path for one that Python has: `/dbfs/a` is `dbfs:/a`, `/tmp/a` is `file:/tmp/a`."""
    path = str(path)
    if path.startswith(("dbfs:", "file:")):
        return path
    if path == "/dbfs" or path.startswith("/dbfs/"):
        return "dbfs:" + (path[5:] or "/")
    if path.startswith("/Volumes/"):
        return "dbfs:" + path
    return "file:" + (path if path.startswith("/") else CURRENT + "/" + path)


def _required(file):
    if isinstance(file, int):
        raise OSError(9, "Bad file descriptor")
    return session_path(file)


class _Writer(BytesIO):
    """Bytes that go to the session when the file is closed."""

    def __init__(self, path, append):
        super().__init__()
        self._path = path
        self._append = append

    def close(self):
        if not self.closed:
            text = base64.b64encode(self.getvalue()).decode("ascii")
            request("fs.write", path=self._path, base64=text, append=self._append)
        super().close()


class _TextWriter(StringIO):
    def __init__(self, path, append, encoding):
        super().__init__()
        self._path = path
        self._append = append
        self._encoding = encoding

    def close(self):
        if not self.closed:
            data = self.getvalue().encode(self._encoding)
            request("fs.write", path=self._path, base64=base64.b64encode(data).decode("ascii"), append=self._append)
        super().close()


def open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    path = _required(file)
    kind = mode.replace("b", "").replace("t", "")
    if kind not in ("r", "w", "a", "x"):
        raise ValueError("mode %r isn't supported: r, w, a and x are, with or without b" % mode)
    if kind == "r":
        try:
            data = base64.b64decode(request("fs.read", path=path))
        except Exception:
            raise FileNotFoundError(2, "No such file or directory", str(file)) from None
        if "b" in mode:
            return BytesIO(data)
        text = data.decode(encoding or "utf-8", errors or "strict")
        return StringIO(text.replace("\r\n", "\n") if newline is None else text)
    if kind == "x" and request("fs.exists", path=path):
        raise FileExistsError(17, "File exists", str(file))
    if "b" in mode:
        return _Writer(path, kind == "a")
    return _TextWriter(path, kind == "a", encoding or "utf-8")
