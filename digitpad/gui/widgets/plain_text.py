"""Names from elsewhere (files, labels, runs) as plain text, where Qt would read them as something else."""

from html import escape

_LONGEST = 120


def menu_text(name: str) -> str:
    """Return a name for a menu or a button: one line of sensible length, in which an ampersand stands for itself."""
    line = one_line(name)
    return line.replace("&", "&&")


def tip_text(text: str) -> str:
    """Return text for a tooltip: shown as it is, whatever tags are in it."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"<span>{escape(shown)}</span>"


def one_line(name: str) -> str:
    """Return a name as one line of sensible length, without anything that cannot be shown."""
    shown = "".join(letter if letter.isprintable() else " " for letter in name)
    line = " ".join(shown.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]}…{line[-_LONGEST // 2 :]}"
