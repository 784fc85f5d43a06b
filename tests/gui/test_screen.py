"""The whole program on a real X screen, driven with a real pointer and keyboard.

Xvfb is the screen and xdotool the hand; where they are missing, the tests are skipped.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypedDict

import pytest

from digitpad.model_file import bundled_models

_XVFB = shutil.which("Xvfb") or ""
_XDOTOOL = shutil.which("xdotool") or ""

pytestmark = [
    pytest.mark.skipif(not _XVFB, reason="Xvfb is not installed"),
    pytest.mark.skipif(not _XDOTOOL, reason="xdotool is not installed"),
    pytest.mark.skipif(not bundled_models(), reason="no bundled model to read with"),
]

# The program itself, and a watcher that says what the window shows whenever that changes, a line of JSON each time.
_PROGRAM = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from digitpad import paths
folder = Path(sys.argv[1])
paths.user_config_dir = paths.user_data_dir = paths.user_log_dir = lambda: folder
from digitpad.gui import app
from digitpad.gui.main_window import MainWindow

said = ""

def look():
    global said
    for window in QApplication.topLevelWidgets():
        if isinstance(window, MainWindow):
            canvas = window.draw_tab.canvas
            corner = canvas.mapToGlobal(canvas.rect().topLeft())
            state = json.dumps({
                "corner": [corner.x(), corner.y()],
                "digit": window.draw_tab.answer.digit,
                "model": window.model is not None,
                "strokes": [stroke.points.tolist() for stroke in canvas.sketch.page.strokes],
            })
            if state != said:
                print(state, flush=True)
                said = state

make = app.make_application
def make_and_watch():
    application = make()
    timer = QTimer(application)
    timer.timeout.connect(look)
    timer.start(20)
    return application
app.make_application = make_and_watch
sys.exit(app.run())
"""


class State(TypedDict):
    """What the window shows."""

    corner: list[int]
    digit: str
    model: bool
    strokes: list[list[list[float]]]


class Screen:
    """The program on its screen."""

    def __init__(self, display: str, program: "subprocess.Popen[str]") -> None:
        self._environment = os.environ | {"DISPLAY": display}
        self._program = program

    def hand(self, *arguments: object) -> None:
        """Move the pointer or press keys, as xdotool is told."""
        subprocess.run(
            [_XDOTOOL, *map(str, arguments)], env=self._environment, check=True, timeout=30, capture_output=True
        )

    def wait(self, reached: Callable[[State], bool]) -> State:
        """Return the first state of the window from now on that is as wanted; the test's time limit bounds the wait."""
        assert self._program.stdout is not None
        for line in self._program.stdout:
            state: State = json.loads(line)
            if reached(state):
                return state
        raise AssertionError("the program has ended")


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [_XVFB, "-displayfd", str(writing), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        display = f":{pipe.readline().strip()}"
    hidden = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")
    environment = {name: value for name, value in os.environ.items() if name not in hidden} | {"DISPLAY": display}
    program = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(tmp_path)], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Screen(display, program)
    finally:
        program.terminate()
        program.communicate(timeout=20)
        server.terminate()
        server.wait(timeout=20)


def test_a_seven_drawn_with_the_mouse_is_read_undone_and_drawn_by_keyboard(screen: Screen) -> None:
    left, top = screen.wait(lambda state: state["model"])["corner"]
    points = [(150 + 10 * step, 120) for step in range(18)] + [(320 - 5 * step, 140 + 15 * step) for step in range(22)]
    screen.hand("mousemove", left + points[0][0], top + points[0][1], "mousedown", 1)
    for x, y in points[1:]:
        screen.hand("mousemove", left + x, top + y)
    screen.hand("mouseup", 1)
    drawn = [[list(map(float, point)) for point in points]]
    screen.wait(lambda state: state["strokes"] == drawn and state["digit"] == "7")
    screen.hand("key", "ctrl+z")
    screen.wait(lambda state: not state["strokes"] and not state["digit"])
    screen.hand("key", "F6", "space", *["Up"] * 10, *["Down"] * 30, "space")
    screen.wait(lambda state: len(state["strokes"]) == 1 and state["digit"] == "1")
