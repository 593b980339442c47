"""Time zones of the IANA database, as the session knows them."""

from datetime import datetime, timedelta, tzinfo

from pyspark._connect import request

__all__ = ["ZoneInfo", "ZoneInfoNotFoundError", "available_timezones", "TZPATH"]

TZPATH = ()


class ZoneInfoNotFoundError(KeyError):
    pass


_EPOCH = datetime(1970, 1, 1)
_zones = {}


class ZoneInfo(tzinfo):
    def __new__(cls, key):
        if key not in _zones:
            if request("zones.at", zone=key, seconds=0, local=False, fold=0) is None:
                raise ZoneInfoNotFoundError("No time zone found with key " + str(key))
            _zones[key] = tzinfo.__new__(cls)
            _zones[key]._key = key
        return _zones[key]

    no_cache = classmethod(lambda cls, key: cls(key))
    clear_cache = classmethod(lambda cls, *, only_keys=None: None)

    @property
    def key(self):
        return self._key

    def _at(self, moment, local):
        seconds = round((moment.replace(tzinfo=None, fold=0) - _EPOCH).total_seconds())
        return request("zones.at", zone=self._key, seconds=seconds, local=local, fold=moment.fold)

    def utcoffset(self, dt):
        return None if dt is None else timedelta(seconds=self._at(dt, True)["offset"])

    def dst(self, dt):
        return None if dt is None else timedelta(seconds=self._at(dt, True)["dst"])

    def tzname(self, dt):
        return None if dt is None else self._at(dt, True)["name"]

    def fromutc(self, dt):
        if dt.tzinfo is not self:
            raise ValueError("fromutc: dt.tzinfo is not self")
        local = dt + timedelta(seconds=self._at(dt, False)["offset"])
        # The second of two moments that clocks show alike.
        second = self._at(local.replace(fold=0), True)["offset"] != self._at(dt, False)["offset"]
        return local.replace(fold=int(second))

    def __str__(self):
        return self._key

    def __repr__(self):
        return "zoneinfo.ZoneInfo(key=%r)" % self._key

    def __reduce__(self):
        return ZoneInfo, (self._key,)


def available_timezones():
    return set(request("zones.names"))
