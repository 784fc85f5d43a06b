"""Layers built for their shapes alone: their weights are zeros, because drawing millions of them takes seconds."""

from collections.abc import Sequence

from digitpad.models.plan_limits import check_plan
from digitpad.nn import Architecture, Sequential, build
from digitpad.nn.architectures.plan import LayerSpec
from digitpad.nn.backend import Shape
from digitpad.training.building import with_zero_weights


def build_unweighted(layers: Sequence[LayerSpec], shape: Shape) -> Sequential:
    """Build planned layers for a sample of `shape`, with weights of zero.

    Raises
    ------
    TypeError, ValueError
        If the plan is wrong, too large, or does not fit the shape; the message begins with the layer's name.
    """
    plan = Architecture("", shape, tuple(layers))
    check_plan(plan)
    return build(with_zero_weights(plan))
