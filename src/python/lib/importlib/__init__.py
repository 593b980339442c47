"""Importing modules by name. There are no files to find them in: those that are embedded can be had."""

import sys

__all__ = ["import_module", "invalidate_caches", "reload"]


def import_module(name, package=None):
    level = len(name) - len(name.lstrip("."))
    if level:
        if not package:
            raise TypeError("the 'package' argument is required to perform a relative import for %r" % name)
        name = package.rsplit(".", level - 1)[0] + "." + name[level:] if level > 1 else package + name
    __import__(name)
    return sys.modules[name]


def reload(module):
    """The module as it is: what it was loaded from doesn't change."""
    return sys.modules[module.__name__]


def invalidate_caches():
    return None
