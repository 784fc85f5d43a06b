"""Architectures are data: they build what they say, and are refused by name when they cannot."""

from typing import Any

import numpy as np
import pytest

from digitpad.nn import ARCHITECTURES, Architecture, build


@pytest.mark.parametrize(("name", "parameters"), [("standard", 421_642), ("light", 26_698)])
def test_presets_have_the_parameters_that_they_are_known_for(name: str, parameters: int) -> None:
    network = build(ARCHITECTURES[name])
    assert sum(p.value.size for p in network.parameters()) == parameters
    assert network.output_shape((1, 28, 28)) == (10,)


def test_the_seed_decides_the_weights() -> None:
    weights = [build(ARCHITECTURES["light"], rng=np.random.default_rng(s)).parameters()[0].value for s in (1, 1, 2)]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert (weights[0] != weights[2]).any()


def test_dtype_reaches_every_parameter() -> None:
    network = build(ARCHITECTURES["light"], dtype=np.float64)
    assert {p.value.dtype for p in network.parameters()} == {np.dtype(np.float64)}


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([{"name": "a", "type": "Conv3D"}], "a: type is 'Conv3D'; expected one of"),
        ([{"name": "a"}], "a: type is None"),
        ([{"name": "a", "type": "ReLU", "slope": 2}], "a: ReLU has no argument 'slope'"),
        ([{"name": "a", "type": "Linear", "in_features": 4, "out_features": 4, "rng": 1}], "no argument 'rng'"),
        ([{"name": "a", "type": "Linear", "in_features": 4}], "a: .*out_features"),
        ([{"name": "a", "type": "MaxPool2D", "kernel_size": 0}], "a: MaxPool2D: kernel_size is 0"),
        ([{"name": "a", "type": "MaxPool2D", "kernel_size": 5}], "a: MaxPool2D: kernel_size is .* 4 x 4"),
        ([{"type": "ReLU"}], "layer name is ''"),
        ([], "at least one layer"),
    ],
)
def test_impossible_plans_are_refused_by_layer_and_reason(layers: list[dict[str, Any]], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        build(Architecture("mine", (1, 4, 4), tuple(layers)))
