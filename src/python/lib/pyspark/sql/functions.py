"""`pyspark.sql.functions`: the functions of _function_table, and those that need a word of their own."""

from pyspark._connect import request
from pyspark.errors import PySparkTypeError, PySparkValueError, not_implemented, wrong_type
from pyspark.sql._function_table import TABLE
from pyspark.sql.column import Column, by_name, function, literal, to_column
from pyspark.sql.types import ArrayType, DataType, MapType, StructType, ddl_of
from pyspark.sql.udf import pandas_udf, udf, udtf

# The names of functions below shadow Python's.
_abs, _any, _filter, _len, _max, _min, _sum, _round, _hash = abs, any, filter, len, max, min, sum, round, hash

_REQUIRED = object()


def _parameters(text):
    """The parameters of one line: (name, kind, what stands for a missing one)."""
    parameters = []
    for part in text.split(" "):
        if not part:
            continue
        name, _, kind = part.partition(":")
        if kind.endswith("?"):
            parameters.append((name, kind[:-1], None, True))
        elif "=" in kind:
            kind, _, default = kind.partition("=")
            if default in _WORDS:
                value = _WORDS[default]
            elif default.lstrip("-").isdigit():
                value = int(default)
            elif default == "0.0":
                value = 0.0
            else:
                value = default.replace("~", " ")
            parameters.append((name, kind, literal(value), False))
        else:
            parameters.append((name, kind, _REQUIRED, False))
    return parameters


_WORDS = {"True": True, "False": False, "None": None}


def _argument(kind, value, name):
    if kind == "c":
        return to_column(value, name)
    if kind == "l":
        return literal(value)
    if kind == "i":
        return literal(value) if isinstance(value, int) else to_column(value, name)
    # "n": a number, a Column, or a column's name
    return literal(value) if isinstance(value, (int, float)) else to_column(value, name)


def _make(name, sql, text):
    parameters = []

    def call(*args, **kwargs):
        if not parameters and text:
            parameters.extend(_parameters(text))
        columns = []
        given = _len(args)
        for position, (key, kind, default, optional) in enumerate(parameters):
            if kind[0] == "*":
                rest = args[position:]
                if kind == "*C" and _len(rest) == 1 and isinstance(rest[0], (list, set, tuple)):
                    rest = rest[0]
                columns.extend(_argument(kind[1].lower(), value, "col") for value in rest)
                given = position
                break
            if position < given:
                value = args[position]
            elif key in kwargs:
                value = kwargs.pop(key)
            elif default is _REQUIRED:
                raise TypeError(
                    "%s() missing 1 required positional argument: '%s'" % (name, key)
                )
            else:
                value = None
            if value is None and default is not _REQUIRED:
                if not optional:
                    columns.append(default)
                continue
            columns.append(_argument(kind, value, key))
        if kwargs:
            raise TypeError("%s() got an unexpected keyword argument '%s'" % (name, next(iter(kwargs))))
        if given > _len(parameters):
            raise TypeError(
                "%s() takes %d positional argument%s but %d %s given"
                % (name, _len(parameters), "" if _len(parameters) == 1 else "s", given, "was" if given == 1 else "were")
            )
        return Column({"fn": sql, "args": [c._expr for c in columns]})

    call.__name__ = call.__qualname__ = name
    call.__module__ = "pyspark.sql.functions"
    return call


for _line in TABLE.strip().split("\n"):
    _names, _, _text = _line.partition("|")
    for _name in _names.split(" "):
        _name, _, _sql = _name.partition("=")
        globals()[_name] = _make(_name, _sql or _name, _text)


# --- Columns and literals


def col(col):
    """A column by its name."""
    if isinstance(col, Column):
        return col
    if not isinstance(col, str):
        raise wrong_type("NOT_STR", "col", col)
    return by_name(col)


column = col


def lit(col):
    """A literal."""
    return literal(col)


def expr(str):
    """A SQL expression."""
    return Column({"sql": str})


def broadcast(df):
    """A hint that a DataFrame is small. Joins here need none."""
    return df


def when(condition, value):
    if not isinstance(condition, Column):
        raise wrong_type("NOT_COLUMN", "condition", condition)
    return Column({"case": [[condition._expr, literal(value)._expr]], "else": None})


def isnull(col):
    return to_column(col).isNull()


def isnotnull(col):
    return to_column(col).isNotNull()


# --- Order


def asc(col):
    return to_column(col).asc()


def asc_nulls_first(col):
    return to_column(col).asc_nulls_first()


def asc_nulls_last(col):
    return to_column(col).asc_nulls_last()


def desc(col):
    return to_column(col).desc()


def desc_nulls_first(col):
    return to_column(col).desc_nulls_first()


def desc_nulls_last(col):
    return to_column(col).desc_nulls_last()


# --- Aggregates


def count(col):
    return Column({"fn": "count", "args": [to_column(col)._expr]})


def count_distinct(col, *cols):
    return Column({"fn": "count", "args": [to_column(c)._expr for c in (col,) + cols], "distinct": True})


