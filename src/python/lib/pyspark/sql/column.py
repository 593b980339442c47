"""Columns: expressions, as the protocol writes them."""

from pyspark.errors import (
    AnalysisException,
    IllegalArgumentException,
    PySparkTypeError,
    PySparkValueError,
    wrong_type,
)
from pyspark.sql.types import _moment, infer_type, is_of, type_text

__all__ = ["Column"]


class Column:
    """An expression over the columns of a DataFrame."""

    __slots__ = ("_expr",)

    def __init__(self, expr):
        self._expr = expr

    # --- Operators

    def __neg__(self):
        return _op("negative", self)

    def __add__(self, other):
        return _op("+", self, other)

    def __radd__(self, other):
        # As PySpark has it: the column comes first.
        return _op("+", self, other)

    def __sub__(self, other):
        return _op("-", self, other)

    def __rsub__(self, other):
        return _op("-", other, self)

    def __mul__(self, other):
        return _op("*", self, other)

    def __rmul__(self, other):
        return _op("*", self, other)

    def __truediv__(self, other):
        return _op("/", self, other)

    def __rtruediv__(self, other):
        return _op("/", other, self)

    __div__ = __truediv__
    __rdiv__ = __rtruediv__

    def __mod__(self, other):
        return _op("%", self, other)

    def __rmod__(self, other):
        return _op("%", other, self)

    def __pow__(self, other):
        return function("power", self, other)

    def __rpow__(self, other):
        return function("power", other, self)

    def __eq__(self, other):
        return _op("=", self, other)

    def __ne__(self, other):
        return _op("!=", self, other)

    def __lt__(self, other):
        return _op("<", self, other)

    def __le__(self, other):
        return _op("<=", self, other)

    def __gt__(self, other):
        return _op(">", self, other)

    def __ge__(self, other):
        return _op(">=", self, other)

    def __and__(self, other):
        return _op("and", self, other)

    def __rand__(self, other):
        return _op("and", self, other)

    def __or__(self, other):
        return _op("or", self, other)

    def __ror__(self, other):
        return _op("or", self, other)

    def __invert__(self):
        return _op("not", self)

    # Columns compare to columns, so they can't be keys.
    __hash__ = None

    def eqNullSafe(self, other):
        return _op("<=>", self, other)

    def bitwiseAND(self, other):
        return _op("&", self, other)

    def bitwiseOR(self, other):
        return _op("|", self, other)

    def bitwiseXOR(self, other):
        return _op("^", self, other)

    def __contains__(self, item):
        raise PySparkValueError(errorClass="CANNOT_APPLY_IN_FOR_COLUMN", messageParameters={})

    def __bool__(self):
        raise PySparkValueError(errorClass="CANNOT_CONVERT_COLUMN_INTO_BOOL", messageParameters={})

    __nonzero__ = __bool__

    def __iter__(self):
        raise PySparkTypeError(errorClass="NOT_ITERABLE", messageParameters={"objectName": "Column"})

    # --- Parts of a value

    def getItem(self, key):
        return self[key]

    def __getitem__(self, key):
        if isinstance(key, slice):
            if key.step is not None:
                raise PySparkValueError(errorClass="SLICE_WITH_STEP", messageParameters={})
            return self.substr(key.start, key.stop)
        return Column({"item": self._expr, "key": literal(key)._expr})

    def getField(self, name):
        return self[name]

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError("'Column' object has no attribute '" + name + "'")
        return self[name]

    def withField(self, fieldName, col):
        if not isinstance(fieldName, str):
            raise wrong_type("NOT_STR", "fieldName", fieldName)
        if not isinstance(col, Column):
            raise wrong_type("NOT_COLUMN", "col", col)
        return Column({"withField": self._expr, "name": fieldName, "value": col._expr})

    def dropFields(self, *fieldNames):
        return Column({"dropFields": self._expr, "names": list(fieldNames)})

    # --- Texts

    def like(self, other):
        return self._match("like", other)

    def ilike(self, other):
        return self._match("ilike", other)

    def rlike(self, other):
        return self._match("rlike", other)

    def _match(self, how, pattern):
        return Column({how: self._expr, "pattern": literal(pattern)._expr, "escape": None})

    def contains(self, other):
        return function("contains", self, other)

    def startswith(self, other):
        return function("startswith", self, other)

    def endswith(self, other):
        return function("endswith", self, other)

    def substr(self, startPos, length):
        if type(startPos) is not type(length):
            raise PySparkTypeError(
                errorClass="NOT_SAME_TYPE",
                messageParameters={
                    "arg_name1": "startPos", "arg_name2": "length",
                    "arg_type1": type(startPos).__name__, "arg_type2": type(length).__name__,
                },
            )
        if not isinstance(startPos, (int, Column)):
            raise wrong_type("NOT_COLUMN_OR_INT", "startPos", startPos)
        return function("substr", self, startPos, length)

    # --- Tests

    def isNull(self):
        return Column({"isnull": self._expr})

    def isNotNull(self):
        return Column({"isnotnull": self._expr})

    def isNaN(self):
        return function("isnan", self)

    def isin(self, *cols):
        if len(cols) == 1 and isinstance(cols[0], (list, set)):
            cols = cols[0]
        return Column({"in": self._expr, "values": [literal(c)._expr for c in cols]})

    def between(self, lowerBound, upperBound):
        return (self >= lowerBound) & (self <= upperBound)

    # --- Type, name, order

    def cast(self, dataType):
        return Column({"cast": self._expr, "to": type_text(dataType), "try": False})

    astype = cast

    def try_cast(self, dataType):
        return Column({"cast": self._expr, "to": type_text(dataType), "try": True})

    def alias(self, *alias, **kwargs):
        metadata = kwargs.pop("metadata", None)
        assert not kwargs, "Unexpected kwargs where passed: %s" % kwargs
        if metadata and len(alias) > 1:
            raise PySparkValueError(errorClass="CANNOT_PROVIDE_METADATA", messageParameters={"arg_name": "metadata"})
        return Column({"alias": self._expr, "names": list(alias), "metadata": metadata})

    name = alias

    def asc(self):
        return self._sort(False, None)

    def asc_nulls_first(self):
        return self._sort(False, "first")

    def asc_nulls_last(self):
        return self._sort(False, "last")

    def desc(self):
        return self._sort(True, None)

    def desc_nulls_first(self):
        return self._sort(True, "first")

    def desc_nulls_last(self):
        return self._sort(True, "last")

    def _sort(self, descending, nulls):
        return Column({"sort": self._expr, "descending": descending, "nulls": nulls})

    # --- CASE, OVER

    def when(self, condition, value):
        if not isinstance(condition, Column):
            raise wrong_type("NOT_COLUMN", "condition", condition)
        if "case" not in self._expr:
            raise IllegalArgumentException("when() can only be applied on a Column previously generated by when() function")
        if self._expr["else"] is not None:
            raise IllegalArgumentException("when() cannot be applied once otherwise() is applied")
        return Column(
            {"case": self._expr["case"] + [[condition._expr, literal(value)._expr]], "else": None}
        )

    def otherwise(self, value):
        if "case" not in self._expr:
            raise IllegalArgumentException("otherwise() can only be applied on a Column previously generated by when()")
        if self._expr["else"] is not None:
            raise IllegalArgumentException(
                "otherwise() can only be applied once on a Column previously generated by when()"
            )
        return Column({"case": self._expr["case"], "else": literal(value)._expr})

    def over(self, window):
        from pyspark.sql.window import WindowSpec

        if not isinstance(window, WindowSpec):
            raise wrong_type("NOT_WINDOWSPEC", "window", window)
        return Column(dict(window._parts(), over=self._expr))

    def outer(self):
        raise AnalysisException("outer() is for subqueries written with the DataFrame API, which Multihop doesn't have.")

    def __repr__(self):
        return "Column<'" + text_of(self._expr) + "'>"


