"""Missing values and statistics: composed of what a DataFrame can do already."""

from pyspark.errors import (
    IllegalArgumentException,
    PySparkTypeError,
    PySparkValueError,
    not_implemented,
    wrong_type,
)
from pyspark.sql.column import Column, by_name, function, literal
from pyspark.sql.types import BooleanType, NumericType, StringType


def _column(name):
    return by_name("`" + name.replace("`", "``") + "`")


def _numeric(df):
    return [f.name for f in df.schema.fields if isinstance(f.dataType, NumericType)]


class DataFrameNaFunctions:
    """`df.na`: drop, fill, replace."""

    def __init__(self, df):
        self.df = df

    def drop(self, how="any", thresh=None, subset=None):
        df = self.df
        if how is not None and how not in ("any", "all"):
            raise PySparkValueError(
                errorClass="VALUE_NOT_ANY_OR_ALL", messageParameters={"arg_name": "how", "arg_value": str(how)}
            )
        subset = _subset(df, subset)
        if thresh is None:
            thresh = len(subset) if how == "any" else 1
        if not subset:
            return df
        # NaN is missing too, as in Spark.
        kinds = {f.name: f.dataType.typeName() for f in df.schema.fields}
        there = None
        for name in subset:
            present = _column(name).isNotNull()
            if kinds.get(name) in ("double", "float"):
                present = present & ~_column(name).isNaN()
            one = present.cast("int")
            there = one if there is None else there + one
        return df.filter(there >= thresh)

    def fill(self, value, subset=None):
        df = self.df
        if not isinstance(value, (float, int, str, bool, dict)):
            raise wrong_type("NOT_BOOL_OR_DICT_OR_FLOAT_OR_INT_OR_STR", "value", value)
        if isinstance(value, dict):
            values = {}
            for name, v in value.items():
                for f in df.schema.fields:
                    if f.name.lower() == name.lower():
                        values[f.name] = v
            if len(values) < len(value):
                df.select(*[_column(name) for name in value])  # names the missing one
        else:
            values = dict.fromkeys(_subset(df, subset), value)
        columns = {}
        for f in df.schema.fields:
            if f.name not in values:
                continue
            v, kind = values[f.name], f.dataType
            fits = (
                isinstance(kind, BooleanType) if isinstance(v, bool)
                else isinstance(kind, NumericType) if isinstance(v, (int, float))
                else isinstance(kind, StringType)
            )
            if isinstance(value, dict) or fits:
                is_number = isinstance(v, int) and not isinstance(v, bool)
                filled = literal(float(v) if is_number else v).cast(kind)
                column = _column(f.name)
                if kind.typeName() in ("double", "float"):
                    missing = [[column.isNaN()._expr, literal(None).cast(kind)._expr]]
                    column = Column({"case": missing, "else": column._expr})
                columns[f.name] = function("coalesce", column, filled)
        return df.withColumns(columns) if columns else df

    def replace(self, to_replace, *value, **kwargs):
        df = self.df
        subset = kwargs.pop("subset", None)
        if "value" in kwargs:
            value = (kwargs.pop("value"),)
        if len(value) > 1:
            subset = value[1]
        given = len(value) > 0
        value = value[0] if given else None
        if not isinstance(to_replace, (bool, float, int, str, list, tuple, dict)):
            raise wrong_type("NOT_BOOL_OR_DICT_OR_FLOAT_OR_INT_OR_LIST_OR_STR_OR_TUPLE", "to_replace", to_replace)
        if not given and not isinstance(to_replace, dict):
            raise PySparkTypeError(
                "[ARGUMENT_REQUIRED] Argument `value` is required when `to_replace` is not a dictionary.",
                "ARGUMENT_REQUIRED",
            )
        if isinstance(to_replace, dict):
            pairs = dict(to_replace)
        else:
            if isinstance(to_replace, (bool, float, int, str)):
                to_replace = [to_replace]
            if isinstance(value, (list, tuple)):
                if len(value) != len(to_replace):
                    raise PySparkValueError(
                        errorClass="LENGTH_SHOULD_BE_THE_SAME",
                        messageParameters={
                            "arg1": "to_replace", "arg2": "value",
                            "arg1_length": str(len(to_replace)), "arg2_length": str(len(value)),
                        },
                    )
            else:
                value = [value] * len(to_replace)
            pairs = dict(zip(to_replace, value))

        def kind_of(v):
            return "boolean" if isinstance(v, bool) else "text" if isinstance(v, str) else "number"

        kinds = {kind_of(v) for v in pairs} | {kind_of(v) for v in pairs.values() if v is not None}
        if len(kinds) > 1:
            raise PySparkValueError(errorClass="MIXED_TYPE_REPLACEMENT", messageParameters={})
        wanted = {"boolean": BooleanType, "text": StringType, "number": NumericType}
        columns = {}
        names = _subset(df, subset)
        for f in df.schema.fields:
            if f.name in names and kinds and isinstance(f.dataType, wanted[next(iter(kinds))]):
                column = _column(f.name)
                branches = [
                    [(column == literal(old))._expr, literal(new).cast(f.dataType)._expr] for old, new in pairs.items()
                ]
                columns[f.name] = Column({"case": branches, "else": column._expr})
        return df.withColumns(columns) if columns else df