def countDistinct(col, *cols):
    return count_distinct(col, *cols)


def sum_distinct(col):
    return Column({"fn": "sum", "args": [to_column(col)._expr], "distinct": True})


def listagg_distinct(col, delimiter=None):
    args = [to_column(col)._expr] + ([] if delimiter is None else [literal(delimiter)._expr])
    return Column({"fn": "listagg", "args": args, "distinct": True})


string_agg_distinct = listagg_distinct


def mode(col, deterministic=False):
    args = [to_column(col)._expr]
    if deterministic:
        args.append(literal(True)._expr)
    return Column({"fn": "mode", "args": args})


def _percentile(name, col, percentage, *rest):
    if isinstance(percentage, (list, tuple)):
        percentage = literal(list(percentage))
    return function(name, to_column(col), percentage, *rest)


def percentile_approx(col, percentage, accuracy=10000):
    return _percentile("percentile_approx", col, percentage, accuracy)


def approx_percentile(col, percentage, accuracy=10000):
    return _percentile("approx_percentile", col, percentage, accuracy)


def percentile(col, percentage, frequency=1):
    return _percentile("percentile", col, percentage, frequency)


def _at_least_two(name, cols):
    if _len(cols) < 2:
        raise PySparkValueError(
            errorClass="WRONG_NUM_COLUMNS", messageParameters={"func_name": name, "num_cols": "2"}
        )
    return function(name, *[to_column(c) for c in cols])


def greatest(*cols):
    return _at_least_two("greatest", cols)


def least(*cols):
    return _at_least_two("least", cols)


# --- Numbers, texts


def log(arg1, arg2=None):
    if arg2 is None:
        return function("ln", to_column(arg1))
    return function("log", arg1, to_column(arg2))


def sha2(col, numBits):
    if numBits not in (0, 224, 256, 384, 512):
        raise PySparkValueError(
            errorClass="VALUE_NOT_ALLOWED",
            messageParameters={"arg_name": "numBits", "allowed_values": "[0, 224, 256, 384, 512]"},
        )
    return function("sha2", to_column(col), numBits)


def rand(seed=None):
    return function("rand") if seed is None else function("rand", seed)


def randn(seed=None):
    return function("randn") if seed is None else function("randn", seed)


def raise_error(errMsg):
    if not isinstance(errMsg, (str, Column)):
        raise wrong_type("NOT_COLUMN_OR_STR", "errMsg", errMsg)
    return function("raise_error", errMsg)


def assert_true(col, errMsg=None):
    if errMsg is None:
        return function("assert_true", to_column(col))
    if not isinstance(errMsg, (str, Column)):
        raise wrong_type("NOT_COLUMN_OR_STR", "errMsg", errMsg)
    return function("assert_true", to_column(col), errMsg)


def call_function(funcName, *cols):
    return Column({"fn": funcName, "args": [to_column(c)._expr for c in cols]})


call_udf = call_function


# --- Time


def unix_timestamp(timestamp=None, format="yyyy-MM-dd HH:mm:ss"):
    if timestamp is None:
        return function("unix_timestamp")
    return function("unix_timestamp", to_column(timestamp), format)


def timestamp_add(unit, quantity, ts):
    return function("timestampadd", unit, to_column(quantity), to_column(ts))


def timestamp_diff(unit, start, end):
    return function("timestampdiff", unit, to_column(start), to_column(end))


def window(timeColumn, windowDuration, slideDuration=None, startTime=None):
    """Tumbling or sliding windows of a time."""
    for name, value in (("windowDuration", windowDuration), ("slideDuration", slideDuration), ("startTime", startTime)):
        if (value is not None or name == "windowDuration") and not (value and isinstance(value, str)):
            raise wrong_type("NOT_STR", name, value)
    slide = windowDuration if slideDuration is None else slideDuration
    return function("window", to_column(timeColumn), windowDuration, slide, "0 second" if startTime is None else startTime)


def session_window(timeColumn, gapDuration):
    if not isinstance(gapDuration, (str, Column)):
        raise wrong_type("NOT_COLUMN_OR_STR", "gapDuration", gapDuration)
    return function("session_window", to_column(timeColumn), gapDuration)


# --- JSON and CSV: their schema may be a type, their options are a dict


def _option_map(options):
    if not options:
        return []
    pairs = []
    for key, value in options.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        pairs += [literal(key), literal(text)]
    return [function("map", *pairs)]


def from_json(col, schema, options=None):
    if isinstance(schema, DataType):
        schema = literal(ddl_of(schema))
    elif isinstance(schema, str):
        schema = literal(schema)
    elif not isinstance(schema, Column):
        raise wrong_type("NOT_COLUMN_OR_STR_OR_STRUCT", "schema", schema)
    return function("from_json", to_column(col), schema, *_option_map(options))


def from_csv(col, schema, options=None):
    if not isinstance(schema, (str, Column)):
        raise wrong_type("NOT_COLUMN_OR_STR", "schema", schema)
    return function("from_csv", to_column(col), schema, *_option_map(options))


