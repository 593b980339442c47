"""Listeners of streaming queries, and the events that they hear of."""

__all__ = [
    "StreamingQueryListener", "QueryStartedEvent", "QueryProgressEvent", "QueryIdleEvent", "QueryTerminatedEvent",
]


class _Event:
    def __init__(self, query):
        self.id = query["id"]
        self.runId = query["runId"]
        self.name = query.get("name")


class QueryStartedEvent(_Event):
    def __init__(self, query, timestamp):
        super().__init__(query)
        self.timestamp = timestamp


class QueryProgressEvent:
    def __init__(self, progress):
        self.progress = progress


class QueryIdleEvent(_Event):
    pass


class QueryTerminatedEvent(_Event):
    def __init__(self, query, exception):
        super().__init__(query)
        self.exception = exception
        found = exception and exception.startswith("[") and exception[1:].split("]")[0]
        self.errorClassOnException = found or None


class StreamingQueryListener:
    def onQueryStarted(self, event):
        pass

    def onQueryProgress(self, event):
        pass

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        pass


def hear(listener, event):
    """Tells a listener of an event. What goes wrong in it is no query's business, but is printed."""
    from pyspark.sql.streaming.query import _progress

    try:
        if event["event"] == "started":
            listener.onQueryStarted(QueryStartedEvent(event["query"], event["timestamp"]))
        elif event["event"] == "progress":
            listener.onQueryProgress(QueryProgressEvent(_progress(event["progress"])))
        else:
            listener.onQueryTerminated(QueryTerminatedEvent(event["query"], event["exception"]))
    except Exception:
        import traceback

        traceback.print_exc()
