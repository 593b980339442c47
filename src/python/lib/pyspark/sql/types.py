"""Data types, schemas and rows."""

import sys

from pyspark._connect import request
from pyspark.errors import (
    IllegalArgumentException,
    PySparkAttributeError,
    PySparkIndexError,
    PySparkKeyError,
    PySparkTypeError,
    PySparkValueError,
    wrong_type,
)

__all__ = [
    "DataType", "NullType", "CharType", "StringType", "VarcharType", "BinaryType", "BooleanType", "DateType",
    "TimestampType", "TimestampNTZType", "DecimalType", "DoubleType", "FloatType", "ByteType", "IntegerType",
    "LongType", "DayTimeIntervalType", "YearMonthIntervalType", "Row", "ShortType", "ArrayType", "MapType",
    "StructField", "StructType", "VariantType", "VariantVal",
]


# `decimal` and `datetime` are large: a notebook that has no use for them doesn't wait for them.


def _decimal():
    import decimal

    return decimal.Decimal


def _datetime():
    import datetime

    return datetime


def is_of(value, module, name):
    """Whether a value is of a class whose module may not be loaded yet."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, getattr(loaded, name))


class DataType:
    """The base of all types."""

    def __repr__(self):
        return type(self).__name__ + "()"

    def __eq__(self, other):
        return isinstance(other, type(self)) and self.__dict__ == other.__dict__

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(str(self))

    @classmethod
    def typeName(cls):
        return cls._name if "_name" in cls.__dict__ else cls.__name__[:-4].lower()

    def simpleString(self):
        return self.typeName()

    def jsonValue(self):
        return self.typeName()

    def json(self):
        import json

        return json.dumps(self.jsonValue(), separators=(",", ":"), sort_keys=True)

    @classmethod
    def fromDDL(cls, ddl):
        return parse_ddl(ddl)

    def needConversion(self):
        return False

    def toInternal(self, obj):
        return obj

    def fromInternal(self, obj):
        return obj

    def _encode(self, value):
        """The value as the protocol writes it."""
        return value

    def _decode(self, value):
        """The protocol's value as Python's."""
        return value

    # What a value of this type may be in Python; None takes anything.
    _accepts = None

    def _tree(self, lines, prefix, depth, limit):
        pass


class _Plain:
    """Values that JSON has as they are."""


class NullType(DataType):
    _name = "void"
    _accepts = (type(None),)


class AtomicType(DataType):
    pass


class NumericType(AtomicType):
    pass


class IntegralType(NumericType):
    _accepts = (int,)


class FractionalType(NumericType):
    pass


class StringType(AtomicType):
    _accepts = (str,)
    providerSpark = "spark"
    providerICU = "icu"

    def __init__(self, collation="UTF8_BINARY"):
        self.collation = collation

    @classmethod
    def typeName(cls):
        return "string"

    def simpleString(self):
        return "string" if self.collation == "UTF8_BINARY" else "string collate " + self.collation

    def __repr__(self):
        return "StringType()" if self.collation == "UTF8_BINARY" else "StringType('" + self.collation + "')"

    def _encode(self, value):
        return value if isinstance(value, str) else str(value)


class _Sized(AtomicType):
    _accepts = (str,)

    def __init__(self, length):
        self.length = length

    def simpleString(self):
        return self.typeName() + "(%d)" % self.length

    jsonValue = simpleString

    def __repr__(self):
        return type(self).__name__ + "(%d)" % self.length


class CharType(_Sized):
    pass


class VarcharType(_Sized):
    pass


class BinaryType(AtomicType):
    _accepts = (bytes, bytearray)

    def _encode(self, value):
        import binascii

        return binascii.b2a_base64(value, newline=False).decode("ascii")

    def _decode(self, value):
        import binascii

        return bytearray(binascii.a2b_base64(value))


class BooleanType(AtomicType):
    _accepts = (bool,)


class DateType(AtomicType):
    @property
    def _accepts(self):
        return (_datetime().date,)

    def _encode(self, value):
        return "%04d-%02d-%02d" % (value.year, value.month, value.day)

    def _decode(self, value):
        return _datetime().date.fromisoformat(value)


def _micros(value):
    if value.tzinfo is not None:
        value = (value - value.utcoffset()).replace(tzinfo=None)
    passed = value - _datetime().datetime(1970, 1, 1)
    return (passed.days * 86400 + passed.seconds) * 1000000 + passed.microseconds


def _moment(micros):
    datetime = _datetime()
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)


class TimestampType(AtomicType):
    # Python's local time is UTC here, as on a Databricks driver.
    @property
    def _accepts(self):
        return (_datetime().datetime,)

    def _encode(self, value):
        return _micros(value)

    def _decode(self, value):
        return _moment(value)


class TimestampNTZType(AtomicType):
    _name = "timestamp_ntz"
    @property
    def _accepts(self):
        return (_datetime().datetime,)

    def _encode(self, value):
        return _micros(value.replace(tzinfo=None))

    def _decode(self, value):
        return _moment(value)


class DecimalType(FractionalType):
    @property
    def _accepts(self):
        return (_decimal(),)

    def __init__(self, precision=10, scale=0):
        self.precision = precision
        self.scale = scale
        self.hasPrecisionInfo = True

    def simpleString(self):
        return "decimal(%d,%d)" % (self.precision, self.scale)

    jsonValue = simpleString

    def __repr__(self):
        return "DecimalType(%d,%d)" % (self.precision, self.scale)

    def _encode(self, value):
        return format(value, "f") if is_of(value, "decimal", "Decimal") else str(value)

    def _decode(self, value):
        return _decimal()(value)


class _Float(FractionalType):
    _accepts = (float,)

    def _encode(self, value):
        if value != value:
            return "NaN"
        if value in (float("inf"), float("-inf")):
            return "Infinity" if value > 0 else "-Infinity"
        return value

    def _decode(self, value):
        return float(value)


class DoubleType(_Float):
    pass


class FloatType(_Float):
    pass


class ByteType(IntegralType):
    _range = 1 << 7

    def simpleString(self):
        return "tinyint"


class ShortType(IntegralType):
    _range = 1 << 15

    def simpleString(self):
        return "smallint"


class IntegerType(IntegralType):
    _range = 1 << 31

    def simpleString(self):
        return "int"


class LongType(IntegralType):
    _range = 1 << 63

    def simpleString(self):
        return "bigint"


class _Interval(AtomicType):
    def __init__(self, startField=None, endField=None):
        if startField is None and endField is None:
            startField, endField = 0, len(self._fields) - 1
        self.startField = startField
        self.endField = startField if endField is None else endField

    def simpleString(self):
        start, end = self._fields[self.startField], self._fields[self.endField]
        return "interval " + start if start == end else "interval " + start + " to " + end

    jsonValue = simpleString

    def __repr__(self):
        return "%s(%d, %d)" % (type(self).__name__, self.startField, self.endField)


class DayTimeIntervalType(_Interval):
    DAY, HOUR, MINUTE, SECOND = 0, 1, 2, 3
    _fields = ["day", "hour", "minute", "second"]

    @property
    def _accepts(self):
        return (_datetime().timedelta,)

    def _encode(self, value):
        return (value.days * 86400 + value.seconds) * 1000000 + value.microseconds

    def _decode(self, value):
        return _datetime().timedelta(microseconds=value)


class YearMonthIntervalType(_Interval):
    YEAR, MONTH = 0, 1
    _fields = ["year", "month"]


class CalendarIntervalType(DataType):
    _name = "interval"


class VariantVal:
    """A variant's value, held as its JSON text."""

    def __init__(self, text):
        self._text = text

    def __str__(self):
        return self._text

    toJson = __str__

    def __repr__(self):
        return "VariantVal(" + repr(self._text) + ")"

    def toPython(self):
        import json

        return json.loads(self._text)


