"""Ctrl-C as a request to stop, so that a long command saves what it has."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def stopped_by_ctrl_c(request_stop: Callable[[], object]) -> Iterator[None]:
    """Make the first Ctrl-C request a stop, and a second one interrupt the command at once.

    Only the main thread receives signals; in other threads nothing changes.

    Parameters
    ----------
    request_stop
        Called in the signal handler; the command then ends by itself.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        request_stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
