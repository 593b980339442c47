"""What `urllib.parse` asks about hosts in brackets: is it an IPv6 address?"""


class AddressValueError(ValueError):
    pass


class IPv6Address:
    def __init__(self, address):
        self._text = address

    def __str__(self):
        return self._text


def ip_address(address):
    if ":" in address and set(address.lower()) <= set("0123456789abcdef:.%"):
        return IPv6Address(address)
    raise ValueError("%r does not appear to be an IPv4 or IPv6 address" % address)
