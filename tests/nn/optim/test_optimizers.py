"""Optimizers: PyTorch's ten steps, learning with every loss, and going on bit for bit."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad import nn
from digitpad.nn.backend import Array
from digitpad.nn.losses import Loss
from digitpad.nn.optim import optimizer as optimizer_module
from digitpad.nn.optim.optimizer import Optimizer
from digitpad.nn.optim.pieces import cache_pieces

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "training.json").read_text(encoding="utf-8"))

#: Every optimizer and option once; a new one adds a row.
OPTIMIZERS: dict[str, Callable[[list[nn.Parameter]], Optimizer]] = {
    "SGD": lambda p: nn.SGD(p, 0.2),
    "momentum": lambda p: nn.SGD(p, 0.05, momentum=0.9),
    "dampened momentum": lambda p: nn.SGD(p, 0.2, momentum=0.9, dampening=0.9, weight_decay=1e-5),
    "Nesterov": lambda p: nn.SGD(p, 0.05, momentum=0.9, nesterov=True),
    "AdaGrad": lambda p: nn.AdaGrad(p, 0.1),
    "AdaGrad with decay": lambda p: nn.AdaGrad(p, 0.1, lr_decay=1e-4, initial_accumulator_value=0.1, weight_decay=1e-5),
    "RMSProp": lambda p: nn.RMSProp(p, 0.005),
    "RMSProp with momentum": lambda p: nn.RMSProp(p, 0.002, momentum=0.8),
    "centered RMSProp": lambda p: nn.RMSProp(p, 0.002, centered=True),
    "Adam": lambda p: nn.Adam(p, 0.01),
    "AMSGrad": lambda p: nn.Adam(p, 0.01, amsgrad=True, weight_decay=1e-5),
    "AdamW": lambda p: nn.AdamW(p, 0.01),
    "AdamW with AMSGrad": lambda p: nn.AdamW(p, 0.01, amsgrad=True),
}
every_optimizer = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)

SAMPLES, FEATURES, CLASSES = 32, 8, 3


def _inputs() -> Array:
    return np.random.default_rng(1).standard_normal((SAMPLES, FEATURES)).astype(np.float32)


def _indices() -> Array:
    # Labels without any rule: only learning by heart gets them right.
    return np.random.default_rng(2).integers(0, CLASSES, SAMPLES)


def _one_hot() -> Array:
    return np.eye(CLASSES, dtype=np.float32)[_indices()]


#: Every loss, with targets, what turns the network's output into its input, and a cost that says "learnt".
FITS: dict[str, tuple[Loss, Array, list[tuple[str, nn.Layer]], float]] = {
    "cross-entropy": (nn.CrossEntropyLoss(), _indices(), [], 0.1),
    "BCE with logits": (nn.BCEWithLogitsLoss(), _one_hot(), [], 0.1),
    "BCE": (nn.BCELoss(), _one_hot(), [("sigmoid", nn.layers.Sigmoid())], 0.1),
    "focal": (nn.FocalLoss(), _indices(), [], 0.05),
    "binary focal": (nn.BinaryFocalLoss(), _one_hot(), [], 0.05),
    "squared error": (nn.MSELoss(), _one_hot(), [], 0.03),
}


def _network(end: list[tuple[str, nn.Layer]]) -> nn.Sequential:
    rng = np.random.default_rng(3)
    return nn.Sequential(
        [
            ("fc1", nn.Linear(FEATURES, 64, rng=rng)),
            ("relu", nn.ReLU()),
            ("fc2", nn.Linear(64, CLASSES, rng=rng)),
            *end,
        ]
    )


def _train(network: nn.Sequential, optimizer: Optimizer, loss: Loss, targets: Array, steps: int) -> float:
    value: Array = np.asarray(np.inf)
    inputs = _inputs()
    for _ in range(steps):
        value, grad = loss(network.forward(inputs, training=True), targets)
        network.backward(grad)
        optimizer.step()
    return float(value)


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
@every_optimizer
def test_it_learns_32_samples_by_heart_with_every_loss(
    make: Callable[[list[nn.Parameter]], Optimizer], fit: tuple[Loss, Array, list[tuple[str, nn.Layer]], float]
) -> None:
    loss, targets, end, learnt = fit
    network = _network(end)
    optimizer = make(network.parameters())
    for _ in range(30):
        if _train(network, optimizer, loss, targets, 100) < learnt:
            break
    output = network.forward(_inputs())
    assert float(loss(output, targets).value) < 1.5 * learnt
    np.testing.assert_array_equal(output.argmax(axis=1), _indices())


@every_optimizer
def test_the_same_seed_gives_the_same_weights_bit_for_bit(make: Callable[[list[nn.Parameter]], Optimizer]) -> None:
    states = []
    for _ in range(2):
        network = _network([])
        _train(network, make(network.parameters()), nn.CrossEntropyLoss(), _indices(), 20)
        states.append(network.state_dict())
    for name, value in states[0].items():
        np.testing.assert_array_equal(value, states[1][name])


@every_optimizer
def test_a_restored_state_goes_on_bit_for_bit(make: Callable[[list[nn.Parameter]], Optimizer]) -> None:
    whole, half = _network([]), _network([])
    _train(whole, make(whole.parameters()), nn.CrossEntropyLoss(), _indices(), 20)
    first = make(half.parameters())
    _train(half, first, nn.CrossEntropyLoss(), _indices(), 8)
    weights = {name: value.copy() for name, value in half.state_dict().items()}
    state = {name: value.copy() for name, value in first.state_dict().items()}

    resumed = _network([])
    resumed.load_state_dict(weights)
    second = make(resumed.parameters())
    second.learning_rate = 123
    second.load_state_dict(state)
    assert second.learning_rate == first.learning_rate
    assert second.steps == 8
    _train(resumed, second, nn.CrossEntropyLoss(), _indices(), 12)
    for name, value in whole.state_dict().items():
        np.testing.assert_array_equal(value, resumed.state_dict()[name])


@every_optimizer
def test_a_step_changes_values_in_place_keeps_their_dtype_and_clears_gradients(
    make: Callable[[list[nn.Parameter]], Optimizer],
) -> None:
    parameter = nn.Parameter(np.ones((4, 3), np.float32))
    value, grad = parameter.value, parameter.grad
    optimizer = make([parameter])
    # A schedule computed by NumPy hands over float64 scalars, which would drag float32 arrays along.
    optimizer.learning_rate = np.float64(0.1)
    parameter.add_grad(np.full((4, 3), 0.5, np.float32))
    optimizer.step()
    assert parameter.value is value
    assert parameter.grad is grad
    assert value.dtype == np.float32
    assert all(array.dtype == np.float32 for slots in optimizer.state for array in slots.values())
    assert (value < 1).all()
    assert not grad.any()
    assert type(optimizer.learning_rate) is float


@pytest.mark.parametrize(
    "record", GOLDEN["optimizers"], ids=lambda r: f"{r['optimizer']}-{'-'.join(r['options'])}".rstrip("-")
)
def test_ten_steps_are_pytorchs(record: dict[str, Any]) -> None:
    parameters = [nn.Parameter(np.array(start)) for start in GOLDEN["start"]]
    optimizer = getattr(nn, record["optimizer"])(parameters, **record["options"])
    assert len(record["steps"]) == 10
    for gradients, expected in zip(GOLDEN["gradients"], record["steps"], strict=True):
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.add_grad(np.array(gradient))
        optimizer.step()
        for parameter, value in zip(parameters, expected, strict=True):
            np.testing.assert_allclose(parameter.value, value, rtol=1e-10, atol=1e-13)


@every_optimizer
def test_to_maximize_a_loss_is_to_minimize_its_negative(make: Callable[[list[nn.Parameter]], Optimizer]) -> None:
    rng = np.random.default_rng(4)
    start, gradients = rng.standard_normal(5), rng.standard_normal((20, 5))
    ends = []
    for sign in (1, -1):
        parameter = nn.Parameter(start.copy())
        optimizer = make([parameter])
        optimizer.maximize = sign < 0
        for gradient in gradients:
            parameter.add_grad(sign * gradient)
            optimizer.step()
        ends.append(parameter.value)
    np.testing.assert_array_equal(ends[0], ends[1])


@pytest.mark.parametrize("make", [nn.SGD, nn.AdaGrad, nn.RMSProp, nn.Adam])
def test_weight_decay_is_an_l2_penalty_on_everything(make: Callable[..., Optimizer]) -> None:
    layers = [nn.Linear(3, 2, rng=np.random.default_rng(5), dtype=np.float64) for _ in range(2)]
    built_in, separate = make(layers[0].parameters(), 0.1, weight_decay=0.3), make(layers[1].parameters(), 0.1)
    penalty = nn.L2Penalty(0.3, spare=())
    for step in range(20):
        for layer, optimizer in zip(layers, (built_in, separate), strict=True):
            for parameter in layer.parameters():
                parameter.add_grad(np.full_like(parameter.value, math.sin(step)))
            if optimizer is separate:
                penalty(layer)
            optimizer.step()
    for one, other in zip(*(layer.parameters() for layer in layers), strict=True):
        np.testing.assert_array_equal(one.value, other.value)


def test_amsgrad_converges_where_adam_does_not() -> None:
    """The counterexample of Reddi, Kale and Kumar, section 3: in [-1, 1] the best x is -1."""
    ends = {}
    for amsgrad in (False, True):
        x = nn.Parameter(np.zeros(1))
        optimizer = nn.Adam([x], 0.3, betas=(0.0, 1 / (1 + 10**2)), eps=0, amsgrad=amsgrad)
        for step in range(3000):
            x.add_grad(np.array([10.0 if step % 3 == 0 else -4.0]))
            optimizer.learning_rate = 0.3 / math.sqrt(step + 1)
            optimizer.step()
            np.clip(x.value, -1, 1, out=x.value)
        ends[amsgrad] = float(x.value[0])
    assert ends[False] > 0.9
    assert ends[True] < -0.9


def test_a_constant_gradient_has_no_variance_that_rounding_makes_negative() -> None:
    parameter = nn.Parameter(np.zeros(100, np.float32))
    optimizer = nn.RMSProp([parameter], 0.01, centered=True)
    gradient = np.random.default_rng(6).uniform(0.1, 10, 100).astype(np.float32)
    for _ in range(3000):
        parameter.add_grad(gradient)
        optimizer.step()
    assert np.isfinite(parameter.value).all()


def test_checkpoints_of_optimizers_without_the_options_keep_their_names() -> None:
    """Runs of earlier versions are resumed from them."""
    parameters = [nn.Parameter(np.zeros(2))]
    assert list(nn.SGD(parameters, 0.1).state_dict()) == ["steps", "learning_rate", "0.velocity"]
    assert list(nn.RMSProp(parameters).state_dict())[2:] == ["0.square", "0.velocity"]
    assert list(nn.Adam(parameters).state_dict())[3:] == ["0.gradient_sum", "0.square_sum"]
    assert "0.largest_square_sum" in nn.Adam(parameters, amsgrad=True).state_dict()
    with pytest.raises(ValueError, match=r"Adam: the state does not fit: 0\.largest_square_sum is missing"):
        nn.Adam(parameters, amsgrad=True).load_state_dict(nn.Adam(parameters).state_dict())


def test_adams_momentum_is_its_first_beta() -> None:
    adam = nn.Adam([nn.Parameter(np.zeros(2))])
    adam.momentum = 0.5
    assert adam.betas == (0.5, 0.999)
    assert adam.momentum == 0.5


def test_decay_of_adamw_ignores_the_gradient_and_an_l2_penalty_in_adam_does_not() -> None:
    def trained(optimizer: type[nn.Adam], gradient: float, decay: float, penalty: float) -> float:
        layer = nn.Linear(1, 1, bias=False, initializer="constant", dtype=np.float64)
        layer.weight.value[...] = 1
        made = (
            optimizer([layer.weight], 0.01)
            if optimizer is nn.Adam
            else nn.AdamW([layer.weight], 0.01, weight_decay=decay)
        )
        for step in range(20):
            layer.weight.grad = np.array([[gradient * (-1) ** step]])
            nn.L2Penalty(penalty)(layer)
            made.step()
        return float(layer.weight.value[0, 0])

    for gradient in (0.1, 10.0):
        plain = trained(nn.AdamW, gradient, 0, 0)
        assert plain - trained(nn.AdamW, gradient, 0.1, 0) == pytest.approx(0.02, rel=0.05)
    small = trained(nn.Adam, 0.1, 0, 0) - trained(nn.Adam, 0.1, 0, 0.1)
    large = trained(nn.Adam, 10.0, 0, 0) - trained(nn.Adam, 10.0, 0, 0.1)
    assert small > 10 * large


def test_a_state_that_does_not_fit_is_refused_and_changes_nothing() -> None:
    adam = nn.Adam([nn.Parameter(np.zeros(2)), nn.Parameter(np.zeros(3))])
    state = dict(adam.state_dict())
    state["0.gradient_sum"] = np.ones(5)
    state["2.gradient_sum"] = np.ones(5)
    del state["1.square_sum"]
    state["steps"] = np.asarray(9)
    with pytest.raises(
        ValueError, match=r"Adam: the state does not fit: 1\.square_sum is missing; 2\.gradient_sum is not"
    ):
        adam.load_state_dict(state)
    assert adam.steps == 0


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda p: nn.SGD(p[:0], 0.1), "SGD: parameters is empty"),
        (lambda p: nn.SGD(p, -0.1), r"SGD: learning_rate is -0.1; expected a number in \[0, inf\)"),
        (lambda p: nn.SGD(p, float("nan")), "SGD: learning_rate is nan"),
        (lambda p: nn.SGD(p, 0.1, momentum=1), "SGD: momentum is 1"),
        (lambda p: nn.SGD(p, 0.1, nesterov=True), "SGD: momentum is 0 with nesterov"),
        (
            lambda p: nn.SGD(p, 0.1, momentum=0.9, dampening=0.1, nesterov=True),
            "SGD: dampening is 0.1 with nesterov; expected 0",
        ),
        (lambda p: nn.SGD(p, 0.1, dampening=1.5), "SGD: dampening is 1.5"),
        (lambda p: nn.SGD(p, 0.1, weight_decay=-1), "SGD: weight_decay is -1"),
        (lambda p: nn.AdaGrad(p, lr_decay=-1), "AdaGrad: lr_decay is -1"),
        (lambda p: nn.AdaGrad(p, initial_accumulator_value=-1), "AdaGrad: initial_accumulator_value is -1"),
        (lambda p: nn.RMSProp(p, alpha=1.0), "RMSProp: alpha is 1.0"),
        (lambda p: nn.Adam(p, betas=(0.9, 1.0)), r"Adam: betas\[1\] is 1.0"),
        (lambda p: nn.AdamW(p, betas=(0.9, 1.0)), r"AdamW: betas\[1\] is 1.0"),
        (lambda p: nn.AdamW(p, weight_decay=-1), "AdamW: weight_decay is -1"),
        (lambda p: nn.AdaGrad(p, eps=-1), "AdaGrad: eps is -1"),
        (lambda p: nn.RMSProp(p, alpha=2), "RMSProp: alpha is 2"),
    ],
)
def test_bad_arguments_are_refused_by_name(build: Callable[[list[nn.Parameter]], object], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        build([nn.Parameter(np.zeros(2))])


def test_a_bad_learning_rate_is_refused_when_it_is_set() -> None:
    optimizer = nn.SGD([nn.Parameter(np.zeros(2))], 0.1)
    with pytest.raises(ValueError, match="SGD: learning_rate is nan"):
        optimizer.learning_rate = float("nan")
    assert optimizer.learning_rate == 0.1


@every_optimizer
def test_state_of_a_dead_unit_becomes_zero_and_never_stays_subnormal(
    make: Callable[[list[nn.Parameter]], Optimizer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def trained() -> tuple[Array, Optimizer]:
        parameter = nn.Parameter(np.linspace(-1, 1, 64, dtype=np.float32))
        optimizer, rng = make([parameter]), np.random.default_rng(0)
        for step in range(1200):
            parameter.grad[...] = rng.standard_normal(64)
            # Half of the weights belong to a unit that is not active after ten steps.
            parameter.grad[32:] *= step < 10
            optimizer.step()
        return parameter.value, optimizer

    weights, optimizer = trained()
    for state in optimizer.state:
        for kept in state.values():
            sizes = np.abs(kept)
            assert not np.any((sizes > 0) & (sizes < np.finfo(np.float32).tiny))
            # Without momentum there is no velocity.
            assert np.all(sizes[:32] > 0) or not sizes.any()
    monkeypatch.setattr(optimizer_module, "_SMALLEST", 0.0)
    others, optimizer = trained()
    np.testing.assert_array_equal(weights, others)
    if isinstance(optimizer, nn.AdamW):
        assert np.any((optimizer.state[0]["gradient_sum"] != 0) & (np.abs(optimizer.state[0]["gradient_sum"]) < 1e-38))


def test_large_arrays_are_cut_into_pieces_whatever_the_order_of_their_axes() -> None:
    """A convolution's weights lie in memory with their taps first."""
    shape = (64, 128, 3, 3)
    rows, taps = np.zeros(shape, np.float32), np.zeros(shape[::-1], np.float32).transpose(3, 2, 1, 0)
    for array in (rows, taps):
        pieces = list(cache_pieces([array, np.zeros_like(array)]))
        assert len(pieces) == 2
        for first, second in pieces:
            assert first.shape == second.shape
            np.add(first, 1, out=first)
        assert (array == 1).all(), "pieces are views"
    whole = [rows, taps]
    assert list(cache_pieces(whole)) == [whole], "cut alike, they would not hold the same numbers"
