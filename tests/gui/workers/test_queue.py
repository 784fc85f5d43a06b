"""Jobs in a thread: in order, and all of them, also at the end."""

from collections.abc import Iterator
from functools import partial
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from digitpad.gui.workers.queue import QueueWorker


@pytest.fixture
def queue() -> Iterator[QueueWorker]:
    queue = QueueWorker("testQueue")
    yield queue
    queue.shut_down()


def test_jobs_are_done_in_their_order(queue: QueueWorker, qtbot: QtBot) -> None:
    came: list[object] = []
    queue.result_ready.connect(came.append)
    for number in range(20):
        queue.put(partial(int, number))
    qtbot.waitUntil(lambda: len(came) == 20)
    assert came == list(range(20))
    qtbot.waitUntil(lambda: not queue.busy)


def test_waiting_jobs_are_done_before_the_end(queue: QueueWorker) -> None:
    done: list[int] = []
    gate = Event()
    queue.put(gate.wait)
    for number in range(5):
        queue.put(partial(done.append, number))
    assert queue.busy
    gate.set()
    queue.shut_down()
    assert done == list(range(5))
    assert not queue.busy


def _fail() -> None:
    raise ValueError("a bug")


def test_a_bug_ends_one_job_and_not_the_queue(queue: QueueWorker, qtbot: QtBot) -> None:
    came: list[object] = []
    queue.result_ready.connect(came.append)
    with qtbot.capture_exceptions() as exceptions, qtbot.waitSignal(queue.finished):
        queue.put(_fail)
    assert [kind for kind, _error, _trace in exceptions] == [ValueError]
    queue.put(partial(int, 7))
    qtbot.waitUntil(lambda: came == [7])
