"""Names from files: the names of layers, labels and runs in a file are text to display, nothing more.

A name may contain line breaks, terminal escapes, lone surrogates or a million letters. Loaders pass each name through
`plain_name`, so that the rest of the program only handles printable lines of bounded length. A name never becomes part
of a path; `file_stem` makes a file name stem that resembles it.
"""

import hashlib
import unicodedata

MOST_LETTERS = 120
"""Maximum length of a name; longer ones are shortened."""

#: Unicode categories: control and format characters (such as those that change the text direction), surrogates,
#: unassigned characters, and line and paragraph separators.
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_KEPT = 80


def plain_name(name: str, *, most: int = MOST_LETTERS) -> str:
    r"""Return a name as one printable line.

    Parameters
    ----------
    name
        Any text.
    most
        Maximum length. A longer name ends with part of its checksum, so that different names stay different.

    Returns
    -------
    str
        The name, with a backslash escape (``\n``, ``\u202e``) for each nonprintable character.
    """
    shortened = name
    if len(name) > most:
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        shortened = f"{name[: min(_KEPT, most - 9)]}…{digest}"
    if shortened.isprintable():
        return shortened
    return "".join(_escaped(letter) if unicodedata.category(letter) in _ESCAPED else letter for letter in shortened)


def file_stem(name: str) -> str:
    """Return a nonempty file name stem that resembles `name`, of letters, digits, "-" and "_" only."""
    stem = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in plain_name(name))[:40]
    return stem.strip("-") or "unnamed"


def _escaped(letter: str) -> str:
    return letter.encode("ascii", "backslashreplace").decode() if ord(letter) > 127 else ascii(letter)[1:-1]
