"""Random configurations against PyTorch, forward and every gradient, where PyTorch can be imported.

The configurations are drawn by hypothesis from a fixed seed. What PyTorch refuses is not drawn; what both refuse is
tested elsewhere.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from digitpad.nn import Layer, Sequential
from digitpad.nn.backend import Array
from digitpad.nn.layers import (
    AdaptiveAvgPool2D,
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    ConvTranspose2D,
    Flatten,
    GroupNorm,
    LayerNorm,
    Linear,
    MaxPool2D,
    Pad2D,
    Upsample2D,
)

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed; the golden vectors were still compared")

TOLERANCES = {"float64": 1e-6, "float32": 1e-4}

Options = dict[str, Any]

settings.register_profile("layers", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
thorough = settings(settings.get_profile("layers"), max_examples=300)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> None:
    torch.set_num_threads(1)


def pairs(low: int, high: int) -> st.SearchStrategy[int | tuple[int, int]]:
    """One number, or two."""
    numbers = st.integers(low, high)
    return numbers | st.tuples(numbers, numbers)


def both(value: int | tuple[int, int]) -> tuple[int, int]:
    """Return one number, or two, as two."""
    return value if isinstance(value, tuple) else (value, value)


def compare(layer: Layer, module: Any, shape: tuple[int, ...], dtype: type) -> None:
    """Compare forward and every gradient on a random batch, with PyTorch's weights copied in."""
    rng = np.random.default_rng(sum(shape))
    x: Array = rng.standard_normal(shape).astype(dtype)
    module = module.to(torch.float64 if dtype is np.float64 else torch.float32)
    for name, parameter in layer.named_parameters().items():
        parameter.value = rng.standard_normal(parameter.value.shape).astype(dtype)
        getattr(module, name).data = torch.tensor(parameter.value)
    x_torch = torch.tensor(x, requires_grad=True)
    expected = module(x_torch)
    output = layer.forward(x, training=True)
    upstream: Array = rng.standard_normal(output.shape).astype(dtype)

    def agrees(actual: Array, theirs: Any) -> None:
        # Relative to the largest entry: where a sum cancels, float32 keeps no more than that.
        theirs = theirs.detach().numpy()
        scale = max(1.0, float(abs(theirs).max()))
        np.testing.assert_allclose(actual, theirs, rtol=0, atol=TOLERANCES[actual.dtype.name] * scale)

    assert layer.output_shape(shape[1:]) == output.shape[1:]
    agrees(output, expected)
    agrees(layer.forward(x), expected)
    expected.backward(torch.tensor(upstream))
    agrees(layer.backward(upstream), x_torch.grad)
    for name, parameter in layer.named_parameters().items():
        agrees(parameter.grad, getattr(module, name).grad)


@st.composite
def convolutions(draw: Callable[..., Any], *, transposed: bool) -> tuple[Options, tuple[int, ...], type]:
    """Arguments of a convolution, the shape of a batch that it fits, and a dtype."""
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    depthwise = draw(st.booleans()) and groups > 1
    per_group = (1, draw(st.integers(1, 2))) if depthwise else draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    options: Options = {
        "in_channels": groups * per_group[0],
        "out_channels": groups * per_group[1],
        "kernel_size": draw(pairs(1, 4)),
        "stride": draw(pairs(1, 3)),
        "dilation": draw(pairs(1, 3)),
        "groups": groups,
        "bias": draw(st.booleans()),
    }
    kernel, dilation = both(options["kernel_size"]), both(options["dilation"])
    reach = [step * (size - 1) + 1 for step, size in zip(dilation, kernel, strict=True)]
    if transposed:
        options["padding"] = draw(pairs(0, 2))
        limit = [max(s, d) - 1 for s, d in zip(both(options["stride"]), dilation, strict=True)]
        options["output_padding"] = (draw(st.integers(0, limit[0])), draw(st.integers(0, limit[1])))
        # As many inputs as leave something of the output when the padding is cut off.
        padding = both(options["padding"])
        least = [max(1, 2 * p + 2 - r) for p, r in zip(padding, reach, strict=True)]
    else:
        words = ["valid", "same"] if both(options["stride"]) == (1, 1) else ["valid"]
        options["padding"] = draw(pairs(0, 3) | st.sampled_from(words))
        padding = (0, 0) if isinstance(options["padding"], str) else both(options["padding"])
        least = [max(1, r - 2 * p) for p, r in zip(padding, reach, strict=True)]
    image = [draw(st.integers(size, size + 5)) for size in least]
    shape = (draw(st.integers(1, 3)), options["in_channels"], *image)
    return options, shape, draw(st.sampled_from([np.float64, np.float32]))


@st.composite
def poolings(draw: Callable[..., Any], *, dilated: bool) -> tuple[Options, tuple[int, ...], type]:
    """Arguments of a pooling layer, the shape of a batch that it fits, and a dtype."""
    kernel = draw(pairs(1, 4))
    padding = tuple(draw(st.integers(0, size // 2)) for size in both(kernel))
    options: Options = {"kernel_size": kernel, "stride": draw(st.none() | pairs(1, 4)), "padding": padding}
    options["ceil_mode"] = draw(st.booleans())
    dilation = both(draw(pairs(1, 3))) if dilated else (1, 1)
    if dilated:
        options["dilation"] = dilation
    # As many pixels as the window needs, and enough that none lies between the cells of a window in the padding.
    least = [max(d, d * (k - 1) + 1 - 2 * p) for k, d, p in zip(both(kernel), dilation, padding, strict=True)]
    image = [draw(st.integers(size, size + 6)) for size in least]
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 3)), *image)
    return options, shape, draw(st.sampled_from([np.float64, np.float32]))


