"""Messages between two processes, which are received without the delay of waking a processor.

A processor that has nothing to do falls asleep, and waking it takes longer than many a layer. So whoever waits for a
message first polls a counter in shared memory for a while, and only then sleeps.
"""

import select
import time
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from digitpad.nn.engine.shared_memory import Place, SharedMemory

#: Seconds for which a waiting process stays awake: longer than from one step of a small network to the next.
_AWAKE = 2e-3
#: Looks at the counter between two looks at the clock.
_LOOKS = 50

COUNTERS = Place(0, (2,), np.dtype(np.int64).str, (0,))
"""The place of the counters in the shared memory: how many messages each side has sent."""


class Channel:
    """One end of a connection.

    Parameters
    ----------
    connection
        The connection.
    memory
        Memory that both processes map, with `COUNTERS` at its beginning.
    side
        0 for one end, 1 for the other.
    shares_processor
        Whether to let the other threads of this process execute Python while waiting.
    """

    def __init__(self, connection: Connection, memory: SharedMemory, side: int, *, shares_processor: bool) -> None:
        self._connection = connection
        counters = memory.array(COUNTERS).data.cast("B").cast("q")
        self._counters, self._own, self._other = counters, side, 1 - side
        self._received = 0
        self._shares_processor = shares_processor

    def send(self, message: object) -> None:
        """Send a message."""
        self._connection.send(message)
        self._counters[self._own] += 1

    def receive(self) -> Any:
        """Wait for a message."""
        end = time.perf_counter() + _AWAKE
        while self._counters[self._other] == self._received and time.perf_counter() < end:
            for _look in range(_LOOKS):
                if self._counters[self._other] != self._received:
                    break
            if self._shares_processor:
                # Lets go of Python's lock, which `time.sleep(0)` would do for 80 microseconds.
                select.select([], [], [], 0)
        message = self._connection.recv()
        self._received += 1
        return message
