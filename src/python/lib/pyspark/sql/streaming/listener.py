"""Listeners of streaming queries: a class to derive from; Multihop shows what they would print."""


class StreamingQueryListener:
    def onQueryStarted(self, event):
        pass

    def onQueryProgress(self, event):
        pass

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        pass
