"""The whole program on a real X screen, driven with a real pointer and keyboard.

Xvfb is the screen and xdotool the hand; where they are missing, the tests are skipped.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitpad.model_file import bundled_models

_XVFB = shutil.which("Xvfb") or ""
_XDOTOOL = shutil.which("xdotool") or ""

pytestmark = [
    pytest.mark.skipif(not _XVFB, reason="Xvfb is not installed"),
    pytest.mark.skipif(not _XDOTOOL, reason="xdotool is not installed"),
    pytest.mark.skipif(not bundled_models(), reason="no bundled model to read with"),
]

# The program itself, and a watcher that writes down what the window shows whenever it changes.
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

def look():
    for window in QApplication.topLevelWidgets():
        if isinstance(window, MainWindow):
            canvas = window.draw_tab.canvas
            corner = canvas.mapToGlobal(canvas.rect().topLeft())
            state = {
                "corner": [corner.x(), corner.y()],
                "size": [canvas.width(), canvas.height()],
                "digit": window.draw_tab.answer.digit,
                "model": window.model is not None,
                "strokes": [stroke.points.tolist() for stroke in canvas.sketch.page.strokes],
            }
            (folder / "state.tmp").write_text(json.dumps(state))
            (folder / "state.tmp").replace(folder / "state.json")

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


class Screen:
    """The program on its screen."""

    def __init__(self, display: str, folder: Path) -> None:
        self._environment = os.environ | {"DISPLAY": display}
        self._folder = folder

    def hand(self, *arguments: object) -> None:
        subprocess.run(
            [_XDOTOOL, *map(str, arguments)], env=self._environment, check=True, timeout=30, capture_output=True
        )

    def wait(self, name: str, wanted: object) -> dict[str, object]:
        """Return the window's state as soon as one thing in it is as wanted."""
        deadline = time.monotonic() + 20
        state: dict[str, object] = {}
        while time.monotonic() < deadline:
            file = self._folder / "state.json"
            if file.exists():
                state = json.loads(file.read_text())
                value = state[name]
                if (len(value) if isinstance(value, list) and isinstance(wanted, int) else value) == wanted:
                    return state
            # Another process is waited for: there is nothing to be notified by.
            time.sleep(0.02)
        raise AssertionError(f"{name} never became {wanted!r}; at the end: {state}")


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
    program = subprocess.Popen([sys.executable, "-c", _PROGRAM, str(tmp_path)], env=environment)
    try:
        yield Screen(display, tmp_path)
    finally:
        program.terminate()
        program.wait(timeout=20)
        server.terminate()
        server.wait(timeout=20)


def test_a_seven_drawn_with_the_mouse_is_read_undone_and_drawn_by_keyboard(screen: Screen) -> None:
    state = screen.wait("model", wanted=True)
    corner, size = state["corner"], state["size"]
    assert isinstance(corner, list)
    assert isinstance(size, list)
    points = [(150 + 10 * step, 120) for step in range(18)] + [(320 - 5 * step, 140 + 15 * step) for step in range(22)]
    screen.hand("mousemove", corner[0] + points[0][0], corner[1] + points[0][1], "mousedown", 1)
    for x, y in points[1:]:
        screen.hand("mousemove", corner[0] + x, corner[1] + y)
    screen.hand("mouseup", 1)
    state = screen.wait("digit", "7")
    assert state["strokes"] == [[list(map(float, point)) for point in points]]
    screen.hand("key", "ctrl+z")
    screen.wait("strokes", 0)
    screen.wait("digit", "")
    screen.hand("key", "F6", "space", *["Up"] * 10, *["Down"] * 30, "space")
    state = screen.wait("digit", "1")
    assert isinstance(state["strokes"], list)
    assert len(state["strokes"]) == 1