def _op(name, *operands):
    return Column({"op": name, "args": [literal(o)._expr for o in operands]})


def function(name, *arguments, **flags):
    """A call of a SQL function; arguments that aren't columns are literals."""
    expr = {"fn": name, "args": [literal(a)._expr for a in arguments]}
    if flags.get("distinct"):
        expr["distinct"] = True
    return Column(expr)


def by_name(name):
    """A column by its name; `*` and `t.*` are all columns."""
    if name == "*":
        return Column({"star": None})
    if name.endswith(".*"):
        return Column({"star": name[:-2]})
    return Column({"col": name})


def to_column(value, arg_name="col"):
    """A Column as it is, a text as the name of one."""
    if isinstance(value, Column):
        return value
    if isinstance(value, str):
        return by_name(value)
    raise wrong_type("NOT_COLUMN_OR_STR", arg_name, value)


def literal(value):
    """A Column as it is, anything else as a literal."""
    if isinstance(value, Column):
        return value
    if value is None:
        return Column({"lit": None, "type": "void"})
    if isinstance(value, bool):
        return Column({"lit": value, "type": "boolean"})
    if isinstance(value, str):
        return Column({"lit": str(value), "type": "string"})
    if isinstance(value, int):
        return Column({"lit": int(value), "type": "int" if -(1 << 31) <= value < 1 << 31 else "bigint"})
    if isinstance(value, list):
        if any(isinstance(item, Column) for item in value):
            raise PySparkValueError(errorClass="COLUMN_IN_LIST", messageParameters={"func_name": "lit"})
        return function("array", *value)
    if isinstance(value, tuple):
        return function("struct", *value)
    if is_of(value, "decimal", "Decimal"):
        sign, digits, exponent = value.as_tuple()
        scale = max(-exponent, 0)
        precision = max(len(digits) + max(exponent, 0), scale, 1)
        return Column({"lit": format(value, "f"), "type": "decimal(%d,%d)" % (precision, scale)})
    if (
        isinstance(value, (float, bytes, bytearray))
        or is_of(value, "datetime", "date")
        or is_of(value, "datetime", "timedelta")
    ):
        kind = infer_type(value)
        return Column({"lit": kind._encode(value), "type": kind.simpleString()})
    raise PySparkTypeError(
        errorClass="UNSUPPORTED_LITERAL", messageParameters={"literal": str(value)}
    )


