"""Internal errors are logged and shown once, and the window stays open."""

import threading
from collections.abc import Callable, Sequence

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from digitpad import paths
from digitpad.gui.shell.faults import FaultReporter
from digitpad.gui.shell.main_window import MainWindow

Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]


def _raise(reporter: FaultReporter, number: int = 0) -> None:
    try:
        _ = 1 / number
    except ZeroDivisionError as error:
        reporter.catch(type(error), error, error.__traceback__)


def test_a_fault_is_logged_and_shown_once_with_details_and_the_drawing_stays(window: MainWindow, draw: Draw) -> None:
    draw(window.draw_tab.canvas, [[(10, 10), (20, 20)]])
    reporter = FaultReporter()
    reporter.reported.connect(window.report_fault)
    for _ in range(3):
        _raise(reporter)
    message = window.messages.message
    assert message is not None
    assert "ZeroDivisionError" in message.text
    assert "Traceback" in message.details
    log = paths.user_log_dir() / "digitpad.log"
    assert str(log) in message.text
    assert log.read_text(encoding="utf-8").count("Traceback") == 3
    window.messages.close_message()
    assert window.messages.message is None
    assert not window.draw_tab.canvas.sketch.page.is_blank


def test_a_fault_in_a_thread_reaches_the_window(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("sys.excepthook", lambda *_: None)
    monkeypatch.setattr("threading.excepthook", lambda *_: None)
    reporter = FaultReporter()
    reporter.install()
    reporter.reported.connect(window.report_fault)

    def fail() -> None:
        raise LookupError("in a thread")

    with qtbot.waitSignal(reporter.reported):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    qtbot.waitUntil(lambda: window.messages.message is not None)
    assert window.messages.message is not None
    assert "in a thread" in window.messages.message.text
