"""Prefetching: an iterator that runs ahead of its consumer in a separate thread."""

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


def prefetched(make: Callable[[], Iterator[T]], ahead: int) -> Generator[T, None, None]:
    """Yield the items of an iterator that runs in a separate thread, at most `ahead` items early.

    Parameters
    ----------
    make
        Creates the iterator, in that thread. Its items must own their memory.
    ahead
        Number of items that may wait.

    Yields
    ------
    T
        The items in order. An error of the iterator is raised here, in its place. Closing the generator ends the
        thread.
    """
    waiting: queue.Queue[tuple[list[T], BaseException | None]] = queue.Queue(ahead)
    closed = threading.Event()

    def put(item: tuple[list[T], BaseException | None]) -> None:
        while not closed.is_set():
            try:
                # The timeout lets the thread notice when nothing reads any more.
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
    """Reports how a block of work ended: with an error, or completely."""

    def __init__(self, put: Callable[[tuple[list[T], BaseException | None]], None]) -> None:
        self._put = put

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        self._put(([], error))
        return True
