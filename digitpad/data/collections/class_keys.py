"""A key on the keyboard for each class: its own letter where possible."""

from collections.abc import Mapping, Sequence

_OTHERS = "1234567890abcdefghijklmnopqrstuvwxyz"


def keys_of(names: Sequence[str]) -> dict[str, str]:
    """Return a key for each class.

    Parameters
    ----------
    names
        The names of the classes, the oldest first.

    Returns
    -------
    dict
        One character for each name, as the keyboard writes it: the name itself if it is one character, otherwise the
        first letter or digit of the name that is free, then the first of 1 to 0 and a to z. When all are taken, a class
        has no key, and is missing here.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        if len(name) == 1 and name not in taken:
            found[name] = name
            taken.add(name)
    for name in names:
        if name in found:
            continue
        folded = {key.casefold() for key in taken}
        letters = [letter for letter in name.casefold() if len(letter) == 1 and letter.isalnum()]
        key = next((letter for letter in (*letters, *_OTHERS) if letter.casefold() not in folded), None)
        if key is not None:
            found[name] = key
            taken.add(key)
    return found


def class_of_key(key: str, keys: Mapping[str, str]) -> str | None:
    """Return the class of a key that was pressed; None if there is none.

    Parameters
    ----------
    key
        The text of the key. Upper and lower case count only where both are keys.
    keys
        See `keys_of`.
    """
    if not key.strip():
        return None
    exact = next((name for name, own in keys.items() if own == key), None)
    if exact is not None:
        return exact
    return next((name for name, own in keys.items() if own.casefold() == key.casefold()), None)