class VariantType(AtomicType):
    _accepts = (VariantVal,)

    def _encode(self, value):
        return str(value)

    def _decode(self, value):
        return VariantVal(value)


class ArrayType(DataType):
    _accepts = (list, tuple)

    def __init__(self, elementType, containsNull=True):
        assert isinstance(elementType, DataType), "elementType %s should be an instance of %s" % (elementType, DataType)
        self.elementType = elementType
        self.containsNull = containsNull

    def simpleString(self):
        return "array<" + self.elementType.simpleString() + ">"

    def jsonValue(self):
        return {
            "type": "array", "elementType": self.elementType.jsonValue(), "containsNull": self.containsNull,
        }

    @classmethod
    def fromJson(cls, json):
        return cls(_from_json(json["elementType"]), json["containsNull"])

    def __repr__(self):
        return "ArrayType(%s, %s)" % (self.elementType, self.containsNull)

    def _encode(self, value):
        return [None if v is None else self.elementType._encode(v) for v in value]

    def _decode(self, value):
        return [None if v is None else self.elementType._decode(v) for v in value]

    def _tree(self, lines, prefix, depth, limit):
        if depth <= limit:
            lines.append(
                "%s-- element: %s (containsNull = %s)" % (prefix, _tree_name(self.elementType), str(self.containsNull).lower())
            )
            self.elementType._tree(lines, prefix + "    |", depth + 1, limit)


