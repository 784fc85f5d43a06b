"""Measures how long the window stands still while a large collection is shown, scrolled and drawn into.

`python tests/benchmarks/collect_page.py [samples] [classes]`
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from digitpad import paths
from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.store import CollectionStore
from digitpad.data.ink import Drawing
from digitpad.gui.data.collect.page import CollectPage
from digitpad.gui.data.tab import DataTab
from digitpad.gui.shell.app import make_application
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.tour import replay
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workers.heartbeat import Heartbeat
from digitpad.gui.workspace.settings import Settings


def main() -> None:
    """Print the longest pause of each step."""
    samples, classes = (int(word) for word in (*sys.argv[1:], "1000", "10")[:2])
    folder = Path(tempfile.mkdtemp())
    paths.user_data_dir = lambda: folder
    entry = CollectionStore().create("large")
    rng = np.random.default_rng(0)
    with CollectionEditor(entry.folder) as editor:
        for number in range(classes):
            drawings = [
                Drawing(((rng.random((30, 2)).cumsum(axis=0) * 10).astype(np.float32),), 400, 400)
                for _ in range(samples)
            ]
            editor.add(editor.add_class(f"class {number}"), [NewSample(one) for one in drawings])
    application = make_application()
    window = MainWindow(Theme("light", application), Settings(folder / "window.json"))
    window.resize(1280, 800)
    window.show()
    _run(application, lambda: True, 0.2)
    tab = window.go_to("Data")
    assert isinstance(tab, DataTab)
    page = tab.page("collect")
    assert isinstance(page, CollectPage)
    beat = Heartbeat(window)
    acts: list[tuple[str, Callable[[], object]]] = [
        ("open", lambda: page.commands.open_collection(entry.folder)),
        ("scroll", lambda: _scroll(page)),
        ("draw and add", lambda: _draw(page)),
        ("undo", page.undo),
    ]
    for name, act in acts:
        beat.start()
        act()
        _run(application, lambda: not page.session.busy and not page.thumbnails.busy, 0.5)
        beat.stop()
        print(f"{name:>14}: longest pause {beat.longest:.0f} ms")
    window.close()


def _scroll(page: CollectPage) -> None:
    for card in page.column.cards:
        card.view.horizontalScrollBar().setValue(20_000)


def _draw(page: CollectPage) -> None:
    for _ in range(5):
        replay(page.pad.pad, [[(50 + 3 * n, 50 + 4 * n) for n in range(40)]])
        page.add_drawing()


def _run(application: QApplication, done: Callable[[], bool], least: float) -> None:
    start = time.monotonic()
    timer = QTimer()
    timer.start(10)
    while time.monotonic() - start < least or not done():
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    timer.stop()


if __name__ == "__main__":
    main()
