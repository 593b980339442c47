"""A small `logging`: loggers that print to stderr."""

import sys
import time

CRITICAL, ERROR, WARNING, INFO, DEBUG, NOTSET = 50, 40, 30, 20, 10, 0
FATAL, WARN = CRITICAL, WARNING
_NAMES = {50: "CRITICAL", 40: "ERROR", 30: "WARNING", 20: "INFO", 10: "DEBUG", 0: "NOTSET"}
_LEVELS = {name: level for level, name in _NAMES.items()}
BASIC_FORMAT = "%(levelname)s:%(name)s:%(message)s"

_settings = {"format": BASIC_FORMAT, "datefmt": None}


def getLevelName(level):
    return _NAMES.get(level, "Level %s" % level) if not isinstance(level, str) else _LEVELS.get(level, level)


def _level(level):
    return _LEVELS[level] if isinstance(level, str) else level


class Formatter:
    def __init__(self, fmt=None, datefmt=None, style="%"):
        self._fmt = fmt or "%(message)s"
        self.datefmt = datefmt


class Handler:
    def __init__(self, level=NOTSET):
        self.level = level

    def setFormatter(self, formatter):
        _settings["format"], _settings["datefmt"] = formatter._fmt, formatter.datefmt

    def setLevel(self, level):
        self.level = _level(level)


class StreamHandler(Handler):
    def __init__(self, stream=None):
        super().__init__()


class NullHandler(Handler):
    pass


class Logger:
    def __init__(self, name, parent=None):
        self.name = name
        self.level = NOTSET
        self.parent = parent
        self.handlers = []
        self.propagate = True
        self.disabled = False

    def setLevel(self, level):
        self.level = _level(level)

    def getEffectiveLevel(self):
        return self.level or (self.parent.getEffectiveLevel() if self.parent else WARNING)

    def isEnabledFor(self, level):
        return not self.disabled and level >= self.getEffectiveLevel()

    def addHandler(self, handler):
        self.handlers.append(handler)

    def removeHandler(self, handler):
        self.handlers.remove(handler)

    def hasHandlers(self):
        return bool(self.handlers)

    def log(self, level, msg, *args, exc_info=None, **kwargs):
        if not self.isEnabledFor(level):
            return
        if args:
            msg = msg % (args[0] if len(args) == 1 and isinstance(args[0], dict) else args)
        fields = {
            "levelname": _NAMES.get(level, str(level)), "name": self.name, "message": msg, "levelno": level,
            "asctime": time.strftime(_settings["datefmt"] or "%Y-%m-%d %H:%M:%S,000"), "lineno": 0, "module": "",
            "filename": "", "funcName": "", "process": 1, "threadName": "MainThread",
        }
        text = _settings["format"] % fields
        if exc_info:
            import traceback

            text += "\n" + traceback.format_exc().rstrip("\n")
        sys.stderr.write(text + "\n")

    def debug(self, msg, *args, **kwargs):
        self.log(DEBUG, msg, *args, **kwargs)

    def info(self, msg, *args, **kwargs):
        self.log(INFO, msg, *args, **kwargs)

    def warning(self, msg, *args, **kwargs):
        self.log(WARNING, msg, *args, **kwargs)

    warn = warning

    def error(self, msg, *args, **kwargs):
        self.log(ERROR, msg, *args, **kwargs)

    def exception(self, msg, *args, **kwargs):
        self.log(ERROR, msg, *args, exc_info=True, **kwargs)

    def critical(self, msg, *args, **kwargs):
        self.log(CRITICAL, msg, *args, **kwargs)


root = Logger("root")
_loggers = {}


def getLogger(name=None):
    if not name or name == "root":
        return root
    if name not in _loggers:
        _loggers[name] = Logger(name, getLogger(name.rpartition(".")[0]))
    return _loggers[name]


def basicConfig(*, level=None, format=None, datefmt=None, **kwargs):
    if level is not None:
        root.setLevel(level)
    if format is not None:
        _settings["format"] = format
    if datefmt is not None:
        _settings["datefmt"] = datefmt


debug, info, warning, error, exception, critical, log = (
    root.debug, root.info, root.warning, root.error, root.exception, root.critical, root.log,
)
warn = warning
