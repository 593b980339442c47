"""Context variables, under their public name."""

from _contextvars import Context, ContextVar, Token, copy_context  # noqa: F401
