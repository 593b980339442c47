"""What `random` takes for seeds that are texts."""

from hashlib import sha224, sha256, sha384, sha512  # noqa: F401
