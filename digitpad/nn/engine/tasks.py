"""Work for another thread or process, whose result or error is asked for later."""

import contextvars
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class Task(Generic[T]):
    """A call, and its result.

    Parameters
    ----------
    work
        What to call. It is called with NumPy's settings for overflows in the thread that creates the task.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._context = contextvars.copy_context()
        self._results: list[T] = []
        self.error: BaseException | None = None
        self.done: SimpleQueue[None] = SimpleQueue()

    def run(self) -> None:
        """Run the work; an error is kept, and `result` raises it in the calling thread."""
        with self:
            self._results.append(self._context.run(self._work))

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        self.error = error
        self.done.put(None)
        return True

    def result(self) -> T:
        """Return the result of the work, or raise its error."""
        if self.error is not None:
            raise self.error
        return self._results[0]
