"""Names from elsewhere (files, labels, runs) as plain text, where Qt would read them as something else."""

import re
import textwrap

_LONGEST = 120
_LONG_WORD = 24  # characters; a longer word can be wrapped
_TIP_LINE = 90  # characters
_PIECE = re.compile(r"[/\\_-]|[^/\\_-]{12}")  # can be followed by a new line
_BREAK = "\N{ZERO WIDTH SPACE}"


def menu_text(name: str) -> str:
    """Return a name for a menu or a button: one line of sensible length, in which an ampersand stands for itself."""
    line = one_line(name)
    return line.replace("&", "&&")


def tip_text(text: str) -> str:
    """Return text for a tooltip, broken into lines between words, without anything that cannot be shown.

    The style sheet makes tooltips plain text, so tags are shown as they are. Qt breaks lines only in HTML.
    """
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return textwrap.fill(shown, _TIP_LINE, break_long_words=False, break_on_hyphens=False)


def shortened(name: str, most: int) -> str:
    """Return a name as one line of at most `most` characters."""
    line = one_line(name)
    return line if len(line) <= most else f"{line[: most - 1]}…"


def one_line(name: str) -> str:
    """Return a name as one line of sensible length, without anything that cannot be shown."""
    shown = "".join(letter if letter.isprintable() else " " for letter in name)
    line = " ".join(shown.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]}…{line[-_LONGEST // 2 :]}"


def wrappable(text: str) -> str:
    """Return text whose very long words, such as paths, can be wrapped; `unwrapped` undoes it."""
    return re.sub(rf"\S{{{_LONG_WORD + 1},}}", lambda word: _PIECE.sub(rf"\g<0>{_BREAK}", word[0]), text)


def unwrapped(text: str) -> str:
    """Return text as it was before `wrappable`."""
    return text.replace(_BREAK, "")
