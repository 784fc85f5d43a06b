"""The process that conducts a sweep for the window."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from digitpad.extras import is_installed
from digitpad.gui.training.sweeps.process import conduct, last_error
from digitpad.sweeps.planning import SweepRequest, plan_sweep
from digitpad.sweeps.record import SweepStatus, TrialStatus
from digitpad.sweeps.store import SweepStore

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not is_installed("distributed"), reason="Dask is not installed"),
]


def test_a_sweep_is_conducted_by_a_process(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[4])
    fixed: dict[str, str | int | float | bool] = {"architecture": "mlp", "limit": 2000, "epochs": 1, "recipe": "usual"}
    info, _sentence = plan_sweep(SweepRequest(("learning-rate=0.001,0.01",), fixed))
    sweep = SweepStore().create(info)
    conduct(sweep)
    qtbot.waitUntil(lambda: sweep.reload().status is SweepStatus.FINISHED, timeout=800_000)
    assert [trial.status for trial in sweep.info.trials] == [TrialStatus.FINISHED] * 2
    qtbot.waitUntil(lambda: not sweep.is_running(), timeout=60_000)
    assert last_error(sweep.folder) == ""


def test_what_went_wrong_in_the_process_is_known(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[4])
    info, _sentence = plan_sweep(SweepRequest(("batch-size=16,32",), {"architecture": "mlp", "limit": 2000}))
    sweep = SweepStore().create(info)
    with sweep.locked():
        conduct(sweep)
        qtbot.waitUntil(lambda: bool(last_error(sweep.folder)), timeout=800_000)
    assert last_error(sweep.folder) == "The sweep sweep is already running; stop it first."
