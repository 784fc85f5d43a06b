"""Penalties: their slope, and whom they spare."""

import numpy as np
import pytest

from digitpad import nn
from digitpad.nn.optim.penalties import Penalty


def _network() -> nn.Sequential:
    rng = np.random.default_rng(1)
    network = nn.Sequential(
        [
            ("conv1", nn.Conv2D(1, 2, 3, rng=rng, dtype=np.float64)),
            ("flatten", nn.Flatten()),
            ("fc", nn.Linear(8, 3, rng=rng, dtype=np.float64)),
        ]
    )
    for parameter in network.parameters():
        parameter.value = rng.standard_normal(parameter.value.shape)
    return network


@pytest.mark.parametrize("penalty", [nn.L1Penalty(0.3), nn.L2Penalty(0.3), nn.L2Penalty(0.3, spare=())])
def test_the_gradient_is_the_slope(penalty: Penalty) -> None:
    network, rng = _network(), np.random.default_rng(2)
    penalty(network)
    gradients = [p.grad.copy() for p in network.parameters()]
    directions = [rng.standard_normal(g.shape) for g in gradients]
    values = []
    for step in (1e-6, -2e-6):
        for parameter, direction in zip(network.parameters(), directions, strict=True):
            parameter.value += step * direction
        values.append(penalty(network))
    claimed = sum((g * d).sum() for g, d in zip(gradients, directions, strict=True))
    assert (values[0] - values[1]) / 2e-6 == pytest.approx(claimed, rel=1e-6)


def test_worked_numbers() -> None:
    layer = nn.Linear(2, 1, dtype=np.float64)
    layer.weight.value = np.array([[3.0, -4.0]])
    assert nn.L1Penalty(0.1)(layer) == pytest.approx(0.7)
    np.testing.assert_allclose(layer.weight.grad, [[0.1, -0.1]])
    layer.weight.clear_grad()
    assert nn.L2Penalty(0.1)(layer) == pytest.approx(1.25)
    np.testing.assert_allclose(layer.weight.grad, [[0.3, -0.4]])


def test_the_gradient_adds_to_what_is_there() -> None:
    layer = nn.Linear(2, 1, initializer="constant", dtype=np.float64)
    layer.weight.value = np.array([[1.0, 2.0]])
    layer.weight.grad = np.array([[5.0, 5.0]])
    nn.L2Penalty(1)(layer)
    np.testing.assert_allclose(layer.weight.grad, [[6, 7]])


@pytest.mark.parametrize(
    ("spare", "spared"),
    [
        (("bias",), ["conv1.bias", "fc.bias"]),
        ((), []),
        (("conv1.weight",), ["conv1.weight"]),
        (("conv*",), ["conv1.weight", "conv1.bias"]),
        (("bias", "fc.*"), ["conv1.bias", "fc.weight", "fc.bias"]),
    ],
)
def test_who_is_spared(spare: tuple[str, ...], spared: list[str]) -> None:
    network, penalty = _network(), nn.L1Penalty(1, spare)
    assert penalty.spared(network) == spared
    penalty(network)
    for name, parameter in network.named_parameters().items():
        assert parameter.grad.any() != (name in spared)


def test_float32_stays_float32() -> None:
    layer = nn.Linear(2, 2)
    for penalty in (nn.L1Penalty(0.1), nn.L2Penalty(0.1)):
        assert penalty(layer).dtype == np.float32
    assert layer.weight.grad.dtype == np.float32


def test_bad_arguments_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="L1Penalty: strength is -1"):
        nn.L1Penalty(-1)
    with pytest.raises(TypeError, match="L2Penalty: spare is 'bias'; expected a sequence"):
        nn.L2Penalty(1, spare="bias")
    with pytest.raises(ValueError, match="expected some parameter not to be spared"):
        nn.L2Penalty(1, spare=("*",))(_network())