class MapType(DataType):
    _accepts = (dict,)

    def __init__(self, keyType, valueType, valueContainsNull=True):
        assert isinstance(keyType, DataType), "keyType %s should be an instance of %s" % (keyType, DataType)
        assert isinstance(valueType, DataType), "valueType %s should be an instance of %s" % (valueType, DataType)
        self.keyType = keyType
        self.valueType = valueType
        self.valueContainsNull = valueContainsNull

    def simpleString(self):
        return "map<" + self.keyType.simpleString() + "," + self.valueType.simpleString() + ">"

    def jsonValue(self):
        return {
            "type": "map", "keyType": self.keyType.jsonValue(), "valueType": self.valueType.jsonValue(),
            "valueContainsNull": self.valueContainsNull,
        }

    @classmethod
    def fromJson(cls, json):
        return cls(_from_json(json["keyType"]), _from_json(json["valueType"]), json["valueContainsNull"])

    def __repr__(self):
        return "MapType(%s, %s, %s)" % (self.keyType, self.valueType, self.valueContainsNull)

    def _encode(self, value):
        return [[self.keyType._encode(k), None if v is None else self.valueType._encode(v)] for k, v in value.items()]

    def _decode(self, value):
        return {self.keyType._decode(k): None if v is None else self.valueType._decode(v) for k, v in value}

    def _tree(self, lines, prefix, depth, limit):
        if depth <= limit:
            lines.append("%s-- key: %s" % (prefix, _tree_name(self.keyType)))
            self.keyType._tree(lines, prefix + "    |", depth + 1, limit)
            lines.append(
                "%s-- value: %s (valueContainsNull = %s)"
                % (prefix, _tree_name(self.valueType), str(self.valueContainsNull).lower())
            )
            self.valueType._tree(lines, prefix + "    |", depth + 1, limit)


class StructField(DataType):
    def __init__(self, name, dataType, nullable=True, metadata=None):
        assert isinstance(dataType, DataType), "dataType %s should be an instance of %s" % (dataType, DataType)
        assert isinstance(name, str), "field name %s should be a string" % name
        self.name = name
        self.dataType = dataType
        self.nullable = nullable
        self.metadata = metadata or {}

    def simpleString(self):
        return self.name + ":" + self.dataType.simpleString()

    def jsonValue(self):
        return {
            "name": self.name, "type": self.dataType.jsonValue(), "nullable": self.nullable, "metadata": self.metadata,
        }

    @classmethod
    def fromJson(cls, json):
        return cls(json["name"], _from_json(json["type"]), json.get("nullable", True), json.get("metadata"))

    def typeName(self):
        raise PySparkTypeError(errorClass="INVALID_TYPENAME_CALL", messageParameters={})

    def __repr__(self):
        return "StructField('%s', %s, %s)" % (self.name, self.dataType, self.nullable)


