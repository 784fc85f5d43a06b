"""The whole program on a real X screen, driven with a real pointer and real keys.

Xvfb provides the screen, and xdotool the input; tests that need them have the marks `NEEDED`, and are skipped if they
are missing.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from virtual_screen import has_virtual_screen, virtual_screen

from digitpad.models.model_file import bundled_models

_XDOTOOL = shutil.which("xdotool") or ""

NEEDED = [
    pytest.mark.skipif(not has_virtual_screen(), reason="Xvfb is not installed"),
    pytest.mark.skipif(not _XDOTOOL, reason="xdotool is not installed"),
    pytest.mark.skipif(not bundled_models(), reason="no bundled model to read with"),
]

# The program itself, and a watcher that says what the window shows whenever that changes, a line of JSON each time.
_PROGRAM = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QTabBar, QWidget
from digitpad import paths
folder = Path(sys.argv[1])
paths.user_config_dir = paths.user_data_dir = paths.user_log_dir = paths.user_runtime_dir = lambda: folder
from digitpad.gui.shell import app
from digitpad.gui.shell.main_window import MainWindow

said = ""

def middle_of(widget):
    place = widget.mapToGlobal(widget.rect().center())
    return [place.x(), place.y()]

{watch}

def look():
    global said
    for window in QApplication.topLevelWidgets():
        if isinstance(window, MainWindow):
            state = watch(window)
            text = json.dumps(state)
            if state is not None and text != said:
                print(text, flush=True)
                said = text

make = app.make_application
def make_and_watch():
    application = make()
    timer = QTimer(application)
    timer.timeout.connect(look)
    timer.start(20)
    return application
app.make_application = make_and_watch
sys.exit(app.run({arguments}))
"""

State = dict[str, Any]


class Screen:
    """The program on its screen."""

    def __init__(self, display: str, program: "subprocess.Popen[str]") -> None:
        self._environment = os.environ | {"DISPLAY": display}
        self._program = program

    def hand(self, *arguments: object) -> None:
        """Move the pointer or press keys with xdotool."""
        words = [_XDOTOOL, *map(str, arguments)]
        subprocess.run(words, env=self._environment, check=True, timeout=30, capture_output=True)

    def click(self, place: list[int]) -> None:
        """Click there."""
        self.hand("mousemove", *place, "click", 1)

    def draw(self, points: list[tuple[int, int]]) -> None:
        """Draw a line with the left button."""
        self.hand("mousemove", *points[0], "mousedown", 1)
        for point in points[1:]:
            self.hand("mousemove", *point)
        self.hand("mouseup", 1)

    def wait(self, reached: Callable[[State], bool]) -> State:
        """Return the first state of the window from now on that is as wanted; the test's time limit bounds the wait."""
        assert self._program.stdout is not None
        for line in self._program.stdout:
            state: State = json.loads(line)
            if reached(state):
                return state
        raise AssertionError("the program has ended")


@contextmanager
def program_on_screen(folder: Path, watch: str, *words: object, arguments: str = "") -> Iterator[Screen]:
    """Run the program on a separate screen.

    Parameters
    ----------
    folder
        Where it keeps what a user's folders hold.
    watch
        Python that defines `watch(window)`, which returns what a test wants to know of the window, as JSON can hold
        it, or None while there is nothing to say.
    words
        What `watch` finds in `sys.argv`, from the third on.
    arguments
        Of `app.run`.
    """
    hidden = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    code = _PROGRAM.replace("{watch}", watch).replace("{arguments}", arguments)
    command = [sys.executable, "-c", code, str(folder), *map(str, words)]
    with virtual_screen() as display:
        environment |= {"DISPLAY": display, "OPENBLAS_NUM_THREADS": "1"}
        program = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            yield Screen(display, program)
        finally:
            _end(program)


def _end(process: "subprocess.Popen[str]") -> None:
    """End a process; if it does not end, kill it and report that."""
    process.terminate()
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
