"""The window for tests, with a fake reader; all its objects must be gone when a test ends."""

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from digitpad.data.rasterize import ink_to_image
from digitpad.errors import DigitpadError
from digitpad.gui.shell.app import empty_private_clipboard, make_application
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.tour import replay
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.models import LoadedModel
from digitpad.gui.workspace.settings import Settings
from digitpad.gui.workspace.workspace import Workspace
from digitpad.reading.recognizer import Prediction
from tests.gui.filmed import train_filmed
from tests.gui.frame import Frame
from tests.gui.settling import settle

# Limitations of the off-screen platform are not errors of the window.
_OFFSCREEN = (r"This plugin does not support (raise|grabbing the keyboard|propagateSizeHints)",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore(*_OFFSCREEN, extend=True))


@dataclass
class FakeReader:
    """Reads every drawing as `digit`, and counts the readings."""

    digit: int = 7
    sure: float = 0.9
    second: int = 1
    asked: list[tuple[NDArray[np.float32], ...]] = field(default_factory=list)
    pictures: list[NDArray[np.float32]] = field(default_factory=list)
    trouble: Exception | None = None
    refuses: bool = False
    reads_pictures: bool = False
    threshold: float = 0.5

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple("0123456789")

    def recognize_ink(self, strokes: Sequence[NDArray[np.float32]], *, canvas: float = 400.0) -> Prediction:
        if self.trouble is not None:
            raise self.trouble
        self.asked.append(tuple(strokes))
        return self._prediction(ink_to_image(strokes, canvas=canvas))

    def recognize_image(self, gray: NDArray[np.float32]) -> Prediction:
        self.pictures.append(gray)
        image = np.zeros((28, 28), np.float32)
        image[10:18, 10:18] = 1
        return self._prediction(image)

    def recognize_pixels(self, image: NDArray[np.float32]) -> Prediction:
        return self._prediction(image)

    def recognize_all(self, images: NDArray[np.float32]) -> list[Prediction]:
        return [self._prediction(image) for image in images]

    def _prediction(self, image: NDArray[np.float32]) -> Prediction:
        probabilities = np.zeros(10, np.float32)
        probabilities[self.second] = 1 - self.sure
        probabilities[self.digit] = self.sure
        return Prediction(str(self.digit), self.sure, probabilities, rejected=False, reason=None, image=image)


@pytest.fixture(autouse=True)
def _nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    before = set(map(id, qapp.topLevelWidgets()))
    # What was there before the test is set aside, for good: only the test's own objects are collected and looked
    # through, and later tests need not look through what earlier ones and the modules hold.
    gc.freeze()
    yield
    _collect()
    left = [widget for widget in qapp.topLevelWidgets() if id(widget) not in before]
    assert not left, f"top-level widgets are left: {[(type(w).__name__, w.objectName()) for w in left]}"
    running = [thing for thing in gc.get_objects() if _runs(thing)]
    assert not running, f"still running: {running}"


def _runs(thing: object) -> bool:
    # By type, not isinstance: other libraries' lazy objects import half the world when they are asked.
    if type(thing) is QTimer:
        return shiboken6.isValid(thing) and thing.isActive()
    if issubclass(type(thing), QThread) and isinstance(thing, QThread):
        return shiboken6.isValid(thing) and thing.isRunning()
    return False


def _collect() -> None:
    for _ in range(2):
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()
    gc.collect()


@pytest.fixture(scope="session")
def qapp() -> Iterator[QApplication]:
    yield make_application()
    empty_private_clipboard()


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """Return pytest-qt's fixture, but more patient: what takes a moment may take 5 seconds on a busy machine."""
    for wait in ("waitUntil", "waitSignal", "waitSignals"):
        setattr(qtbot, wait, partial(getattr(qtbot, wait), timeout=30_000))
    return qtbot


@pytest.fixture
def reader() -> FakeReader:
    return FakeReader()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "window.ini")


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme("light", qapp)
    yield theme
    # Without a window, which would take its time.
    theme.set_scale(1.0)
    shiboken6.delete(theme)


Load = Callable[[str | Path | None], LoadedModel]


@pytest.fixture
def load(reader: FakeReader, tmp_path: Path) -> Load:
    """Return a function that loads the fake reader by any name."""

    def loaded(name: str | Path | None = None) -> LoadedModel:
        if name is not None and "broken" in str(name):
            raise DigitpadError(f"{name} is damaged; choose another model.")
        path = Path(name) if name is not None else tmp_path / "fake.safetensors"
        return LoadedModel(path.stem, path, 0.1307, 0.3081, reader)

    return loaded


@pytest.fixture
def frame(theme: Theme, settings: Settings, load: Load) -> Iterator[Frame]:
    """Return a window for one tab or page, with the fake reader behind it, for tests that need no other part."""
    frame = Frame(theme, Workspace(settings, load))
    frame.workspace.use(None)
    yield frame
    frame.close()
    frame.shut_down()
    shiboken6.delete(frame)


@pytest.fixture
def window(theme: Theme, settings: Settings, load: Load) -> Iterator[MainWindow]:
    """Show the real window at 1280x800, with the fake reader behind it."""
    window = MainWindow(theme, settings, load)
    window.resize(1280, 800)
    window.show()
    window.use_model(None)
    settle(window)
    yield window
    window.close()
    shiboken6.delete(window)


@pytest.fixture(scope="session")
def filmed_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a short run with a film; see `train_filmed`."""
    return train_filmed(tmp_path_factory.mktemp("filmed"))


Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]


@pytest.fixture
def draw() -> Draw:
    """Return a function that draws strokes on a widget with the mouse, and waits until they are read."""

    def drawn(canvas: QWidget, strokes: Sequence[Sequence[tuple[float, float]]]) -> None:
        replay(canvas, strokes)
        settle(canvas)

    return drawn
