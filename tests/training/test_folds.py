"""Folds over writers: every writer is left out once, and the runs say so."""

from collections import Counter
from functools import partial

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.data.pen import pen_drawings
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.training.folds import Fold, left_out
from digitpad.training.plan import RunPlan
from digitpad.training.preparation import choose_images


def test_a_fold_is_read_and_written() -> None:
    assert Fold.parse("2/5") == Fold(2, 5)
    assert str(Fold.parse(" 02/5 ")) == "2/5"
    for text in ("", "2", "0/5", "6/5", "1/1", "-1/5", "a/b", "1/5/2"):
        with pytest.raises(DigitpadError, match="is not a fold; write 2/5"):
            Fold.parse(text)


def test_every_writer_is_left_out_once() -> None:
    writers = [str(number) for number in range(1, 13) for _image in range(3)]
    counts: Counter[str] = Counter()
    for number in range(1, 6):
        mask = left_out(writers, Fold(number, 5), "x")
        chosen = {writer for writer, out in zip(writers, mask, strict=True) if out}
        # As in `models/recipes/train_digitpad.py --fold`.
        assert chosen == {writer for writer in writers if int(writer) % 5 == number % 5}
        counts.update(chosen)
    assert set(counts.values()) == {1}
    assert len(counts) == 12


def test_images_without_a_writer_are_always_trained_on() -> None:
    mask = left_out(["", "b", "unknown", "a", "c"], Fold(1, 2), "x")
    assert mask.tolist() == [False, False, False, True, True]


def test_folds_need_writers() -> None:
    with pytest.raises(DigitpadError, match="The writers of digits are not known; omit --fold"):
        left_out([], Fold(1, 2), "digits")
    with pytest.raises(DigitpadError, match="digits has 2 writers, too few for 3 folds"):
        left_out(["a", "b"], Fold(1, 3), "digits")


def test_a_run_validates_on_unseen_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    # A tenth of the drawings still has all of the writers.
    monkeypatch.setattr("digitpad.data.sources.pen_drawings", partial(pen_drawings, every=10))
    pen = open_dataset("pen")
    assert isinstance(pen, Dataset)
    training, validation = choose_images(pen, limit=None, validation=None, seed=0, fold="3/5")
    assert len(training) + len(validation) == len(pen_drawings(every=10))
    assert {int(writer) % 5 for writer in validation.origins["writer"]} == {3}
    assert not set(training.origins["writer"]) & set(validation.origins["writer"])
    # Seeds choose nothing.
    again = choose_images(pen, limit=None, validation=None, seed=9, fold="3/5")[1]
    np.testing.assert_array_equal(again.labels, validation.labels)
    with pytest.raises(DigitpadError, match="omit --validation"):
        choose_images(pen, limit=None, validation=100, seed=0, fold="3/5")


def test_a_plan_with_a_fold_is_stored() -> None:
    plan = RunPlan(RunPlan.quick().architecture, "pen", fold="3/5")
    assert RunPlan.from_json(plan.to_json()) == plan
    assert "fold" not in RunPlan.quick().to_dict()
    with pytest.raises(DigitpadError, match="is not a fold"):
        RunPlan.from_dict(plan.to_dict() | {"fold": "x"})
