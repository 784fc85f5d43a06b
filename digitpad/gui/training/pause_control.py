"""Pauses a training between two steps, and lets it run for one batch or one epoch.

The training thread checks this after every event, and waits while it is paused. This does not use Qt.
"""

import threading
from enum import Enum

from digitpad.training.events import EpochCompleted, Event, StepCompleted


class RunUntil(Enum):
    """How far the training may go."""

    CLOSED = "closed"
    ONE_BATCH = "one batch"
    ONE_EPOCH = "one epoch"
    OPEN = "open"


class PauseControl:
    """Lets a training run as far as allowed; may be changed from any thread.

    Parameters
    ----------
    passage
        How far the training may go at first.
    """

    def __init__(self, passage: RunUntil = RunUntil.OPEN) -> None:
        self._condition = threading.Condition()
        self._passage = passage
        self._leaving = False

    @property
    def passage(self) -> RunUntil:
        """How far the training may go now."""
        return self._passage

    def allow(self, passage: RunUntil) -> None:
        """Allow the training to run this far from now on."""
        with self._condition:
            self._passage = passage
            self._condition.notify_all()

    def leave(self) -> None:
        """Release a waiting training permanently, because it is to be stopped."""
        with self._condition:
            self._leaving = True
            self._condition.notify_all()

    def must_wait(self, event: Event) -> bool:
        """Return whether the training must not go on after an event; counts the one batch or epoch it was given."""
        with self._condition:
            done = (self._passage is RunUntil.ONE_BATCH and isinstance(event, StepCompleted)) or (
                self._passage is RunUntil.ONE_EPOCH and isinstance(event, EpochCompleted)
            )
            if done:
                self._passage = RunUntil.CLOSED
            return self._passage is RunUntil.CLOSED and not self._leaving

    def wait(self) -> None:
        """Wait until the training may continue, or is stopped."""
        with self._condition:
            self._condition.wait_for(lambda: self._passage is not RunUntil.CLOSED or self._leaving)