class StructType(DataType):
    _accepts = (tuple, list, dict)

    def __init__(self, fields=None):
        self.fields = list(fields or [])
        assert all(isinstance(f, StructField) for f in self.fields), "fields should be a list of StructField"
        self.names = [f.name for f in self.fields]

    def add(self, field, data_type=None, nullable=True, metadata=None):
        if not isinstance(field, StructField):
            if isinstance(field, str) and data_type is None:
                raise PySparkValueError(
                    errorClass="ARGUMENT_REQUIRED",
                    messageParameters={"arg_name": "data_type", "condition": "passing name of struct_field to create"},
                )
            if isinstance(data_type, str):
                data_type = parse_ddl(data_type)
            field = StructField(field, data_type, nullable, metadata)
        self.fields.append(field)
        self.names.append(field.name)
        return self

    def __iter__(self):
        return iter(self.fields)

    def __len__(self):
        return len(self.fields)

    def __getitem__(self, key):
        if isinstance(key, str):
            for field in self.fields:
                if field.name == key:
                    return field
            raise PySparkKeyError(errorClass="KEY_NOT_EXISTS", messageParameters={"key": str(key)})
        if isinstance(key, int):
            try:
                return self.fields[key]
            except IndexError:
                raise PySparkIndexError(
                    errorClass="INDEX_OUT_OF_RANGE", messageParameters={"arg_name": "StructType", "index": str(key)}
                ) from None
        if isinstance(key, slice):
            return StructType(self.fields[key])
        raise wrong_type("NOT_INT_OR_SLICE_OR_STR", "key", key)

    def fieldNames(self):
        return list(self.names)

    def simpleString(self):
        return "struct<" + ",".join(f.simpleString() for f in self.fields) + ">"

    def jsonValue(self):
        return {"type": "struct", "fields": [f.jsonValue() for f in self.fields]}

    @classmethod
    def fromJson(cls, json):
        return cls([StructField.fromJson(f) for f in json["fields"]])

    def __repr__(self):
        return "StructType([" + ", ".join(repr(f) for f in self.fields) + "])"

    def treeString(self, maxDepth=2147483647):
        lines = ["root"]
        self._tree(lines, " |", 1, maxDepth if maxDepth > 0 else 2147483647)
        return "\n".join(lines) + "\n"

    def _tree(self, lines, prefix, depth, limit):
        if depth > limit:
            return
        for f in self.fields:
            lines.append(
                "%s-- %s: %s (nullable = %s)" % (prefix, f.name, _tree_name(f.dataType), str(f.nullable).lower())
            )
            f.dataType._tree(lines, prefix + "    |", depth + 1, limit)

    def _encode(self, value):
        if isinstance(value, dict):
            values = [value.get(name) for name in self.names]
        elif isinstance(value, Row) and getattr(value, "__from_dict__", False):
            values = [value[name] for name in self.names]
        elif isinstance(value, (tuple, list)):
            values = value
        else:
            values = [getattr(value, name, None) for name in self.names]
        return [None if v is None else f.dataType._encode(v) for f, v in zip(self.fields, values)]

    def _decode(self, value):
        return _row(self.names, [None if v is None else f.dataType._decode(v) for f, v in zip(self.fields, value)])


def _tree_name(data_type):
    return data_type.simpleString() if isinstance(data_type, (DecimalType, _Sized, _Interval)) else data_type.typeName()


_ATOMIC = {
    t.typeName(): t
    for t in (
        NullType, StringType, BinaryType, BooleanType, DateType, TimestampType, TimestampNTZType, DoubleType,
        FloatType, ByteType, ShortType, IntegerType, LongType, VariantType, CalendarIntervalType,
    )
}


def _from_json(value):
    """The type that Spark's JSON describes."""
    if isinstance(value, dict):
        kind = {"struct": StructType, "array": ArrayType, "map": MapType}.get(value["type"])
        if kind is not None:
            return kind.fromJson(value)
        raise IllegalArgumentException("Failed to convert the JSON string '%s' to a data type." % value)
    if value in _ATOMIC:
        return _ATOMIC[value]()
    if value == "decimal":
        return DecimalType()
    name, _, rest = value.partition("(")
    if rest:
        numbers = [int(n) for n in rest.rstrip(")").split(",")]
        sized = {"decimal": DecimalType, "char": CharType, "varchar": VarcharType}.get(name)
        if sized is not None:
            return sized(*numbers)
    if value.startswith("interval "):
        start, _, end = value[9:].partition(" to ")
        for kind in (DayTimeIntervalType, YearMonthIntervalType):
            if start in kind._fields and (end or start) in kind._fields:
                return kind(kind._fields.index(start), kind._fields.index(end or start))
    if value.startswith("string collate "):
        return StringType(value[15:])
    raise PySparkValueError(errorClass="CANNOT_PARSE_DATATYPE", messageParameters={"msg": str(value)})


