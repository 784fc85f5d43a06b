"""The summary's figures agree with the network that it describes."""

import numpy as np
import pytest

from digitpad.nn import ARCHITECTURES, build
from digitpad.nn.architectures.summary import summarize
from tests.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_shapes_are_those_of_the_activations(name: str) -> None:
    plan = ARCHITECTURES[name]
    network = build(plan, rng=np.random.default_rng(0))
    _, activations = network.forward(np.zeros((1, *plan.input_shape), np.float32), capture=True)
    summary = summarize(network, plan.input_shape)
    for layer in summary.layers:
        assert activations[layer.name].shape == (1, *layer.output_shape), layer.name
    assert summary.parameters == sum(p.value.size for p in network.parameters())


def test_the_standard_network_layer_by_layer() -> None:
    summary = summarize(build(ARCHITECTURES["standard"]), (1, 28, 28))
    rows = {layer.name: layer for layer in summary.layers}
    assert [rows[n].parameters for n in ("conv1", "conv2", "fc1", "fc2")] == [320, 18_496, 401_536, 1_290]
    assert rows["conv2"].multiply_adds == 14 * 14 * 64 * 32 * 9
    for name, size in {"conv1": 3, "pool1": 4, "conv2": 8, "pool2": 10}.items():
        field = rows[name].receptive_field
        assert field is not None
        assert field.size == (size, size), name
    assert summary.multiply_adds == sum(layer.multiply_adds for layer in summary.layers)
    values = 28 * 28 * (1 + 32 + 32) + 14 * 14 * (32 + 64 + 64) + 7 * 7 * 64 * 2 + 128 * 3 + 10
    assert summary.activation_bytes(batch=2) == 2 * values * 4
