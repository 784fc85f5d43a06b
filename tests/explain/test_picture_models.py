"""Explanations of networks for pictures, whose channels are normalized by their own numbers."""

import numpy as np
import pytest

from digitpad.explain.arithmetic import Normalization
from digitpad.explain.attribution import saliency
from digitpad.explain.cells import explain_cell
from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Inspector
from digitpad.explain.occlusion import occlusion
from digitpad.models.metadata import ModelMetadata, Preprocessing
from digitpad.models.model_file import Model
from digitpad.nn import ARCHITECTURES, build
from digitpad.training.building import with_zero_weights
from tests.models.test_picture_models import MEAN, STD, picture_model

PIXELS = np.random.default_rng(0).uniform(size=(3, 20, 24)).astype(np.float32)


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_a_pixel_is_normalized_by_the_numbers_of_its_channel(channel: int) -> None:
    frame = Inspector.of(picture_model()).inspect(PIXELS)
    arithmetic = explain_cell(frame, Cell("input", channel, 4, 7))
    assert isinstance(arithmetic, Normalization)
    assert arithmetic.mean == MEAN[channel]
    assert arithmetic.variance == pytest.approx(STD[channel] ** 2)
    assert arithmetic.value == pytest.approx((PIXELS[channel, 4, 7] - MEAN[channel]) / STD[channel], abs=1e-6)
    assert arithmetic.computed == pytest.approx(arithmetic.value, abs=1e-6)


def test_the_gradient_is_that_of_the_pixels() -> None:
    inspector = Inspector.of(picture_model())
    frame = inspector.inspect(PIXELS, gradients=True, target=1)
    expected = np.abs(frame.gradients["input"] / np.array(STD, np.float32)[:, None, None]).sum(axis=0)
    np.testing.assert_allclose(saliency(frame, "absolute").values, expected, rtol=1e-5)
    brighter = PIXELS.copy()
    brighter[2, 10, 12] += 0.01
    change = float(inspector.inspect(brighter)["fc"][0] - frame["fc"][0])
    assert change == pytest.approx(0.01 * frame.gradients["input"][2, 10, 12] / STD[2], rel=1e-2, abs=1e-6)


def test_margins_are_differentiated_for_every_channel() -> None:
    inspector = Inspector.of(picture_model())
    margin, slope = inspector.margin(PIXELS, 1)
    logit = float(inspector.inspect(PIXELS)["fc"][0])
    assert margin == pytest.approx(logit, abs=1e-6)
    assert slope.shape == PIXELS.shape


def test_an_occluded_patch_of_a_picture_gets_the_mean_colour() -> None:
    inspector = Inspector.of(picture_model())
    *_, last = occlusion(inspector, PIXELS, target=1, size=20, stride=30)
    # The patch at row 11 and column -19 covers a part of the first column of the picture, and no other patch does.
    covered = PIXELS.copy()
    covered[:, 11:, :1] = np.array(MEAN, np.float32)[:, None, None]
    before, after = inspector.probabilities(np.stack([PIXELS, covered]))[:, 1]
    assert last.attribution.values[15, 0] == pytest.approx(before - after, abs=1e-6)
    assert "mean colour" in last.attribution.meaning


def test_the_picture_is_covered_coarsely_first_and_every_result_is_a_mean_of_what_was_measured() -> None:
    inspector = Inspector.of(picture_model())
    coarse, *_, last = occlusion(inspector, PIXELS, target=1, size=8, stride=4)
    # 4 x 4 patches of 8 x 8 pixels lie side by side; all 7 x 8 fit into two batches.
    assert (coarse.done, coarse.total) == (32, 56)
    before = inspector.probabilities(PIXELS[np.newaxis])[0, 1]
    places = [(top, left) for top in range(-7, 20, 8) for left in range(-7, 24, 8)]
    row, column = 3, 5
    falls = []
    for top, left in [(top, left) for top in range(-7, 20, 4) for left in range(-7, 24, 4)]:
        erased = PIXELS.copy()
        erased[:, max(top, 0) : top + 8, max(left, 0) : left + 8] = np.array(MEAN, np.float32)[:, None, None]
        fall = before - inspector.probabilities(erased[np.newaxis])[0, 1]
        if top <= row < top + 8 and left <= column < left + 8:
            falls.append(((top, left) in places, fall))
    assert len(falls) == 4
    assert sum(first for first, _fall in falls) == 1
    assert last.attribution.values[row, column] == pytest.approx(np.mean([fall for _first, fall in falls]), abs=1e-6)
    assert (coarse.attribution.values != 0).all()
    assert "8 × 8" in last.attribution.meaning
    assert "4 pixels apart" in last.attribution.meaning


def test_a_large_picture_is_read_in_small_batches_so_that_it_can_be_stopped() -> None:
    plan = ARCHITECTURES["catdog"]
    prepared = Preprocessing.of_pictures(plan.input_shape, MEAN, STD)
    network = build(with_zero_weights(plan))
    model = Model(network, plan, ModelMetadata(("cats", "dogs"), prepared))
    first = next(occlusion(Inspector.of(model), np.zeros(plan.input_shape, np.float32)))
    assert first.done == 4
    assert first.total == 18 * 18
    assert "28 × 28" in first.attribution.meaning
    assert "14 pixels apart" in first.attribution.meaning


def test_patches_of_a_picture_that_have_the_mean_colour_already_are_skipped() -> None:
    plain = np.broadcast_to(np.array(MEAN, np.float32)[:, None, None], PIXELS.shape)
    (step,) = occlusion(Inspector.of(picture_model()), plain)
    assert step.total == 0
    assert not step.attribution.values.any()


def test_a_blank_picture_is_white_and_not_black() -> None:
    inspector = Inspector.of(picture_model())
    assert inspector.inspect(np.ones_like(PIXELS)).is_blank
    assert not inspector.inspect(np.zeros_like(PIXELS)).is_blank
    assert not inspector.inspect(PIXELS).is_blank
