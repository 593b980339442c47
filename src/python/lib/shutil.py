"""Copying, moving and removing the session's files."""

import os
from collections import namedtuple

from _files import open, session_path
from pyspark._connect import request

terminal_size = namedtuple("terminal_size", "columns lines")


class Error(OSError):
    pass


class SameFileError(Error):
    pass


def copyfile(src, dst, *, follow_symlinks=True):
    if session_path(os.fspath(src)) == session_path(os.fspath(dst)):
        raise SameFileError("%r and %r are the same file" % (src, dst))
    if os.path.isdir(src):
        raise IsADirectoryError(21, "Is a directory", str(src))
    with open(src, "rb") as source, open(dst, "wb") as target:
        target.write(source.read())
    return dst


def _inside(src, dst):
    return os.path.join(dst, os.path.basename(os.fspath(src))) if os.path.isdir(dst) else dst


def copy(src, dst, *, follow_symlinks=True):
    return copyfile(src, _inside(src, dst))


copy2 = copy


def copyfileobj(fsrc, fdst, length=0):
    fdst.write(fsrc.read())


def copytree(src, dst, symlinks=False, ignore=None, copy_function=copy2, ignore_dangling_symlinks=False, dirs_exist_ok=False):
    if not os.path.isdir(src):
        raise FileNotFoundError(2, "No such file or directory", str(src))
    os.makedirs(dst, exist_ok=dirs_exist_ok)
    names = os.listdir(src)
    ignored = ignore(os.fspath(src), names) if ignore else ()
    for name in names:
        if name not in ignored:
            source, target = os.path.join(src, name), os.path.join(dst, name)
            if os.path.isdir(source):
                copytree(source, target, symlinks, ignore, copy_function, ignore_dangling_symlinks, dirs_exist_ok)
            else:
                copy_function(source, target)
    return dst


def ignore_patterns(*patterns):
    import fnmatch

    return lambda path, names: {name for pattern in patterns for name in fnmatch.filter(names, pattern)}


def move(src, dst, copy_function=copy2):
    target = _inside(src, dst)
    os.rename(src, target)
    return target


def rmtree(path, ignore_errors=False, onerror=None, *, onexc=None, dir_fd=None):
    if os.path.isdir(path):
        request("fs.rm", path=session_path(os.fspath(path)), recurse=True)
    elif not ignore_errors:
        wrong = NotADirectoryError(20, "Not a directory") if os.path.exists(path) else FileNotFoundError(2, "No such file or directory")
        wrong.filename = str(path)
        raise wrong


def which(cmd, mode=1, path=None):
    return None


def get_terminal_size(fallback=(80, 24)):
    return terminal_size(*fallback)
