"""The drawing of a planned network: a box for each layer, also for those that do not fit."""

from digitpad.explain.diagram import Diagram
from digitpad.explain.graph import draw
from digitpad.lab.unweighted import build_unweighted
from digitpad.nn import Architecture


def draw_plan(plan: Architecture) -> Diagram:
    """Return the boxes and lines of a plan.

    The first part of a box's full name is the name of its layer in the plan. From the first layer that does not fit on,
    boxes have no shapes and are of the family `digitpad.explain.graph.UNFIT`.
    """
    try:
        return draw(build_unweighted(plan.layers, plan.input_shape), plan.input_shape)
    except (TypeError, ValueError):
        count = _fitting(plan)
    rest = [(str(spec.get("name", "")), str(spec.get("type", ""))) for spec in plan.layers[count:]]
    fitting = build_unweighted(plan.layers[:count], plan.input_shape) if count else None
    return draw(fitting, plan.input_shape, rest)


def _fitting(plan: Architecture) -> int:
    """Return the number of layers before the first that does not fit, or has the name of an earlier one."""
    shape = plan.input_shape
    names: set[object] = set()
    for index, spec in enumerate(plan.layers):
        try:
            shape = build_unweighted((spec,), shape).output_shape(shape)
        except (TypeError, ValueError):
            return index
        if spec.get("name") in names:
            return index
        names.add(spec.get("name"))
    return len(plan.layers)
