"""The Features tab on a real X screen: drawn on with a real pointer, gone through with real keys.

Xvfb is the screen and xdotool the hand; where they are missing, the test is skipped.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from digitpad.model_file import bundled_models

_XVFB = shutil.which("Xvfb") or ""
_XDOTOOL = shutil.which("xdotool") or ""

pytestmark = [
    pytest.mark.skipif(not _XVFB, reason="Xvfb is not installed"),
    pytest.mark.skipif(not _XDOTOOL, reason="xdotool is not installed"),
    pytest.mark.skipif(not bundled_models(), reason="no bundled model to read with"),
]

# The program itself, and a watcher that says what the tab shows whenever that changes, a line of JSON each time.
_PROGRAM = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QTabBar, QWidget
from digitpad import paths
folder = Path(sys.argv[1])
paths.user_config_dir = paths.user_data_dir = paths.user_log_dir = lambda: folder
from digitpad.gui import app
from digitpad.gui.main_window import MainWindow

said = ""

def look():
    global said
    for window in QApplication.topLevelWidgets():
        if not isinstance(window, MainWindow):
            continue
        strip = window.findChild(QTabBar, "tabStrip")
        names = [strip.tabText(index) for index in range(strip.count())]
        middle = strip.mapToGlobal(strip.tabRect(names.index("Features")).center())
        state = {"model": window.model is not None, "tab": False, "strip": [middle.x(), middle.y()]}
        tab = window.findChild(QWidget, "featuresTab")
        if tab is not None and tab.isVisible():
            corner = tab.side.pad.mapToGlobal(tab.side.pad.rect().topLeft())
            cell = tab.maps.cell
            state |= {
                "tab": True,
                "pad": [corner.x(), corner.y()] if tab.side.pad.isVisible() else None,
                "digit": tab.side.answer.digit,
                "cell": None if cell is None else [cell.layer, cell.channel, cell.row, cell.column],
                "title": tab.panel.arithmetic.title.text(),
                "enlarged": [cell.layer for cell in tab.enlarged.cells],
            }
        line = json.dumps(state)
        if line != said:
            print(line, flush=True)
            said = line

make = app.make_application
def make_and_watch():
    application = make()
    timer = QTimer(application)
    timer.timeout.connect(look)
    timer.start(20)
    return application
app.make_application = make_and_watch
sys.exit(app.run(model="standard"))
"""

State = dict[str, Any]


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
        """Return the first state from now on that is as wanted; the test's time limit bounds the wait."""
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


def test_a_seven_drawn_on_the_tab_is_read_and_looked_into_by_keyboard(screen: Screen) -> None:
    x, y = screen.wait(lambda state: state["model"])["strip"]
    screen.hand("mousemove", x, y, "click", 1)
    left, top = screen.wait(lambda state: state["tab"] and state["pad"])["pad"]
    points = [(60 + 6 * step, 60) for step in range(16)] + [(150 - 3 * step, 66 + 8 * step) for step in range(16)]
    screen.hand("mousemove", left + points[0][0], top + points[0][1], "mousedown", 1)
    for x, y in points[1:]:
        screen.hand("mousemove", left + x, top + y)
    screen.hand("mouseup", 1)
    screen.wait(lambda state: state["digit"] == "7" and state["cell"] is not None)
    screen.hand("key", "ctrl+g", *["Prior"] * 9, "Next", "Home", "Right", "Down")
    state = screen.wait(lambda state: state["cell"] == ["conv1", 0, 15, 15])
    assert state["title"] == "conv1, map 0, row 15, column 15"
    screen.hand("key", "space")
    screen.wait(lambda state: state["enlarged"] == ["conv1"])
    screen.hand("key", "ctrl+z")
    screen.wait(lambda state: not state["digit"])
