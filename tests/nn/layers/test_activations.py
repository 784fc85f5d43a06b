"""What is particular to each activation: known values, extremes, the point where it bends."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from digitpad.nn import Layer
from digitpad.nn.layers import (
    ELU,
    GELU,
    SELU,
    Hardsigmoid,
    Hardswish,
    LeakyReLU,
    Mish,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Tanh,
)
from digitpad.nn.receptive_field import ReceptiveField


def _normal_probability(x: float) -> float:
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


FORMULAS: list[tuple[Layer, Callable[[float], float]]] = [
    (ReLU(), lambda x: max(x, 0)),
    (LeakyReLU(), lambda x: x if x > 0 else 0.01 * x),
    (LeakyReLU(0), lambda x: max(x, 0)),
    (ELU(), lambda x: x if x > 0 else math.exp(x) - 1),
    (ELU(2), lambda x: x if x > 0 else 2 * (math.exp(x) - 1)),
    (SiLU(), lambda x: x / (1 + math.exp(-x))),
    (GELU(), lambda x: x * _normal_probability(x)),
    (GELU("tanh"), lambda x: x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))),
    (Tanh(), math.tanh),
    (Sigmoid(), lambda x: 1 / (1 + math.exp(-x))),
    (SELU(), lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x))),
    (Mish(), lambda x: x * math.tanh(math.log1p(math.exp(x)))),
    (Hardsigmoid(), lambda x: min(max(x + 3, 0), 6) / 6),
    (Hardswish(), lambda x: x * min(max(x + 3, 0), 6) / 6),
    (PReLU(init=0.3), lambda x: x if x > 0 else 0.3 * x),
]
every_formula = pytest.mark.parametrize(
    ("layer", "formula"), FORMULAS, ids=[f"{type(layer).__name__}-{index}" for index, (layer, _) in enumerate(FORMULAS)]
)


@every_formula
def test_the_formula_holds_number_by_number(layer: Layer, formula: Callable[[float], float]) -> None:
    x = np.linspace(-9, 9, 181)[None]
    if isinstance(layer, PReLU):
        layer = PReLU(init=layer.init, dtype=np.float64)

    np.testing.assert_allclose(layer.forward(x)[0], [formula(value) for value in x[0]], rtol=1e-12, atol=1e-14)


@every_formula
def test_extreme_numbers_neither_warn_nor_turn_to_nan(layer: Layer, formula: Callable[[float], float]) -> None:
    """Warnings are errors in this test suite: an overflow on the way would fail."""
    x = np.array([[-1e30, -1e4, -100, 100, 1e4, 1e30]], np.float32)
    out = layer.forward(x, training=True)
    grad = layer.backward(np.ones_like(x))

    assert np.isfinite(out).all()
    assert np.isfinite(grad).all()
    assert out[0, 3] == pytest.approx(formula(100), rel=1e-6)
    flat = isinstance(layer, Sigmoid | Tanh | Hardsigmoid)
    slope = SELU.scale if isinstance(layer, SELU) else float(not flat)
    np.testing.assert_allclose(grad[0, 3:], slope, rtol=1e-6)


@pytest.mark.parametrize(
    ("layer", "slope"), [(ReLU(), 0), (LeakyReLU(0.2), 0.2), (ELU(), 1), (SiLU(), 0.5), (GELU(), 0.5), (Tanh(), 1)]
)
def test_the_slope_at_zero_is_pytorchs(layer: Layer, slope: float) -> None:
    layer.forward(np.zeros((1, 1)), training=True)

    assert layer.backward(np.ones((1, 1)))[0, 0] == slope


def test_softmax_sums_to_one_and_survives_large_logits() -> None:
    out = Softmax().forward(np.array([[1000.0, 1000.0, -1000.0], [1.0, 2.0, 3.0]]))

    np.testing.assert_allclose(out.sum(axis=1), 1)
    np.testing.assert_allclose(out[0], [0.5, 0.5, 0])
    np.testing.assert_allclose(out[1], np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum())


def test_softmax_has_a_full_jacobian() -> None:
    """Its diagonal alone, out * (1 - out), is another formula in circulation."""
    layer = Softmax()
    out = layer.forward(np.array([[0.5, -1.0, 2.0]]), training=True)[0]
    jacobian = np.stack([layer.backward(row[None])[0] for row in np.eye(3)])

    np.testing.assert_allclose(jacobian, np.diag(out) - np.outer(out, out), rtol=1e-12)
    # All ones upstream would hide the mistake, and any other, because the outputs always sum to one.
    np.testing.assert_allclose(layer.backward(np.ones((1, 3))), 0, atol=1e-15)


def test_a_softmax_over_places_sees_the_whole_image() -> None:
    image = ReceptiveField.of_image(5, 6)
    assert Softmax().receptive_field(image) == image
    assert Softmax(2).receptive_field(image) == image.everything()


@pytest.mark.parametrize(
    ("build", "complaint"),
    [
        (lambda: LeakyReLU(-0.1), r"LeakyReLU: negative_slope is -0.1; expected a number in \[0, 1\]"),
        (lambda: ELU(math.nan), r"ELU: alpha is nan; expected a number in \[0, inf\)"),
        (lambda: GELU("sigmoid"), 'GELU: approximate is \'sigmoid\'; expected "none" or "tanh"'),
        (lambda: Softmax(0), "Softmax: axis is 0; expected a whole number of at least 1"),
        (lambda: Softmax(-2).forward(np.ones((2, 3))), "Softmax: axis is -2; expected one of the input's, at most 1"),
        (lambda: Softmax(2).forward(np.ones((2, 3))), "Softmax: axis is 2; expected one of the input's, at most 1"),
    ],
)
def test_arguments_that_cannot_work_are_named(build: Callable[[], object], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}"):
        build()


def test_a_learned_slope_is_that_of_its_channel() -> None:
    layer = PReLU(2, dtype=np.float64)
    layer.weight.value = np.array([0.1, 0.5])
    x = np.array([[[[-1.0, 2.0]], [[-1.0, -4.0]]]])

    np.testing.assert_allclose(layer.forward(x, training=True)[0, :, 0], [[-0.1, 2], [-0.5, -2]])
    layer.backward(np.ones_like(x))
    np.testing.assert_allclose(layer.weight.grad, [-1, -5])
    with pytest.raises(ValueError, match=r"^PReLU: num_parameters is 2; expected 1 or the number of channels"):
        layer.forward(np.zeros((1, 3)))


def test_an_axis_may_be_counted_from_the_end() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    np.testing.assert_array_equal(Softmax(-1).forward(x), Softmax(2).forward(x))
    np.testing.assert_array_equal(Softmax(-2).forward(x), Softmax(1).forward(x))