def from_xml(col, schema, options=None):
    if isinstance(schema, StructType):
        schema = ddl_of(schema)
    return function("from_xml", to_column(col), schema, *_option_map(options))


def to_json(col, options=None):
    return function("to_json", to_column(col), *_option_map(options))


def to_csv(col, options=None):
    return function("to_csv", to_column(col), *_option_map(options))


def to_xml(col, options=None):
    return function("to_xml", to_column(col), *_option_map(options))


def _schema_of(name, value, argument, options):
    if not isinstance(value, (str, Column)):
        raise wrong_type("NOT_COLUMN_OR_STR", argument, value)
    return function(name, value, *_option_map(options))


def schema_of_json(json, options=None):
    return _schema_of("schema_of_json", json, "json", options)


def schema_of_csv(csv, options=None):
    return _schema_of("schema_of_csv", csv, "csv", options)


def schema_of_xml(xml, options=None):
    return _schema_of("schema_of_xml", xml, "xml", options)


# --- Functions that take functions

_variables = [0]


def _lambda(name, f):
    """The expression of a Python function of columns."""
    count = f.__code__.co_argcount
    if f.__code__.co_flags & 0x0C or f.__code__.co_kwonlyargcount:
        raise PySparkValueError(
            errorClass="UNSUPPORTED_PARAM_TYPE_FOR_HIGHER_ORDER_FUNCTION", messageParameters={"func_name": f.__name__}
        )
    if not 1 <= count <= 3:
        raise PySparkValueError(
            errorClass="WRONG_NUM_ARGS_FOR_HIGHER_ORDER_FUNCTION",
            messageParameters={"func_name": f.__name__, "num_args": str(count)},
        )
    names = []
    for letter in "xyz"[:count]:
        _variables[0] += 1
        names.append("%s_%d" % (letter, _variables[0]))
    result = f(*[Column({"var": n}) for n in names])
    if not isinstance(result, Column):
        raise PySparkValueError(
            errorClass="HIGHER_ORDER_FUNCTION_SHOULD_RETURN_COLUMN",
            messageParameters={"func_name": f.__name__, "return_type": type(result).__name__},
        )
    return Column({"lambda": result._expr, "params": names})


def _higher(name, cols, functions):
    return function(name, *([to_column(c) for c in cols] + [_lambda(name, f) for f in functions]))


def transform(col, f):
    return _higher("transform", [col], [f])


def filter(col, f):
    return _higher("filter", [col], [f])


def exists(col, f):
    return _higher("exists", [col], [f])


def forall(col, f):
    return _higher("forall", [col], [f])


def aggregate(col, initialValue, merge, finish=None):
    return _higher("aggregate", [col, initialValue], [merge] if finish is None else [merge, finish])


def reduce(col, initialValue, merge, finish=None):
    return _higher("reduce", [col, initialValue], [merge] if finish is None else [merge, finish])


def zip_with(left, right, f):
    return _higher("zip_with", [left, right], [f])


def transform_keys(col, f):
    return _higher("transform_keys", [col], [f])


def transform_values(col, f):
    return _higher("transform_values", [col], [f])


def map_filter(col, f):
    return _higher("map_filter", [col], [f])


def map_zip_with(col1, col2, f):
    return _higher("map_zip_with", [col1, col2], [f])


def array_sort(col, comparator=None):
    if comparator is None:
        return function("array_sort", to_column(col))
    return _higher("array_sort", [col], [comparator])


# --- Names that PySpark has deprecated


def _deprecated(name, new, since):
    target = globals()[new]

    def call(*args, **kwargs):
        import warnings

        warnings.warn("Deprecated in %s, use %s instead." % (since, new), FutureWarning)
        return target(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    globals()[name] = call


_deprecated("approxCountDistinct", "approx_count_distinct", "2.1")
_deprecated("bitwiseNOT", "bitwise_not", "3.2")
_deprecated("shiftLeft", "shiftleft", "3.2")
_deprecated("shiftRight", "shiftright", "3.2")
_deprecated("shiftRightUnsigned", "shiftrightunsigned", "3.2")
_deprecated("sumDistinct", "sum_distinct", "3.2")
_deprecated("toDegrees", "degrees", "2.1")
_deprecated("toRadians", "radians", "2.1")


def bitwise_not(col):
    return Column({"op": "~", "args": [to_column(col)._expr]})


def _partitioning(name):
    def call(*args):
        raise not_implemented("Partitioning by " + name + "()")

    call.__name__ = name
    globals()[name] = call


for _name in ("years", "months", "days", "hours", "bucket"):
    _partitioning(_name)


__all__ = [
    name
    for name, value in list(globals().items())
    if not name.startswith("_") and callable(value) and name not in (
        "request", "PySparkTypeError", "PySparkValueError", "not_implemented", "wrong_type", "by_name", "function",
        "literal", "to_column", "ArrayType", "DataType", "MapType", "StructType", "ddl_of", "Column",
    )
]
