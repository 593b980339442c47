"""`math`: Rust's functions, and those of whole numbers."""

from _multihop import (
    acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, copysign, cos, cosh, degrees, exp, exp2, expm1, fabs, fmod,
    log as _log, log10 as _log10, log1p, log2 as _log2, radians, sin, sinh, sqrt, tan, tanh,
)

pi = 3.141592653589793
e = 2.718281828459045
tau = 6.283185307179586
inf = float("inf")
nan = float("nan")


def _index(value):
    try:
        return value.__index__()
    except AttributeError:
        raise TypeError("'%s' object cannot be interpreted as an integer" % type(value).__name__) from None


def _big_log(x, function):
    """Logarithms of integers that are no floats any more."""
    if isinstance(x, int) and x > 0 and x.bit_length() > 1000:
        shift = x.bit_length() - 64
        return function(float(x >> shift)) + shift * function(2.0)
    return function(x)


def log(x, base=None):
    if base is None:
        return _big_log(x, _log)
    return _big_log(x, _log) / _big_log(base, _log)


def log2(x):
    return _big_log(x, _log2)


def log10(x):
    return _big_log(x, _log10)


def ceil(x):
    if hasattr(type(x), "__ceil__"):
        return x.__ceil__()
    x = float(x)
    whole = int(x)
    return whole + 1 if whole < x else whole


def floor(x):
    if hasattr(type(x), "__floor__"):
        return x.__floor__()
    x = float(x)
    whole = int(x)
    return whole - 1 if whole > x else whole


def trunc(x):
    if not hasattr(type(x), "__trunc__"):
        raise TypeError("type %s doesn't define __trunc__ method" % type(x).__name__)
    return x.__trunc__()


def isnan(x):
    x = float(x)
    return x != x


def isinf(x):
    return float(x) in (inf, -inf)


def isfinite(x):
    x = float(x)
    return x == x and x not in (inf, -inf)


def isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0):
    if rel_tol < 0 or abs_tol < 0:
        raise ValueError("tolerances must be non-negative")
    if a == b:
        return True
    if isinf(a) or isinf(b):
        return False
    return abs(b - a) <= max(rel_tol * max(abs(a), abs(b)), abs_tol)


def pow(x, y):
    x, y = float(x), float(y)
    try:
        result = x**y
    except ZeroDivisionError:
        raise ValueError("math domain error") from None
    if isinstance(result, complex):
        raise ValueError("math domain error")
    return result


def hypot(*coordinates):
    largest = max((abs(float(c)) for c in coordinates), default=0.0)
    if largest == 0.0 or isinf(largest):
        return largest
    return largest * sqrt(fsum((c / largest) ** 2 for c in coordinates))


def dist(p, q):
    if len(p) != len(q):
        raise ValueError("both points must have the same number of dimensions")
    return hypot(*(a - b for a, b in zip(p, q)))


def fsum(values):
    # Shewchuk's sums without loss.
    parts = []
    for x in values:
        x = float(x)
        i = 0
        for y in parts:
            if abs(x) < abs(y):
                x, y = y, x
            high = x + y
            low = y - (high - x)
            if low:
                parts[i] = low
                i += 1
            x = high
        parts[i:] = [x]
    total = 0.0
    for part in reversed(parts):
        total += part
    return total


def sumprod(p, q):
    return sum(a * b for a, b in zip(p, q, strict=True))


def prod(values, *, start=1):
    for value in values:
        start = start * value
    return start


def modf(x):
    x = float(x)
    if isinf(x):
        return copysign(0.0, x), x
    whole = float(int(x)) if x == x else x
    return copysign(abs(x - whole), x), copysign(whole, x)


def frexp(x):
    x = float(x)
    if x == 0.0 or not isfinite(x):
        return x, 0
    exponent = 0
    mantissa = abs(x)
    while mantissa >= 1.0:
        mantissa /= 2.0
        exponent += 1
    while mantissa < 0.5:
        mantissa *= 2.0
        exponent -= 1
    return copysign(mantissa, x), exponent


