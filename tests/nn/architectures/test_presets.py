"""The presets are what they say: sizes counted by hand, whole gradients checked, equal to PyTorch's own."""

import copy
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.models.architecture_file import parse_architecture
from digitpad.nn import (
    ARCHITECTURES,
    Architecture,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    Sequential,
    build,
    serialization,
)
from digitpad.nn.architectures.presets import convnet, exam, lenet5, mlp, reader, resnet, sprint, unet
from digitpad.nn.architectures.summary import NetworkSummary, summarize
from tests.presets import PRESETS

#: What is known about each preset: parameters, and the shape of an output.
KNOWN = {
    "standard": (421_642, (10,)),
    "light": (26_698, (10,)),
    "sprint": (80 + 1752 + 10_416 + 23_530, (10,)),
    "tiny": (4 * 25 + 4 + 784 * 10 + 10, (10,)),
    "mlp": (784 * 128 + 128 + 1290, (10,)),
    "reader": (144 + 6912 + 41_472 + 82_944 + 2 * (16 + 48 + 96 + 96) + 110_720 + 1290, (10,)),
    "lenet5": (61_706, (10,)),
    "resnet": (77_754, (10,)),
    "exam": (140 + 252 + 2430, (10,)),
    "catdog": (6_501_057, (1,)),
    "unet": (31_385_605, (1, 64, 64)),
    "unet-narrow": (491_973, (1, 64, 64)),
    "unet-upsample": (546_493, (1, 64, 64)),
    "unet-colour": (31_389_165, (1, 256, 256)),
}


def smaller_catdog() -> Architecture:
    """Return `catdog` for a picture that is just large enough, with a hidden layer to match."""
    layers = [dict(layer) for layer in ARCHITECTURES["catdog"].layers]
    sizes = {"fc1": {"in_features": 64, "out_features": 8}, "fc2": {"in_features": 8}}
    return Architecture("catdog", (3, 80, 80), tuple({**layer, **sizes.get(layer["name"], {})} for layer in layers))


#: Every preset, or the same built smaller where the whole would take long.
SMALL = {
    "standard": convnet("standard", (4, 6), 8),
    "light": ARCHITECTURES["light"],
    "sprint": sprint((2, 3, 4)),
    "tiny": ARCHITECTURES["tiny"],
    "mlp": mlp(8),
    "reader": reader((2, 3, 4), 6),
    "lenet5": lenet5(),
    "resnet": resnet((3, 4, 6), (1, 12, 12)),
    "exam": exam(),
    "catdog": smaller_catdog(),
    "unet": unet(2, 4, 1, 1, side=16),
    "unet-narrow": unet(3, 2, 2, 2, side=8),
    "unet-upsample": unet(3, 2, 2, 2, side=8, upsample="nearest"),
    "unet-colour": unet(3, 2, 3, 1, side=16, gate_norm=True),
}


def batch(plan: Architecture, n: int, dtype: Any = np.float32) -> NDArray[Any]:
    return np.random.default_rng(1).standard_normal((n, *plan.input_shape)).astype(dtype)


def summary(plan: Architecture) -> NetworkSummary:
    return summarize(build(plan, rng=np.random.default_rng(0)), plan.input_shape)


def test_every_preset_is_known_here() -> None:
    assert list(KNOWN) == list(ARCHITECTURES)
    assert all(plan.name == name for name, plan in ARCHITECTURES.items())


@pytest.mark.parametrize("name", PRESETS)
def test_parameters_and_outputs_are_those_that_are_known(name: str) -> None:
    plan = ARCHITECTURES[name]
    network = build(plan, rng=np.random.default_rng(0))
    parameters, output_shape = KNOWN[name]
    assert sum(parameter.value.size for parameter in network.parameters()) == parameters
    assert summarize(network, plan.input_shape).parameters == parameters
    assert network.output_shape(plan.input_shape) == output_shape


