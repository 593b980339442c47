"""The questions of `inspect` that need no bytecode."""

import types

_empty = type("_empty", (), {})


class Parameter:
    POSITIONAL_ONLY, POSITIONAL_OR_KEYWORD, VAR_POSITIONAL, KEYWORD_ONLY, VAR_KEYWORD = range(5)
    empty = _empty

    def __init__(self, name, kind, *, default=_empty, annotation=_empty):
        self.name = name
        self.kind = kind
        self.default = default
        self.annotation = annotation

    def __str__(self):
        text = ("*" if self.kind == 2 else "**" if self.kind == 4 else "") + self.name
        return text if self.default is _empty else text + "=" + repr(self.default)

    def __repr__(self):
        return '<Parameter "' + str(self) + '">'


class Signature:
    empty = _empty

    def __init__(self, parameters=(), return_annotation=_empty):
        self.parameters = {p.name: p for p in parameters}
        self.return_annotation = return_annotation

    def __str__(self):
        parts, starred = [], False
        for p in self.parameters.values():
            starred |= p.kind == 2
            if p.kind == 3 and not starred:
                parts.append("*")
                starred = True
            parts.append(str(p))
        return "(" + ", ".join(parts) + ")"

    def __repr__(self):
        return "<Signature " + str(self) + ">"


def signature(obj, **kwargs):
    """Of Python functions; others have none to read."""
    skip = 0
    if isclass(obj):
        obj, skip = obj.__init__, 1
    if ismethod(obj):
        obj, skip = obj.__func__, 1
    if not isfunction(obj):
        raise ValueError("no signature found for builtin " + repr(obj))
    code = obj.__code__
    names = code.co_varnames
    defaults = obj.__defaults__ or ()
    count = code.co_argcount
    notes = getattr(obj, "__annotations__", {})
    parameters = []
    for i in range(count):
        kind = 0 if i < code.co_posonlyargcount else 1
        behind = i - (count - len(defaults))
        parameters.append(
            Parameter(names[i], kind, default=defaults[behind] if behind >= 0 else _empty, annotation=notes.get(names[i], _empty))
        )
    at = count + code.co_kwonlyargcount
    if code.co_flags & 4:
        parameters.append(Parameter(names[at], 2))
        at += 1
    for name in names[count : count + code.co_kwonlyargcount]:
        parameters.append(Parameter(name, 3, default=(obj.__kwdefaults__ or {}).get(name, _empty)))
    if code.co_flags & 8:
        parameters.append(Parameter(names[at], 4))
    return Signature(parameters[skip:], notes.get("return", _empty))


def isclass(value):
    return isinstance(value, type)


def isfunction(value):
    return isinstance(value, types.FunctionType)


def ismethod(value):
    return isinstance(value, types.MethodType)


def ismodule(value):
    return isinstance(value, types.ModuleType)


def isbuiltin(value):
    return isinstance(value, types.BuiltinFunctionType)


def isroutine(value):
    return isbuiltin(value) or isfunction(value) or ismethod(value)


def isgenerator(value):
    return isinstance(value, types.GeneratorType)


def isgeneratorfunction(value):
    return isfunction(value) and bool(value.__code__.co_flags & 0x20)


def iscoroutinefunction(value):
    return isfunction(value) and bool(value.__code__.co_flags & 0x80)


def getmembers(value, predicate=None):
    found = []
    for name in sorted(dir(value)):
        member = getattr(value, name, None)
        if predicate is None or predicate(member):
            found.append((name, member))
    return found


def getmro(cls):
    return cls.__mro__


def getdoc(value):
    doc = getattr(value, "__doc__", None)
    return cleandoc(doc) if isinstance(doc, str) else None


def cleandoc(doc):
    lines = doc.expandtabs().split("\n")
    margins = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(margins, default=0)
    return "\n".join([lines[0].lstrip()] + [line[margin:] for line in lines[1:]]).strip("\n")


def unwrap(value, *, stop=None):
    while hasattr(value, "__wrapped__"):
        value = value.__wrapped__
    return value


def getsource(value):
    raise OSError("could not get source code")


def get_annotations(value, **kwargs):
    return dict(getattr(value, "__annotations__", None) or {})
