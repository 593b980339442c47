"""Requests to other machines, of which a notebook here makes none."""

from urllib.error import URLError


class Request:
    def __init__(self, url, data=None, headers={}, origin_req_host=None, unverifiable=False, method=None):
        self.full_url, self.data, self.headers, self.method = url, data, dict(headers), method


def _refuse(url, *others, **kwargs):
    raise URLError("a notebook here has no network: put the file under dbfs:/ first")


urlopen = urlretrieve = _refuse
