"""The types of command-line arguments: each function parses one argument, or raises an error that says why not."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

from digitpad.translation import gettext as _


def path(text: str) -> Path:
    """Parse the path of a file or folder."""
    named = Path(text)
    try:
        named.is_dir()
    except OSError as error:
        raise argparse.ArgumentTypeError(
            _("{path} cannot be used ({reason})").format(path=text, reason=error.strerror)
        ) from error
    return named


def dataset(text: str) -> str:
    """Parse the name of a dataset, which may be a path."""
    path(text)
    return text


def at_least(least: int) -> Callable[[str], int]:
    """Return a function that parses an integer of at least `least`."""

    def integer(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(
                _("{text!r} is not an integer of at least {least}").format(text=text, least=least)
            )
        return value

    return integer


def port(text: str) -> int:
    """Parse a port: 0 for any that is free, up to 65535."""
    value = int(text) if text.isdecimal() and len(text) <= 5 else -1
    if not 0 <= value <= 65_535:
        raise argparse.ArgumentTypeError(_("{text!r} is not a port from 0 to 65535").format(text=text))
    return value


def positive(text: str) -> float:
    """Parse a number greater than 0."""
    value = _number(text)
    if not (value > 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(_("{text!r} is not a number greater than 0").format(text=text))
    return value


def not_negative(text: str) -> float:
    """Parse a number of at least 0."""
    value = _number(text)
    if not (value >= 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(_("{text!r} is not a number of at least 0").format(text=text))
    return value


def probability(text: str) -> float:
    """Parse a number from 0 to 1."""
    value = _number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(_("{text!r} is not a number from 0 to 1").format(text=text))
    return value


def share(text: str) -> float:
    """Parse a number of at least 0 and less than 1."""
    value = _number(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(_("{text!r} is not a number of at least 0 and less than 1").format(text=text))
    return value


def increasing(text: str) -> tuple[int, ...]:
    """Parse increasing whole numbers of at least 1, such as 10,15."""
    parts = [part.strip() for part in text.split(",")]
    # Longer ones would be converted slowly, and are out of every range.
    numbers = tuple(int(part) if part.isdecimal() and len(part) < 19 else 0 for part in parts)
    if any(later <= earlier for earlier, later in zip((0, *numbers), numbers, strict=False)):
        raise argparse.ArgumentTypeError(
            _("{text!r} are not increasing whole numbers of at least 1, such as 10,15").format(text=text)
        )
    return numbers


def shape(text: str) -> tuple[int, int, int]:
    """Parse the shape of an image, such as 1,28,28."""
    try:
        channels, height, width = (int(part) for part in text.split(","))
    except ValueError:
        channels = height = width = 0
    if min(channels, height, width) < 1:
        raise argparse.ArgumentTypeError(
            _("{text!r} is not a shape such as 1,28,28 (channels, height, width)").format(text=text)
        )
    return channels, height, width


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
