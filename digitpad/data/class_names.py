"""Names for the numbered classes of IDX and CSV files: EMNIST's mapping files, and the ten of Fashion-MNIST.

An EMNIST mapping file (`emnist-letters-mapping.txt`) has one line per class: its label, then the codes of its
characters, such as `1 65 97` for A and a. The first character names the class.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.data.labels import MOST_CLASSES
from digitpad.errors import DigitpadError
from digitpad.names import plain_name
from digitpad.regular_files import read_regular
from digitpad.translation import gettext as _

FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""The classes of Fashion-MNIST, as its authors call them."""

# SHA-256 of the labels of Fashion-MNIST, as bytes: its files have the names of MNIST's files.
_FASHION_LABELS = {
    "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
    "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
}
_SPLIT = re.compile(r"[-_.](train|test)\b.*", re.IGNORECASE)
_MOST_BYTES = 1 << 20
_HIGHEST_CODE = 0x10FFFF


def is_fashion_mnist(labels: NDArray[np.int64]) -> bool:
    """Return whether labels, (N,), are those of one split of Fashion-MNIST."""
    if not len(labels) or labels.max() > 9:
        return False
    return hashlib.sha256(labels.astype(np.uint8).tobytes()).hexdigest() in _FASHION_LABELS


def names_beside(path: Path) -> dict[int, str] | None:
    """Return the names from the mapping file of a labels file, or None if there is no mapping file.

    Parameters
    ----------
    path
        A file such as `emnist-letters-train-labels-idx1-ubyte.gz` or `emnist-letters-train.csv`; the mapping file is
        `emnist-letters-mapping.txt` in the same folder.

    Raises
    ------
    DigitpadError
        See `read_mapping`.
    """
    stem = _SPLIT.sub("", path.name)
    mapping = path.with_name(f"{stem}-mapping.txt")
    return read_mapping(mapping) if stem != path.name and mapping.exists() else None


def read_mapping(path: Path) -> dict[int, str]:
    """Read a mapping file.

    Parameters
    ----------
    path
        The file, see the top of this module.

    Returns
    -------
    dict
        The name of the class of each label.

    Raises
    ------
    DigitpadError
        If the file cannot be read, a line is not a label and codes of characters, or a label or name occurs twice.
    """
    try:
        lines = read_regular(path, most_bytes=_MOST_BYTES).decode("ascii", "replace").splitlines()
    except OSError as error:
        raise DigitpadError(
            _("{path} cannot be read ({reason}); check the file and its permissions.").format(
                path=path, reason=error.strerror
            )
        ) from error
    names: dict[int, str] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words:
            continue
        # No more than nine digits: the label of a class, and the code of a character, are far smaller.
        if len(words) < 2 or not all(re.fullmatch(r"\d{1,9}", word) for word in words):
            raise _invalid(path, number, _("it is not a label and codes of characters, such as 1 65 97"))
        label, code = int(words[0]), int(words[1])
        if label >= MOST_CLASSES or code > _HIGHEST_CODE:
            raise _invalid(path, number, _("the label or the code is too large"))
        name = plain_name(chr(code))
        if label in names or name in names.values():
            raise _invalid(path, number, _("its label or its character occurs in a line before"))
        names[label] = name
    if not names:
        raise DigitpadError(_("{path} contains no classes; remove the file or correct it.").format(path=path))
    return names


def with_names(
    labels: NDArray[np.int64], names: Mapping[int, str], path: Path
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Replace numbered labels by named classes.

    Parameters
    ----------
    labels
        int64 (N,).
    names
        From `names_beside`.
    path
        The file of the labels, for the error.

    Returns
    -------
    (tuple of str, NDArray[int64])
        The classes in the order of their numbers, and (N,) indices.

    Raises
    ------
    DigitpadError
        If a label has no name.
    """
    missing = sorted(set(np.unique(labels).tolist()) - names.keys())
    if missing:
        raise DigitpadError(
            _("{path} has the label {label}, for which the mapping file has no line; add it.").format(
                path=path, label=missing[0]
            )
        )
    known = sorted(names)
    return tuple(names[label] for label in known), np.searchsorted(np.array(known, np.int64), labels).astype(np.int64)


def _invalid(path: Path, number: int, reason: str) -> DigitpadError:
    return DigitpadError(
        _("{path}, line {number}: {reason}; correct the line.").format(path=path, number=number, reason=reason)
    )
