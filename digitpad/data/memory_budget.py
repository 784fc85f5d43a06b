"""Memory that several owners share: each takes what it needs, while there is some left, and returns it with its end."""

import threading
import weakref


class MemoryBudget:
    """An amount of memory that may be used.

    Parameters
    ----------
    total
        Bytes for all leases together.
    """

    def __init__(self, total: int) -> None:
        self._left = total
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        """Bytes that are not in use."""
        return self._left

    def lease(self) -> "Lease":
        """Return an empty lease, to take memory with."""
        return Lease(self)

    def take(self, count: int) -> bool:
        """Take bytes if there are as many left; return whether they were taken."""
        with self._lock:
            if count > self._left:
                return False
            self._left -= count
            return True

    def give_back(self, count: int) -> None:
        """Return bytes."""
        with self._lock:
            self._left += count


class Lease:
    """The part of a `MemoryBudget` that one owner uses; it is returned when the lease is no longer referenced."""

    def __init__(self, budget: MemoryBudget) -> None:
        self._budget = budget
        # In a list, because the finalizer must not keep the lease itself.
        self._taken = [0]
        weakref.finalize(self, _give_back, budget, self._taken)

    def take(self, count: int) -> bool:
        """Take bytes if there are as many left; return whether they were taken. One thread at a time may call this."""
        if not self._budget.take(count):
            return False
        self._taken[0] += count
        return True


def _give_back(budget: MemoryBudget, taken: list[int]) -> None:
    budget.give_back(taken[0])
