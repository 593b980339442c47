"""Temporary files and directories on the driver's own disk."""

import os
import random

import _files

_names = random.Random()

tempdir = None


def gettempdir():
    return tempdir or "/tmp"


def _new(suffix, prefix, dir):
    while True:
        name = "".join(_names.choices("abcdefghijklmnopqrstuvwxyz0123456789_", k=8))
        path = os.path.join(dir or gettempdir(), (prefix or "tmp") + name + (suffix or ""))
        if not os.path.exists(path):
            return path


def mkdtemp(suffix=None, prefix=None, dir=None):
    path = _new(suffix, prefix, dir)
    os.makedirs(path)
    return path


class TemporaryDirectory:
    def __init__(self, suffix=None, prefix=None, dir=None, ignore_cleanup_errors=False, *, delete=True):
        self.name = mkdtemp(suffix, prefix, dir)
        self._delete = delete

    def cleanup(self):
        import shutil

        shutil.rmtree(self.name, ignore_errors=True)

    def __enter__(self):
        return self.name

    def __exit__(self, *error):
        if self._delete:
            self.cleanup()

    def __repr__(self):
        return "<TemporaryDirectory %r>" % self.name


class _Temporary:
    def __init__(self, file, name, delete):
        self.file, self.name, self._delete = file, name, delete

    def __getattr__(self, name):
        return getattr(self.file, name)

    def __iter__(self):
        return iter(self.file)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self.file.close()
        if self._delete and os.path.exists(self.name):
            os.remove(self.name)

    def flush(self):
        """What was written is in the file."""
        place = self.file.tell()
        text = self.file.getvalue()
        with _files.open(self.name, "wb" if isinstance(text, bytes) else "w") as file:
            file.write(text)
        self.file.seek(place)


def NamedTemporaryFile(mode="w+b", buffering=-1, encoding=None, newline=None, suffix=None, prefix=None, dir=None,
                       delete=True, *, errors=None, delete_on_close=True):
    path = _new(suffix, prefix, dir)
    mode = mode.replace("+", "")
    return _Temporary(_files.open(path, mode, encoding=encoding), path, delete and delete_on_close)


TemporaryFile = NamedTemporaryFile
