"""The message about an interrupted run when the program starts."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from digitpad.gui.shell.unfinished_run import UnfinishedRun
from digitpad.gui.widgets.message_bar import Message
from digitpad.nn import ARCHITECTURES
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.run_info import RunStatus
from digitpad.training.runs import Run, RunStore
from tests.gui.training.conftest import write_digits


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Train for one epoch of two."""
    data = write_digits(tmp_path / "digits", 96)
    plan = RunPlan.quick().with_settings(epochs=2, batch_size=16, threads=1)
    plan = replace(plan, dataset=str(data), architecture=ARCHITECTURES["light"])
    live = LiveRun.start(plan, RunStore(tmp_path / "runs"))
    live.trainer.stop()
    for _ in live.events():
        pass
    return live.run


def _said(tmp_path: Path, qtbot: QtBot) -> list[str]:
    said: list[str] = []
    search = UnfinishedRun(tmp_path / "runs")

    def keep(message: Message) -> None:
        said.append(message.text)

    search.message.connect(keep)
    with qtbot.waitSignal(search.finished, timeout=30_000):
        search.look()
    search.finish()
    return said


def test_a_run_that_a_crash_ended_is_named_with_the_place_where_it_is_resumed(
    run: Run, tmp_path: Path, qtbot: QtBot
) -> None:
    run.update(status=RunStatus.RUNNING)
    (text,) = _said(tmp_path, qtbot)
    assert f"in the middle of the run {run.display_name()}." in text
    assert "Train tab" in text


def test_nothing_is_said_where_no_run_was_cut_off(run: Run, tmp_path: Path, qtbot: QtBot) -> None:
    assert not _said(tmp_path, qtbot)
    with run.locked():
        # Another program is training it.
        run.update(status=RunStatus.RUNNING)
        assert not _said(tmp_path, qtbot)
