"""Labels of any kind as class indices: digits stay the ten digits, and other names become classes in natural order."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import DIGITS, NO_DIGIT
from digitpad.errors import DigitpadError
from digitpad.names import plain_name
from digitpad.translation import gettext as _

MOST_CLASSES = 10_000
"""The largest number of classes of a dataset; ImageNet has a thousand. Each is a name and an output of the network."""

_NUMBER = re.compile(r"(\d{1,9})")


def classes_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the classes that a set of labels belongs to.

    Parameters
    ----------
    names
        The labels, in any order and any number.

    Returns
    -------
    tuple of str
        The ten digits if all labels are digits, whether or not each of them occurs, followed by `NO_DIGIT` if that
        occurs, too; otherwise the names in natural order, in which "2" comes before "10".
    """
    found = set(names)
    if found - {NO_DIGIT} and found <= {*DIGITS, NO_DIGIT}:
        return (*DIGITS, NO_DIGIT) if NO_DIGIT in found else DIGITS
    return tuple(sorted(found, key=natural_order))


def are_digits(labels: Iterable[str]) -> bool:
    """Return whether all labels are digits, apart from `NO_DIGIT`: only then can several of them make a number."""
    return set(labels) <= {*DIGITS, NO_DIGIT}


def natural_order(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Return a key that sorts names as people do: numbers inside them by value, letters by the alphabet."""
    parts = _NUMBER.split(name.casefold())
    # The name itself decides between names that differ in case or in leading zeros only.
    return [(0, int(part), "") if index % 2 else (1, 0, part) for index, part in enumerate(parts) if part], name


def indexed(labels: Sequence[str], source: Path) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the classes of labels, and the index of the class of each.

    Parameters
    ----------
    labels
        One label per image: any text. Names are shortened and escaped by `plain_name`.
    source
        The file of the labels, for the error.

    Returns
    -------
    (tuple of str, NDArray[int64])
        The classes, see `classes_of`, and (N,) indices.

    Raises
    ------
    DigitpadError
        If there are more than `MOST_CLASSES` different labels.
    """
    plain = {label: plain_name(label) for label in dict.fromkeys(labels)}
    check_count(len(plain), source)
    classes = classes_of(plain.values())
    places = {name: index for index, name in enumerate(classes)}
    index_of = {label: places[name] for label, name in plain.items()}
    return classes, np.array([index_of[label] for label in labels], np.int64)


def check_count(count: int, source: Path) -> None:
    """Check that a source does not have too many classes.

    Raises
    ------
    DigitpadError
        If there are more than `MOST_CLASSES`.
    """
    if count > MOST_CLASSES:
        raise DigitpadError(
            _(
                "{path} has {count:,} different labels, more than {most:,}; check that they are names of classes."
            ).format(path=source, count=count, most=MOST_CLASSES)
        )
