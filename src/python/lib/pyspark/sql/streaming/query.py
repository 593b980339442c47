"""Running streams."""

from pyspark._connect import register, request
from pyspark.errors import PySparkValueError, raised

__all__ = ["StreamingQuery", "StreamingQueryManager"]


def _milliseconds(timeout):
    if timeout is None:
        return None
    if not isinstance(timeout, (int, float)) or timeout <= 0:
        raise PySparkValueError(
            errorClass="VALUE_NOT_POSITIVE", messageParameters={"arg_name": "timeout", "arg_value": type(timeout).__name__}
        )
    return int(timeout * 1000)


class StreamingQueryProgress(dict):
    """A batch's progress: a dict, whose entries are attributes as well."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def json(self):
        import json

        return json.dumps(self, separators=(",", ":"))

    @property
    def prettyJson(self):
        import json

        return json.dumps(self, indent=2)


def _progress(told):
    # Spark's JSON leaves them out where they are empty; its object doesn't.
    told["sink"].setdefault("metrics", {})
    for source in told["sources"]:
        source.setdefault("metrics", {})
    told["sink"] = StreamingQueryProgress(told["sink"])
    for part in ("sources", "stateOperators"):
        told[part] = [StreamingQueryProgress(entry) for entry in told.get(part, [])]
    return StreamingQueryProgress({"eventTime": {}, "observedMetrics": {}, **told})


class StreamingQuery:
    """A stream that was started."""

    def __init__(self, reply):
        self._id = reply["id"]
        self._run_id = reply["runId"]
        self._name = reply.get("name")

    @property
    def id(self):
        return self._id

    @property
    def runId(self):
        return self._run_id

    @property
    def name(self):
        return self._name

    def _state(self):
        return request("stream.state", runId=self._run_id)

    @property
    def isActive(self):
        return self._state()["active"]

    @property
    def status(self):
        return self._state()["status"]

    def exception(self):
        error = self._state().get("exception")
        return None if error is None else raised(error)

    @property
    def recentProgress(self):
        return [_progress(p) for p in request("stream.progress", runId=self._run_id, last=None)]

    @property
    def lastProgress(self):
        progress = request("stream.progress", runId=self._run_id, last=1)
        return _progress(progress[-1]) if progress else None

    def awaitTermination(self, timeout=None):
        milliseconds = _milliseconds(timeout)
        ended = request("stream.await", runId=self._run_id, timeoutMs=milliseconds)
        return None if timeout is None else ended

    def processAllAvailable(self):
        request("stream.processAllAvailable", runId=self._run_id)

    def stop(self):
        request("stream.stop", runId=self._run_id)

    def explain(self, extended=False):
        print(request("stream.explain", runId=self._run_id))

    def __repr__(self):
        return "<pyspark.sql.streaming.query.StreamingQuery object: %s>" % (self._name or self._id)


class StreamingQueryManager:
    """`spark.streams`."""

    @property
    def active(self):
        return [StreamingQuery(q) for q in request("streams.active")]

    def get(self, id):
        reply = request("stream.get", id=id)
        return None if reply is None else StreamingQuery(reply)

    def awaitAnyTermination(self, timeout=None):
        milliseconds = _milliseconds(timeout)
        ended = request("streams.awaitAny", timeoutMs=milliseconds)
        return None if timeout is None else ended

    def resetTerminated(self):
        request("streams.resetTerminated")

    # Functions of listeners, by the listener: `spark.streams` is made anew each time it is asked for.
    _listeners = {}

    def addListener(self, listener):
        from pyspark.sql.streaming.listener import hear

        if id(listener) not in self._listeners:
            number = register(lambda event: hear(listener, event))
            self._listeners[id(listener)] = number
            request("streams.addListener", function=number)

    def removeListener(self, listener):
        number = self._listeners.pop(id(listener), None)
        if number is not None:
            request("streams.removeListener", function=number)