def _parse_datatype_json_string(text):
    import json

    return _from_json(json.loads(text))


# Types that need no parser, and so no request.
_SHORT = {
    "int": IntegerType, "integer": IntegerType, "bigint": LongType, "long": LongType, "smallint": ShortType,
    "short": ShortType, "tinyint": ByteType, "byte": ByteType, "real": FloatType,
}


def parse_ddl(text):
    """The type that a DDL text means: "int", "array<string>", "a int, b string"."""
    name = text.strip().lower()
    if name in _SHORT:
        return _SHORT[name]()
    if name in _ATOMIC and name != "void":
        return _ATOMIC[name]()
    return _from_json(request("parseType", ddl=text))


_parse_datatype_string = parse_ddl


def ddl_of(data_type):
    """The type as SQL writes it, names in backticks."""
    if isinstance(data_type, StructType):
        fields = (
            "`" + f.name.replace("`", "``") + "`: " + ddl_of(f.dataType) + ("" if f.nullable else " NOT NULL")
            for f in data_type.fields
        )
        return "STRUCT<" + ", ".join(fields) + ">"
    if isinstance(data_type, ArrayType):
        return "ARRAY<" + ddl_of(data_type.elementType) + ">"
    if isinstance(data_type, MapType):
        return "MAP<" + ddl_of(data_type.keyType) + ", " + ddl_of(data_type.valueType) + ">"
    return data_type.simpleString().upper()


def type_text(data_type, arg_name="dataType"):
    """A type or a text that names one, as SQL writes it."""
    if isinstance(data_type, DataType):
        return ddl_of(data_type)
    if isinstance(data_type, str):
        return data_type
    raise wrong_type("NOT_DATATYPE_OR_STR", arg_name, data_type)


class Row(tuple):
    """A row: a tuple whose values have names."""

    def __new__(cls, *args, **kwargs):
        if args and kwargs:
            raise PySparkValueError(
                errorClass="CANNOT_SET_TOGETHER", messageParameters={"arg_list": "args and kwargs"}
            )
        if kwargs:
            row = tuple.__new__(cls, list(kwargs.values()))
            row.__fields__ = list(kwargs.keys())
            row.__from_dict__ = True
            return row
        return tuple.__new__(cls, args)

    def asDict(self, recursive=False):
        if not hasattr(self, "__fields__"):
            raise PySparkTypeError(
                errorClass="CANNOT_CONVERT_TYPE", messageParameters={"from_type": "Row", "to_type": "dict"}
            )
        if not recursive:
            return dict(zip(self.__fields__, self))

        def plain(value):
            if isinstance(value, Row):
                return value.asDict(True)
            if isinstance(value, list):
                return [plain(v) for v in value]
            if isinstance(value, dict):
                return {k: plain(v) for k, v in value.items()}
            return value

        return {name: plain(value) for name, value in zip(self.__fields__, self)}

    def __contains__(self, item):
        if hasattr(self, "__fields__"):
            return item in self.__fields__
        return super().__contains__(item)

    def __call__(self, *args):
        if len(args) > len(self):
            raise PySparkValueError(
                errorClass="TOO_MANY_VALUES",
                messageParameters={"expected": str(len(self)), "item": "fields", "actual": str(len(args))},
            )
        return _row(list(self), args)

    def __getitem__(self, item):
        if isinstance(item, (int, slice)):
            return super().__getitem__(item)
        try:
            return super().__getitem__(self.__fields__.index(item))
        except (IndexError, AttributeError):
            raise PySparkKeyError(errorClass="KEY_NOT_EXISTS", messageParameters={"key": str(item)}) from None
        except ValueError:
            raise PySparkValueError(str(item)) from None

    def __getattr__(self, item):
        if item.startswith("__"):
            raise AttributeError(item)
        try:
            return super().__getitem__(self.__fields__.index(item))
        except (IndexError, ValueError, AttributeError):
            raise PySparkAttributeError(
                errorClass="ATTRIBUTE_NOT_SUPPORTED", messageParameters={"attr_name": item}
            ) from None

    def __setattr__(self, key, value):
        if key != "__fields__" and key != "__from_dict__":
            raise PySparkRuntimeError_readonly()
        self.__dict__[key] = value

    def __repr__(self):
        if hasattr(self, "__fields__"):
            return "Row(" + ", ".join("%s=%r" % pair for pair in zip(self.__fields__, self)) + ")"
        return "<Row(" + ", ".join(repr(value) for value in self) + ")>"


