"""Explanations of networks for pictures, whose channels are normalized by their own numbers."""

import numpy as np
import pytest

from digitpad.explain.arithmetic import Normalization
from digitpad.explain.attribution import saliency
from digitpad.explain.cells import explain_cell
from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Inspector
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
