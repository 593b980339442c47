"""Digests: md5, sha1 and the sha2 family."""

import _multihop

_SIZES = {"md5": (16, 64), "sha1": (20, 64), "sha224": (28, 64), "sha256": (32, 64), "sha384": (48, 128), "sha512": (64, 128)}

algorithms_guaranteed = algorithms_available = set(_SIZES)


class _Hash:
    def __init__(self, name, data=b""):
        self.name = name
        self.digest_size, self.block_size = _SIZES[name]
        self._data = bytearray()
        self.update(data)

    def update(self, data):
        if isinstance(data, str):
            raise TypeError("Strings must be encoded before hashing")
        self._data += data

    def digest(self):
        return bytes(_multihop.digest(self.name, bytes(self._data)))

    def hexdigest(self):
        return self.digest().hex()

    def copy(self):
        return _Hash(self.name, self._data)

    def __repr__(self):
        return "<%s _hashlib.HASH object>" % self.name


def new(name, data=b"", *, usedforsecurity=True):
    if name.lower() not in _SIZES:
        raise ValueError("unsupported hash type " + name)
    return _Hash(name.lower(), data)


def _constructor(name):
    def make(data=b"", *, usedforsecurity=True, string=None):
        return _Hash(name, data if string is None else string)

    make.__name__ = "openssl_" + name
    return make


md5 = _constructor("md5")
sha1 = _constructor("sha1")
sha224 = _constructor("sha224")
sha256 = _constructor("sha256")
sha384 = _constructor("sha384")
sha512 = _constructor("sha512")