def PySparkRuntimeError_readonly():
    from pyspark.errors import PySparkRuntimeError

    return PySparkRuntimeError("[READ_ONLY] Row is read-only.", "READ_ONLY", {"object": "Row"})


def _row(names, values):
    row = tuple.__new__(Row, values)
    row.__fields__ = names
    return row


def decoder(schema):
    """A function that makes a Row of a row's JSON."""
    names = schema.names
    simple = (IntegralType, StringType, BooleanType, _Sized, NullType)
    parts = [None if isinstance(f.dataType, simple) else f.dataType._decode for f in schema.fields]
    if not any(parts):
        return lambda values: _row(names, values)

    def decode(values):
        return _row(
            names,
            [v if v is None or part is None else part(v) for part, v in zip(parts, values)],
        )

    return decode


# --- What schema do these Python values have?

_OF_PYTHON = {
    type(None): NullType, bool: BooleanType, int: LongType, float: DoubleType, str: StringType,
    bytearray: BinaryType, bytes: BinaryType,
}
# The more special come first: a datetime is a date.
_OF_MODULES = (
    ("datetime", "datetime", TimestampType), ("datetime", "date", DateType),
    ("datetime", "timedelta", DayTimeIntervalType),
)


def infer_type(value):
    """The type that PySpark gives a Python value."""
    kind = _OF_PYTHON.get(type(value))
    if kind is not None:
        return kind()
    if is_of(value, "decimal", "Decimal"):
        return DecimalType(38, 18)
    for module, name, kind in _OF_MODULES:
        if is_of(value, module, name):
            return kind()
    if isinstance(value, dict):
        for k, v in value.items():
            if k is not None and v is not None:
                return MapType(infer_type(k), infer_type(v), True)
        return MapType(NullType(), NullType(), True)
    if isinstance(value, list):
        for v in value:
            if v is not None:
                return ArrayType(infer_type(v), True)
        return ArrayType(NullType(), True)
    if isinstance(value, VariantVal):
        return VariantType()
    if isinstance(value, tuple) or hasattr(value, "__dict__"):
        return infer_schema(value)
    for base, kind in _OF_PYTHON.items():
        if isinstance(value, base):
            return kind()
    raise PySparkTypeError(
        errorClass="UNSUPPORTED_DATA_TYPE", messageParameters={"data_type": type(value).__name__}
    )


def infer_schema(row, names=None):
    """The schema of one row."""
    if isinstance(row, dict):
        items = sorted(row.items())
    elif isinstance(row, (tuple, list)):
        if hasattr(row, "__fields__"):
            items = list(zip(row.__fields__, row))
        elif hasattr(row, "_fields"):
            items = list(zip(row._fields, row))
        else:
            names = list(names or [])
            names += ["_%d" % i for i in range(len(names) + 1, len(row) + 1)]
            items = list(zip(names, row))
    elif hasattr(row, "__dict__"):
        items = sorted(row.__dict__.items())
    else:
        raise PySparkTypeError(
            errorClass="CANNOT_INFER_SCHEMA_FOR_TYPE", messageParameters={"data_type": type(row).__name__}
        )
    fields = []
    for name, value in items:
        try:
            fields.append(StructField(name, infer_type(value), True))
        except PySparkTypeError as error:
            raise PySparkTypeError(
                errorClass="CANNOT_INFER_TYPE_FOR_FIELD", messageParameters={"field_name": name}
            ) from error
    return StructType(fields)


