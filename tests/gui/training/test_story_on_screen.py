"""A complete training on a real X screen, by pointer and keyboard: draw, start, pause, step, change, stop, resume."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gui.screen import NEEDED, Screen, program_on_screen
from tests.gui.training.conftest import write_digits

pytestmark = [pytest.mark.slow, *NEEDED]

_WATCH = """
from digitpad.nn import ARCHITECTURES

WATCHED = ("canvas", "trainMain", "trainStop", "trainEpoch", "trainLearningRate", "runsButton", "resumeRun",
           "deleteRun", "undoDelete", "loadRun", "otherPlot")
before = {}

def watch(window):
    global before
    tab = window.findChild(QWidget, "trainTab")
    found = {name: window.findChild(QWidget, name) for name in WATCHED}
    places = {name: middle_of(widget) for name, widget in found.items() if widget is not None and widget.isVisible()}
    state = {
        "places": places,
        "model": window.model.title if window.model is not None else "",
        "digit": window.draw_tab.answer.digit,
        "state": "" if tab is None else tab.session.state.value,
        "steps": 0,
        "runs": 0 if tab is None or tab.dialogs.runs is None else tab.dialogs.runs.table.rowCount(),
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
    # Nothing is said while the window is still being laid out.
    settled, before = places == before, places
    return state if settled else None
"""


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    with program_on_screen(tmp_path / "home", _WATCH, write_digits(tmp_path / "digits", 480)) as screen:
        yield screen


def test_a_training_from_the_first_stroke_to_the_last_run(screen: Screen) -> None:
    # A digit is drawn, and read by the model that comes along.
    canvas = screen.wait(lambda state: bool(state["model"]))["places"]["canvas"]
    points = [(-80, -140), (80, -140), *((80 - 6 * step, -140 + 18 * step) for step in range(18))]
    screen.draw([(canvas[0] + x, canvas[1] + y) for x, y in points])
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
    # Stopped, listed, deleted, restored and resumed.
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
    # The model of the run reads in the Draw tab.
    screen.click(places["runsButton"])
    listed = screen.wait(lambda state: "loadRun" in state["places"])["places"]
    screen.click(listed["loadRun"])
    screen.wait(lambda state: state["model"].startswith("light") and "canvas" in state["places"])