@pytest.mark.parametrize("name", [name for name in KNOWN if name not in {"unet", "unet-colour"}])
def test_activations_have_the_shapes_that_the_summary_states(name: str) -> None:
    plan = ARCHITECTURES[name]
    network = build(plan, rng=np.random.default_rng(0))
    _, activations = network.forward(batch(plan, 1), capture=True)
    stated = {layer.name: layer.output_shape for layer in summarize(network, plan.input_shape).layers}
    assert stated
    for layer, shape in stated.items():
        assert activations[layer].shape == (1, *shape), layer


@pytest.mark.parametrize("name", list(SMALL))
def test_a_step_down_the_gradient_lowers_the_loss(name: str) -> None:
    plan = SMALL[name]
    network = build(plan, rng=np.random.default_rng(2), dtype=np.float64)
    again = copy.deepcopy(network)  # drops the same values
    images = batch(plan, 4, np.float64)
    output_shape = network.output_shape(plan.input_shape)
    loss: CrossEntropyLoss | BCEWithLogitsLoss
    if output_shape == (10,):
        loss, targets = CrossEntropyLoss(), np.array([3, 1, 4, 1])
    else:
        loss, targets = BCEWithLogitsLoss(), np.random.default_rng(3).random((4, *output_shape)) > 0.5
    before, grad = loss(network.forward(images, training=True), targets)
    network.parameter_gradients(grad)
    length = math.sqrt(sum(float((parameter.grad**2).sum()) for parameter in network.parameters()))
    for parameter, other in zip(network.parameters(), again.parameters(), strict=True):
        other.value = parameter.value - 1e-5 / length * parameter.grad
    after, _ = loss(again.forward(images, training=True), targets)
    # To first order, a step lowers the loss by its length times the gradient's.
    assert float(before - after) == pytest.approx(1e-5 * length, rel=0.01)


@pytest.mark.parametrize("name", list(SMALL))
def test_gradients_of_the_whole_network_are_right(name: str) -> None:
    plan = SMALL[name]
    network = build(plan, rng=np.random.default_rng(4), dtype=np.float64)
    gaps = gradient_gaps(network, batch(plan, 3, np.float64))
    assert {"input", *network.named_parameters()} == set(gaps)
    assert {array: gap for array, gap in gaps.items() if gap > 1e-5} == {}


def gradient_gaps(network: Sequential, images: NDArray[np.float64]) -> dict[str, float]:
    """Return, for each array, how far its gradient misses the slope that a small step measures.

    Relative to the slope, but not to less than a thousandth of the steepest: a bias before batch-norm has no slope at
    all, and what rounding makes of that must not be taken for one.
    """
    rng = np.random.default_rng(5)
    images = images.copy()
    subject = copy.deepcopy(network)  # every pass runs on a copy, which drops the same values
    upstream = rng.standard_normal((len(images), *network.output_shape(images.shape[1:])))
    subject.forward(images, training=True)
    gradients = {"input": subject.backward(upstream)}
    gradients |= {name: parameter.grad for name, parameter in subject.named_parameters().items()}
    arrays = {"input": images} | {name: parameter.value for name, parameter in network.named_parameters().items()}
    steepest = max(float(np.linalg.norm(gradient)) for gradient in gradients.values())
    gaps = {}
    for name, array in arrays.items():
        gradient, before = gradients[name], array.copy()
        # As much along the gradient as across: nearly all of a direction at random would lie across it.
        uphill = gradient / max(float(np.linalg.norm(gradient)), 1e-12 * steepest)
        anywhere = rng.standard_normal(array.shape)
        direction = uphill + anywhere / np.linalg.norm(anywhere)
        outputs = []
        for step in (1e-6, -1e-6):
            array[...] = before + step * direction
            outputs.append(copy.deepcopy(network).forward(images, training=True))
        array[...] = before
        measured = float(((outputs[0] - outputs[1]) * upstream).sum()) / 2e-6
        claimed = float((gradient * direction).sum())
        gaps[name] = abs(measured - claimed) / max(abs(claimed), 1e-3 * steepest)
    return gaps


@pytest.mark.parametrize("name", list(SMALL))
def test_plans_survive_json(name: str) -> None:
    plan = SMALL[name]
    again = parse_architecture(plan.to_json())
    images = batch(plan, 2)
    outputs = [build(p, rng=np.random.default_rng(7)).forward(images) for p in (plan, again)]
    np.testing.assert_array_equal(outputs[0], outputs[1])
    assert again.to_json() == plan.to_json()


