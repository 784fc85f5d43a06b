"""Learning a hand from beginning to end."""

import contextlib
from dataclasses import replace
from itertools import groupby

import pytest

from digitpad.adaptation.following import finish, followed
from digitpad.adaptation.learning import AdaptationSettings
from digitpad.adaptation.replay import Replay
from digitpad.adaptation.samples import OwnSamples, samples_of_drawings
from digitpad.adaptation.session import Progress, Stage, learning_hand
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model, load_model
from tests.adaptation.conftest import joined_sevens

FEW = AdaptationSettings(steps=12, learning_rate=3e-3, threads=1)


def test_it_says_what_has_changed(light: Model, own: OwnSamples, replay: Replay) -> None:
    steps: list[Progress] = []
    learned = finish(followed(learning_hand(light, own, replay, FEW, films=True), steps.append))
    assert [stage for stage, _steps in groupby(step.stage for step in steps)] == list(Stage)
    assert steps[-1] == Progress(Stage.CHECKING, 60, 60)
    assert learned.base is light
    mine = learned.mine
    assert mine is not None
    assert mine.count == 10
    assert mine.right_after >= mine.right_before
    assert mine.right_after - mine.right_before == len(mine.improved) - len(mine.worsened)
    assert learned.mnist.count == 500
    assert learned.writers.count == len(replay.writers)
    assert list(learned.adapted.frames) == list(range(13))
    # The readings before are the same every time, and need not be repeated.
    again = finish(learning_hand(light, own, replay, FEW, base_readings=learned.base_readings))
    assert again.base_readings is learned.base_readings
    assert not again.adapted.frames
    assert again.mnist.right_after == learned.mnist.right_after
    assert [one.index for one in again.mnist.worsened] == [one.index for one in learned.mnist.worsened]


def test_a_single_drawing_cannot_be_checked(light: Model, replay: Replay) -> None:
    learned = finish(learning_hand(light, samples_of_drawings(joined_sevens(1, 3), "one"), replay, FEW))
    assert learned.mine is None
    assert learned.mnist.count == 500


def test_it_can_be_stopped_in_every_stage(light: Model, own: OwnSamples, replay: Replay) -> None:
    for stage in Stage:
        with contextlib.closing(learning_hand(light, own, replay, FEW)) as job:
            assert any(step.stage is stage for step in job)


def test_a_model_that_cannot_learn_is_refused_at_once(own: OwnSamples, replay: Replay) -> None:
    with pytest.raises(DigitpadError, match="does not read the ten digits"):
        next(learning_hand(_letters(), own, replay, FEW))


def _letters() -> Model:
    model = load_model("light")
    return replace(model, metadata=replace(model.metadata, labels=tuple("ABCDEFGHIJ")))
