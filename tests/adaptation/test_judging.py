"""Before and after: folds, and what has changed."""

from dataclasses import replace

import numpy as np
import pytest

from digitpad.adaptation.following import finish, followed
from digitpad.adaptation.judging import compare_own, compare_read, cross_validating, folds_of, read_own
from digitpad.adaptation.learning import AdaptationSettings, adapting
from digitpad.adaptation.replay import Replay
from digitpad.adaptation.samples import OwnSample, OwnSamples, Variants
from digitpad.data.dataset import NO_DIGIT
from digitpad.evaluation import evaluate
from digitpad.models.model_file import Model
from digitpad.reading.recognizer import Recognizer


def test_folds_are_of_one_size_and_spread_each_label() -> None:
    labels = ["4"] * 10 + ["7"] * 5
    folds = folds_of(labels, seed=0)
    assert np.bincount(folds).tolist() == [3, 3, 3, 3, 3]
    assert np.bincount(folds[:10]).tolist() == [2, 2, 2, 2, 2]
    assert sorted(folds_of(["1", "2", "3"], 0).tolist()) == [0, 1, 2]
    assert (folds_of(labels, 0) != folds_of(labels, 1)).any()


def test_changes_are_told_apart() -> None:
    blank = np.zeros((28, 28), np.uint8)
    samples = [OwnSample(label, blank) for label in "44447"]
    found = compare_own(samples, ["5", "4", "4", "5", NO_DIGIT], ["4", "4", "9", "6", NO_DIGIT], "mine")
    assert (found.count, found.right_before, found.right_after) == (5, 2, 2)
    assert [one.index for one in found.improved] == [0]
    assert [(one.index, one.label, one.before, one.after) for one in found.worsened] == [(2, "4", "4", "9")]
    assert [one.index for one in found.still_wrong] == [3, 4]
    assert (found.before, found.after) == (0.4, 0.4)
    assert (found.refused_before, found.refused_after) == (1, 1)


@pytest.mark.slow
def test_each_drawing_is_read_by_a_model_that_has_not_learned_it(light: Model, own: OwnSamples, replay: Replay) -> None:
    # Only a model that has learned that this one is called a nine can read it as a nine.
    samples = (*own.samples[:5], replace(own.samples[9], label="9"))
    settings = AdaptationSettings(steps=60, own=32, replayed=0, share=1.0, learning_rate=3e-3, threads=1)
    steps: list[tuple[int, int]] = []
    answers = finish(followed(cross_validating(light, samples, replay, settings, Variants(samples, 0)), steps.append))
    assert len(answers) == 6
    assert answers[5] != "9"
    knowing = finish(adapting(light, samples, replay, settings))
    assert read_own(Recognizer(knowing.model), samples)[5] == "9"
    assert steps[0] == (1, 300)
    assert steps[-1] == (300, 300)


def test_a_dataset_is_compared(light: Model, replay: Replay) -> None:
    before = evaluate(Recognizer(light), replay.mnist)
    broken = light.copy()
    broken.network.parameters()[-1].value[3] += 8
    after = evaluate(Recognizer(broken), replay.mnist)
    found = compare_read(replay.mnist, before, after)
    assert found.right_before - found.right_after == len(found.worsened) - len(found.improved)
    assert found.worsened
    assert {one.after for one in found.worsened} == {"3"}
    assert all((one.image == replay.mnist.pixels[one.index, 0]).all() for one in found.worsened)
    assert found.count == 500
