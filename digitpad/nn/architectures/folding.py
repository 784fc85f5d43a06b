"""Folding: in inference batch normalization is a scale and a shift, which the convolution before it can apply itself.

With s = weight / sqrt(running_var + eps) for each channel, batch normalization of a convolution W x + b is

weight * (W x + b - running_mean) / sqrt(running_var + eps) + bias = (s W) x + (s (b - running_mean) + bias)

which is a convolution with the weight s W and another bias. The folded network computes the same with fewer layers. It
is for inference only: in training, batch normalization uses the statistics of each batch.
"""

from dataclasses import replace

import numpy as np

from digitpad.nn.architectures.plan import Architecture, LayerSpec, build
from digitpad.nn.backend import Array
from digitpad.nn.layers import BatchNorm2D, Conv2D
from digitpad.nn.network import Sequential


def fold_batch_norm(architecture: Architecture, network: Sequential) -> tuple[Architecture, Sequential]:
    """Return a network with the same outputs in inference, in which convolutions include batch normalization.

    Parameters
    ----------
    architecture
        The plan of the network.
    network
        The trained network, which is not changed.

    Returns
    -------
    Architecture, Sequential
        Without each batch normalization that directly follows a convolution and keeps running statistics. Those inside
        a branch or a nested sequence stay, as do all other layers. Weights are copies.
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
    """Return weight and bias of a convolution that does the work of both, computed in float64."""
    if norm.running_mean is None or norm.running_var is None:
        raise ValueError("fold_batch_norm: this batch normalization keeps no running statistics")
    scale = 1 / np.sqrt(norm.running_var.value.astype(np.float64) + norm.eps)
    bias = 0.0 if conv.bias is None else conv.bias.value
    shift = (bias - norm.running_mean.value) * scale
    if norm.weight is not None and norm.bias is not None:
        scale, shift = scale * norm.weight.value, shift * norm.weight.value + norm.bias.value
    kind = conv.weight.value.dtype
    return (conv.weight.value * scale[:, np.newaxis, np.newaxis, np.newaxis]).astype(kind), shift.astype(kind)
