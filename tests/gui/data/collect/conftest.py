"""The Collect page in the real window, and samples to put there."""

import io
from collections.abc import Callable, Sequence

import numpy as np
import PIL.Image
import pytest
from pytestqt.qtbot import QtBot

from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.store import CollectionEntry, CollectionStore
from digitpad.data.ink import Drawing
from digitpad.gui.data.collect.page import CollectPage
from digitpad.gui.data.tab import DataTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.tour import replay

Fill = Callable[..., CollectionEntry]


def line(offset: float = 0.0) -> Drawing:
    """Return a slanted line."""
    points = np.linspace((100.0 + offset, 100.0), (200.0, 300.0), 12).astype(np.float32)
    return Drawing((points,), 400.0, 400.0)


def png() -> bytes:
    """Return the bytes of a small picture."""
    pixels = np.full((40, 60, 3), 250, np.uint8)
    pixels[10:30, 20:26] = (200, 30, 30)
    buffer = io.BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def fill() -> Fill:
    """Return a function that makes a collection with a number of drawings of each class."""

    def made(name: str = "letters", **counts: int) -> CollectionEntry:
        entry = CollectionStore().create(name)
        with CollectionEditor(entry.folder) as editor:
            for label, count in counts.items():
                folder = editor.add_class(label)
                if count:
                    editor.add(folder, [NewSample(line(n)) for n in range(count)])
        return entry

    return made


class Collecting:
    """The page, and how a user works on it."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        tab = window.go_to("Data")
        assert isinstance(tab, DataTab)
        page = tab.page("collect")
        assert isinstance(page, CollectPage)
        self.window, self.qtbot, self.page = window, qtbot, page
        self.settle()

    def settle(self) -> None:
        """Wait until everything is saved and shown."""
        self.qtbot.waitUntil(lambda: not self.page.session.busy and not self.page.thumbnails.busy)
        # Results are on their way to this thread.
        with self.qtbot.waitSignal(self.page.session.done):
            self.page.session.ask(lambda _desk: None, "settled")
        self.qtbot.waitUntil(lambda: self.page.column.is_complete)

    def draw(self, *strokes: Sequence[tuple[float, float]]) -> None:
        """Draw on the pad with the mouse; places are shares of its width and height."""
        pad = self.page.pad.pad
        replay(pad, [[(round(x * pad.width()), round(y * pad.height())) for x, y in stroke] for stroke in strokes])

    @property
    def counts(self) -> dict[str, int]:
        """The number of samples that each card shows."""
        return {
            card.shown.name: len(card.view.samples.samples) for card in self.page.column.cards if card.shown is not None
        }

    @property
    def said(self) -> str:
        """The message in the bar."""
        message = self.window.messages.message
        return "" if message is None else message.text


@pytest.fixture
def collecting(window: MainWindow, qtbot: QtBot) -> Collecting:
    """Open the page; it is empty."""
    return Collecting(window, qtbot)
