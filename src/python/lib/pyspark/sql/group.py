"""Grouped rows."""

from pyspark._connect import request
from pyspark.errors import AnalysisException, not_implemented
from pyspark.sql.column import Column, by_name, function, literal, text_of, to_column
from pyspark.sql.dataframe import DataFrame
from pyspark.sql.types import NumericType

__all__ = ["GroupedData"]

_KINDS = {"groupBy": "GroupBy", "rollup": "Rollup", "cube": "Cube", "pivot": "Pivot"}


def _java_order(item):
    """Where Java's HashMap, which PySpark hands the dict to, has a name."""
    code = 0
    for letter in item[0]:
        code = (31 * code + ord(letter)) & 0xFFFFFFFF
    return (code ^ (code >> 16)) & 15


class GroupedData:
    """What groupBy gives: aggregates make a DataFrame of it."""

    def __init__(self, df, kind, keys, pivot=None):
        self._df = df
        self._kind = kind
        self._keys = keys
        self._pivot = pivot
        self.session = df.sparkSession

    def __repr__(self):
        fields = ["%s: %s" % pair for pair in self._df.dtypes]
        if len(fields) > 2:
            more = len(fields) - 2
            fields = [", ".join(fields[:2]) + " ... %d more field%s" % (more, "" if more == 1 else "s")]
        return "GroupedData[grouping expressions: [%s], value: [%s], type: %s]" % (
            ", ".join(text_of(k._expr) for k in self._keys), ", ".join(fields),
            _KINDS["pivot" if self._pivot else self._kind],
        )

    def agg(self, *exprs):
        assert exprs, "exprs should not be empty"
        if len(exprs) == 1 and isinstance(exprs[0], dict):
            columns = [function(f, to_column(c)) for c, f in sorted(exprs[0].items(), key=_java_order)]
        else:
            assert all(isinstance(c, Column) for c in exprs), "all exprs should be Column"
            columns = exprs
        reply = request(
            "aggregate",
            df=self._df._handle,
            kind=self._kind,
            keys=[k._expr for k in self._keys],
            aggregates=[c._expr for c in columns],
            pivot=self._pivot,
        )
        return DataFrame(reply, self._df.sparkSession)

    def count(self):
        return self.agg(function("count", literal(1)).alias("count"))

    def _numeric(self, name, cols):
        fields = {f.name: f.dataType for f in self._df.schema.fields}
        if cols:
            for col in cols:
                kind = fields.get(col)
                if kind is not None and not isinstance(kind, NumericType):
                    raise AnalysisException(
                        '"%s" is not a numeric column. Aggregation function can only be applied on a numeric column.'
                        % col,
                        "_LEGACY_ERROR_TEMP_1323",
                        {"colName": col},
                    )
        else:
            keys = {k._expr.get("col") for k in self._keys} | {k._expr.get("dfcol", [0, None])[1] for k in self._keys}
            cols = [n for n, kind in fields.items() if isinstance(kind, NumericType) and n not in keys]
        if not cols:
            return self.agg(function("count", literal(1)).alias("__none")).drop("__none")
        return self.agg(*[function(name, by_name(c)) for c in cols])

    def sum(self, *cols):
        return self._numeric("sum", cols)

    def avg(self, *cols):
        return self._numeric("avg", cols)

    mean = avg

    def min(self, *cols):
        return self._numeric("min", cols)

    def max(self, *cols):
        return self._numeric("max", cols)

    def pivot(self, pivot_col, values=None):
        if self._kind != "groupBy" or self._pivot is not None:
            raise AnalysisException(
                "[UNSUPPORTED_FEATURE.PIVOT_AFTER_GROUP_BY] pivot is only supported after a groupBy",
                "UNSUPPORTED_FEATURE.PIVOT_AFTER_GROUP_BY",
            )
        pivot = {
            "column": to_column(pivot_col)._expr,
            "values": None if values is None else [literal(v)._expr.get("lit") for v in values],
        }
        return GroupedData(self._df, self._kind, self._keys, pivot)

    def apply(self, udf):
        raise not_implemented("GroupedData.apply (pandas isn't part of Multihop)")

    def applyInPandas(self, func, schema):
        raise not_implemented("GroupedData.applyInPandas (pandas isn't part of Multihop)")

    def applyInPandasWithState(self, *args, **kwargs):
        raise not_implemented("GroupedData.applyInPandasWithState (pandas isn't part of Multihop)")

    def transformWithStateInPandas(self, *args, **kwargs):
        raise not_implemented("GroupedData.transformWithStateInPandas (pandas isn't part of Multihop)")
