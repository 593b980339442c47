"""Paths as objects. Files are the session's: those under /dbfs/ and dbfs:/."""

import fnmatch
import os
import posixpath

__all__ = ["Path", "PosixPath", "PurePath", "PurePosixPath"]


class PurePath:
    def __init__(self, *parts):
        text = posixpath.join(*[os.fspath(part) for part in parts]) if parts else "."
        absolute = text.startswith("/")
        names = [name for name in text.split("/") if name not in ("", ".")]
        self._text = ("/" if absolute else "") + "/".join(names) or "."

    def __fspath__(self):
        return self._text

    __str__ = as_posix = __fspath__

    def __repr__(self):
        return "%s(%r)" % (type(self).__name__, self._text)

    def __eq__(self, other):
        return isinstance(other, PurePath) and self._text == other._text

    def __lt__(self, other):
        return self.parts < other.parts

    def __hash__(self):
        return hash(self._text)

    def __truediv__(self, other):
        return type(self)(self._text, other)

    def __rtruediv__(self, other):
        return type(self)(other, self._text)

    def joinpath(self, *others):
        return type(self)(self._text, *others)

    @property
    def parts(self):
        names = tuple(name for name in self._text.split("/") if name not in ("", "."))
        return ("/",) + names if self._text.startswith("/") else names

    @property
    def name(self):
        return "" if self._text in ("/", ".") else posixpath.basename(self._text)

    @property
    def stem(self):
        return posixpath.splitext(self.name)[0]

    @property
    def suffix(self):
        return posixpath.splitext(self.name)[1]

    @property
    def suffixes(self):
        return ["." + part for part in self.name.lstrip(".").split(".")[1:]]

    @property
    def parent(self):
        return type(self)(posixpath.dirname(self._text) or ".")

    @property
    def parents(self):
        found = []
        path = self
        while path.parent != path:
            path = path.parent
            found.append(path)
        return found

    def is_absolute(self):
        return self._text.startswith("/")

    def with_name(self, name):
        return self.parent / name

    def with_suffix(self, suffix):
        return self.with_name(self.stem + suffix)

    def with_stem(self, stem):
        return self.with_name(stem + self.suffix)

    def relative_to(self, other):
        other = PurePath(other)
        count = len(other.parts)
        if self.parts[:count] != other.parts:
            raise ValueError("%r is not in the subpath of %r" % (self._text, other._text))
        return type(self)(*self.parts[count:])

    def is_relative_to(self, other):
        other = PurePath(other).parts
        return self.parts[: len(other)] == other

    def match(self, pattern):
        return fnmatch.fnmatchcase(self.name, pattern)


class Path(PurePath):
    @classmethod
    def cwd(cls):
        return cls(os.getcwd())

    def absolute(self):
        return type(self)(os.path.abspath(self._text))

    resolve = absolute

    def exists(self):
        return os.path.exists(self._text)

    def is_dir(self):
        return os.path.isdir(self._text)

    def is_file(self):
        return os.path.isfile(self._text)

    def stat(self):
        return os.stat(self._text)

    def iterdir(self):
        return (self / name for name in os.listdir(self._text))

    def glob(self, pattern):
        head, _, rest = pattern.partition("/")
        if head == "**":
            yield from self.rglob(rest)
            return
        for path in sorted(self.iterdir()):
            if fnmatch.fnmatchcase(path.name, head):
                if not rest:
                    yield path
                elif path.is_dir():
                    yield from path.glob(rest)

    def rglob(self, pattern):
        yield from self.glob(pattern)
        for path in sorted(self.iterdir()):
            if path.is_dir():
                yield from path.rglob(pattern)

    def mkdir(self, mode=0o777, parents=False, exist_ok=False):
        os.makedirs(self._text, exist_ok=exist_ok)

    def unlink(self, missing_ok=False):
        if not missing_ok or self.exists():
            os.remove(self._text)

    def open(self, mode="r", buffering=-1, encoding=None, errors=None, newline=None):
        return open(self._text, mode, buffering, encoding, errors, newline)

    def read_text(self, encoding=None, errors=None):
        with self.open("r", encoding=encoding, errors=errors) as file:
            return file.read()

    def read_bytes(self):
        with self.open("rb") as file:
            return file.read()

    def write_text(self, data, encoding=None, errors=None, newline=None):
        with self.open("w", encoding=encoding) as file:
            return file.write(data)

    def write_bytes(self, data):
        with self.open("wb") as file:
            return file.write(data)


PurePosixPath = PurePath
PosixPath = Path
