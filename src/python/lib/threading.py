"""Locks, which nobody waits for: a notebook here has one thread."""

import _thread


def Lock():
    return _thread.allocate_lock()


class RLock:
    def acquire(self, blocking=True, timeout=-1):
        return True

    def release(self):
        pass

    def __enter__(self):
        return True

    def __exit__(self, *error):
        pass


class Event:
    def __init__(self):
        self._set = False

    def is_set(self):
        return self._set

    def set(self):
        self._set = True

    def clear(self):
        self._set = False

    def wait(self, timeout=None):
        import time

        waited = 0.0
        while not self._set and (timeout is None or waited < timeout):
            time.sleep(0.1)
            waited += 0.1
        return self._set


class local:
    pass


class Thread:
    name = "MainThread"
    ident = 1
    daemon = False

    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, *, daemon=None):
        if target is not None:
            raise RuntimeError("can't start new thread: a notebook here has one thread; streams go on by themselves")

    def is_alive(self):
        return True


_main = Thread()


def current_thread():
    return _main


main_thread = current_thread


def get_ident():
    return 1


def active_count():
    return 1
