"""Slows down who asks too often, or guesses codes."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

#: Addresses that are remembered; the one that was quiet for longest is forgotten first.
_MOST_ADDRESSES = 4096
#: Wrong codes of one address that cost nothing: a code is copied from a projector.
_FREE_GUESSES = 5
_LONGEST_WAIT = 60.0


class Bucket:
    """Limits the rate of events, and allows some at once after a pause.

    Parameters
    ----------
    per_second
        The rate that is allowed in the long run.
    at_once
        How many are allowed together after a pause.
    clock
        Returns the time in seconds.
    """

    def __init__(self, per_second: float, at_once: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._at_once, self._clock = per_second, at_once, clock
        self._left, self._last = at_once, clock()

    def take(self) -> bool:
        """Return whether one more event is allowed, and count it if so."""
        now = self._clock()
        self._left = min(self._at_once, self._left + (now - self._last) * self._per_second)
        self._last = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Buckets:
    """One `Bucket` for each address; the parameters are those of a bucket."""

    def __init__(self, per_second: float, at_once: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._at_once, self._clock = per_second, at_once, clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, address: str) -> bool:
        """Return whether one more event of an address is allowed, and count it if so."""
        bucket = self._buckets.setdefault(address, Bucket(self._per_second, self._at_once, self._clock))
        self._buckets.move_to_end(address)
        if len(self._buckets) > _MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        return bucket.take()


class Guesses:
    """Counts the wrong codes of each address; after a few, each one doubles the time until the next is looked at.

    While an address has to wait, the right code is refused as well, so that guessing faster shows nothing.

    Parameters
    ----------
    clock
        Returns the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, address: str) -> int:
        """Return the seconds until an address may try again; 0 if it may now."""
        return max(math.ceil(self._wrong.get(address, (0, 0.0))[1] - self._clock()), 0)

    def was_wrong(self, address: str) -> None:
        """Count a wrong code."""
        count = self._wrong.pop(address, (0, 0.0))[0] + 1
        surplus = count - _FREE_GUESSES
        pause = min(2.0 ** min(surplus, 10), _LONGEST_WAIT) if surplus >= 0 else 0.0
        self._wrong[address] = (count, self._clock() + pause)
        if len(self._wrong) > _MOST_ADDRESSES:
            self._wrong.popitem(last=False)