def merge_types(a, b, name=""):
    """The type that holds both."""
    if isinstance(a, NullType):
        return b
    if isinstance(b, NullType):
        return a
    if isinstance(a, TimestampType) and isinstance(b, TimestampNTZType):
        return a
    if isinstance(a, StringType) or isinstance(b, StringType):
        if isinstance(a, AtomicType) and isinstance(b, AtomicType):
            return StringType()
    if type(a) is not type(b):
        condition = "CANNOT_MERGE_TYPE"
        raise PySparkTypeError(
            errorClass=condition,
            messageParameters={"data_type1": type(a).__name__, "data_type2": type(b).__name__},
        )
    if isinstance(a, StructType):
        others = {f.name: f.dataType for f in b.fields}
        fields = [StructField(f.name, merge_types(f.dataType, others.pop(f.name, NullType())), True) for f in a.fields]
        fields += [f for f in b.fields if f.name in others]
        return StructType(fields)
    if isinstance(a, ArrayType):
        return ArrayType(merge_types(a.elementType, b.elementType), True)
    if isinstance(a, MapType):
        return MapType(merge_types(a.keyType, b.keyType), merge_types(a.valueType, b.valueType), True)
    return a


def has_null_type(data_type):
    if isinstance(data_type, StructType):
        return any(has_null_type(f.dataType) for f in data_type.fields)
    if isinstance(data_type, ArrayType):
        return has_null_type(data_type.elementType)
    if isinstance(data_type, MapType):
        return has_null_type(data_type.keyType) or has_null_type(data_type.valueType)
    return isinstance(data_type, NullType)


def verify(data_type, nullable, value, name=None):
    """Raises what PySpark raises for a value that isn't of its column's type."""

    def refuse(condition, **parameters):
        if name is not None:
            parameters["field_name"] = name
            condition += "_WITH_NAME"
        return condition, parameters

    if value is None:
        if not nullable:
            condition, parameters = refuse("FIELD_NOT_NULLABLE")
            raise PySparkValueError(errorClass=condition, messageParameters=parameters)
        return
    if isinstance(data_type, (StringType, _Sized)):
        return
    accepts = data_type._accepts
    of_type = accepts is None or (type(value) in accepts) or (isinstance(data_type, StructType) and hasattr(value, "__dict__"))
    if not of_type and isinstance(value, accepts) and not isinstance(value, bool):
        of_type = not (isinstance(data_type, DateType) and is_of(value, "datetime", "datetime"))
    if isinstance(data_type, DateType) and is_of(value, "datetime", "datetime"):
        of_type = True
    if not of_type:
        condition, parameters = refuse(
            "FIELD_DATA_TYPE_UNACCEPTABLE", data_type=str(data_type), obj=repr(value), obj_type=str(type(value))
        )
        raise PySparkTypeError(errorClass=condition, messageParameters=parameters)
    if isinstance(data_type, IntegralType) and not -data_type._range <= value < data_type._range:
        raise PySparkValueError(
            errorClass="VALUE_OUT_OF_BOUNDS",
            message="[VALUE_OUT_OF_BOUNDS] Value for `obj` must be between %d and %d (inclusive), got %d"
            % (-data_type._range, data_type._range - 1, value),
        )
    if isinstance(data_type, ArrayType):
        for element in value:
            verify(data_type.elementType, data_type.containsNull, element, "element in array " + name if name else None)
    elif isinstance(data_type, MapType):
        for key, element in value.items():
            verify(data_type.keyType, False, key, "key of map " + name if name else None)
            verify(data_type.valueType, data_type.valueContainsNull, element, "value of map " + name if name else None)
    elif isinstance(data_type, StructType):
        if isinstance(value, dict):
            for f in data_type.fields:
                verify(f.dataType, f.nullable, value.get(f.name), _inner(f.name, name))
        elif isinstance(value, (tuple, list)):
            if getattr(value, "__from_dict__", False):
                for f in data_type.fields:
                    verify(f.dataType, f.nullable, value[f.name], _inner(f.name, name))
                return
            if len(value) != len(data_type.fields):
                condition, parameters = refuse(
                    "FIELD_STRUCT_LENGTH_MISMATCH",
                    object_length=str(len(value)), field_length=str(len(data_type.fields)),
                )
                raise PySparkValueError(errorClass=condition, messageParameters=parameters)
            for f, v in zip(data_type.fields, value):
                verify(f.dataType, f.nullable, v, _inner(f.name, name))


def _inner(field, name):
    return "field " + field + (" in " + name if name else "")
