"""The way to the session: requests out, values back (the protocol is described in src/python/mod.rs)."""

import _multihop

from pyspark.errors import raised

# Handles of DataFrames that Python has dropped. They are told at the next request, for a request
# may not be made while one is under way, which is when objects die.
_dropped = []


def request(op, **fields):
    """Asks the session and returns what it answers; raises what it refuses."""
    if _dropped and op != "release":
        dropped = _dropped[:]
        del _dropped[: len(dropped)]
        for handle in dropped:
            _ask({"op": "release", "df": handle})
    fields["op"] = op
    return _ask(fields)


def _ask(fields):
    reply = _multihop.loads(_multihop.call(_multihop.dumps(fields)))
    error = reply.get("error")
    if error is not None:
        # A traceback begins at the user's line: what raised it is the session, not this file.
        raise raised(error) from None
    return reply.get("ok")


def drop(handle):
    """Remembers that a DataFrame isn't needed any more."""
    _dropped.append(handle)


# --- Functions of Python that the session calls: UDFs, foreachBatch

_functions = {}


def register(function):
    """Keeps a function and returns the id that the session calls it by."""
    number = _multihop.functions_from + len(_functions) + 1
    _functions[number] = function
    return number


def invoke(number, text):
    """Calls a registered function: a JSON text in, a JSON text out."""
    return _multihop.dumps(_functions[number](_multihop.loads(text)))
