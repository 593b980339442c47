"""`struct`: numbers and bytes, without the machine's alignment."""

import _multihop

__all__ = ["calcsize", "pack", "pack_into", "unpack", "unpack_from", "iter_unpack", "Struct", "error"]


class error(Exception):
    pass


_SIZES = {"x": 1, "c": 1, "b": 1, "B": 1, "?": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 4, "L": 4, "q": 8, "Q": 8, "n": 8, "N": 8, "f": 4, "d": 8, "s": 1, "p": 1}


def _parsed(format):
    if isinstance(format, bytes):
        format = format.decode("ascii")
    order = "little"
    native = True
    if format[:1] in ("<", ">", "!", "=", "@"):
        order = "big" if format[0] in ">!" else "little"
        native = format[0] == "@"
        format = format[1:]
    codes, count = [], ""
    for char in format:
        if char.isdigit():
            count += char
        elif not char.isspace():
            if char not in _SIZES:
                raise error("bad char in struct format")
            size = 8 if native and char in "lL" else _SIZES[char]
            times = int(count) if count else 1
            codes += [(char, times)] if char in "sp" else [(char, size)] * times
            count = ""
    return order, codes


def calcsize(format):
    return sum(size for _, size in _parsed(format)[1])


def pack(format, *values):
    order, codes = _parsed(format)
    wanted = sum(1 for code, _ in codes if code != "x")
    if wanted != len(values):
        raise error("pack expected %d items for packing (got %d)" % (wanted, len(values)))
    out = bytearray()
    values = iter(values)
    for code, size in codes:
        if code == "x":
            out.append(0)
            continue
        value = next(values)
        if code in "sp":
            out += bytes(value)[:size].ljust(size, b"\0")
        elif code == "c":
            out += value
        elif code == "?":
            out.append(1 if value else 0)
        elif code in "fd":
            out += _multihop.float_bits(float(value), size).to_bytes(size, order)
        else:
            if not isinstance(value, int):
                raise error("required argument is not an integer")
            try:
                out += value.to_bytes(size, order, signed=code in "bhilqn")
            except OverflowError:
                raise error("'%s' format requires a number that fits into %d bytes" % (code, size)) from None
    return bytes(out)


def unpack_from(format, buffer, offset=0):
    order, codes = _parsed(format)
    buffer = bytes(buffer)
    if len(buffer) - offset < sum(size for _, size in codes):
        raise error("unpack_from requires a buffer of at least %d bytes" % (offset + calcsize(format)))
    values = []
    for code, size in codes:
        part = buffer[offset : offset + size]
        offset += size
        if code == "x":
            continue
        if code in "spc":
            values.append(part)
        elif code == "?":
            values.append(part != b"\0")
        elif code in "fd":
            values.append(_multihop.float_of_bits(int.from_bytes(part, order), size))
        else:
            values.append(int.from_bytes(part, order, signed=code in "bhilqn"))
    return tuple(values)


def unpack(format, buffer):
    if len(buffer) != calcsize(format):
        raise error("unpack requires a buffer of %d bytes" % calcsize(format))
    return unpack_from(format, buffer)


def pack_into(format, buffer, offset, *values):
    data = pack(format, *values)
    buffer[offset : offset + len(data)] = data


def iter_unpack(format, buffer):
    size = calcsize(format)
    for offset in range(0, len(buffer), size):
        yield unpack_from(format, buffer, offset)


class Struct:
    def __init__(self, format):
        self.format = format
        self.size = calcsize(format)

    def pack(self, *values):
        return pack(self.format, *values)

    def unpack(self, buffer):
        return unpack(self.format, buffer)

    def unpack_from(self, buffer, offset=0):
        return unpack_from(self.format, buffer, offset)
