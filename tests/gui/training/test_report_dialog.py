"""Reports from the window: written by a worker, stopped on request, and said in words if they fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.training.report_dialog import ReportDialog
from digitpad.gui.widgets.theme import Theme
from digitpad.nn import ARCHITECTURES
from digitpad.reports.measured import ReportOptions
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.runs import Run, RunStore
from digitpad.training.settings import TrainingSettings


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of a few steps; tests must not change it."""
    plan = RunPlan(
        ARCHITECTURES["mlp"], limit=150, validation=40, settings=TrainingSettings(epochs=1, batch_size=32, threads=1)
    )
    live = LiveRun.start(plan, RunStore(tmp_path_factory.mktemp("runs")), "mine")
    for _event in live.events():
        pass
    return live.run


@pytest.fixture
def dialog(qtbot: QtBot, trained: Run) -> Iterator[ReportDialog]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = ReportDialog(Theme("light"), [trained], parent)
    made.images.choose("validation")
    made.robustness.setChecked(False)
    yield made
    # The parent lives until here.
    parent.close()


@pytest.mark.parametrize(("name", "beginning"), [("a.html", b"<!DOCTYPE html>"), ("a.pdf", b"%PDF")])
def test_a_report_is_saved(qtbot: QtBot, dialog: ReportDialog, tmp_path: Path, name: str, beginning: bytes) -> None:
    with qtbot.waitSignal(dialog.finished_writing, timeout=100_000):
        dialog.write_to(str(tmp_path / name))
        assert dialog.is_running
        assert not dialog.save.isEnabled()
        assert dialog.cancel.text() == "Stop"
    assert (tmp_path / name).read_bytes().startswith(beginning)
    assert dialog.status.text() == f"Saved {tmp_path / name}."
    assert dialog.show_file.isEnabled()
    assert dialog.save.isEnabled()
    assert not (tmp_path / "a files").exists()


def test_figures_and_tables_are_saved_beside_it(qtbot: QtBot, dialog: ReportDialog, tmp_path: Path) -> None:
    dialog.film.setChecked(False)
    dialog.with_files.setChecked(True)
    assert dialog.options == ReportOptions(split="validation", robustness=False, film=False)
    with qtbot.waitSignal(dialog.finished_writing, timeout=100_000):
        dialog.write_to(str(tmp_path / "a.html"))
    names = {path.name for path in (tmp_path / "a files").iterdir()}
    assert {"loss.svg", "loss.png", "loss.pdf", "classes.csv", "classes.tex"} <= names


def test_it_stops_on_request_and_writes_nothing(qtbot: QtBot, dialog: ReportDialog, tmp_path: Path) -> None:
    with qtbot.waitSignal(dialog.finished_writing, timeout=100_000):
        dialog.write_to(str(tmp_path / "a.html"))
        dialog.reject()
    assert dialog.status.text() == "Stopped; nothing was written."
    assert not list(tmp_path.iterdir())
    assert not dialog.show_file.isEnabled()


def test_a_failure_is_said(qtbot: QtBot, dialog: ReportDialog, tmp_path: Path) -> None:
    dialog.film.setChecked(False)
    with qtbot.waitSignal(dialog.finished_writing, timeout=100_000):
        dialog.write_to(str(tmp_path / "missing" / "a.html"))
    assert "could not be written" in dialog.status.text()
    assert dialog.save.isEnabled()


def test_closing_ends_the_work(dialog: ReportDialog, tmp_path: Path) -> None:
    dialog.write_to(str(tmp_path / "a.html"))
    dialog.close()
    assert not dialog.is_running
    assert not list(tmp_path.iterdir())
