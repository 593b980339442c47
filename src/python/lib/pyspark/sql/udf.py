"""Python functions as SQL functions."""

from pyspark._connect import register, request
from pyspark.errors import PySparkTypeError, not_implemented, wrong_type
from pyspark.sql.column import Column, to_column
from pyspark.sql.types import DataType, StringType, _from_json, parse_ddl, type_text

__all__ = ["UserDefinedFunction", "UDFRegistration"]


class UserDefinedFunction:
    """A Python function with the type that it returns."""

    def __init__(self, func, returnType=None, name=None, evalType=100, deterministic=True):
        if not callable(func):
            raise wrong_type("NOT_CALLABLE", "func", func)
        if returnType is None:
            returnType = StringType()
        if not isinstance(returnType, (DataType, str)):
            raise wrong_type("NOT_DATATYPE_OR_STR", "returnType", returnType)
        self.func = func
        self._ddl = type_text(returnType, "returnType")
        self._type = returnType if isinstance(returnType, DataType) else None
        self._name = name or getattr(func, "__name__", type(func).__name__)
        self.deterministic = deterministic
        self.evalType = evalType
        self._id = None

    @property
    def returnType(self):
        if self._type is None:
            self._type = parse_ddl(self._ddl)
        return self._type

    def _function_id(self):
        if self._id is None:
            # While it runs the session can't be asked what the type means.
            self.returnType
            self._id = register(self._rows)
        return self._id

    def _rows(self, call):
        """Computes rows for the session: the arguments of each, and their types."""
        types = [_from_json(kind) for kind in call["types"]]
        returns = self.returnType
        values = []
        for row in call["rows"]:
            args = [None if v is None else t._decode(v) for v, t in zip(row, types)]
            values.append(_encoded(returns, self.func(*args)))
        return {"values": values}

    def __call__(self, *args, **kwargs):
        args = list(args) + list(kwargs.values())
        return Column(
            {
                "udf": self._function_id(),
                "name": self._name,
                "returnType": self._ddl,
                "args": [to_column(a)._expr for a in args],
                "deterministic": self.deterministic,
            }
        )

    def asNondeterministic(self):
        self.deterministic = False
        return self

    def _wrapped(self):
        """A plain function, as PySpark gives one, with the attributes that belong to it."""

        def wrapper(*args, **kwargs):
            return self(*args, **kwargs)

        wrapper.__name__ = wrapper.__qualname__ = self._name
        wrapper.__doc__ = getattr(self.func, "__doc__", None)
        wrapper.__wrapped__ = self.func
        wrapper.func = self.func
        wrapper.evalType = self.evalType
        wrapper.deterministic = self.deterministic
        wrapper.returnType = self.returnType
        wrapper.asNondeterministic = lambda: self.asNondeterministic()._wrapped()
        wrapper._udf = self
        return wrapper


def _encoded(returns, value):
    """What a function returned, as a value of its type. Spark makes what doesn't fit null."""
    if value is None:
        return None
    accepts = returns._accepts
    if isinstance(returns, StringType):
        return str(value) if not isinstance(value, bool) else str(value).lower()
    if accepts is not None and not isinstance(value, accepts) and not (
        hasattr(value, "__dict__") and returns.typeName() == "struct"
    ):
        return None
    if isinstance(value, bool) and bool not in accepts:
        return None
    return returns._encode(value)


def udf(f=None, returnType=None, *, useArrow=None):
    """A UDF: udf(f, type), @udf, @udf(type), @udf(returnType=type)."""
    if f is None or isinstance(f, (str, DataType)):
        kind = returnType if f is None else f
        return lambda function: UserDefinedFunction(function, kind)._wrapped()
    return UserDefinedFunction(f, returnType)._wrapped()


def pandas_udf(f=None, returnType=None, functionType=None):
    raise not_implemented("pandas_udf (pandas isn't part of Multihop; write it as a udf, row by row)")


def udtf(cls=None, *, returnType=None, useArrow=None):
    raise not_implemented("udtf")


class UDFRegistration:
    """`spark.udf`."""

    def __init__(self, sparkSession):
        self.sparkSession = sparkSession

    def register(self, name, f, returnType=None):
        made = getattr(f, "_udf", f)
        if isinstance(made, UserDefinedFunction):
            if returnType is not None:
                raise PySparkTypeError(
                    "[CANNOT_SPECIFY_RETURN_TYPE_FOR_UDF] returnType can not be specified when `f` is a user-defined"
                    " function, but got " + str(returnType) + ".",
                    "CANNOT_SPECIFY_RETURN_TYPE_FOR_UDF",
                    {"arg_name": "f", "return_type": str(returnType)},
                )
            made = UserDefinedFunction(made.func, made.returnType, name, made.evalType, made.deterministic)
        else:
            made = UserDefinedFunction(f, returnType, name)
        request(
            "udf.register",
            name=name, function=made._function_id(), returnType=made._ddl, deterministic=made.deterministic,
        )
        return made._wrapped()

    def registerJavaFunction(self, name, javaClassName, returnType=None):
        raise not_implemented("registerJavaFunction")

    def registerJavaUDAF(self, name, javaClassName):
        raise not_implemented("registerJavaUDAF")
