"""`spark.conf`."""

from pyspark._connect import request
from pyspark.errors import wrong_type

__all__ = ["RuntimeConfig"]

_MISSING = object()


class RuntimeConfig:
    def set(self, key, value):
        if not isinstance(key, str):
            raise wrong_type("NOT_STR", "key", key)
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, int):
            value = str(value)
        elif not isinstance(value, str):
            value = str(value)
        request("conf.set", key=key, value=value)

    def get(self, key, default=_MISSING):
        if not isinstance(key, str):
            raise wrong_type("NOT_STR", "key", key)
        if default is _MISSING:
            return request("conf.get", key=key)
        if default is not None and not isinstance(default, str):
            raise wrong_type("NOT_STR", "default", default)
        return request("conf.get", key=key, default=default)

    def unset(self, key):
        request("conf.unset", key=key)

    def isModifiable(self, key):
        return request("conf.isModifiable", key=key)

    @property
    def getAll(self):
        return dict(request("conf.all"))
