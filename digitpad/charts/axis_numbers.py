"""Numbers at an axis: round ones, all written in the same way."""

import math
from collections.abc import Iterable

import numpy as np

_LARGE, _SMALL = 1e5, 1e-4  # from which on numbers are written with a power of ten
_DIGITS = 6


def round_numbers(low: float, high: float, most: int) -> list[float]:
    """Return at most about `most` round numbers from `low` to `high`."""
    rough = max(high - low, 1e-12) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def in_words(values: Iterable[float]) -> list[str]:
    """Return numbers as they are written at one axis.

    Parameters
    ----------
    values
        Finite numbers.

    Returns
    -------
    list of str
        All with the same number of decimals (0.5, 1.0, 1.5; 20,000), or, if one of them is very large or very small,
        all with a power of ten (5e5, 1e6; 1e-5, 1e0).
    """
    numbers = [float(f"{value:.{_DIGITS}g}") for value in values]
    sizes = [abs(number) for number in numbers if number]
    if sizes and (max(sizes) >= _LARGE or min(sizes) < _SMALL):
        return [_scientific(number) for number in numbers]
    decimals = max((_decimals(number) for number in numbers), default=0)
    return [f"{number:,.{decimals}f}" for number in numbers]


def steps_in_words(steps: Iterable[float]) -> list[str]:
    """Return numbers of steps: whole, with separators."""
    return [f"{step:,.0f}" if float(step).is_integer() else "" for step in steps]


def _scientific(number: float) -> str:
    if not number:
        return "0"
    mantissa, exponent = np.format_float_scientific(number, precision=_DIGITS - 1, trim="-").split("e")
    return f"{mantissa}e{int(exponent)}"


def _decimals(number: float) -> int:
    return len(np.format_float_positional(number, trim="-").partition(".")[2])
