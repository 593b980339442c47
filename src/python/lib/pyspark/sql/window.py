"""Window specifications."""

from pyspark.errors import wrong_type
from pyspark.sql.column import Column, to_column

__all__ = ["Window", "WindowSpec"]

_LONG_MIN = -(1 << 63)
_LONG_MAX = (1 << 63) - 1
_PRECEDING = max(_LONG_MIN, -(1 << 63) + 1)


def _columns(cols):
    if len(cols) == 1 and isinstance(cols[0], list):
        cols = cols[0]
    columns = []
    for col in cols:
        columns.append(to_column(col)._expr)
    return columns


def _order(expr):
    return expr if "sort" in expr else {"sort": expr, "descending": False, "nulls": None}


class WindowSpec:
    """Partitions, order and frame of a window function."""

    def __init__(self, partition_by=(), order_by=(), frame=None):
        self._partition_by = list(partition_by)
        self._order_by = list(order_by)
        self._frame = frame

    def partitionBy(self, *cols):
        return WindowSpec(_columns(cols), self._order_by, self._frame)

    def orderBy(self, *cols):
        return WindowSpec(self._partition_by, map(_order, _columns(cols)), self._frame)

    def rowsBetween(self, start, end):
        return self._between("rows", start, end)

    def rangeBetween(self, start, end):
        return self._between("range", start, end)

    def _between(self, unit, start, end):
        for name, value in (("start", start), ("end", end)):
            if not isinstance(value, int):
                raise wrong_type("NOT_INT", name, value)
        frame = {
            "unit": unit,
            "start": None if start <= Window._PRECEDING_THRESHOLD else start,
            "end": None if end >= Window._FOLLOWING_THRESHOLD else end,
        }
        return WindowSpec(self._partition_by, self._order_by, frame)

    def _parts(self):
        return {"partitionBy": self._partition_by, "orderBy": self._order_by, "frame": self._frame}


class Window:
    """Where window specifications begin."""

    _PRECEDING_THRESHOLD = _PRECEDING
    _FOLLOWING_THRESHOLD = _LONG_MAX

    unboundedPreceding = _LONG_MIN
    unboundedFollowing = _LONG_MAX
    currentRow = 0

    @staticmethod
    def partitionBy(*cols):
        return WindowSpec().partitionBy(*cols)

    @staticmethod
    def orderBy(*cols):
        return WindowSpec().orderBy(*cols)

    @staticmethod
    def rowsBetween(start, end):
        return WindowSpec().rowsBetween(start, end)

    @staticmethod
    def rangeBetween(start, end):
        return WindowSpec().rangeBetween(start, end)
