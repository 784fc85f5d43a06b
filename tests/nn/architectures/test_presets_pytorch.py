"""The networks with branches compute what PyTorch computes, forwards and backwards, given the same weights.

The same networks are written down here once more, in PyTorch's functions, as their papers draw them; weights and
running statistics are looked up by our names.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.nn import Architecture, build
from digitpad.nn.architectures.presets import resnet, unet

torch = pytest.importorskip("torch")

State = dict[str, Any]
Forward = Callable[[State, Any, bool], Any]


def convolution(state: State, name: str, x: Any, *, stride: int = 1, padding: int = 1) -> Any:
    weight, bias = state[f"{name}.weight"], state.get(f"{name}.bias")
    return torch.nn.functional.conv2d(x, weight, bias, stride=stride, padding=padding)


def norm(state: State, name: str, x: Any, training: bool) -> Any:
    entries = (state[f"{name}.{entry}"] for entry in ("running_mean", "running_var", "weight", "bias"))
    return torch.nn.functional.batch_norm(x, *entries, training=training)


def resnet_forward(state: State, x: Any, training: bool) -> Any:
    x = torch.relu(norm(state, "bn1", convolution(state, "conv1", x), training))
    for number, stride in ((1, 1), (2, 2), (3, 2)):
        block = f"block{number}"
        inner = convolution(state, f"{block}.body.conv1", x, stride=stride)
        inner = torch.relu(norm(state, f"{block}.body.bn1", inner, training))
        inner = norm(state, f"{block}.body.bn2", convolution(state, f"{block}.body.conv2", inner), training)
        if f"{block}.shortcut.conv.weight" in state:
            shortcut = convolution(state, f"{block}.shortcut.conv", x, stride=stride, padding=0)
            x = norm(state, f"{block}.shortcut.bn", shortcut, training)
        x = torch.relu(inner + x)
    return torch.nn.functional.linear(x.mean(dim=(2, 3)), state["fc.weight"], state["fc.bias"])


def unet_forward(state: State, x: Any, training: bool, prefix: str = "", number: int = 1) -> Any:
    def double(name: str, value: Any) -> Any:
        for half in ("1", "2"):
            value = convolution(state, f"{prefix}{name}_conv{half}", value)
            value = torch.relu(norm(state, f"{prefix}{name}_bn{half}", value, training))
        return value

    if f"{prefix}bottom_conv1.weight" in state:
        return double("bottom", x)
    skip = double(f"down{number}", x)
    below, gate = f"{prefix}skip{number}.body.", f"{prefix}gate{number}"
    deep = unet_forward(state, torch.nn.functional.max_pool2d(skip, 2), training, below, number + 1)
    if f"{below}up.weight" in state:
        weight, bias = state[f"{below}up.weight"], state[f"{below}up.bias"]
        signal = torch.nn.functional.conv_transpose2d(deep, weight, bias, stride=2)
    else:
        large = torch.nn.functional.interpolate(deep, scale_factor=2, mode="nearest")
        convolved = convolution(state, f"{below}conv_up", large)
        signal = torch.relu(norm(state, f"{below}bn_up", convolved, training))

    def part(name: str, value: Any) -> Any:
        if f"{gate}.{name}.conv.weight" not in state:
            return convolution(state, f"{gate}.{name}", value, padding=0)
        return norm(state, f"{gate}.{name}.norm", convolution(state, f"{gate}.{name}.conv", value, padding=0), training)

    alpha = torch.sigmoid(part("psi", torch.relu(part("theta", skip) + part("phi", signal))))
    x = double(f"up{number}", torch.cat([skip * alpha, signal], dim=1))
    return convolution(state, "head", x, padding=0) if number == 1 else x


CASES = {
    "resnet": (resnet(), resnet_forward),
    "unet": (unet(4, 4, side=32), unet_forward),
    "unet-two-channels": (unet(6, 2, 3, 2, side=16), unet_forward),
    "unet-upsample": (unet(4, 2, side=16, upsample="nearest"), unet_forward),
    "unet-colour": (unet(4, 2, 3, 1, side=16, gate_norm=True), unet_forward),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", list(CASES))
def test_forward_and_every_gradient_equal_pytorch(name: str, dtype: Any) -> None:
    plan: Architecture
    forward: Forward
    plan, forward = CASES[name]
    rng = np.random.default_rng(3)
    network = build(plan, rng=rng, dtype=dtype)
    for stored in (*network.parameters(), *network.buffers()):
        if stored.value.dtype == dtype:
            # Off the ones and zeros they begin with, where a mistake could hide; a variance stays positive.
            stored.value += abs(0.1 * rng.standard_normal(stored.value.shape)).astype(dtype)
    state = {entry: torch.tensor(value) for entry, value in network.state_dict().items()}
    learned = {entry: state[entry].requires_grad_() for entry in network.named_parameters()}
    x = rng.standard_normal((4, *plan.input_shape)).astype(dtype)
    images = torch.tensor(x).requires_grad_()
    tolerance = 1e-4 if dtype is np.float32 else 1e-9

    agree("inference", network.forward(x), forward(state, torch.tensor(x), False), tolerance)

    output = network.forward(x, training=True)
    expected = forward(state, images, True)
    agree("output", output, expected, tolerance)
    upstream = rng.standard_normal(output.shape).astype(dtype)
    expected.backward(torch.tensor(upstream))
    agree("input", network.backward(upstream), images.grad, tolerance)
    for entry, parameter in network.named_parameters().items():
        if entry.endswith(".conv.bias"):
            # The normalization behind it takes the bias away, so its gradient is nothing but rounding.
            assert abs(parameter.grad).max() < tolerance
            assert abs(learned[entry].grad).max() < tolerance
            continue
        agree(entry, parameter.grad, learned[entry].grad, tolerance)
    for entry, buffer in network.named_buffers().items():
        if not entry.endswith("num_batches_tracked"):
            agree(entry, buffer.value, state[entry], tolerance)


def agree(name: str, ours: NDArray[Any], theirs: Any, tolerance: float) -> None:
    """Check that arrays differ by no more than `tolerance` of the largest value."""
    expected = theirs.detach().numpy()
    assert ours.shape == expected.shape, name
    assert abs(expected).max() > 0, name
    assert abs(ours - expected).max() <= tolerance * abs(expected).max(), name
