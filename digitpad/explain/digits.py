"""Rounds numbers so that they still add up.

If the lines of a sum are rounded independently, they miss the rounded total by a digit or two, and the sum looks wrong.
So they are rounded together: each down or up to the next digit, so that the errors stay below one unit of the last
digit; those with the largest remainders are rounded up (the largest-remainder method of Hamilton, 1792).
"""

import math
from collections.abc import Sequence


def add_up(values: Sequence[float], decimals: int) -> tuple[tuple[str, ...], str]:
    """Format numbers and their sum so that the formatted numbers add up.

    Parameters
    ----------
    values
        The summands; finite.
    decimals
        Number of decimal places.

    Returns
    -------
    tuple
        The summands as text, each less than one unit of the last digit from its value, and the sum as text, rounded to
        nearest.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    if not all(math.isfinite(value) for value in values):
        raise ValueError(f"add_up: values are {list(values)}; expected finite numbers")
    scale = 10**decimals
    scaled = [value * scale for value in values]
    units = [math.floor(value) for value in scaled]
    total = round(math.fsum(scaled))
    missing = total - sum(units)
    # Values that are integers already have no remainder and come last.
    by_loss = sorted(range(len(values)), key=lambda index: units[index] - scaled[index])
    for index in by_loss[:missing]:
        units[index] += 1
    return tuple(_text(unit, decimals) for unit in units), _text(total, decimals)


def _text(units: int, decimals: int) -> str:
    """Return a number of units of the last digit as text."""
    whole, rest = divmod(abs(units), 10**decimals)
    sign = "\N{MINUS SIGN}" if units < 0 else ""
    return f"{sign}{whole}.{rest:0{decimals}}" if decimals else f"{sign}{whole}"
