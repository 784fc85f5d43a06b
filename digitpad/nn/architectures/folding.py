"""A network without its batch-norm: in inference it is a scale and a shift, which the convolution before can do itself.

Behind a convolution, with s = weight / sqrt(running_var + eps) for each channel:

weight * (W x + b - running_mean) / sqrt(running_var + eps) + bias = (s W) x + (s (b - running_mean) + bias)

The network computes the same with fewer layers to wait for and to read. Only for reading, not for going on with
training, where batch-norm is more than that.
"""

from dataclasses import replace

import numpy as np

from digitpad.nn.architectures.plan import Architecture, LayerSpec, build
from digitpad.nn.backend import Array
from digitpad.nn.layers import BatchNorm2D, Conv2D
from digitpad.nn.network import Sequential


def fold_batch_norm(architecture: Architecture, network: Sequential) -> tuple[Architecture, Sequential]:
    """Return a network that gives the same outputs in inference, with batch-norm taken into the convolutions.

    Parameters
    ----------
    architecture
        How the network is built.
    network
        Trained; left as it is.

    Returns
    -------
    Architecture, Sequential
        Without each batch-norm that stands right behind a convolution and keeps running statistics. One inside a
        branch or a nested sequence stays, as does every other layer. Weights are copies.
    """
    specs: list[LayerSpec] = []
    state = {name: value.copy() for name, value in network.state_dict().items()}
    before = ""
    for spec, (name, layer) in zip(architecture.layers, network.layers.items(), strict=True):
        conv = network.layers.get(before)
        if isinstance(conv, Conv2D) and isinstance(layer, BatchNorm2D) and layer.running_mean is not None:
            specs[-1] = {**specs[-1], "bias": True}
            state[f"{before}.weight"], state[f"{before}.bias"] = _folded(conv, layer)
            state = {key: value for key, value in state.items() if not key.startswith(f"{name}.")}
        else:
            specs.append(spec)
        before = name
    plan = replace(architecture, layers=tuple(specs))
    result = build(plan, dtype=network.parameters()[0].value.dtype)
    result.load_state_dict(state)
    return plan, result


def _folded(conv: Conv2D, norm: BatchNorm2D) -> tuple[Array, Array]:
    """Return weight and bias of a convolution that does the work of both, worked out in float64."""
    if norm.running_mean is None or norm.running_var is None:
        raise ValueError("fold_batch_norm: this batch-norm keeps no running statistics")
    scale = 1 / np.sqrt(norm.running_var.value.astype(np.float64) + norm.eps)
    bias = 0.0 if conv.bias is None else conv.bias.value
    shift = (bias - norm.running_mean.value) * scale
    if norm.weight is not None and norm.bias is not None:
        scale, shift = scale * norm.weight.value, shift * norm.weight.value + norm.bias.value
    kind = conv.weight.value.dtype
    return (conv.weight.value * scale[:, np.newaxis, np.newaxis, np.newaxis]).astype(kind), shift.astype(kind)
