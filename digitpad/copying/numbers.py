"""Numbers as they are shown, to a number of digits, and as source code with all of them."""

import math


def show(value: float, digits: int = 4) -> str:
    """Return a number with at most `digits` decimals, without trailing zeros and with a typographic minus sign.

    A number that would be shown as 0 without being 0, or that has more than 12 digits before the point, is shown in
    scientific notation.
    """
    return ascii_number(value, digits).replace("-", "\N{MINUS SIGN}")


def ascii_number(value: float, digits: int = 4) -> str:
    """Return the same with a hyphen for a minus sign, for LaTeX and source code."""
    if not math.isfinite(value):
        return str(value)
    text = f"{value:.{digits}f}"
    if abs(value) >= 1e12 or (value and not float(text)):
        return f"{value:.{max(digits - 1, 0)}e}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def exact(value: float) -> str:
    """Return a number as source code with all its digits; a whole one without a decimal point."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(float(value))


def factor(value: float, digits: int = 4) -> str:
    """Return a number as a factor or summand: in parentheses if it is negative."""
    text = show(value, digits)
    return f"({text})" if value < 0 else text


def product(first: float, second: float, digits: int = 4) -> str:
    """Return "2\N{MIDDLE DOT}(\N{MINUS SIGN}3)"."""
    return f"{factor(first, digits)}\N{MIDDLE DOT}{factor(second, digits)}"


def total(values: list[float], digits: int = 4) -> str:
    """Return a sum of numbers as it is written: "1 + 9 \N{MINUS SIGN} 2 + 0"."""
    text = show(values[0], digits) if values else "0"
    for value in values[1:]:
        shown = show(abs(value), digits)
        text += f" \N{MINUS SIGN} {shown}" if value < 0 and shown != "0" else f" + {shown}"
    return text
