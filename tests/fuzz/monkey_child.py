"""The process that the monkey plays in: the real window, off-screen, with folders of its own."""

import argparse
import faulthandler
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import shiboken6
from monkey_acts import Acts
from monkey_things import make_things
from monkey_watch import Watch, resident
from PySide6.QtCore import QEvent, QObject, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from digitpad.gui.shell.app import empty_private_clipboard, make_application
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workers.garbage import GarbageCollector
from digitpad.gui.workspace.settings import Settings
from digitpad.training.runs import RunStore

_BETWEEN = 5  # milliseconds between two acts
_REST = 400  # milliseconds between two acts, now and then: what was begun comes to its end
_RESTED = 0.03  # the chance of it
_DEEPEST = 4  # acts within acts, as when a menu waits for its end
_REOPENED = 0.001  # the chance, at each act, that the window is closed and another one opened


class Monkey(QObject):
    """Does one thing after the other from within the event loop, so that it goes on while a menu has a loop of its own.

    Parameters
    ----------
    folder
        For all its files.
    seed
        Decides everything that does not depend on the speed of threads.
    actions, seconds
        When it ends.
    watch
        Notes what goes wrong.
    report
        Actions after which the memory is measured.
    """

    def __init__(
        self, folder: Path, seed: int, actions: int, seconds: float, watch: Watch, report: int, *, reopens: bool
    ) -> None:
        super().__init__()
        self._rng = np.random.default_rng(seed)
        self._folder = folder
        self._actions = actions
        self._end = time.monotonic() + seconds
        self._watch = watch
        self._report = report
        self._reopens = reopens
        self._log = (folder / "actions.log").open("w", encoding="utf-8")
        self._things = make_things(folder, self._rng)
        self._depth = 0
        self._done = 0
        self._theme = Theme("light", QApplication.instance())
        self._window: MainWindow | None = None
        self._acts: Acts | None = None
        #: Bytes after each `report` actions.
        self.memory: list[int] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._play)

    @property
    def done(self) -> int:
        """How many acts were done."""
        return self._done

    def start(self) -> None:
        """Begin."""
        self._open()
        self._timer.start(_BETWEEN)

    def close(self) -> None:
        """Close the window, and note what is left of it."""
        window, self._window, self._acts = self._window, None, None
        if window is None:
            return
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        self._watch.check_layouts()
        window.close()
        shiboken6.delete(window)
        empty_private_clipboard()
        self._watch.check_leaks()

    @Slot(QUrl)
    def take_url(self, url: QUrl) -> None:
        """Be asked to open a folder in the system's file manager, which the monkey does not."""
        self._log.write(f"asked for {url.toString()}\n")

    def _open(self) -> None:
        store = RunStore(self._folder / "runs")
        window = MainWindow(self._theme, Settings(self._folder / "window.json"), runs=self._folder / "runs")
        window.resize(1280, 800)
        window.show()
        window.use_first_model(None)
        self._window, self._acts = window, Acts(window, self._things, store, self._rng)

    @Slot()
    def _play(self) -> None:
        # First of all: an act may have an event loop of its own.
        self._timer.start(_REST if self._rng.random() < _RESTED else _BETWEEN)
        if self._done >= self._actions or time.monotonic() > self._end:
            self._finish()
        elif self._depth >= _DEEPEST:
            popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if popup is not None:
                popup.close()
        else:
            self._depth += 1
            try:
                self._act()
            finally:
                self._depth -= 1

    def _act(self) -> None:
        self._done += 1
        self._watch.action = number = self._done
        window, acts = self._window, self._acts
        if window is None or acts is None or self._wants_another(window):
            if self._depth == 1:
                self._log.write(f"{number} another window\n")
                self.close()
                self._open()
            return
        self._log.write(f"{number} ...\n")
        self._log.flush()
        what = acts.do_one()
        self._log.write(f"{number} {what}\n".encode("utf-8", "replace").decode())
        if number % self._report == 0:
            self.memory.append(resident())

    def _wants_another(self, window: MainWindow) -> bool:
        return not window.isVisible() or (self._reopens and self._rng.random() < _REOPENED)

    def _finish(self) -> None:
        if self._depth:
            popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if popup is not None:
                popup.close()
            return
        self._timer.stop()
        QApplication.quit()


def main() -> int:
    """Play, and write what was found to standard output as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--actions", type=int, default=10**9)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--longest", type=float, default=1.0)
    parser.add_argument("--report", type=int, default=1000)
    parser.add_argument("--one-window", action="store_true")
    options = parser.parse_args()
    faulthandler.enable()
    application = make_application()
    application.setQuitOnLastWindowClosed(False)
    watch = Watch(options.longest)
    monkey = Monkey(
        options.folder,
        options.seed,
        options.actions,
        options.seconds,
        watch,
        options.report,
        reopens=not options.one_window,
    )
    # PySide6's stubs ask for bytes, which it refuses.
    services: Any = QDesktopServices
    services.setUrlHandler("file", monkey, "take_url")
    watch.start()
    # As the program does.
    collector = GarbageCollector(application)
    collector.start()
    monkey.start()
    application.exec()
    watch.stop()
    collector.stop()
    monkey.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    json.dump({"done": monkey.done, "findings": watch.findings, "memory": monkey.memory}, sys.stdout)
    return int(bool(watch.findings))


if __name__ == "__main__":
    sys.exit(main())
