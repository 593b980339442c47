"""Streams in memory; open() is the session's."""

from _io import (
    DEFAULT_BUFFER_SIZE, BufferedReader, BufferedWriter, BytesIO, StringIO, TextIOWrapper, UnsupportedOperation, _BufferedIOBase,
    _IOBase, _RawIOBase, _TextIOBase,
)
from _files import open  # noqa: F401

SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2

IOBase, RawIOBase, BufferedIOBase, TextIOBase = _IOBase, _RawIOBase, _BufferedIOBase, _TextIOBase


def text_encoding(encoding, stacklevel=2):
    return "utf-8" if encoding is None else encoding
