"""Saliency, Grad-CAM and occlusion match their descriptions, measured on the network itself."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.dataset import by_channel
from digitpad.data.mnist import load_mnist
from digitpad.explain.attribution import grad_cam, last_maps, saliency
from digitpad.explain.frame import Inspector
from digitpad.explain.occlusion import occlusion
from digitpad.explain.structure import Structure
from digitpad.models.model_file import load_model
from digitpad.nn import ARCHITECTURES, build
from tests.explain.networks import PRESETS, SMALL, network_of


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector.of(load_model("light"))


@pytest.fixture(scope="module")
def digit() -> NDArray[np.float32]:
    pixels: NDArray[np.float32] = load_mnist("test").images[18, 0].astype(np.float32) / 255
    return pixels


def test_saliency_is_the_slope_of_the_score_for_each_pixel(inspector: Inspector, digit: NDArray[np.float32]) -> None:
    frame = inspector.inspect(digit, gradients=True, target=3)
    signed, absolute, products = (saliency(frame, kind) for kind in ("signed", "absolute", "input x gradient"))
    np.testing.assert_array_equal(absolute.values, np.abs(signed.values))
    np.testing.assert_allclose(products.values, signed.values * digit, rtol=1e-6)
    assert (signed.signed, absolute.signed, products.signed) == (True, False, True)
    # One pixel at a time, where the slope is steep; the step is small, but far above float32's rounding.
    steep = np.argsort(np.abs(signed.values), axis=None)[-5:]
    for row, column in zip(*np.unravel_index(steep, digit.shape), strict=True):
        moved = np.repeat(digit[np.newaxis, np.newaxis], 2, axis=0)
        moved[0, 0, row, column] += 1e-3
        moved[1, 0, row, column] -= 1e-3
        above, below = inspector.logits(moved)[:, 3]
        assert (above - below) / 2e-3 == pytest.approx(signed.values[row, column], rel=0.05, abs=0.05)
    assert "score of 3" in signed.meaning
    assert signed.caution


def test_channels_are_added_up() -> None:
    frame = Inspector(network_of(SMALL["branches"]), (2, 8, 8)).inspect(
        np.random.default_rng(0).uniform(0, 1, (2, 8, 8)).astype(np.float32), gradients=True
    )
    expected = frame.gradients["input"].sum(axis=0) / by_channel(frame.preprocessing.std)
    np.testing.assert_allclose(saliency(frame).values, expected, rtol=1e-5, atol=1e-7)


def test_without_gradients_there_is_none(inspector: Inspector, digit: NDArray[np.float32]) -> None:
    with pytest.raises(ValueError, match="no gradients"):
        saliency(inspector.inspect(digit))


def test_grad_cam_weighs_maps_by_their_mean_slope(inspector: Inspector, digit: NDArray[np.float32]) -> None:
    frame = inspector.inspect(digit, gradients=True)
    assert last_maps(frame.structure) == "relu2"
    cam = grad_cam(frame)
    coarse = np.zeros((14, 14))
    for values, slopes in zip(frame["relu2"], frame.gradients["relu2"], strict=True):
        coarse += values * slopes.mean(dtype=np.float64)
    coarse = np.maximum(coarse, 0)
    assert cam.values.shape == (28, 28)
    assert cam.values.min() >= 0
    # A cell of relu2 sees 8 pixels from 2 * i - 3 on, so between the pixels 2 * i and 2 * i + 1 lies its middle.
    between = (cam.values[0::2] + cam.values[1::2]) / 2
    between = (between[:, 0::2] + between[:, 1::2]) / 2
    np.testing.assert_allclose(between[1:-1, 1:-1], coarse[1:-1, 1:-1], rtol=0.6, atol=0.25 * coarse.max())
    assert abs(np.corrcoef(between.ravel(), coarse.ravel())[0, 1]) > 0.95


def test_a_cell_of_grad_cam_stands_in_the_middle_of_what_it_sees() -> None:
    """Convolutions without padding shift cells; spreading the map over the whole picture would put it elsewhere."""
    plan = ARCHITECTURES["exam"]
    frame = Inspector(network_of(plan), plan.input_shape).inspect(
        np.random.default_rng(2).uniform(0, 1, plan.input_shape).astype(np.float32), gradients=True
    )
    cam = grad_cam(frame, "conv1").values
    coarse = np.maximum(np.tensordot(frame.gradients["conv1"].mean(axis=(1, 2)), frame["conv1"], axes=1), 0)
    np.testing.assert_allclose(cam[1:-1, 1:-1], coarse, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", [*SMALL, *(name for name in PRESETS if name != "catdog")])
def test_every_architecture_has_its_overlays(name: str) -> None:
    plan = SMALL.get(name) or ARCHITECTURES[name]
    inspector = Inspector(network_of(plan), plan.input_shape)
    for pixels in (np.zeros(plan.input_shape, np.float32), np.full(plan.input_shape, 0.5, np.float32)):
        frame = inspector.inspect(pixels, gradients=True)
        # A network without convolutions has no maps that Grad-CAM could weigh.
        has_maps = last_maps(frame.structure) is not None
        assert has_maps == (name != "mlp")
        for attribution in (saliency(frame), *([grad_cam(frame)] if has_maps else [])):
            assert attribution.values.shape == plan.input_shape[1:]
            assert np.isfinite(attribution.values).all()


def test_a_layer_without_maps_has_no_grad_cam(inspector: Inspector, digit: NDArray[np.float32]) -> None:
    with pytest.raises(ValueError, match="expected an activation with maps"):
        grad_cam(inspector.inspect(digit, gradients=True), "fc1")
    assert last_maps(Structure(build(ARCHITECTURES["resnet"]), (1, 28, 28))) == "relu4"


def test_occlusion_is_what_the_network_says_of_each_patch(inspector: Inspector, digit: NDArray[np.float32]) -> None:
    steps = list(occlusion(inspector, digit, target=3, size=7, stride=7))
    assert steps[-1].done == steps[-1].total
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    before = inspector.inspect(digit).answer
    assert before is not None
    expected = np.zeros((28, 28))
    for top in range(-6, 28, 7):
        for left in range(-6, 28, 7):
            erased = digit.copy()
            place = (slice(max(top, 0), top + 7), slice(max(left, 0), left + 7))
            erased[place] = 0
            after = inspector.inspect(erased).answer
            assert after is not None
            expected[place] += before.probabilities[3] - after.probabilities[3]
    np.testing.assert_allclose(steps[-1].attribution.values, expected, atol=1e-5)


def test_a_blank_canvas_has_nothing_to_erase(inspector: Inspector) -> None:
    (step,) = occlusion(inspector, np.zeros((28, 28), np.float32))
    assert (step.done, step.total) == (0, 0)
    assert not step.attribution.values.any()


def test_a_patch_that_does_not_fit_is_refused(inspector: Inspector) -> None:
    with pytest.raises(ValueError, match="size and stride are 29 and 1"):
        next(occlusion(inspector, np.zeros((28, 28), np.float32), size=29))
