"""The fast path: a network rebuilt from layers that do several steps at once, on the same parameters.

The layers of `digitpad.nn.layers` are the definition; those here give the same results (within rounding) and the
same gradients, in less time: they work on a few images at a time, so that everything stays in the processor's cache,
never ask for memory in the middle of a step, and use Winograd's algorithm for 3x3 convolutions. `fuse` chooses them
wherever a rule matches, and leaves every other layer as it is. What is shown to a person is always computed by the
plain layers.
"""

from collections.abc import Iterator

import numpy as np

from digitpad.nn.backend import array_module
from digitpad.nn.engine.fused.convolution import FusedConv2D
from digitpad.nn.engine.fused.linear import FusedFlatten, FusedLinear
from digitpad.nn.engine.fused.normalization import FusedBatchNorm2D
from digitpad.nn.engine.fused.residual import FusedResidual
from digitpad.nn.engine.fused.taps import TapConv2D
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer
from digitpad.nn.layers import BatchNorm2D, Conv2D, Flatten, Linear, MaxPool2D, ReLU, Residual
from digitpad.nn.network import Sequential

__all__ = ["fuse"]


def fuse(network: Sequential) -> Sequential:
    """Return a network that computes the same as `network`, on the same parameters, faster.

    Parameters
    ----------
    network
        Any network. If its parameters are not all NumPy arrays of one type of floating-point number, it is
        returned as it is.

    Returns
    -------
    Sequential
        For one thread. Outputs and gradients lie in memory that the next call overwrites.
    """
    values = [parameter.value for parameter in network.parameters()]
    kinds = {value.dtype for value in values}
    if len(kinds) != 1 or kinds.pop().kind != "f" or array_module(values[0]) is not np:
        return network
    return _fuse(network, Workspace(values[0].dtype))


def _fuse(network: Sequential, scratch: Workspace) -> Sequential:
    return Sequential(_replace_all(list(network.layers.items()), scratch))


def _replace_all(layers: list[tuple[str, Layer]], scratch: Workspace) -> Iterator[tuple[str, Layer]]:
    """Yield layers that do the work of `layers`, with the names of those they stand for joined by "+"."""
    while layers:
        fast, length = _replace([layer for _, layer in layers], scratch)
        yield "+".join(name for name, _ in layers[:length]), fast
        layers = layers[length:]


def _replace(layers: list[Layer], scratch: Workspace) -> tuple[Layer, int]:
    """Return a layer that does the work of the first of `layers`, and of how many it does."""
    relu = isinstance(_get(layers, 1), ReLU)
    pool = _halves(_get(layers, 1 + relu))
    fused: tuple[Layer, int]
    match layers[0]:
        case Conv2D() as conv if FusedConv2D.supports(conv):
            fused = FusedConv2D(conv, relu=relu, pool=pool, scratch=scratch), 1 + relu + pool
        case Conv2D() as conv if TapConv2D.supports(conv):
            fused = TapConv2D(conv, scratch), 1
        case BatchNorm2D() as norm:
            fused = FusedBatchNorm2D(norm, relu=relu, scratch=scratch), 1 + relu
        case Residual(branches={"body": body, "shortcut": shortcut}):
            ways = [_replace([way], scratch)[0] for way in (body, shortcut)]
            fused = FusedResidual(*ways, relu=relu, scratch=scratch), 1 + relu
        case Sequential() as inner:
            fused = _fuse(inner, scratch), 1
        case Flatten():
            fused = FusedFlatten(scratch), 1
        case Linear() as linear:
            fused = FusedLinear(linear, scratch), 1
        case other:
            fused = other, 1
    return fused


def _get(layers: list[Layer], index: int) -> Layer | None:
    return layers[index] if index < len(layers) else None


def _halves(layer: Layer | None) -> bool:
    """Tell whether `layer` takes the largest of each 2x2 block."""
    return isinstance(layer, MaxPool2D) and (layer.kernel_size, layer.stride, layer.padding) == (
        (2, 2),
        (2, 2),
        ((0, 0), (0, 0)),
    )
