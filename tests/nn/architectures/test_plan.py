"""Architectures are data: they survive JSON, build what they say, and are refused by name when they cannot."""

import json
from typing import Any

import numpy as np
import pytest

from digitpad.nn import ARCHITECTURES, Architecture, build


@pytest.mark.parametrize(("name", "parameters"), [("standard", 421_642), ("light", 26_698)])
def test_presets_have_the_parameters_that_they_are_known_for(name: str, parameters: int) -> None:
    network = build(ARCHITECTURES[name])
    assert sum(p.value.size for p in network.parameters()) == parameters
    assert network.output_shape((1, 28, 28)) == (10,)


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_a_plan_survives_json(name: str) -> None:
    plan = ARCHITECTURES[name]
    again = Architecture.from_json(plan.to_json())
    assert json.loads(again.to_json()) == json.loads(plan.to_json())
    first, second = (build(p, rng=np.random.default_rng(5)) for p in (plan, again))
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        np.testing.assert_array_equal(a.value, b.value)


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


@pytest.mark.parametrize(
    "text",
    ["", "[]", "3", '{"name": "x"}', '{"name": "x", "input_shape": [1, "a"], "layers": []}', '{"layers": [1]}'],
)
def test_text_that_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Architecture: "):
        Architecture.from_json(text)
