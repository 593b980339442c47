"""Colours of terminals, of which a notebook has none."""


class _Plain:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Text()


class _Text(_Plain, str):
    """No colour, and a theme whose colours are none."""


def can_colorize(*, file=None):
    return False


def get_theme(*, tty_file=None, force_color=False, force_no_color=False):
    return _Plain()


def decolor(text):
    return text
