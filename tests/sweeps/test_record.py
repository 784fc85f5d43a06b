"""The record on disk: read as it was written, and refused in one sentence otherwise."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from digitpad.errors import DigitpadError
from digitpad.sweeps.record import SweepStatus, Trial, TrialStatus, read_sweep
from digitpad.sweeps.store import Sweep, SweepStore, UnreadableSweep

Make = Callable[..., Sweep]


def test_a_record_is_read_as_it_was_written(make_sweep: Make) -> None:
    sweep = make_sweep("optimizer=adam,sgd", "weight-decay=0,0.25", name="my sweep\n")
    trial = replace(sweep.info.trials[2], status=TrialStatus.DIVERGED, validation_loss=0.5, seconds=1.25, starts=2)
    info = replace(sweep.info.with_trial(trial), status=SweepStatus.STOPPED, message="Stopped.", rungs=(1, 3))
    sweep.write(info)
    assert read_sweep(sweep.folder) == info
    assert info.name == "my sweep"
    assert SweepStore().find("my sweep").info == info
    assert SweepStore().find(sweep.folder).info == info
    assert SweepStore().find(sweep.folder.name).info == info


def test_sweeps_are_found_by_name_or_folder(make_sweep: Make) -> None:
    with pytest.raises(DigitpadError, match=r"There is no sweep a in .*; known are: none\."):
        SweepStore().find("a")
    first, second = (make_sweep("batch-size=16,32", name="a") for _time in range(2))
    with pytest.raises(DigitpadError, match="2 sweeps are named a; choose one by its folder: ") as caught:
        SweepStore().find("a")
    assert first.folder.name in str(caught.value)
    assert first.folder != second.folder


def test_the_best_trial_is_the_one_that_was_trained_furthest(make_sweep: Make) -> None:
    info = make_sweep("batch-size=16,32,64,128").info
    assert info.best is None
    figures = [(0, 0.9, 0.3), (1, 0.8, 0.4), (1, 0.8, 0.3), (0, None, None)]
    trials = tuple(
        replace(trial, rung=rung, validation_accuracy=accuracy, validation_loss=loss)
        for trial, (rung, accuracy, loss) in zip(info.trials, figures, strict=True)
    )
    best = replace(info, trials=trials).best
    assert best is not None
    assert best.number == 3


def test_other_contents_are_refused(make_sweep: Make) -> None:
    sweep = make_sweep("batch-size=16,32")
    whole = json.loads(sweep.record_path.read_text())
    for change, sentence in [
        ({"format_version": 2}, "has format version 2, and this digitpad reads up to 1; update digitpad."),
        ({"format_version": "x"}, "format_version must be a whole number"),
        ({"method": "magic"}, "method must be one of 'grid', 'random', 'halving'"),
        ({"trials": [{"number": 2, "values": {}}]}, "trial 1 is numbered 2"),
        ({"trials": [{"number": 1}]}, "'values' is missing"),
        ({"trials": [{"number": 1, "values": {"a": []}}]}, "values must be an object"),
        ({"created": "yesterday"}, "Invalid isoformat string"),
        ({"surprise": 1}, "there is no 'surprise'"),
    ]:
        sweep.record_path.write_text(json.dumps(whole | change))
        with pytest.raises(DigitpadError) as caught:
            read_sweep(sweep.folder)
        assert sentence in str(caught.value)
        assert "\n" not in str(caught.value)
        (listed,) = SweepStore().all()
        assert isinstance(listed, UnreadableSweep)
    sweep.record_path.unlink()
    with pytest.raises(DigitpadError, match="could not be read"):
        read_sweep(sweep.folder)


def test_names_of_files_do_not_lead_anywhere(make_sweep: Make) -> None:
    sweep = make_sweep("batch-size=16,32", name="../../up\x1b[2J")
    assert sweep.folder.parent == SweepStore().folder
    assert sweep.info.name == "../../up\\x1b[2J"
    trial = Trial(1, {}, run="../../../etc")
    with pytest.raises(DigitpadError, match="is not a run"):
        sweep.run(trial)
    with pytest.raises(DigitpadError, match=r"Trial 1 of .* has not begun"):
        sweep.run(Trial(1, {}))


def test_a_request_to_stop_lasts_as_long_as_the_sweep_runs(make_sweep: Make, tmp_path: Path) -> None:
    sweep = make_sweep("batch-size=16,32")
    sweep.request_stop()
    with sweep.locked():
        # It was for a program that has ended.
        assert not sweep.is_asked_to_stop()
        Sweep(sweep.folder).request_stop()
        assert sweep.is_asked_to_stop()
    assert not sweep.is_asked_to_stop()
    sweep.folder.rename(tmp_path / "moved")
    with pytest.raises(DigitpadError, match="press Ctrl-C where the sweep was started"):
        sweep.request_stop()
