"""The session's files by pattern."""

from pathlib import Path

__all__ = ["glob", "iglob"]


def iglob(pathname, *, recursive=False, **kwargs):
    fixed, _, pattern = pathname.rpartition("/") if "*" not in pathname.rpartition("/")[0] else ("", "", pathname)
    if not any(sign in pathname for sign in "*?["):
        return iter([pathname] if Path(pathname).exists() else [])
    if not fixed:
        parts = pathname.split("/")
        first = next(i for i, part in enumerate(parts) if any(sign in part for sign in "*?["))
        fixed, pattern = "/".join(parts[:first]), "/".join(parts[first:])
    return (str(path) for path in Path(fixed or "/").glob(pattern))


def glob(pathname, **kwargs):
    return list(iglob(pathname, **kwargs))
