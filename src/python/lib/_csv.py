"""What `csv` takes from C in CPython: reader, writer and dialects."""

__version__ = "1.0"

QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE, QUOTE_STRINGS, QUOTE_NOTNULL = range(6)

_dialects = {}
_limit = 131072


class Error(Exception):
    pass


class Dialect:
    """How a file is written; made of a registered name, a class or an object, and of what overrides it."""

    _defaults = {
        "delimiter": ",", "doublequote": True, "escapechar": None, "lineterminator": "\r\n", "quotechar": '"',
        "quoting": QUOTE_MINIMAL, "skipinitialspace": False, "strict": False,
    }

    def __init__(self, dialect=None, **fields):
        if isinstance(dialect, str):
            dialect = get_dialect(dialect)
        for name in fields:
            if name not in self._defaults:
                raise TypeError("this function got an unexpected keyword argument '%s'" % name)
        for name, default in self._defaults.items():
            setattr(self, name, fields.get(name, getattr(dialect, name, default)))
        for name in ("delimiter", "quotechar", "escapechar"):
            value = getattr(self, name)
            if value is None and name != "delimiter":
                continue
            if not isinstance(value, str):
                raise TypeError('"%s" must be a unicode character%s, not %s' % (
                    name, "" if name == "delimiter" else " or None", type(value).__name__))
            if len(value) != 1:
                raise TypeError('"%s" must be a unicode character%s, not a string of length %d' % (
                    name, "" if name == "delimiter" else " or None", len(value)))
        if self.quoting not in range(6):
            raise TypeError('bad "quoting" value')
        if self.quoting != QUOTE_NONE and self.quotechar is None:
            raise TypeError("quotechar must be set if quoting enabled")
        if self.lineterminator is None:
            raise TypeError("lineterminator must be set")


def register_dialect(name, dialect=None, **fields):
    if not isinstance(name, str):
        raise TypeError("dialect name must be a string")
    _dialects[name] = Dialect(dialect, **fields)


def unregister_dialect(name):
    if name not in _dialects:
        raise Error("unknown dialect")
    del _dialects[name]


def get_dialect(name):
    if name not in _dialects:
        raise Error("unknown dialect")
    return _dialects[name]


def list_dialects():
    return list(_dialects)


def field_size_limit(limit=None):
    global _limit
    before = _limit
    if limit is not None:
        if not isinstance(limit, int):
            raise TypeError("limit must be an integer")
        _limit = limit
    return before


class Reader:
    def __init__(self, lines, dialect=None, **fields):
        self._lines = iter(lines)
        self.dialect = Dialect(dialect, **fields)
        self.line_num = 0

    def __iter__(self):
        return self

    def __next__(self):
        d = self.dialect
        row, field = [], []
        quoted = False  # the field began with a quote: it is text, and may be empty
        state = "start"  # start, plain, quoted, closed
        while True:
            try:
                line = next(self._lines)
            except StopIteration:
                if state != "quoted":
                    raise
                if d.strict:
                    raise Error("unexpected end of data") from None
                break
            if not isinstance(line, str):
                raise Error("iterator should return strings, not %s (the file should be opened in text mode)" % type(line).__name__)
            self.line_num += 1
            at, end = 0, len(line)
            while at < end:
                c = line[at]
                at += 1
                if state == "quoted":
                    if c == d.escapechar and at < end:
                        field.append(line[at])
                        at += 1
                    elif c == d.quotechar:
                        if d.doublequote and line[at:at + 1] == d.quotechar:
                            field.append(c)
                            at += 1
                        else:
                            state = "closed"
                    else:
                        field.append(c)
                elif c in "\r\n":
                    if line[at:].strip("\r\n"):
                        raise Error("new-line character seen in unquoted field - do you need to open the file with newline=''?")
                    at = end
                elif c == d.delimiter:
                    row.append(self._field(field, quoted))
                    field, quoted, state = [], False, "start"
                elif c == d.escapechar and at < end:
                    field.append(line[at])
                    at += 1
                    state = "plain"
                elif state == "start" and c == d.quotechar and d.quoting != QUOTE_NONE:
                    quoted, state = True, "quoted"
                elif state == "start" and c == " " and d.skipinitialspace:
                    pass
                elif state == "closed" and d.strict:
                    raise Error("'%s' expected after '%s'" % (d.delimiter, d.quotechar))
                else:
                    field.append(c)
                    state = "plain"
                if len(field) > _limit:
                    raise Error("field larger than field limit (%d)" % _limit)
            if state != "quoted":
                break
        if row or field or quoted or state != "start":
            row.append(self._field(field, quoted))
        return row

    def _field(self, characters, quoted):
        text = "".join(characters)
        quoting = self.dialect.quoting
        if quoted:
            return text
        if not text and quoting in (QUOTE_STRINGS, QUOTE_NOTNULL):
            return None
        if text and quoting in (QUOTE_NONNUMERIC, QUOTE_STRINGS):
            return float(text)
        return text


class Writer:
    def __init__(self, file, dialect=None, **fields):
        if not hasattr(file, "write"):
            raise TypeError('argument 1 must have a "write" method')
        self._file = file
        self.dialect = Dialect(dialect, **fields)

    def writerow(self, row):
        try:
            values = list(row)
        except TypeError:
            raise Error("iterable expected, not " + type(row).__name__) from None
        fields = [self._field(value, len(values) == 1) for value in values]
        return self._file.write(self.dialect.delimiter.join(fields) + self.dialect.lineterminator)

    def writerows(self, rows):
        for row in rows:
            self.writerow(row)

    def _field(self, value, alone):
        d = self.dialect
        text = "" if value is None else str(value)
        number = isinstance(value, (int, float))
        special = d.delimiter + (d.quotechar or "") + (d.escapechar or "") + "\r\n" + d.lineterminator
        needs = any(c in special for c in text) or (alone and not text)
        quote = d.quoting == QUOTE_ALL or (d.quoting == QUOTE_NONNUMERIC and not number)
        quote = quote or (d.quoting == QUOTE_STRINGS and isinstance(value, str)) or (d.quoting == QUOTE_NOTNULL and value is not None)
        quote = quote or (needs and d.quoting != QUOTE_NONE)
        if quote:
            for c in {d.quotechar, d.escapechar} - {None}:
                if c == d.quotechar and d.doublequote:
                    text = text.replace(c, c + c)
                elif d.escapechar is None:
                    if c in text:
                        raise Error("need to escape, but no escapechar set")
                else:
                    text = text.replace(c, d.escapechar + c)
            return d.quotechar + text + d.quotechar
        if needs:
            if alone and not text:
                raise Error("single empty field record must be quoted")
            if d.escapechar is None:
                raise Error("need to escape, but no escapechar set")
            return "".join(d.escapechar + c if c in special else c for c in text)
        return text


def reader(lines, dialect="excel", **fields):
    return Reader(lines, dialect, **fields)


def writer(file, dialect="excel", **fields):
    return Writer(file, dialect, **fields)