def ldexp(x, i):
    x = float(x)
    while i > 1000:
        x *= 2.0**1000
        i -= 1000
    while i < -1000:
        x *= 2.0**-1000
        i += 1000
    return x * 2.0**i


def remainder(x, y):
    x, y = float(x), float(y)
    n = round(x / y)
    return x - n * y


def ulp(x):
    x = abs(float(x))
    if not isfinite(x):
        return x
    _, exponent = frexp(x)
    return max(ldexp(0.5, exponent - 52), 5e-324)


def nextafter(x, y):
    import struct

    if x == y:
        return float(y)
    if x == 0.0:
        return copysign(5e-324, y)
    bits = struct.unpack("<q", struct.pack("<d", x))[0]
    bits += 1 if (y > x) == (x > 0) else -1
    return struct.unpack("<d", struct.pack("<q", bits))[0]


def factorial(n):
    n = _index(n)
    if n < 0:
        raise ValueError("factorial() not defined for negative values")
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result


def comb(n, k):
    n, k = _index(n), _index(k)
    if n < 0 or k < 0:
        raise ValueError(("n" if n < 0 else "k") + " must be a non-negative integer")
    if k > n:
        return 0
    k = min(k, n - k)
    result = 1
    for i in range(k):
        result = result * (n - i) // (i + 1)
    return result


def perm(n, k=None):
    n = _index(n)
    k = n if k is None else _index(k)
    if n < 0 or k < 0:
        raise ValueError(("n" if n < 0 else "k") + " must be a non-negative integer")
    result = 1
    for i in range(k):
        result *= n - i
    return result if k <= n else 0


def gcd(*integers):
    result = 0
    for n in integers:
        n = abs(_index(n))
        while n:
            result, n = n, result % n
    return result


def lcm(*integers):
    result = 1
    for n in integers:
        n = abs(_index(n))
        if n == 0:
            return 0
        result = result * n // gcd(result, n)
    return result


def isqrt(n):
    n = _index(n)
    if n < 0:
        raise ValueError("isqrt() argument must be nonnegative")
    if n == 0:
        return 0
    x = 1 << (n.bit_length() + 1) // 2
    while True:
        y = (x + n // x) // 2
        if y >= x:
            return x
        x = y


def gamma(x):
    x = float(x)
    if x == int(x) and x <= 0:
        raise ValueError("math domain error")
    if x == int(x) and x < 171:
        return float(factorial(int(x) - 1))
    if x < 0.5:
        return pi / (sin(pi * x) * gamma(1 - x))
    return exp(lgamma(x))


_LANCZOS = (
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
)


def lgamma(x):
    x = float(x)
    if x < 0.5:
        return _log(abs(pi / sin(pi * x))) - lgamma(1 - x)
    x -= 1
    total = _LANCZOS[0]
    for i in range(1, 9):
        total += _LANCZOS[i] / (x + i)
    t = x + 7.5
    return 0.5 * _log(2 * pi) + (x + 0.5) * _log(t) - t + _log(total)


def erf(x):
    x = float(x)
    if abs(x) > 3.0:
        return copysign(1.0, x) - copysign(erfc(abs(x)), x)
    total = term = x
    n = 0
    while abs(term) > 1e-17 * abs(total):
        n += 1
        term *= -x * x / n
        total += term / (2 * n + 1)
        if n > 200:
            break
    return 2 / sqrt(pi) * total


def erfc(x):
    x = float(x)
    if x < 3.0:
        return 1.0 - erf(x)
    fraction = 0.0
    for k in range(60, 0, -1):
        fraction = k / 2 / (x + fraction)
    return exp(-x * x) / sqrt(pi) / (x + fraction)


def cot(x):
    return 1 / tan(x)


del cot
