"""Runs a generator to its end."""

from collections.abc import Generator
from typing import TypeVar

Step = TypeVar("Step")
Result = TypeVar("Result")


def drained(steps: Generator[Step, None, Result]) -> tuple[list[Step], Result]:
    """Return what a generator yields, and what it returns."""
    progress: list[Step] = []
    while True:
        try:
            progress.append(next(steps))
        except StopIteration as finished:
            result: Result = finished.value
            return progress, result