@pytest.mark.parametrize("name", list(SMALL))
def test_weights_and_running_statistics_survive_a_file(name: str, tmp_path: Path) -> None:
    plan = SMALL[name]
    network, other = (build(plan, rng=np.random.default_rng(seed)) for seed in (8, 9))
    network.forward(batch(plan, 4), training=True)
    path = tmp_path / "model.safetensors"
    path.write_bytes(serialization.dumps(network, {}))
    tensors, _ = serialization.read(path)
    assert {n: t.shape for n, t in tensors.items()} == {n: t.shape for n, t in network.state_dict().items()}
    other.load_state_dict(tensors)
    np.testing.assert_array_equal(other.forward(batch(plan, 2)), network.forward(batch(plan, 2)))


def test_exam_is_counted_as_in_the_exam() -> None:
    layers = {layer.name: layer for layer in summary(exam()).layers}
    assert [layers[name].parameters for name in ("conv1", "conv2", "fc")] == [140, 252, 2430]
    shapes = [layers[name].output_shape for name in ("conv1", "pool1", "conv2")]
    assert shapes == [(5, 30, 30), (5, 15, 15), (2, 11, 11)]
    field = layers["conv2"].receptive_field
    assert field is not None
    assert field.size == (12, 12)
    bare = {layer.name: layer.parameters for layer in summary(exam(bias=False)).layers}
    assert [bare[name] for name in ("conv1", "conv2", "fc")] == [135, 250, 2420]


def test_catdog_is_counted_by_hand() -> None:
    layers = {layer.name: layer for layer in summary(ARCHITECTURES["catdog"]).layers}
    assert [layers[name].output_shape for name in ("conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "pool3")] == [
        (16, 72, 72),
        (16, 36, 36),
        (32, 32, 32),
        (32, 16, 16),
        (64, 16, 16),
        (64, 14, 14),
        (64, 7, 7),
    ]
    assert layers["flatten"].output_shape == (3136,)
    counted = {
        "conv1": 3 * 11 * 11 * 16 + 16,
        "bn1": 2 * 16,
        "conv2": 16 * 5 * 5 * 32 + 32,
        "bn2": 2 * 32,
        "conv3": 32 * 3 * 3 * 64 + 64,
        "bn3": 2 * 64,
        "conv4": 64 * 3 * 3 * 64 + 64,
        "bn4": 2 * 64,
        "fc1": 3136 * 2048 + 2048,
        "fc2": 2048 + 1,
    }
    assert {name: layer.parameters for name, layer in layers.items() if layer.parameters} == counted


def test_a_unet_of_any_width_and_depth_keeps_the_size_of_the_picture() -> None:
    for width, depth, channels, classes, side in ((1, 1, 1, 1, 2), (4, 3, 3, 2, 24), (2, 5, 1, 4, 32)):
        plan = unet(width, depth, channels, classes, side=side)
        network = build(plan, rng=np.random.default_rng(0))
        assert network.output_shape((channels, side, side)) == (classes, side, side)
        # Not square, and larger than the plan says: any size that can be halved so often.
        wide = (channels, 2**depth, 3 * 2**depth)
        assert network.forward(np.ones((2, *wide), np.float32)).shape == (2, classes, *wide[1:])


def test_attention_lies_between_zero_and_one_on_every_level() -> None:
    plan = unet(4, 4, side=32)
    _, activations = build(plan, rng=np.random.default_rng(0)).forward(batch(plan, 2), capture=True)
    maps = [value for name, value in activations.items() if name.endswith(".alpha")]
    assert [value.shape for value in maps] == [(2, 1, side, side) for side in (4, 8, 16, 32)]
    assert all(0 < value.min() < value.max() < 1 for value in maps)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"width": 0}, "width"), ({"depth": 0}, "depth"), ({"out_channels": 0}, "out_ch"), ({"side": 40}, "of 16")],
)
def test_impossible_unets_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^unet: .*{message}"):
        unet(**arguments)
