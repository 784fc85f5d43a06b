"""Fused layers: several steps of a network in one pass over memory, on the same parameters.

The layers of `digitpad.nn.layers` are the definition. Those here give the same results and gradients (within rounding)
in less time: they process a few images or rows at a time, so that everything stays in the processor's cache; they
reuse their memory from step to step; and for wide 3x3 kernels they need fewer multiplications (`winograd.py` explains
how). `fuse` replaces layers wherever a rule matches, and leaves the others as they are. What the program shows of a
drawing is never computed by these layers, but by the plain ones, or by `OneImage`, which gives the same bits.

The files, in reading order: `layouts.py` says how images lie in memory, `patches.py` turns a convolution of many images
into matrix products, `kernel_gradient.py` that of its weights, `geometry.py` keeps what depends on shapes alone, and
`direct.py` adds bias, ReLU and pooling. For wide layers, `tiles.py` cuts an image into tiles, `winograd.py` derives the
transforms, `products.py` applies them to many tiles at once, `pooling.py` pools 2x2 blocks, `convolution.py` adds bias
and ReLU, `workspace.py` holds the memory. `rows.py`, `strided.py` and `taps.py` convolve batches of a few images;
`by_batch.py` chooses. `activations.py`, `any_pooling.py`, `dropout.py`, `linear.py`, `normalization.py`,
`residual.py`, `skips.py` and `upsampling.py` are the other layers; `small_products.py` says how large matrices are cut.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from digitpad.nn.backend import array_module
from digitpad.nn.engine.fused.activations import FusedActivation
from digitpad.nn.engine.fused.any_pooling import FusedAvgPool2D, FusedMaxPool2D
from digitpad.nn.engine.fused.by_batch import ByBatch
from digitpad.nn.engine.fused.convolution import FusedConv2D
from digitpad.nn.engine.fused.direct import DirectConv2D
from digitpad.nn.engine.fused.dropout import FusedDropout
from digitpad.nn.engine.fused.linear import FusedFlatten, FusedLinear
from digitpad.nn.engine.fused.normalization import FusedBatchNorm2D
from digitpad.nn.engine.fused.residual import FusedResidual
from digitpad.nn.engine.fused.rows import RowConv2D
from digitpad.nn.engine.fused.skips import FusedAttentionGate, FusedSkipConnection
from digitpad.nn.engine.fused.strided import StridedConv2D
from digitpad.nn.engine.fused.taps import TapConv2D
from digitpad.nn.engine.fused.upsampling import FusedUpsample2D
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer
from digitpad.nn.layers import (
    AttentionGate,
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dropout,
    Flatten,
    Linear,
    MaxPool2D,
    ReLU,
    Residual,
    SkipConnection,
    Upsample2D,
)
from digitpad.nn.layers.activations import Activation
from digitpad.nn.network import Sequential

__all__ = ["fuse"]

#: How many layers one layer stands for at most: a convolution or normalization, its activation and its pooling.
_LONGEST = 3


def fuse(network: Sequential) -> Sequential:
    """Return a faster network that computes the same as `network`, on the same parameters.

    Parameters
    ----------
    network
        Any network. It is returned unchanged unless all its parameters are NumPy arrays of one floating-point type.

    Returns
    -------
    Sequential
        For use by one thread. Its outputs and gradients are in memory that the next call overwrites.
    """
    values = [parameter.value for parameter in network.parameters()]
    kinds = {value.dtype for value in values}
    if len(kinds) != 1 or kinds.pop().kind != "f" or array_module(values[0]) is not np:
        return network
    return _fuse(network, Workspace(values[0].dtype))


def _fuse(network: Sequential, scratch: Workspace) -> Sequential:
    """Return a row of fast layers; each is named after the layers that it replaces, joined by "+"."""
    layers = list(network.layers.items())
    fused: list[tuple[str, Layer]] = []
    place = 0
    # A loop, no generator: blocks may be nested deeply, and each level takes its frames of the stack.
    while place < len(layers):
        nearest = layers[place : place + _LONGEST]
        fast, length = _replace([layer for _, layer in nearest], scratch)
        fused.append(("+".join(name for name, _ in nearest[:length]), fast))
        place += length
    return Sequential(fused)


def _replace(layers: list[Layer], scratch: Workspace) -> tuple[Layer, int]:
    """Return a fast layer for the first of `layers`, and how many of them it replaces."""
    relu = isinstance(_get(layers, 1), ReLU)
    pool = _halves(_get(layers, 1 + relu))
    fused: tuple[Layer, int]
    match layers[0]:
        case Conv2D() | BatchNorm2D() if not relu and _is_pooled_before(_get(layers, 1), _get(layers, 2)):
            fused = _pooled_first(layers, scratch)
        case Conv2D() as conv if FusedConv2D.supports(conv) and FusedConv2D.pays(conv, pool=pool):
            fused = FusedConv2D(conv, relu=relu, pool=pool, scratch=scratch), 1 + relu + pool
        case Conv2D() as conv if StridedConv2D.supports(conv) and StridedConv2D.pays(conv):
            fused = StridedConv2D(conv, scratch), 1
        case Conv2D() as conv if DirectConv2D.supports(conv):
            length = 1 + relu + pool
            fast = DirectConv2D(conv, relu=relu, pool=pool, scratch=scratch)
            fused = ByBatch(_few(layers[:length], scratch), fast), length
        case BatchNorm2D() as norm:
            fused = FusedBatchNorm2D(norm, relu=relu, pool=pool, scratch=scratch), 1 + relu + pool
        case Activation() as first if FusedActivation.is_monotone(first) and isinstance(_get(layers, 1), MaxPool2D):
            swapped = [("pooled", _alone(layers[1], scratch)), ("activation", _alone(first, scratch))]
            fused = Sequential(swapped), 2
        case Residual(branches={"body": body, "shortcut": shortcut}):
            fast_body, _ = _replace([body], scratch)
            fast_shortcut, _ = _replace([shortcut], scratch)
            fused = FusedResidual(fast_body, fast_shortcut, relu=relu, scratch=scratch), 1 + relu
        case layer:
            fused = _alone(layer, scratch), 1
    return fused


def _alone(layer: Layer, scratch: Workspace) -> Layer:
    """Return a fast layer for one that is replaced alone, or the layer itself."""
    fast = layer
    match layer:
        case Sequential():
            fast = _fuse(layer, scratch)
        case SkipConnection(branches={"body": body}):
            fast = FusedSkipConnection(layer, _alone(body, scratch), scratch)
        case AttentionGate():
            theta, phi, psi = (_replace([part], scratch)[0] for part in (layer.theta, layer.phi, layer.psi))
            fast = ByBatch(layer, FusedAttentionGate(layer, theta, phi, psi, scratch))
        case Flatten():
            fast = FusedFlatten(scratch)
        case Activation() if FusedActivation.supports(layer, scratch):
            fast = FusedActivation(layer, scratch)
        case _ if type(layer) in _FUSED:
            fast = _FUSED[type(layer)](layer, scratch)
        case _:
            pass
    return fast


#: The fast form of layers that are replaced one by one, whatever their arguments.
_FUSED: dict[type[Layer], Callable[[Any, Workspace], Layer]] = {
    MaxPool2D: FusedMaxPool2D,
    AvgPool2D: FusedAvgPool2D,
    Upsample2D: FusedUpsample2D,
    Dropout: FusedDropout,
    Linear: FusedLinear,
}


def _is_pooled_before(activation: Layer | None, pool: Layer | None) -> bool:
    """Return whether a pooling may come before an activation instead of after it.

    Where larger inputs never have smaller outputs, the largest output is that of the largest input, and the activation
    is computed for a quarter of the values.
    """
    return FusedActivation.is_monotone(activation) and _halves(pool)


def _pooled_first(layers: list[Layer], scratch: Workspace) -> tuple[Layer, int]:
    """Return a fast layer for a convolution or normalization, an activation and a pooling, in another order."""
    first, activation, pool = layers
    pooled, length = _replace([first, pool], scratch)
    if length == 1:
        return _replace([first], scratch)
    fast, _ = _replace([activation], scratch)
    return Sequential([("pooled", pooled), ("activation", fast)]), len(layers)


def _few(layers: list[Layer], scratch: Workspace) -> Layer:
    """Return a fast layer for a convolution and the ReLU and pooling that follow it, for a batch of few images."""
    conv, *others = layers
    match conv:
        case Conv2D() if FusedConv2D.supports(conv):
            relu, pool = (any(isinstance(layer, kind) for layer in others) for kind in (ReLU, MaxPool2D))
            return FusedConv2D(conv, relu=relu, pool=pool, scratch=scratch)
        case Conv2D() if StridedConv2D.supports(conv):
            fast: Layer = StridedConv2D(conv, scratch)
        case Conv2D() if RowConv2D.supports(conv):
            fast = RowConv2D(conv, scratch)
        case Conv2D() if TapConv2D.supports(conv):
            fast = TapConv2D(conv, scratch)
        case other:
            fast = other
    return Sequential((type(layer).__name__, layer) for layer in (fast, *others)) if others else fast


def _get(layers: list[Layer], index: int) -> Layer | None:
    return layers[index] if index < len(layers) else None


def _halves(layer: Layer | None) -> bool:
    """Return whether `layer` keeps the largest value of each 2x2 block."""
    blocks = ((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1), False)
    return isinstance(layer, MaxPool2D) and blocks == (
        layer.kernel_size,
        layer.stride,
        layer.padding,
        layer.dilation,
        layer.ceil_mode,
    )
