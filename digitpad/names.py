"""Names that come from files: whatever a file calls a layer, a label or a run is text to show, and nothing else.

A name may hold line breaks, terminal escapes, half a character or a million letters. Loaders pass each through
`plain_name`, so that the rest of the program meets one printable line of bounded length. No name ever becomes part of a
path; `file_stem` makes a stem for a file's name where one shall resemble it.
"""

import hashlib
import unicodedata

MOST_LETTERS = 120
"""The length of the longest name that is kept as it is."""

#: Control characters, formats (such as those that turn the direction of text), halves of characters, unassigned ones,
#: and separators of lines and paragraphs.
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_KEPT = 80


def plain_name(name: str, *, most: int = MOST_LETTERS) -> str:
    r"""Return a name as one printable line.

    Parameters
    ----------
    name
        Any text.
    most
        The length of the longest name that is kept. A longer one ends in a part of its checksum, so that different
        names stay different.

    Returns
    -------
    str
        The name, with a backslash escape (``\n``, ``\u202e``) for each character that does not print.
    """
    shortened = name
    if len(name) > most:
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        shortened = f"{name[: min(_KEPT, most - 9)]}…{digest}"
    if shortened.isprintable():
        return shortened
    return "".join(_escaped(letter) if unicodedata.category(letter) in _ESCAPED else letter for letter in shortened)


def file_stem(name: str) -> str:
    """Return a stem for a file's name that resembles `name`: letters, digits, "-" and "_" alone, at least one."""
    stem = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in plain_name(name))[:40]
    return stem.strip("-") or "unnamed"


def _escaped(letter: str) -> str:
    return letter.encode("ascii", "backslashreplace").decode() if ord(letter) > 127 else ascii(letter)[1:-1]
