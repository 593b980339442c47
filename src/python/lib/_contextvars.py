"""Context variables. There is one context: cells run one after another."""

_MISSING = object()


class Token:
    MISSING = _MISSING

    def __init__(self, var, old_value):
        self.var = var
        self.old_value = old_value


class ContextVar:
    def __init__(self, name, *, default=_MISSING):
        self.name = name
        self._default = default
        self._value = _MISSING

    def get(self, default=_MISSING):
        for value in (self._value, default, self._default):
            if value is not _MISSING:
                return value
        raise LookupError(self)

    def set(self, value):
        token = Token(self, self._value)
        self._value = value
        return token

    def reset(self, token):
        self._value = token.old_value


class Context(dict):
    def run(self, function, *args, **kwargs):
        return function(*args, **kwargs)


def copy_context():
    return Context()