def _subset(df, subset):
    if subset is None:
        return df.columns
    if isinstance(subset, str):
        subset = [subset]
    elif not isinstance(subset, (list, tuple)):
        raise wrong_type("NOT_LIST_OR_STR_OR_TUPLE", "subset", subset)
    known = {name.lower(): name for name in df.columns}
    missing = [name for name in subset if name.lower() not in known]
    if missing:
        df.select(*missing)  # names the missing one
    return [known[name.lower()] for name in subset if name.lower() in known]


def describe(df, cols):
    """count, mean, stddev, min, max: as texts."""
    return _statistics(df, ["count", "mean", "stddev", "min", "max"], cols)


def summary(df, statistics):
    return _statistics(df, statistics or ["count", "mean", "stddev", "min", "25%", "50%", "75%", "max"], [])


def _statistics(df, statistics, cols):
    names = cols or [f.name for f in df.schema.fields if isinstance(f.dataType, (NumericType, StringType))]
    kinds = {f.name: f.dataType for f in df.schema.fields}

    def value(statistic, name):
        column = _column(name)
        text = isinstance(kinds.get(name), StringType)
        number = function("try_cast_double", column) if False else column
        if statistic == "count":
            result = function("count", column)
        elif statistic in ("mean", "stddev"):
            if text:
                number = Column({"cast": column._expr, "to": "double", "try": True})
            result = function("avg" if statistic == "mean" else "stddev_samp", number)
        elif statistic in ("min", "max"):
            result = function(statistic, column)
        elif statistic == "count_distinct":
            result = Column({"fn": "count", "args": [column._expr], "distinct": True})
        elif statistic == "approx_count_distinct":
            result = function("approx_count_distinct", column)
        elif statistic.endswith("%"):
            try:
                share = float(statistic[:-1]) / 100
            except ValueError:
                raise IllegalArgumentException("Unable to parse " + statistic + " as a percentile") from None
            if text:
                number = Column({"cast": column._expr, "to": "double", "try": True})
            result = function("percentile_approx", number, share)
        else:
            raise IllegalArgumentException(statistic + " is not a recognised statistic")
        return result.cast("string")

    if not names:
        return df.sparkSession.createDataFrame([(s,) for s in statistics], "summary string")
    # One row of all figures, then a row for each statistic.
    figures = df.agg(*[value(s, n).alias("%d_%d" % (i, j)) for i, s in enumerate(statistics) for j, n in enumerate(names)])
    rows = function(
        "array",
        *[
            function(
                "named_struct",
                "summary", s, *[part for j, n in enumerate(names) for part in (literal(n), by_name("`%d_%d`" % (i, j)))],
            )
            for i, s in enumerate(statistics)
        ],
    )
    return figures.select(function("inline", rows))


class DataFrameStatFunctions:
    """`df.stat`."""

    def __init__(self, df):
        self.df = df

    def _figure(self, column):
        return self.df.agg(column.alias("v")).collect()[0][0]

    def corr(self, col1, col2, method=None):
        if method not in (None, "pearson"):
            raise PySparkValueError(
                "[VALUE_NOT_PEARSON] Value for `method` only supports the 'pearson', got '%s'." % method,
                "VALUE_NOT_PEARSON",
            )
        return self._figure(function("corr", by_name(col1), by_name(col2)))

    def cov(self, col1, col2):
        return self._figure(function("covar_samp", by_name(col1), by_name(col2)))

    def approxQuantile(self, col, probabilities, relativeError):
        single = isinstance(col, str)
        results = [
            self._figure(function("percentile_approx", by_name(c), literal([float(p) for p in probabilities]), 10000))
            for c in ([col] if single else col)
        ]
        results = [[None if v is None else float(v) for v in r or []] for r in results]
        return results[0] if single else results

    def crosstab(self, col1, col2):
        df = self.df
        first = function("coalesce", by_name(col1).cast("string"), literal("null")).alias(col1 + "_" + col2)
        second = function("coalesce", by_name(col2).cast("string"), literal("null")).alias("__value")
        counted = df.select(first, second).groupBy(by_name("`" + col1 + "_" + col2 + "`")).pivot("__value").count()
        return counted.na.fill(0)

    def freqItems(self, cols, support=None):
        raise not_implemented("DataFrame.freqItems")

    def sampleBy(self, col, fractions, seed=None):
        from pyspark.sql import functions as F

        column = by_name(col) if isinstance(col, str) else col
        share = Column(
            {"case": [[(column == literal(k))._expr, literal(float(v))._expr] for k, v in fractions.items()], "else": literal(0.0)._expr}
        )
        return self.df.filter(F.rand(seed) < share)
