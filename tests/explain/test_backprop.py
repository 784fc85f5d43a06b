"""Backpropagation: gradients are slopes of the loss, the step is the optimizer's, the new loss is computed."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.mnist import load_mnist
from digitpad.explain.backprop import backprop
from digitpad.explain.frame import Inspector
from digitpad.models.model_file import Model, ModelMetadata, Preprocessing, load_model
from digitpad.nn import ARCHITECTURES, Architecture
from tests.explain.networks import SMALL, network_of


@pytest.fixture(scope="module")
def digit() -> NDArray[np.float32]:
    pixels: NDArray[np.float32] = load_mnist("test").images[18, 0].astype(np.float32) / 255
    return pixels


def test_the_loss_is_minus_the_logarithm_of_the_probability(digit: NDArray[np.float32]) -> None:
    model = load_model("standard")
    step = backprop(model, digit, 8)
    assert step.frame.answer is not None
    assert step.loss == pytest.approx(-math.log(step.frame.answer.probabilities[8]), rel=1e-5)
    assert step.loss_after == pytest.approx(-math.log(step.answer_after.probabilities[8]), rel=1e-5)
    assert step.loss_after < step.loss


def test_a_small_step_changes_the_loss_as_the_gradient_predicts(digit: NDArray[np.float32]) -> None:
    step = backprop(load_model("light"), digit, 8, learning_rate=1e-4)
    assert step.predicted_change < 0
    assert step.loss_after - step.loss == pytest.approx(step.predicted_change, rel=0.02)


def test_gradients_are_those_of_the_loss_at_every_activation(digit: NDArray[np.float32]) -> None:
    model = load_model("light")
    step = backprop(model, digit, 3)
    frame = step.frame
    assert set(frame.gradients) == set(frame.activations)
    assert frame.answer is not None
    expected = frame.answer.probabilities - np.eye(10)[3]
    np.testing.assert_allclose(frame.gradients["fc2"], expected, rtol=1e-4, atol=1e-7)
    # After fc2: its weights propagate the gradient.
    weight = dict(model.network.named_parameters())["fc2.weight"].value
    np.testing.assert_allclose(frame.gradients["relu3"], expected @ weight, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(
        step.weights["fc2.weight"].gradient, np.outer(expected, frame["relu3"]), rtol=1e-3, atol=1e-6
    )


def test_every_weight_moves_against_its_gradient(digit: NDArray[np.float32]) -> None:
    model = load_model("light")
    before = {name: parameter.value.copy() for name, parameter in model.network.named_parameters().items()}
    step = backprop(model, digit, 5, learning_rate=0.1)
    assert set(step.weights) == set(before)
    for name, change in step.weights.items():
        np.testing.assert_array_equal(change.before, before[name])
        np.testing.assert_allclose(change.after, change.before - 0.1 * change.gradient, rtol=1e-6, atol=1e-7)
        np.testing.assert_array_equal(model.network.state_dict()[name], before[name], "the model is left alone")
    kernels = step.kernels("conv2", 4)
    np.testing.assert_array_equal(kernels.before, before["conv2.weight"][4])
    np.testing.assert_array_equal(kernels.gradient, step.weights["conv2.weight"].gradient[4])
    np.testing.assert_array_equal(kernels.after, step.weights["conv2.weight"].after[4])
    np.testing.assert_array_equal(kernels.change, kernels.after - kernels.before)
    assert step.kernels("fc1", 2).change.shape == (16, 7, 7)
    with pytest.raises(ValueError, match="expected a convolution"):
        step.kernels("relu1", 0)


def test_batch_norm_keeps_its_statistics_and_learns_in_a_step() -> None:
    plan = ARCHITECTURES["resnet"]
    model = Model(network_of(plan), plan, ModelMetadata(), "resnet")
    pixels = np.random.default_rng(0).uniform(0, 1, (28, 28)).astype(np.float32)
    before = {name: array.copy() for name, array in model.network.state_dict().items()}
    step = backprop(model, pixels, 2, learning_rate=1e-4)
    assert step.loss_after < step.loss
    assert step.weights["block2.body.bn1.weight"].change.any()
    again = Inspector.of(model).inspect(pixels)
    assert again.answer is not None
    assert step.frame.answer is not None
    np.testing.assert_array_equal(again.answer.logits, step.frame.answer.logits)
    for name, array in model.network.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_one_logit_has_a_loss_too() -> None:
    small = SMALL["branches"]
    plan = Architecture("two", (2, 8, 8), small.layers)
    model = Model(network_of(plan), plan, ModelMetadata(("no", "yes"), Preprocessing(0, 1, 8)), "two")
    pixels = np.random.default_rng(0).uniform(0, 1, (2, 8, 8)).astype(np.float32)
    for label in (0, 1):
        step = backprop(model, pixels, label)
        assert step.frame.answer is not None
        assert step.loss == pytest.approx(-math.log(step.frame.answer.probabilities[label]), rel=1e-4)
        assert step.loss_after < step.loss


def test_what_cannot_be_is_refused(digit: NDArray[np.float32]) -> None:
    model = load_model("light")
    with pytest.raises(ValueError, match="label is 10"):
        backprop(model, digit, 10)
    with pytest.raises(ValueError, match="learning_rate"):
        backprop(model, digit, 1, learning_rate=-1)
    with pytest.raises(ValueError, match="pixels has shape"):
        backprop(model, digit[1:], 1)
