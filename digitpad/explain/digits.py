"""Numbers in a few digits that still add up.

Rounded one by one, the lines of a sum miss their total by a digit or two, and a reader who adds them up finds an error
that is none. So lines are rounded together: each to the next digit below or above, none off by a whole last digit, and
those are rounded up that lose most if they are not (the largest-remainder method of Hamilton, 1792).
"""

import math
from collections.abc import Sequence


def add_up(values: Sequence[float], decimals: int) -> tuple[tuple[str, ...], str]:
    """Write numbers and their sum so that what is written adds up.

    Parameters
    ----------
    values
        The summands; finite.
    decimals
        Digits behind the point.

    Returns
    -------
    tuple
        The summands as text, each less than one unit of the last digit from its value, and the sum as text, rounded
        as usual.

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
    # A value that is whole already stays; the others are as many as may be missing, or more.
    by_loss = sorted(range(len(values)), key=lambda index: units[index] - scaled[index])
    for index in by_loss[:missing]:
        units[index] += 1
    return tuple(_text(unit, decimals) for unit in units), _text(total, decimals)


def _text(units: int, decimals: int) -> str:
    """Return a number of units of the last digit as text."""
    whole, rest = divmod(abs(units), 10**decimals)
    sign = "\N{MINUS SIGN}" if units < 0 else ""
    return f"{sign}{whole}.{rest:0{decimals}}" if decimals else f"{sign}{whole}"
