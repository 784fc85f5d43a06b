"""Layers built for their shapes alone: their weights are zeros, because drawing millions of them takes seconds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from digitpad.models.plan_limits import check_plan
from digitpad.nn import Architecture, Sequential, build
from digitpad.nn.architectures.plan import LayerSpec
from digitpad.nn.backend import Shape

_WEIGHTED = {"Conv2D", "ConvTranspose2D", "Linear"}


def build_unweighted(layers: Sequence[LayerSpec], shape: Shape) -> Sequential:
    """Build planned layers for a sample of `shape`, with weights of zero.

    Raises
    ------
    TypeError, ValueError
        If the plan is wrong, too large, or does not fit the shape; the message begins with the layer's name.
    """
    plan = Architecture("", shape, tuple(layers))
    check_plan(plan)
    undrawn = Architecture("", shape, tuple(_undrawn(spec) for spec in layers))
    return build(undrawn, rng=np.random.default_rng(0))


def _undrawn(value: Any) -> Any:
    """Return a part of a plan in which no layer draws its weights."""
    if isinstance(value, Mapping):
        inner = {key: _undrawn(part) for key, part in value.items()}
        return inner | {"initializer": {"type": "constant"}} if value.get("type") in _WEIGHTED else inner
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        return [_undrawn(part) for part in value]
    return value
