"""Exceptions as text, as cells show them."""

import sys


def _text(error):
    from _cell import _traceback

    return _traceback(error, "", set())[0]


def _exception(exc, value):
    return exc if value is None or not isinstance(value, BaseException) else value


def format_exception(exc, /, value=None, tb=None, limit=None, chain=True):
    return _text(_exception(exc, value)).splitlines(True)


def format_exc(limit=None, chain=True):
    error = sys.exc_info()[1]
    return "NoneType: None\n" if error is None else _text(error)


def print_exc(limit=None, file=None, chain=True):
    (file or sys.stderr).write(format_exc())


def print_exception(exc, /, value=None, tb=None, limit=None, file=None, chain=True):
    (file or sys.stderr).write(_text(_exception(exc, value)))


def format_exception_only(exc, /, value=None):
    return [_text(_exception(exc, value)).splitlines(True)[-1]]


class FrameSummary:
    def __init__(self, filename, lineno, name, line=""):
        self.filename, self.lineno, self.name, self.line = filename, lineno, name, line

    def __iter__(self):
        return iter((self.filename, self.lineno, self.name, self.line))

    def __repr__(self):
        return "<FrameSummary file %s, line %s in %s>" % (self.filename, self.lineno, self.name)


def extract_tb(tb, limit=None):
    frames = []
    while tb is not None:
        code = tb.tb_frame.f_code
        frames.append(FrameSummary(code.co_filename, tb.tb_lineno, code.co_name))
        tb = tb.tb_next
    return frames


def format_tb(tb, limit=None):
    return ['  File "%s", line %d, in %s\n' % (f.filename, f.lineno, f.name) for f in extract_tb(tb)]


def print_tb(tb, limit=None, file=None):
    (file or sys.stderr).write("".join(format_tb(tb)))


def format_stack(f=None, limit=None):
    return []


def print_stack(f=None, limit=None, file=None):
    pass


def clear_frames(tb):
    """What frames hold goes with them."""


class TracebackException:
    """An exception to be written later."""

    def __init__(self, exc_type, exc_value, exc_traceback, **kwargs):
        self.exc_type = exc_type
        self._error = exc_value
        self.stack = extract_tb(exc_traceback)

    @classmethod
    def from_exception(cls, exc, **kwargs):
        return cls(type(exc), exc, exc.__traceback__)

    def format(self, *, chain=True, **kwargs):
        return iter(format_exception(self._error))

    def format_exception_only(self, **kwargs):
        return iter(format_exception_only(self._error))

    def __str__(self):
        return str(self._error)
