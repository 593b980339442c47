"""The generator below `random`: CPython's Mersenne Twister."""

import _multihop


class Random:
    def __new__(cls, *args, **kwargs):
        made = object.__new__(cls)
        made._handle = _multihop.twister_seed(-1, [0])
        return made

    def __init__(self, x=None):
        Random.seed(self, x)

    def seed(self, a=None):
        if a is None:
            a = _multihop.entropy() << 64 | _multihop.entropy()
        elif not isinstance(a, int):
            a = hash(a)
        a = abs(int(a))
        words = []
        while a:
            words.append(a & 0xFFFFFFFF)
            a >>= 32
        _multihop.twister_seed(self._handle, words or [0])

    def random(self):
        return _multihop.twister_float(self._handle)

    def getrandbits(self, k):
        if k < 0:
            raise ValueError("number of bits must be non-negative")
        if k == 0:
            return 0
        if k <= 32:
            return _multihop.twister_word(self._handle) >> (32 - k)
        result = shift = 0
        while k > 0:
            word = _multihop.twister_word(self._handle)
            if k < 32:
                word >>= 32 - k
            result |= word << shift
            shift += 32
            k -= 32
        return result

    def getstate(self):
        return tuple(_multihop.twister_state(self._handle))

    def setstate(self, state):
        _multihop.twister_set(self._handle, list(state))
