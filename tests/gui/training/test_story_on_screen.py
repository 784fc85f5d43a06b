"""A whole training on a real X screen, with a real pointer and keyboard: draw, start, hold, step, change, stop, resume.

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
from tests.gui.training.conftest import write_digits

_XVFB = shutil.which("Xvfb") or ""
_XDOTOOL = shutil.which("xdotool") or ""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not _XVFB, reason="Xvfb is not installed"),
    pytest.mark.skipif(not _XDOTOOL, reason="xdotool is not installed"),
    pytest.mark.skipif(not bundled_models(), reason="no bundled model to read with"),
]

# The program itself, and a watcher that says what the window shows whenever that changes, a line of JSON each time.
_PROGRAM = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from digitpad import paths
folder = Path(sys.argv[1])
paths.user_config_dir = paths.user_data_dir = paths.user_log_dir = lambda: folder
from digitpad.gui import app
from digitpad.gui.main_window import MainWindow
from digitpad.nn import ARCHITECTURES

WATCHED = ("canvas", "trainMain", "trainStop", "trainEpoch", "trainLearningRate", "runsButton", "resumeRun",
           "deleteRun", "undoDelete", "loadRun", "otherPlot")
said = ""
before = {}

def look():
    global said, before
    for window in QApplication.topLevelWidgets():
        if not isinstance(window, MainWindow):
            continue
        tab = window.findChild(QWidget, "trainTab")
        places = {}
        for name in WATCHED:
            widget = window.findChild(QWidget, name)
            if widget is not None and widget.isVisible():
                middle = widget.mapToGlobal(widget.rect().center())
                places[name] = [middle.x(), middle.y()]
        state = {
            "places": places,
            "model": window.model.title if window.model is not None else "",
            "digit": window.draw_tab.answer.digit,
            "state": "" if tab is None else tab.session.state.value,
            "steps": 0,
            "runs": 0 if tab is None or tab.runs is None else tab.runs.table.rowCount(),
        }
        record = None if tab is None else tab.session.record
        if record is not None:
            state["steps"] = len(record.loss)
            state["rate"] = float(record.rate.y[-1]) if len(record.rate) else 0.0
            state["stopped"] = str(record.stopped.reason) if record.stopped is not None else ""
            state["read"] = tab.digit.bars.values is not None
            state["crosshair"] = tab.curves.other.readout
        if tab is not None and tab.editor.plan.dataset == "mnist":
            tab.editor.change(dataset=sys.argv[2], architecture=ARCHITECTURES["light"])
            tab.editor.change_settings(batch_size=16, epochs=200, schedule="constant", learning_rate=0.01, threads=1)
        text = json.dumps(state)
        # Nothing is said while the window is still being laid out.
        settled, before = places == before, places
        if settled and text != said:
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
sys.exit(app.run())
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

    def click(self, place: list[int]) -> None:
        """Click there."""
        self.hand("mousemove", *place, "click", 1)

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
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"DISPLAY": display, "OPENBLAS_NUM_THREADS": "1"}
    data = write_digits(tmp_path / "digits", 480)
    program = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(tmp_path / "home"), str(data)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Screen(display, program)
    finally:
        program.terminate()
        program.communicate(timeout=20)
        server.terminate()
        server.wait(timeout=20)


def test_a_training_from_the_first_stroke_to_the_last_run(screen: Screen) -> None:
    # A digit is drawn, and read by the model that comes along.
    canvas = screen.wait(lambda state: bool(state["model"]))["places"]["canvas"]
    screen.hand("mousemove", canvas[0] - 80, canvas[1] - 140, "mousedown", 1)
    for x, y in [(80, -140), *((80 - 6 * step, -140 + 18 * step) for step in range(18))]:
        screen.hand("mousemove", canvas[0] + x, canvas[1] + y)
    screen.hand("mouseup", 1)
    screen.wait(lambda state: state["digit"] == "7")
    # Start with the mouse, hold with the keyboard; the digit is read by the network in training.
    screen.hand("key", "ctrl+2")
    places = screen.wait(lambda state: "trainMain" in state["places"])["places"]
    screen.click(places["trainMain"])
    screen.wait(lambda state: state["state"] == "running" and state["steps"] > 3)
    screen.hand("key", "F5")
    held = screen.wait(lambda state: state["state"] == "paused")
    assert held["read"]
    # One batch by keyboard, one epoch with the mouse.
    screen.hand("key", "F7")
    stepped = screen.wait(lambda state: state["state"] == "paused" and state["steps"] == held["steps"] + 1)
    screen.click(places["trainEpoch"])
    epoch = screen.wait(lambda state: state["state"] == "paused" and state["steps"] > stepped["steps"])
    assert epoch["steps"] % 25 == 0
    # The learning rate is typed in the middle; the crosshair reads what is under the pointer.
    screen.hand("mousemove", *places["trainLearningRate"], "click", "--repeat", 3, 1)
    screen.hand("key", "ctrl+a")
    screen.hand("type", "0.002")
    screen.hand("key", "Return", "F5")
    screen.wait(lambda state: abs(state["rate"] - 0.002) < 1e-9)
    screen.hand("mousemove", *places["otherPlot"])
    screen.wait(lambda state: state["crosshair"].startswith("step "))
    # Stopped, listed, deleted and had back, and gone on with.
    screen.click(places["trainStop"])
    stopped = screen.wait(lambda state: state["state"] == "idle" and bool(state["stopped"]))
    assert stopped["stopped"] == "interrupted"
    screen.click(places["runsButton"])
    listed = screen.wait(lambda state: state["runs"] == 1 and "resumeRun" in state["places"])["places"]
    screen.click(listed["deleteRun"])
    screen.wait(lambda state: state["runs"] == 0)
    screen.click(listed["undoDelete"])
    screen.wait(lambda state: state["runs"] == 1)
    screen.click(listed["resumeRun"])
    resumed = screen.wait(lambda state: state["state"] == "running" and state["steps"] > stopped["steps"])
    assert resumed["rate"] == pytest.approx(0.002)
    screen.hand("key", "Escape")
    screen.click(places["trainStop"])
    screen.wait(lambda state: state["state"] == "idle")
    # And the run reads in the Draw tab.
    screen.click(places["runsButton"])
    listed = screen.wait(lambda state: "loadRun" in state["places"])["places"]
    screen.click(listed["loadRun"])
    screen.wait(lambda state: state["model"].startswith("light") and "canvas" in state["places"])
