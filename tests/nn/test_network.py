"""A network is a row of named layers: captured, saved by name, copied for threads, refused by name."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.nn import ARCHITECTURES, Architecture, Conv2D, CrossEntropyLoss, Flatten, Linear, ReLU, Sequential, build
from digitpad.nn.checks import NotFiniteError


@pytest.fixture
def network() -> Sequential:
    rng = np.random.default_rng(0)
    return Sequential(
        [
            ("conv", Conv2D(1, 2, 3, rng=rng)),
            ("block", Sequential({"relu": ReLU(), "flatten": Flatten()})),
            ("fc", Linear(2 * 4 * 4, 3, rng=rng)),
        ]
    )


@pytest.fixture
def images() -> NDArray[np.float32]:
    return np.random.default_rng(1).standard_normal((5, 1, 6, 6)).astype(np.float32)


def test_capture_returns_every_named_activation_in_order(network: Sequential, images: NDArray[np.float32]) -> None:
    output, activations = network.forward(images, capture=True)
    assert list(activations) == ["conv", "block.relu", "block.flatten", "block", "fc"]
    np.testing.assert_array_equal(activations["fc"], output)
    np.testing.assert_array_equal(output, network.forward(images))
    np.testing.assert_array_equal(activations["block.relu"], np.maximum(activations["conv"], 0))


def test_parameters_are_named_as_in_pytorch(network: Sequential) -> None:
    assert list(network.named_parameters()) == ["conv.weight", "conv.bias", "fc.weight", "fc.bias"]
    assert [p.value.shape for p in network.parameters()] == [(2, 1, 3, 3), (2,), (3, 32), (3,)]


def test_parameter_gradients_gives_the_same_gradients_as_backward(
    network: Sequential, images: NDArray[np.float32]
) -> None:
    upstream = np.ones((5, 3), np.float32)
    network.forward(images, training=True)
    network.backward(upstream)
    full = [p.grad.copy() for p in network.parameters()]
    for parameter in network.parameters():
        parameter.clear_grad()
    network.parameter_gradients(upstream)
    for expected, parameter in zip(full, network.parameters(), strict=True):
        assert np.abs(expected).max() > 0
        np.testing.assert_array_equal(parameter.grad, expected)


def test_capture_returns_the_gradient_of_every_named_activation(
    network: Sequential, images: NDArray[np.float32]
) -> None:
    network.forward(images, training=True)
    upstream = np.random.default_rng(2).standard_normal((5, 3)).astype(np.float32)
    grad_input, gradients = network.backward(upstream, capture=True)
    assert list(gradients) == ["fc", "block", "block.flatten", "block.relu", "conv"]
    np.testing.assert_array_equal(gradients["fc"], upstream)
    np.testing.assert_array_equal(network.layers["conv"].backward(gradients["conv"]), grad_input)
    np.testing.assert_array_equal(grad_input, network.backward(upstream))


def test_the_input_gradient_predicts_how_the_loss_changes() -> None:
    plan = ARCHITECTURES["light"]
    certain = Architecture("certain", plan.input_shape, tuple(la for la in plan.layers if la["type"] != "Dropout"))
    network = build(certain, rng=np.random.default_rng(3), dtype=np.float64)
    x = np.random.default_rng(4).random((2, 1, 28, 28))
    targets = np.array([3, 7])
    loss = CrossEntropyLoss()
    before, grad = loss(network.forward(x, training=True), targets)
    step = 1e-6 * np.random.default_rng(5).standard_normal(x.shape)
    after, _ = loss(network.forward(x + step), targets)
    expected = float((network.backward(grad) * step).sum())
    assert float(after - before) == pytest.approx(expected, rel=1e-4)


def test_a_replica_shares_weights_but_not_gradients(network: Sequential, images: NDArray[np.float32]) -> None:
    twin = network.replica()
    twin.forward(images, training=True)
    twin.backward(np.ones((5, 3), np.float32))
    assert all(not p.grad.any() for p in network.parameters())
    assert all(p.grad.any() for p in twin.parameters())
    network.parameters()[0].value[...] = 7
    assert (twin.parameters()[0].value == 7).all()
    with pytest.raises(RuntimeError, match="backward"):
        network.backward(np.ones((5, 3), np.float32))


def test_setting_a_value_keeps_the_array_that_replicas_share(network: Sequential) -> None:
    twin = network.replica()
    network.parameters()[1].value = np.array([1.5, -2.0])
    np.testing.assert_array_equal(twin.parameters()[1].value, np.array([1.5, -2.0], np.float32))
    with pytest.raises(ValueError, match=r"shape \(3,\); expected \(2,\)"):
        network.parameters()[1].value = np.zeros(3)


def test_values_and_gradients_are_never_broadcast(network: Sequential) -> None:
    weight = network.named_parameters()["fc.weight"]
    row = np.ones((1, weight.value.shape[1]), np.float32)

    with pytest.raises(ValueError, match=r"Parameter: value has shape \(1, .*\); expected .*, which never changes"):
        weight.value = row
    with pytest.raises(ValueError, match=r"Parameter: grad has shape \(1, .*\); expected .*, which never changes"):
        weight.grad = row
    with pytest.raises(ValueError, match=r"value has shape \(\); expected"):
        weight.value = np.zeros((), np.float32)
    weight.grad = np.full(weight.value.shape, 2, np.float32)
    weight.grad += 1
    np.testing.assert_array_equal(weight.grad, 3)


def test_a_state_that_does_not_fit_is_refused_whole_and_by_name(network: Sequential) -> None:
    state = {name: value.copy() for name, value in network.state_dict().items()}
    before = {name: value.copy() for name, value in state.items()}
    del state["conv.bias"]
    state["conv.weight"] = np.zeros((2, 1, 3, 3), np.float32)
    state["fc.weight"] = np.zeros((3, 31), np.float32)
    state["head.weight"] = np.zeros(1, np.float32)
    with pytest.raises(ValueError, match=r"conv\.bias is missing") as caught:
        network.load_state_dict(state)
    assert "head.weight is not part of this network" in str(caught.value)
    assert "fc.weight has shape (3, 31), expected (3, 32)" in str(caught.value)
    for name, value in network.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize("name", ["", "a.b", "conv"])
def test_unusable_layer_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="layer name"):
        Sequential([("conv", ReLU()), (name, ReLU())])


def test_a_network_needs_layers() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Sequential([])
    not_a_layer: Any = np.maximum
    with pytest.raises(TypeError, match="expected a Layer"):
        Sequential([("relu", not_a_layer)])


def test_errors_name_the_layer_in_which_they_arise(network: Sequential) -> None:
    with pytest.raises(ValueError, match=r"^fc: Linear: x has shape \(2, 50\); expected \(N, 32\)$"):
        network.forward(np.zeros((2, 1, 7, 7), np.float32))
    with pytest.raises(ValueError, match=r"^fc: Linear: the input shape is \(50,\)"):
        network.output_shape((1, 7, 7))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("layer", ["conv", "fc"])
def test_weights_that_overflow_are_refused_by_name_and_without_warnings(
    network: Sequential, images: NDArray[np.float32], layer: str
) -> None:
    weight = network.named_parameters()[f"{layer}.weight"]
    weight.value = np.where(weight.value < 0, -3e38, 3e38)

    with pytest.raises(NotFiniteError, match=r"is (-?inf|nan) at index \(.*\); expected finite numbers"):
        network.forward(images)
    with pytest.raises(NotFiniteError, match=r"is (-?inf|nan) at index"):
        network.forward(images, capture=True)
