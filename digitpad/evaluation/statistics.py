"""Confidence intervals and significance tests of shares that were measured on a sample of images.

All intervals are for 95 %: of a hundred such samples, about ninety-five give an interval that contains the true value.
"""

import math
from typing import NamedTuple

_Z = 1.959963984540054  # the 97.5 % quantile of the standard normal distribution


class Interval(NamedTuple):
    """From `low` to `high`, both included."""

    low: float
    high: float


def wilson_interval(right: int, count: int) -> Interval:
    """Return the Wilson score interval of a share, for 95 %.

    Unlike the normal approximation p ± 1.96 sqrt(p (1 - p) / n), it is accurate near 0 and 1, where good models are:
    100 of 100 gives 96.3 % to 100 %, not 100 % to 100 %.

    Parameters
    ----------
    right, count
        Number of successes and number of trials.

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
    # The interval ends exactly at 0 or 1 there, whatever the rounding.
    return Interval(0.0 if right == 0 else middle - reach, 1.0 if right == count else middle + reach)


def paired_difference_interval(only_first: int, only_second: int, count: int) -> Interval:
    """Return the 95 % interval of the second share minus the first, both measured on the same images.

    The separate intervals of two models overlap long before the models are equal: images that both read correctly, or
    neither, do not tell which model is better. Only the images that exactly one of them reads correctly do.

    Parameters
    ----------
    only_first, only_second
        Number of images that only the first, or only the second, model reads correctly.
    count
        Total number of images.

    Raises
    ------
    ValueError
        If a number is below 0, or there are more than `count`.

    Notes
    -----
    A. Agresti and Y. Min, "Simple improved confidence intervals for comparing matched proportions", Statistics in
    Medicine 24, 2005: the Wald interval after adding half an image to each of the four cells.
    """
    _check_pairs("paired_difference_interval", only_first, only_second, count)
    first, second, total = only_first + 0.5, only_second + 0.5, count + 2
    middle = (second - first) / total
    reach = _Z * math.sqrt((first + second) - (second - first) ** 2 / total) / total
    return Interval(max(-1.0, middle - reach), min(1.0, middle + reach))


def mcnemar_p_value(only_first: int, only_second: int) -> float:
    """Return the probability of a split at least this uneven if both models are equally good.

    McNemar's exact test: under the null hypothesis, each image that exactly one model reads correctly is a fair coin
    toss.

    Parameters
    ----------
    only_first, only_second
        Number of images that only the first, or only the second, model reads correctly.

    Returns
    -------
    float
        In (0, 1]; 1 if there is no such image.
    """
    _check_pairs("mcnemar_p_value", only_first, only_second, only_first + only_second)
    tosses, fewer = only_first + only_second, min(only_first, only_second)
    # In integers: the number of outcomes with at most `fewer` heads, of 2 ** tosses.
    ways, sum_of_ways = 1, 1
    for heads in range(1, fewer + 1):
        ways = ways * (tosses - heads + 1) // heads
        sum_of_ways += ways
    return min(1.0, 2 * sum_of_ways / (1 << tosses))


def _check_pairs(owner: str, only_first: int, only_second: int, count: int) -> None:
    if min(only_first, only_second) < 0 or only_first + only_second > count:
        raise ValueError(f"{owner}: {only_first} and {only_second} of {count} images; expected counts that fit")
