"""Networks of the lab: the exam's table with its formulas, and layers that do not fit explained in place."""

import math
import re
from collections.abc import Mapping
from fractions import Fraction

import pytest

from digitpad.errors import DigitpadError
from digitpad.lab.layer_text import parse_layers
from digitpad.lab.network_steps import counted_back, formula_steps, pooling_mistake
from digitpad.lab.networks import solve
from digitpad.lab.numbers import parse_number
from digitpad.nn import ARCHITECTURES, Architecture, build
from digitpad.nn.architectures.summary import summarize

_EXAM = solve(ARCHITECTURES["exam"])


def test_the_table_of_the_exam() -> None:
    rows = [
        (row.name, row.output_shape, row.parameters, row.without_bias, row.multiply_adds, row.activation_bytes)
        for row in _EXAM.rows
    ]
    assert rows == [
        ("conv1", (5, 30, 30), 140, 135, 121_500, 18_000),
        ("pool1", (5, 15, 15), 0, 0, 0, 4_500),
        ("conv2", (2, 11, 11), 252, 250, 30_250, 968),
        ("flatten", (242,), 0, 0, 0, 968),
        ("fc", (10,), 2_430, 2_420, 2_420, 40),
    ]
    assert (_EXAM.parameters, _EXAM.without_bias) == (2_822, 2_805)
    assert (_EXAM.multiply_adds, _EXAM.activation_bytes) == (154_170, 36_764)
    assert [row.field.size for row in _EXAM.rows[:3] if row.field is not None] == [(3, 3), (4, 4), (12, 12)]


def test_the_formulas_of_the_sketch() -> None:
    steps = formula_steps(_EXAM.rows[2])
    assert [(step.filled, step.value) for step in steps] == [
        ("⌊(15 + 2·0 − 5) / 1⌋ + 1", 11),
        ("5·5·5·2 + 2", 252),
        ("11·11·2 · 5·5·5", 30_250),
        ("2·11·11 · 4 bytes", 968),
        ("2·1", 2),
        ("4 + (5 − 1)·2", 12),
    ]


def test_why_not_eleven() -> None:
    mistake = pooling_mistake(_EXAM, 2)
    assert mistake is not None
    assert (mistake.wrong, mistake.right) == (11, 12)
    assert "3 + (5 − 1)·2 = 11 leaves out the 1" in mistake.text
    assert "3 + 1 = 4, then 4 + 8 = 12" in mistake.text
    assert pooling_mistake(_EXAM, 0) is None
    assert counted_back(_EXAM, 2) == (("conv2", 1), ("pool1", 5), ("conv1", 10), ("input", 12))
    assert counted_back(_EXAM, 4) == ()


@pytest.mark.parametrize("name", ["standard", "lenet5", "resnet", "reader", "unet-narrow", "mlp"])
def test_the_table_is_the_summary(name: str) -> None:
    plan = ARCHITECTURES[name]
    solution = solve(plan)
    table = summarize(build(plan), plan.input_shape)
    assert solution.misfit is None
    assert [(row.output_shape, row.parameters, row.multiply_adds) for row in solution.rows] == [
        (layer.output_shape, layer.parameters, layer.multiply_adds) for layer in table.layers
    ]
    assert [row.field for row in solution.rows] == [layer.receptive_field for layer in table.layers]
    assert solution.activation_bytes == table.activation_bytes(1)


@pytest.mark.parametrize("name", ["standard", "lenet5", "resnet", "reader", "unet-narrow", "exam"])
def test_the_formulas_give_their_results(name: str) -> None:
    counted = 0
    for row in solve(ARCHITECTURES[name]).rows:
        for step in formula_steps(row):
            text = re.sub("⌊(.*)⌋", lambda found: str(math.floor(parse_number(found[1]))), step.filled)
            if text:
                assert parse_number(text.removesuffix(" bytes")) == step.value, (row.name, step)
                counted += 1
    assert counted > 20


def _plan(*layers: Mapping[str, object], shape: tuple[int, ...] = (3, 32, 32)) -> Architecture:
    return Architecture("lab", shape, layers)


_CONV = {"name": "c", "type": "Conv2D", "in_channels": 3, "out_channels": 2, "kernel_size": 3}
_FLAT = {"name": "f", "type": "Flatten"}
_LINEAR = {"name": "l", "type": "Linear", "in_features": 7, "out_features": 2}


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (_plan({**_CONV, "in_channels": 4}), "It takes 4 channels, but here are 3."),
        (_plan(_CONV, _LINEAR), "linear layer takes a vector, but here are maps of 2×30×30; put a Flatten before it"),
        (_plan(_CONV, _FLAT, _LINEAR), "It takes 7 numbers, but here are 1800."),
        (_plan({**_CONV, "kernel_size": 40}), "window of 40×40 does not fit maps of 3×32×32"),
        (_plan({"name": "p", "type": "MaxPool2D", "kernel_size": 33}), "window of 33×33"),
        (_plan({**_CONV, "dilation": 20}), "window of 3×3 does not fit"),
        (_plan({"name": "b", "type": "BatchNorm2D", "num_features": 8}), "It takes 8 channels, but here are 3."),
    ],
)
def test_a_layer_that_does_not_fit_is_explained_with_what_would(plan: Architecture, reason: str) -> None:
    solution = solve(plan)
    assert solution.misfit is not None
    index = len(plan.layers) - 1
    assert solution.misfit.index == len(solution.rows) == index
    assert reason in solution.misfit.reason
    assert solution.misfit.fit is not None
    repaired = Architecture("lab", plan.input_shape, (*plan.layers[:index], *solution.misfit.fit))
    assert solve(repaired).misfit is None


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (_plan(_FLAT, _CONV), "takes maps with rows and columns, but here is a vector of 3072"),
        (_plan({"name": "x", "type": "LSTM"}), "type is 'LSTM'"),
        (_plan({**_CONV, "groups": 2}), "groups is 2"),
    ],
)
def test_a_layer_that_cannot_be_repaired_is_explained(plan: Architecture, reason: str) -> None:
    misfit = solve(plan).misfit
    assert misfit is not None
    assert reason in misfit.reason
    assert misfit.fit is None


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (_plan(), "no layers yet"),
        (_plan(_CONV, shape=(0, 3, 3)), "whole numbers above 0"),
        (_plan({**_LINEAR, "in_features": 10**6, "out_features": 10**6}), "too large"),
    ],
)
def test_what_is_no_network_is_answered(plan: Architecture, message: str) -> None:
    with pytest.raises(DigitpadError, match=message):
        solve(plan)


def test_the_jump_of_a_transposed_convolution_is_a_fraction() -> None:
    up = {"name": "u", "type": "ConvTranspose2D", "in_channels": 3, "out_channels": 3, "kernel_size": 2, "stride": 2}
    solution = solve(_plan(up, {"name": "p", "type": "MaxPool2D", "kernel_size": 2}))
    assert solution.rows[0].field is not None
    assert solution.rows[0].field.rows.stride == Fraction(1, 2)
    assert formula_steps(solution.rows[1])[-2].filled == "1/2·2"


def test_many_large_layers_are_not_built_one_after_the_other() -> None:
    lines = ["input 7000", *["linear 7000"] * 199]
    with pytest.raises(DigitpadError, match="too large"):
        solve(parse_layers("\n".join(lines)))
