"""Files are read in the background: the window stays responsive, the newest request wins, and no ink is lost."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QMimeData, Qt, QThread, QTimer
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitpad.errors import DigitpadError
from digitpad.gui.canvas.sketch import InkStroke, Page
from digitpad.gui.draw import exchange
from digitpad.gui.draw.tab import DrawTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.tour import replay
from digitpad.gui.workers.base import Worker
from tests.gui.settling import settle


class BlockedReading:
    """Stands in for `exchange.read_page`, and reads a file whose name begins with "slow" only when it is let."""

    def __init__(self) -> None:
        self.let = Event()
        self.threads: list[bool] = []

    def __call__(self, path: Path) -> tuple[Page, int]:
        self.threads.append(QThread.isMainThread())
        if path.name.startswith("slow"):
            assert self.let.wait(30), "nobody let it read"
        if "bad" in path.name:
            raise DigitpadError(f"{path.name} is damaged.")
        points = np.array([[len(path.name), 1], [5, 5]], np.float32)
        return Page((InkStroke(points, 9.0),), size=(50.0, 50.0)), 1


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[BlockedReading]:
    reading = BlockedReading()
    monkeypatch.setattr(exchange, "read_page", reading)
    yield reading
    reading.let.set()


@pytest.fixture
def tab(window: MainWindow) -> DrawTab:
    return window.draw_tab


def test_the_window_is_free_and_says_so_while_a_file_is_read(
    window: MainWindow, tab: DrawTab, blocked: BlockedReading, qtbot: QtBot
) -> None:
    ticks: list[int] = []
    timer = QTimer(window)
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start(0)
    with qtbot.waitSignal(tab.files.reading, check_params_cb=lambda reading: reading):
        window.open_path(Path("slow.png"))
    assert tab.reading_note.isVisible()
    assert tab.reading_note.text() == "Reading…"
    more = len(ticks) + 20
    qtbot.waitUntil(lambda: len(ticks) > more)
    assert tab.canvas.sketch.page.is_blank
    with qtbot.waitSignal(tab.files.finished):
        blocked.let.set()
    timer.stop()
    assert blocked.threads == [False]
    assert not tab.reading_note.isVisible()
    assert tab.canvas.sketch.undo_name == "open slow.png"


def test_what_is_drawn_meanwhile_is_a_step_before_the_file(
    window: MainWindow, tab: DrawTab, blocked: BlockedReading, qtbot: QtBot
) -> None:
    window.open_path(Path("slow.png"))
    replay(tab.canvas, [[(10, 20), (30, 40)]])
    drawn = tab.canvas.sketch.page
    assert len(drawn.strokes) == 1
    with qtbot.waitSignal(tab.files.finished):
        blocked.let.set()
    assert tab.canvas.sketch.undo_name == "open slow.png"
    tab.undo.trigger()
    assert tab.canvas.sketch.page == drawn
    tab.undo.trigger()
    assert tab.canvas.sketch.page.is_blank
    settle(tab)


def test_a_stroke_under_way_is_drawn_to_its_end_before_the_file_is_shown(
    window: MainWindow, tab: DrawTab, blocked: BlockedReading, qtbot: QtBot
) -> None:
    blocked.let.set()
    canvas = tab.canvas
    with qtbot.waitSignal(tab.files._worker.result_ready):
        window.open_path(Path("quick.png"))
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, canvas.rect().center())
    assert canvas.sketch.live_stroke is not None
    with qtbot.waitSignal(tab.files.finished):
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, canvas.rect().center())
    assert canvas.sketch.undo_name == "open quick.png"
    tab.undo.trigger()
    assert len(canvas.sketch.page.strokes) == 1
    settle(tab)


def test_the_newest_request_wins(window: MainWindow, tab: DrawTab, blocked: BlockedReading) -> None:
    for name in ("slow bad.png", "slow.png", "new.png"):
        window.open_path(Path(name))
    blocked.let.set()
    settle(window)
    assert tab.canvas.sketch.undo_name == "open new.png"
    assert window.messages.message is None
    tab.undo.trigger()
    assert tab.canvas.sketch.page.is_blank


def test_an_error_comes_as_a_message(window: MainWindow, tab: DrawTab, blocked: BlockedReading) -> None:
    window.open_path(Path("slow bad.png"))
    blocked.let.set()
    settle(window)
    assert window.messages.message is not None
    assert window.messages.message.text == "slow bad.png is damaged."
    assert tab.canvas.sketch.page.is_blank


def test_closing_the_window_waits_for_the_reading_and_drops_it(
    window: MainWindow, tab: DrawTab, blocked: BlockedReading, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = Worker.shut_down

    waited = []

    def let_and_wait(worker: Worker) -> None:
        waited.append(worker.isRunning())
        blocked.let.set()
        wait(worker)
        assert not worker.isRunning()

    window.open_path(Path("slow.png"))
    qtbot.waitUntil(lambda: bool(blocked.threads))
    monkeypatch.setattr(Worker, "shut_down", let_and_wait)
    with qtbot.assertNotEmitted(tab.files.finished):
        window.close()
        assert not tab.files.busy
    assert any(waited)
    assert tab.canvas.sketch.page.is_blank


def test_the_content_of_a_pasted_image_is_decoded_in_the_background(
    tab: DrawTab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[bool] = []
    decode = exchange.page_of_pasted

    def noted(content: exchange.Pasted) -> Page:
        threads.append(QThread.isMainThread())
        return decode(content)

    monkeypatch.setattr(exchange, "page_of_pasted", noted)
    levels = np.full((60, 40), 255, np.uint8)
    levels[10:50, 18:24] = 0
    PIL.Image.fromarray(levels).save(tmp_path / "one.png")
    mime = QMimeData()
    mime.setData("image/png", (tmp_path / "one.png").read_bytes())
    assert exchange.can_take(mime)
    tab.files.take(mime, "paste")
    settle(tab)
    picture = tab.canvas.sketch.page.picture
    assert picture is not None
    assert picture.ink.shape == (60, 40)
    assert threads == [False]
