"""What the interpreter asks about cells: their exceptions, their names."""

import sys

import _multihop
from _notebook import NotebookExit, names, spark
from pyspark import _connect
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

__all__ = ["names"]

# The lines of cells, by their name.
_sources = {}


def remember(name, source):
    """A cell begins: its lines are kept, and what the last SQL cell showed is `_sqldf`."""
    _sources[name] = source.split("\n")
    shown = _connect.request("notebook.sqlResult")
    if shown is not None:
        sys.modules["__main__"].__dict__["_sqldf"] = DataFrame(shown, spark)


def describe(error, name):
    """An exception as JSON: how the cell ended."""
    if isinstance(error, NotebookExit):
        return _multihop.dumps({"kind": "exit", "value": error.value})
    if isinstance(error, KeyboardInterrupt):
        return _multihop.dumps({"kind": "interrupted"})
    text, line = _traceback(error, name, set())
    condition = error.getCondition() if isinstance(error, PySparkException) else None
    return _multihop.dumps(
        {
            "kind": "error",
            "class": type(error).__name__,
            "message": _message(error),
            "condition": condition,
            "traceback": text,
            "line": line,
        }
    )


def _message(error):
    if isinstance(error, SyntaxError):
        return str(error.msg)
    try:
        return str(error)
    except Exception as other:
        return "<exception str() failed: " + type(other).__name__ + ">"


def _traceback(error, name, seen):
    """The traceback's text, and the line of this cell that it comes from."""
    seen.add(id(error))
    head = ""
    cause = error.__cause__
    if cause is not None and id(cause) not in seen:
        head = _traceback(cause, name, seen)[0]
        head += "\nThe above exception was the direct cause of the following exception:\n\n"
    elif error.__context__ is not None and not error.__suppress_context__ and id(error.__context__) not in seen:
        head = _traceback(error.__context__, name, seen)[0]
        head += "\nDuring handling of the above exception, another exception occurred:\n\n"
    lines = []
    at = None
    frames = []
    entry = error.__traceback__
    while entry is not None:
        code = entry.tb_frame.f_code
        # The embedded packages' own frames say nothing to a reader of cells.
        if not code.co_filename.startswith(("<", "_frozen_importlib")):
            frames.append((code.co_filename, entry.tb_lineno, code.co_name))
        entry = entry.tb_next
    repeated = 0
    for index, frame in enumerate(frames):
        if frame[0] == name:
            at = frame[1]
        if index and frame == frames[index - 1]:
            repeated += 1
            if repeated > 2:
                continue
        else:
            _more(lines, repeated)
            repeated = 0
        lines.append('  File "%s", line %d, in %s\n' % frame)
        source = _sources.get(frame[0])
        if source is not None and 0 < frame[1] <= len(source) and source[frame[1] - 1].strip():
            lines.append("    " + source[frame[1] - 1].strip() + "\n")
    _more(lines, repeated)
    if isinstance(error, SyntaxError) and error.lineno is not None:
        at = error.lineno
        lines.append('  File "%s", line %d\n' % (error.filename or name, error.lineno))
        if error.text:
            text = error.text.rstrip("\n")
            bare = text.lstrip()
            lines.append("    " + bare + "\n")
            if error.offset is not None and error.offset > 0:
                column = max(error.offset - 1 - (len(text) - len(bare)), 0)
                width = 1
                if error.end_lineno == error.lineno and error.end_offset and error.end_offset > error.offset:
                    width = error.end_offset - error.offset
                lines.append("    " + " " * column + "^" * width + "\n")
    elif frames:
        lines.insert(0, "Traceback (most recent call last):\n")
    kind = type(error)
    module = kind.__module__
    title = kind.__qualname__ if module in ("builtins", "__main__") else module + "." + kind.__qualname__
    message = _message(error)
    lines.append(title + (": " + message if message else "") + "\n")
    for note in getattr(error, "__notes__", ()):
        lines.append(str(note) + "\n")
    return head + "".join(lines), at


def _more(lines, repeated):
    if repeated > 2:
        more = repeated - 2
        lines.append("  [Previous line repeated %d more time%s]\n" % (more, "" if more == 1 else "s"))


def invoke(number, text):
    """Calls a registered function for the session."""
    try:
        return '{"ok":' + _connect.invoke(number, text) + "}"
    except KeyboardInterrupt:
        error = {"class": "KeyboardInterrupt", "message": "interrupted"}
    except Exception as raised:
        error = {
            "class": "PythonException",
            "message": _traceback(raised, "", set())[0],
            "condition": raised.getCondition() if isinstance(raised, PySparkException) else None,
        }
    return _multihop.dumps({"error": error})


def complete(text):
    """Names that go on with what stands before the cursor, separated by blanks."""
    import keyword

    end = len(text)
    start = end
    while start and (text[start - 1].isalnum() or text[start - 1] in "_."):
        start -= 1
    path, _, begun = text[start:end].rpartition(".")
    main = sys.modules["__main__"].__dict__
    if path:
        parts = path.split(".")
        if not parts[0]:
            return ""
        value = main.get(parts[0], getattr(sys.modules["builtins"], parts[0], None))
        for part in parts[1:]:
            # Attributes of classes only: a property may ask the session.
            value = getattr(value, part, None) if not isinstance(value, type(None)) else None
        if value is None:
            return ""
        words = dir(value)
    else:
        words = list(main) + dir(sys.modules["builtins"]) + list(keyword.kwlist)
    hidden = begun.startswith("_")
    found = {w for w in words if w.startswith(begun) and (hidden or not w.startswith("_"))}
    return " ".join(sorted(found))
