"""Hexadecimal and base64, as `base64` needs them."""


class Error(ValueError):
    pass


class Incomplete(Exception):
    pass


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {byte: index for index, byte in enumerate(_ALPHABET)}


def hexlify(data, sep=None, bytes_per_sep=1):
    data = bytes(data)
    return (data.hex() if sep is None else data.hex(sep, bytes_per_sep)).encode("ascii")


b2a_hex = hexlify


def unhexlify(text):
    if isinstance(text, bytes):
        text = text.decode("ascii")
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise Error("Non-hexadecimal digit found" if len(text) % 2 == 0 else "Odd-length string") from error


a2b_hex = unhexlify


def b2a_base64(data, *, newline=True):
    data = bytes(data)
    out = bytearray()
    for i in range(0, len(data) - 2, 3):
        bits = data[i] << 16 | data[i + 1] << 8 | data[i + 2]
        out += bytes((_ALPHABET[bits >> 18], _ALPHABET[bits >> 12 & 63], _ALPHABET[bits >> 6 & 63], _ALPHABET[bits & 63]))
    rest = len(data) % 3
    if rest == 1:
        bits = data[-1] << 16
        out += bytes((_ALPHABET[bits >> 18], _ALPHABET[bits >> 12 & 63])) + b"=="
    elif rest == 2:
        bits = data[-2] << 16 | data[-1] << 8
        out += bytes((_ALPHABET[bits >> 18], _ALPHABET[bits >> 12 & 63], _ALPHABET[bits >> 6 & 63])) + b"="
    return bytes(out) + (b"\n" if newline else b"")


def a2b_base64(text, *, strict_mode=False):
    if isinstance(text, str):
        text = text.encode("ascii")
    out = bytearray()
    bits = count = 0
    for byte in text:
        value = _VALUES.get(byte)
        if value is None:
            if byte == 61 and count in (2, 3):
                count += 1
            continue
        bits = bits << 6 | value
        count += 1
        if count == 4:
            out += bytes((bits >> 16 & 255, bits >> 8 & 255, bits & 255))
            bits = count = 0
    padded = text.rstrip().endswith(b"=")
    digits = sum(1 for byte in text if byte in _VALUES) % 4
    if digits == 1:
        raise Error("Invalid base64-encoded string: number of data characters cannot be 1 more than a multiple of 4")
    if digits and not padded:
        raise Error("Incorrect padding")
    if digits == 2:
        out.append(bits >> 4 & 255)
    elif digits == 3:
        out += bytes((bits >> 10 & 255, bits >> 2 & 255))
    return bytes(out)


def crc32(data, value=0):
    crc = value ^ 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
