"""Where it is decided that a drawing is not a digit, and why.

A network that was trained with things that are not digits has an output for "none of these", and answers with a digit
only if the probability of that output is below a threshold. What can be seen without a network is not left to one.
"""

import numpy as np
from numpy.typing import NDArray

from digitpad.translation import gettext as _

#: A picture with no pixel above this share of full ink has nothing on it that could be read.
_FAINTEST_INK = 0.1

#: A prepared digit is 20 pixels long. What is no longer and no broader than this is a dot.
_DOT = 6
#: Ink with a square of this many pixels all covered is no line: MNIST has no such digit.
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
        The network's probability that it is not a digit, in [0, 1].
    threshold
        The probability from which on it is not. None for a network without such an output: its classes may be
        anything, so only blank pictures are rejected.
    reads_digits
        Whether the other classes are the digits; what is true of digits need not be true of letters and signs.

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
    """Whether the ink, (H, W), is small both ways."""
    lines = [np.flatnonzero(covered.any(axis=axis)) for axis in (0, 1)]
    return all(line.size == 0 or int(line[-1] - line[0]) < _DOT for line in lines)


def _is_solid(covered: NDArray[np.bool_]) -> bool:
    """Whether some large square of the picture, (H, W), is all ink."""
    counts = np.zeros((covered.shape[0] + 1, covered.shape[1] + 1), np.int32)
    counts[1:, 1:] = covered.cumsum(axis=0).cumsum(axis=1)
    inside = counts[_SOLID:, _SOLID:] - counts[:-_SOLID, _SOLID:] - counts[_SOLID:, :-_SOLID]
    return bool((inside + counts[:-_SOLID, :-_SOLID] == _SOLID * _SOLID).any())
