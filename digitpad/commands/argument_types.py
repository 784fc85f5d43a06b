"""What the words on the command line may be: each function reads one, or says why it cannot."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path


def path(text: str) -> Path:
    """Read the name of a file or folder."""
    named = Path(text)
    try:
        named.is_dir()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text} cannot be used ({error.strerror})") from error
    return named


def dataset(text: str) -> str:
    """Read the name of a data set, which may be that of a folder."""
    path(text)
    return text


def at_least(least: int) -> Callable[[str], int]:
    """Return what reads a whole number of at least `least`."""

    def whole_number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least {least}")
        return value

    return whole_number


def positive(text: str) -> float:
    """Read a number above 0."""
    value = _number(text)
    if not (value > 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return value


def not_negative(text: str) -> float:
    """Read a number of at least 0."""
    value = _number(text)
    if not (value >= 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of at least 0")
    return value


def probability(text: str) -> float:
    """Return a number from 0 to 1."""
    value = _number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 1")
    return value


def share(text: str) -> float:
    """Read a number from 0 to below 1."""
    value = _number(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to below 1")
    return value


def shape(text: str) -> tuple[int, int, int]:
    """Read the shape of an image, such as 1,28,28."""
    try:
        channels, height, width = (int(part) for part in text.split(","))
    except ValueError:
        channels = height = width = 0
    if min(channels, height, width) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no shape such as 1,28,28 (channels, height, width)")
    return channels, height, width


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