@thorough
@given(convolutions(transposed=False))
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
def test_convolution(drawn: tuple[Options, tuple[int, ...], type]) -> None:
    options, shape, dtype = drawn
    compare(Conv2D(**options, dtype=dtype), torch.nn.Conv2d(**options), shape, dtype)


@thorough
@given(convolutions(transposed=True))
def test_transposed_convolution(drawn: tuple[Options, tuple[int, ...], type]) -> None:
    options, shape, dtype = drawn
    compare(ConvTranspose2D(**options, dtype=dtype), torch.nn.ConvTranspose2d(**options), shape, dtype)


@thorough
@given(poolings(dilated=True))
def test_max_pooling(drawn: tuple[Options, tuple[int, ...], type]) -> None:
    options, shape, dtype = drawn
    compare(MaxPool2D(**options), torch.nn.MaxPool2d(**options), shape, dtype)


@thorough
@given(poolings(dilated=False), st.booleans())
def test_average_pooling(drawn: tuple[Options, tuple[int, ...], type], count_include_pad: bool) -> None:
    options, shape, dtype = drawn
    options["count_include_pad"] = count_include_pad
    compare(AvgPool2D(**options), torch.nn.AvgPool2d(**options), shape, dtype)


images = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 9), st.integers(1, 9))
dtypes = st.sampled_from([np.float64, np.float32])


@thorough
@given(images, dtypes, pairs(1, 5), st.sampled_from([None, False, True]))
def test_upsampling(
    shape: tuple[int, ...], dtype: type, scale: int | tuple[int, int], align_corners: bool | None
) -> None:
    if align_corners is None:
        compare(Upsample2D(scale), torch.nn.Upsample(scale_factor=scale), shape, dtype)
        return
    theirs = torch.nn.Upsample(scale_factor=scale, mode="bilinear", align_corners=align_corners)
    compare(Upsample2D(scale, "bilinear", align_corners), theirs, shape, dtype)


@thorough
@given(images, dtypes, pairs(1, 7))
def test_adaptive_pooling(shape: tuple[int, ...], dtype: type, size: int | tuple[int, int]) -> None:
    compare(AdaptiveAvgPool2D(size), torch.nn.AdaptiveAvgPool2d(size), shape, dtype)


@thorough
@given(images, dtypes, st.sampled_from(["zeros", "reflect", "replicate"]), st.lists(st.integers(0, 4), min_size=4))
def test_padding(shape: tuple[int, ...], dtype: type, mode: str, sides: list[int]) -> None:
    above, below, left, right = sides[:4]
    if mode == "reflect":
        above, below = (min(side, shape[2] - 1) for side in (above, below))
        left, right = (min(side, shape[3] - 1) for side in (left, right))
    kinds = {"zeros": "ZeroPad2d", "reflect": "ReflectionPad2d", "replicate": "ReplicationPad2d"}
    theirs = getattr(torch.nn, kinds[mode])((left, right, above, below))
    compare(Pad2D(((above, below), (left, right)), mode), theirs, shape, dtype)


@thorough
@given(images, st.integers(1, 3), st.booleans())
def test_group_normalization(shape: tuple[int, ...], groups: int, affine: bool) -> None:
    # PyTorch refuses a batch that consists of a single number.
    assume(math.prod(shape) > 1)
    n, per_group, *image = shape
    channels = groups * per_group
    ours = GroupNorm(groups, channels, affine=affine, dtype=np.float64)
    theirs = torch.nn.GroupNorm(groups, channels, affine=affine)
    compare(ours, theirs, (n, channels, *image), np.float64)


@thorough
@given(images, st.integers(1, 3), st.booleans())
def test_layer_normalization(shape: tuple[int, ...], axes: int, bias: bool) -> None:
    ours = LayerNorm(shape[-axes:], bias=bias, dtype=np.float64)
    compare(ours, torch.nn.LayerNorm(shape[-axes:], bias=bias), shape, np.float64)


def test_a_state_dict_of_pytorch_loads_as_it_is() -> None:
    theirs = torch.nn.Sequential()
    theirs.add_module("conv", torch.nn.Conv2d(1, 4, 3, groups=1))
    theirs.add_module("norm", torch.nn.BatchNorm2d(4))
    theirs.add_module("up", torch.nn.ConvTranspose2d(4, 2, 2, stride=2))
    theirs.add_module("flatten", torch.nn.Flatten())
    theirs.add_module("fc", torch.nn.Linear(2 * 12 * 12, 3))
    ours = Sequential(
        [
            ("conv", Conv2D(1, 4, 3)),
            ("norm", BatchNorm2D(4)),
            ("up", ConvTranspose2D(4, 2, 2, stride=2)),
            ("flatten", Flatten()),
            ("fc", Linear(2 * 12 * 12, 3)),
        ]
    )
    x = torch.randn(5, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    theirs(x)  # moves the running statistics away from where they begin
    theirs.eval()
    ours.load_state_dict({name: tensor.numpy() for name, tensor in theirs.state_dict().items()})

    np.testing.assert_allclose(ours.forward(x.numpy()), theirs(x).detach().numpy(), rtol=1e-4, atol=1e-5)
    # And back: PyTorch accepts every name, shape and dtype.
    theirs.load_state_dict({name: torch.tensor(value) for name, value in ours.state_dict().items()}, strict=True)
