"""Folds over writers: a network is validated on the ink of writers whom it has never seen.

`2/5` leaves out every fifth writer, beginning with the second. Trained once for each fold, a network is validated on
every writer once: cross-validation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

WRITER = "writer"
"""The kind of origin that names the writers, see `Dataset`."""

#: What stands for a writer who is not known, see `digitpad.data.sources` and `digitpad.data.joining`.
_UNKNOWN = {"", "unknown"}


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold.

    Attributes
    ----------
    number
        From 1.
    of
        Number of folds, at least 2.
    """

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a fold such as `2/5`.

        Raises
        ------
        DigitpadError
            If it is not one.
        """
        match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text.strip())
        number, of = (0, 0) if match is None else (int(match[1]), int(match[2]))
        if not (1 <= number <= of and of >= 2):
            raise DigitpadError(
                _("{text} is not a fold; write 2/5 for the second of five folds over the writers.").format(text=text)
            )
        return cls(number, of)

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def left_out(writers: Sequence[str], fold: Fold, dataset: str) -> NDArray[np.bool_]:
    """Return which images are those of the writers of a fold.

    Images without a known writer are trained on in every fold.

    Parameters
    ----------
    writers
        The writer of each image; empty if they are not known.
    fold
        The fold.
    dataset
        Name of the dataset, for errors.

    Returns
    -------
    ndarray
        bool (N,).

    Raises
    ------
    DigitpadError
        If the writers are not known, or there are fewer than folds.
    """
    known = sorted(set(writers) - _UNKNOWN, key=_order)
    if not known:
        raise DigitpadError(
            _("The writers of {dataset} are not known; omit --fold, or train on a dataset such as pen.").format(
                dataset=dataset
            )
        )
    if len(known) < fold.of:
        raise DigitpadError(
            _("{dataset} has {count} writers, too few for {of} folds; choose fewer.").format(
                dataset=dataset, count=len(known), of=fold.of
            )
        )
    chosen = {writer for place, writer in enumerate(known, 1) if place % fold.of == fold.number % fold.of}
    return np.array([writer in chosen for writer in writers])


def _order(writer: str) -> tuple[bool, int, str]:
    """Sort numbered writers by their numbers."""
    is_number = writer.isdecimal() and len(writer) < 10
    return not is_number, int(writer) if is_number else 0, writer
