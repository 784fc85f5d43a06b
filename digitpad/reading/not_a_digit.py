"""Decides whether a drawing is not a digit, and gives the reason.

A network that was trained with non-digits has an output for "not a digit", and predicts a digit only if the probability
of that output is below a threshold. Obvious cases, such as blank pictures and dots, are detected without the network.
"""

import numpy as np
from numpy.typing import NDArray

from digitpad.translation import gettext as _

#: A picture without a pixel above this share of full ink is blank.
_FAINTEST_INK = 0.1

#: A prepared digit is 20 pixels long. Ink that is at most this long and wide is a dot.
_DOT = 6
#: Ink that fills a square of this side is not a line; MNIST contains no such digit.
_SOLID = 12
_COVERED = 0.5


def why_not_a_digit(
    image: NDArray[np.float32], no_digit: float, threshold: float | None, *, reads_digits: bool = True
) -> str | None:
    """Return why a picture is not a digit.

    Parameters
    ----------
    image
        The prepared picture, float32 (H, W) in [0, 1], ink 1.
    no_digit
        The predicted probability that the picture is not a digit, in [0, 1].
    threshold
        The probability from which a picture is rejected. None for a network without such an output, whose classes are
        unknown: only blank pictures are rejected.
    reads_digits
        Whether the other classes are the digits; rules for digits may not hold for letters and signs.

    Returns
    -------
    str or None
        The reason in words; None for a digit.
    """
    if float(image.max(initial=0.0)) < _FAINTEST_INK:
        return _("nothing is drawn here")
    if threshold is None:
        return None
    if not reads_digits:
        return _("unlike any of the classes") if no_digit >= threshold else None
    covered = image >= _COVERED
    if _is_dot(covered):
        return _("this is only a dot")
    if _is_solid(covered):
        return _("this is filled with ink, not written")
    return _("unlike any digit") if no_digit >= threshold else None


def _is_dot(covered: NDArray[np.bool_]) -> bool:
    """Return whether the ink, (H, W), is small in both dimensions."""
    lines = [np.flatnonzero(covered.any(axis=axis)) for axis in (0, 1)]
    return all(line.size == 0 or int(line[-1] - line[0]) < _DOT for line in lines)


def _is_solid(covered: NDArray[np.bool_]) -> bool:
    """Return whether a large square of the picture, (H, W), is filled with ink."""
    if np.count_nonzero(covered) < _SOLID * _SOLID:
        return False
    counts = np.zeros((covered.shape[0] + 1, covered.shape[1] + 1), np.int32)
    counts[1:, 1:] = covered.cumsum(axis=0).cumsum(axis=1)
    inside = counts[_SOLID:, _SOLID:] - counts[:-_SOLID, _SOLID:] - counts[_SOLID:, :-_SOLID]
    return bool((inside + counts[:-_SOLID, :-_SOLID] == _SOLID * _SOLID).any())