# --- How Spark prints expressions

_OP_TEXT = {"negative": "negative", "not": "!"}


def text_of(expr):
    """The expression as PySpark's `Column.__repr__` has it."""
    kind = next(iter(expr))
    if kind == "col":
        return expr["col"]
    if kind == "dfcol":
        return expr["dfcol"][1]
    if kind == "star":
        return "*" if expr["star"] is None else expr["star"] + ".*"
    if kind == "lit":
        return _literal_text(expr["lit"], expr["type"])
    if kind == "fn":
        name = "count" if expr["fn"] == "count" else _FN_TEXT.get(expr["fn"], expr["fn"])
        args = expr["args"]
        if name in ("named_lambda",):
            return text_of(args[0])
        return name + "(" + ", ".join(map(text_of, args)) + ")"
    if kind == "op":
        args = ", ".join(map(text_of, expr["args"]))
        if expr["op"] == "!=":
            return "!(=(" + args + "))"
        return _OP_TEXT.get(expr["op"], expr["op"]) + "(" + args + ")"
    if kind == "cast":
        return ("TRY_CAST(" if expr["try"] else "CAST(") + text_of(expr["cast"]) + " AS " + expr["to"].upper() + ")"
    if kind == "alias":
        names = expr["names"]
        return text_of(expr["alias"]) + " AS " + (names[0] if len(names) == 1 else "(" + ", ".join(names) + ")")
    if kind == "sort":
        nulls = expr["nulls"] or ("last" if expr["descending"] else "first")
        return text_of(expr["sort"]) + (" DESC" if expr["descending"] else " ASC") + " NULLS " + nulls.upper()
    if kind == "case":
        branches = "".join(" WHEN " + text_of(c) + " THEN " + text_of(v) for c, v in expr["case"])
        otherwise = "" if expr["else"] is None else " ELSE " + text_of(expr["else"])
        return "CASE" + branches + otherwise + " END"
    if kind == "item":
        return text_of(expr["item"]) + "[" + text_of(expr["key"]) + "]"
    if kind == "field":
        return text_of(expr["field"]) + "['" + expr["name"] + "']"
    if kind == "in":
        return "in(" + ", ".join(map(text_of, [expr["in"]] + expr["values"])) + ")"
    if kind == "between":
        value, low, high = text_of(expr["between"]), text_of(expr["low"]), text_of(expr["high"])
        return "and(>=(" + value + ", " + low + "), <=(" + value + ", " + high + "))"
    if kind in ("like", "ilike", "rlike"):
        return kind + "(" + text_of(expr[kind]) + ", " + text_of(expr["pattern"]) + ")"
    if kind == "isnull":
        return "isNull(" + text_of(expr["isnull"]) + ")"
    if kind == "isnotnull":
        return "isNotNull(" + text_of(expr["isnotnull"]) + ")"
    if kind == "lambda":
        names = expr["params"]
        head = names[0] if len(names) == 1 else "(" + ", ".join(names) + ")"
        return head + " -> " + text_of(expr["lambda"])
    if kind == "var":
        return expr["var"]
    if kind == "sql":
        return expr["sql"]
    if kind == "udf":
        return expr["name"] + "(" + ", ".join(map(text_of, expr["args"])) + ")"
    if kind == "withField":
        return "update_field(" + text_of(expr["withField"]) + ", " + expr["name"] + ", " + text_of(expr["value"]) + ")"
    if kind == "dropFields":
        text = text_of(expr["dropFields"])
        for name in expr["names"]:
            text = "drop_field(" + text + ", " + name + ")"
        return text
    if "over" in expr:
        return _over_text(expr)
    return str(expr)


_FN_TEXT = {"isnan": "isNaN"}


def _over_text(expr):
    parts = []
    if expr["partitionBy"]:
        parts.append("PARTITION BY " + ", ".join(map(text_of, expr["partitionBy"])))
    if expr["orderBy"]:
        parts.append("ORDER BY " + ", ".join(map(text_of, expr["orderBy"])))
    frame = expr["frame"]
    if frame is not None:
        suffix = "L" if frame["unit"] == "range" else ""

        def bound(value, unbounded):
            if value is None:
                return "UNBOUNDED " + unbounded
            return "CURRENT ROW" if value == 0 else str(value) + suffix

        parts.append(
            frame["unit"].upper() + " BETWEEN " + bound(frame["start"], "PRECEDING") + " AND " + bound(frame["end"], "FOLLOWING")
        )
    return text_of(expr["over"]) + " OVER (" + " ".join(parts) + ")"


def _literal_text(value, kind):
    if value is None:
        return "NULL"
    if kind == "string":
        return "'" + value + "'"
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "bigint":
        return str(value) + "L"
    if kind == "timestamp":
        moment = _moment(value)
        fraction = ("%06d" % moment.microsecond).rstrip("0") or "0"
        return moment.strftime("%Y-%m-%d %H:%M:%S.") + fraction
    if kind == "binary":
        return "[B"
    return str(value)
