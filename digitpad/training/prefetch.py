"""Work that is done ahead, in a thread of its own, while what was done before is being used."""

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


def prefetched(make: Callable[[], Iterator[T]], ahead: int) -> Generator[T, None, None]:
    """Yield what an iterator yields, which works in a thread of its own, at most `ahead` items before its reader.

    Parameters
    ----------
    make
        Makes the iterator, in that thread. What it yields must be memory of its own.
    ahead
        How many items may wait.

    Yields
    ------
    T
        The items in their order. An error of the iterator is raised here, in its place. Closing the generator ends
        the thread.
    """
    waiting: queue.Queue[tuple[list[T], BaseException | None]] = queue.Queue(ahead)
    closed = threading.Event()

    def put(item: tuple[list[T], BaseException | None]) -> None:
        while not closed.is_set():
            try:
                # Woken now and then, so that it notices when nobody reads any more.
                waiting.put(item, timeout=0.05)
            except queue.Full:
                continue
            return

    def work() -> None:
        with _Reporter(put):
            for item in make():
                put(([item], None))
                if closed.is_set():
                    return

    thread = threading.Thread(target=work, name="digitpad-prefetch", daemon=True)
    thread.start()
    try:
        while True:
            items, error = waiting.get()
            if error is not None:
                raise error
            if not items:
                return
            yield items[0]
    finally:
        closed.set()
        thread.join()


class _Reporter(Generic[T]):
    """Hands over how a block of work ended: with an error, or with nothing more to come."""

    def __init__(self, put: Callable[[tuple[list[T], BaseException | None]], None]) -> None:
        self._put = put

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        self._put(([], error))
        return True
