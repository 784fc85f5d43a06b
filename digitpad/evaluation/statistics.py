"""How far a figure that was measured on some images may lie from the one on all images of that kind.

All intervals are for 95 %: of a hundred such data sets, about ninety-five give an interval that holds the true figure.
"""

import math
from typing import NamedTuple

_Z = 1.959963984540054  # the standard normal distribution's 97.5 % point


class Interval(NamedTuple):
    """From `low` to `high`, both included."""

    low: float
    high: float


def wilson_interval(right: int, count: int) -> Interval:
    """Return the 95 % interval of a share, after Wilson.

    Unlike the textbook's p ± 1.96 sqrt(p (1 - p) / n), it holds near 0 and 1, where good models are: 100 of 100 gives
    96.3 % to 100 %, not 100 % to 100 %.

    Parameters
    ----------
    right, count
        How many of how many.

    Raises
    ------
    ValueError
        If `count` is below 1, or `right` is not between 0 and `count`.

    Notes
    -----
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
    """
    if count < 1 or not 0 <= right <= count:
        raise ValueError(f"wilson_interval: {right} of {count}; expected 0 <= right <= count, count at least 1")
    share, spread = right / count, _Z * _Z / count
    middle = (share + spread / 2) / (1 + spread)
    reach = _Z * math.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    # At the ends the interval closes exactly; rounding must not leave it open by a hair.
    return Interval(0.0 if right == 0 else middle - reach, 1.0 if right == count else middle + reach)


def paired_difference_interval(only_first: int, only_second: int, count: int) -> Interval:
    """Return the 95 % interval of the second share less the first, both taken on the same images.

    Two models' single intervals overlap long before the models are equal: what both read, or both miss, says nothing
    about which is better. Only the images that one of them alone reads do.

    Parameters
    ----------
    only_first, only_second
        How many images only the first, or only the second, has right.
    count
        How many images there are in all.

    Raises
    ------
    ValueError
        If a number is below 0, or there are more than `count`.

    Notes
    -----
    A. Agresti and Y. Min, "Simple improved confidence intervals for comparing matched proportions", Statistics in
    Medicine 24, 2005: Wald's interval after half an image is added to each of the four cells.
    """
    _check_pairs("paired_difference_interval", only_first, only_second, count)
    first, second, total = only_first + 0.5, only_second + 0.5, count + 2
    middle = (second - first) / total
    reach = _Z * math.sqrt((first + second) - (second - first) ** 2 / total) / total
    return Interval(max(-1.0, middle - reach), min(1.0, middle + reach))


def mcnemar_p_value(only_first: int, only_second: int) -> float:
    """Return how likely so uneven a split is, or a more uneven one, if both models were equally good.

    McNemar's exact test: each image that only one model reads would then be a fair coin's throw.

    Parameters
    ----------
    only_first, only_second
        How many images only the first, or only the second, has right.

    Returns
    -------
    float
        In (0, 1]; 1 if there is no such image.
    """
    _check_pairs("mcnemar_p_value", only_first, only_second, only_first + only_second)
    thrown, fewer = only_first + only_second, min(only_first, only_second)
    # In whole numbers: ways to throw that few heads or fewer, of 2 ** thrown in all.
    ways, sum_of_ways = 1, 1
    for heads in range(1, fewer + 1):
        ways = ways * (thrown - heads + 1) // heads
        sum_of_ways += ways
    return min(1.0, 2 * sum_of_ways / (1 << thrown))


def _check_pairs(owner: str, only_first: int, only_second: int, count: int) -> None:
    if min(only_first, only_second) < 0 or only_first + only_second > count:
        raise ValueError(f"{owner}: {only_first} and {only_second} of {count} images; expected counts that fit")
