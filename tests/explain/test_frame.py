"""Frames contain the activations of one pass, for every architecture; gradients are the slopes of the network."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.explain.attribution import saliency
from digitpad.explain.frame import Frame, FramePrediction, Inspector
from digitpad.models.model_file import ModelMetadata, Preprocessing, load_model
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.reading.recognizer import Recognizer
from tests.explain.networks import PRESETS, SMALL, network_of

PLANS = {**SMALL, **{name: ARCHITECTURES[name] for name in PRESETS}}


def picture(shape: tuple[int, ...] = (28, 28), seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(0, 1, shape).astype(np.float32)


@pytest.mark.parametrize("name", PLANS)
def test_frames_of_every_architecture_hold_what_the_network_computes(name: str) -> None:
    plan = PLANS[name]
    network = network_of(plan)
    inspector = Inspector(network, plan.input_shape)
    for pixels in (picture(plan.input_shape), np.zeros(plan.input_shape, np.float32)):
        frame = inspector.inspect(pixels, gradients=True)
        plain = inspector.inspect(pixels)
        x = inspector.prepare(pixels[np.newaxis])
        _, named = network.forward(x, capture=True)
        assert list(frame.activations) == list(frame.structure.nodes)
        for node in frame.structure:
            for each in (frame, plain):
                assert each[node.name].shape == node.shape
                np.testing.assert_array_equal(each[node.name], x[0] if node.name == "input" else named[node.name][0])
            assert frame.gradients[node.name].shape == node.shape
        assert not plain.gradients
        assert plain.target is None
        if frame.answer is not None:
            assert frame.answer.probabilities.sum() == pytest.approx(1, abs=1e-12)


def test_a_frame_agrees_with_the_recognizer() -> None:
    model = load_model("light")
    pixels = picture()
    frame = Inspector.of(model).inspect(pixels)
    prediction = Recognizer(model).recognize_pixels(pixels)
    assert frame.answer is not None
    np.testing.assert_allclose(frame.answer.probabilities, prediction.probabilities, atol=1e-6)
    assert frame.answer.best == int(prediction.label)


@pytest.mark.parametrize("target", [None, 4])
def test_gradients_are_slopes_of_the_score(target: int | None) -> None:
    network = network_of(ARCHITECTURES["light"], dtype=np.float64)
    metadata = ModelMetadata(preprocessing=Preprocessing(0.2, 0.5, 28))
    inspector = Inspector(network_of(ARCHITECTURES["light"]), (1, 28, 28), metadata)
    frame = inspector.inspect(picture(), gradients=True, target=target)
    assert frame.answer is not None
    assert frame.target == (frame.answer.best if target is None else target)
    x = frame["input"][np.newaxis].astype(np.float64)
    direction = np.random.default_rng(4).standard_normal(x.shape)
    step = 1e-7
    above, below = (network.forward(x + sign * step * direction)[0, frame.target] for sign in (1, -1))
    measured = (above - below) / (2 * step)
    assert float((frame.gradients["input"] * direction[0]).sum()) == pytest.approx(measured, rel=1e-3)
    assert frame.preprocessing == metadata.preprocessing


def test_one_logit_tells_two_classes_apart() -> None:
    answer = FramePrediction.of(np.array([1.5], np.float32))
    assert answer.probabilities[1] == pytest.approx(1 / (1 + math.exp(-1.5)))
    assert answer.best == 1
    inspector = Inspector(network_of(SMALL["branches"]), (2, 8, 8))
    yes, no = (inspector.inspect(picture((2, 8, 8)), gradients=True, target=target) for target in (1, 0))
    np.testing.assert_allclose(yes.gradients["input"], -no.gradients["input"], rtol=1e-5, atol=1e-8)


def test_the_softmax_shows_its_exponentials() -> None:
    answer = FramePrediction.of(np.array([1000, 999, -1000], np.float32))
    np.testing.assert_allclose(answer.exponentials, [1, math.exp(-1), 0])
    assert answer.total == pytest.approx(1 + math.exp(-1))
    np.testing.assert_allclose(answer.probabilities * answer.total, answer.exponentials)


def test_later_frames_have_larger_numbers_and_leave_earlier_ones_alone() -> None:
    inspector = Inspector.of(load_model("light"))
    first = inspector.inspect(picture(seed=1), gradients=True)
    kept = {name: array.copy() for name, array in {**first.activations, **first.gradients}.items()}
    second = inspector.inspect(picture(seed=2), gradients=True)
    assert second.generation == first.generation + 1
    for name, array in {**first.activations, **first.gradients}.items():
        np.testing.assert_array_equal(array, kept[name])


def test_a_frame_cannot_be_written_to() -> None:
    frame = Inspector.of(load_model("light")).inspect(picture(), gradients=True)
    for array in (frame.pixels, *frame.activations.values(), *frame.gradients.values()):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_a_layer_may_be_called_input() -> None:
    plan = Architecture("odd", (1, 4, 4), ({"name": "input", "type": "ReLU"}, {"name": "input_", "type": "Tanh"}))
    pixels = picture((1, 4, 4)) + 0.2
    frame = Inspector(network_of(plan), plan.input_shape).inspect(pixels, gradients=True)
    assert list(frame.activations) == ["input__", "input", "input_"]
    np.testing.assert_array_equal(frame["input_"], np.tanh(frame["input"]))
    assert frame.gradients["input__"].any()
    assert saliency(frame).values.shape == (4, 4)


def test_a_frame_keeps_its_own_copy_of_the_picture() -> None:
    pixels = picture()
    frame = Inspector.of(load_model("light")).inspect(pixels)
    before = frame.pixels.copy()
    pixels[...] = 0
    np.testing.assert_array_equal(frame.pixels, before)


def test_512_maps_are_no_trouble() -> None:
    sizes = {"in_channels": 1, "out_channels": 512, "kernel_size": 3, "padding": 1}
    plan = Architecture("wide", (1, 28, 28), ({"name": "conv", "type": "Conv2D", **sizes},))
    frame = Inspector(network_of(plan), plan.input_shape).inspect(picture())
    assert frame["conv"].shape == (512, 28, 28)
    assert frame.answer is None
    low, high = frame.range("conv")
    assert (low, high) == (frame["conv"].min(), frame["conv"].max())


def test_a_picture_of_another_size_or_a_class_that_is_not_there_is_refused() -> None:
    inspector = Inspector.of(load_model("light"))
    with pytest.raises(ValueError, match=r"pixels has shape \(27, 28\)"):
        inspector.inspect(picture((27, 28)))
    with pytest.raises(ValueError, match="target is 10"):
        inspector.inspect(picture(), gradients=True, target=10)


def test_the_network_is_left_alone() -> None:
    network = network_of(SMALL["branches"])
    before = {name: array.copy() for name, array in network.state_dict().items()}
    frame: Frame = Inspector(network, (2, 8, 8)).inspect(picture((2, 8, 8)), gradients=True)
    assert frame.gradients
    for name, array in network.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert not any(parameter.grad.any() for parameter in network.parameters())
