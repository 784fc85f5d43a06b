"""No object of Qt is destroyed by a worker's garbage collection."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitpad.gui.workers.garbage import GarbageCollector


class _Thing(QObject):
    """An object of Qt in a cycle: only the collector finds it."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[GarbageCollector]:
    collector = GarbageCollector(qapp)
    yield collector
    collector.stop()
    # What `start` has set aside stays there while the test's own objects are looked for; then all of it comes back.
    shiboken6.delete(collector)


def _litter() -> None:
    """Make far more cycles than Python lets pass without a collection."""
    for _ in range(20_000):
        cycle: list[object] = []
        cycle.append(cycle)


def test_cycles_are_collected_in_the_gui_thread_alone(collector: GarbageCollector, qtbot: QtBot) -> None:
    collected_in: list[threading.Thread] = []

    def notice(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            collected_in.append(threading.current_thread())

    collector.start()
    thing = weakref.ref(_Thing())
    gc.callbacks.append(notice)
    try:
        worker = threading.Thread(target=_litter)
        worker.start()
        worker.join()
        assert not collected_in
        assert thing() is not None
        qtbot.waitUntil(lambda: thing() is None)
    finally:
        gc.callbacks.remove(notice)
    assert set(collected_in) == {threading.main_thread()}


def test_python_collects_by_itself_again_afterwards(collector: GarbageCollector) -> None:
    collector.start()
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
