"""What a sweep needs of the workers that train its trials, without saying what they run on.

`digitpad.sweeps.cluster` is the pool on Dask. A function that a pool runs is called with a task and a `Link`, in any
process, and again with the same task in another process if the first one was lost; so it must continue what it finds.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Link(Protocol):
    """The connection of a running function to the program that asked for it."""

    @property
    def is_stopping(self) -> bool:
        """Whether the function should end as soon as it can, keeping what it has."""

    def tell(self, value: dict[str, Any]) -> None:
        """Send plain values, in the order of the calls; they may be lost if the worker is."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A worker has begun a task, for the first time or again.

    Attributes
    ----------
    index
        Index of the task.
    worker
        Name of the worker.
    """

    index: int
    worker: str


@dataclass(frozen=True, slots=True)
class Told:
    """A running function has sent values.

    Attributes
    ----------
    index
        Index of the task.
    value
        The values.
    """

    index: int
    value: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Returned:
    """A function has returned.

    Attributes
    ----------
    index
        Index of the task.
    value
        What it returned.
    """

    index: int
    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """A task has failed for good.

    Attributes
    ----------
    index
        Index of the task.
    reason
        Why, as a sentence.
    """

    index: int
    reason: str


Message = Begun | Told | Returned | Raised


class Pool(Protocol):
    """Workers that run functions."""

    def run(
        self, function: Callable[[Any, Link], object], tasks: Sequence[Any]
    ) -> Generator[Message | None, None, None]:
        """Run a function once for each task.

        Parameters
        ----------
        function
            A function of a module, which all workers can import.
        tasks
            Values that can be pickled.

        Yields
        ------
        Message or None
            What happens; None a few times per second, so that the caller can look around. Ends when each task has
            returned, failed, or been left out because of `stop`.
        """

    def stop(self) -> None:
        """Leave out the tasks that have not begun, and ask the running ones to end; from the thread that iterates."""
