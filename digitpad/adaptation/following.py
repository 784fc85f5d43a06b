"""Runs one generator inside another one: its progress is passed on in other words, and its result is returned."""

import contextlib
from collections.abc import Callable, Generator
from typing import TypeVar

Step = TypeVar("Step")
Told = TypeVar("Told")
Result = TypeVar("Result")


def followed(job: Generator[Step, None, Result], tell: Callable[[Step], Told]) -> Generator[Told, None, Result]:
    """Run a job, and yield what `tell` makes of each of its steps; closing the generator closes the job."""
    with contextlib.closing(job):
        while True:
            try:
                step = next(job)
            except StopIteration as finished:
                result: Result = finished.value
                return result
            yield tell(step)


def finish(job: Generator[object, None, Result]) -> Result:
    """Run a job to its end, and return its result."""
    while True:
        try:
            next(job)
        except StopIteration as finished:
            result: Result = finished.value
            return result
