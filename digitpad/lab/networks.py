"""Networks as a table: shapes, parameters, multiply-adds, memory and receptive fields, each with its formula filled in.

A network is planned as in `digitpad.nn.architectures`, and built layer by layer, so that a layer that does not fit is
reported in its place with what would fit, and the layers before it keep their rows.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from digitpad.errors import DigitpadError
from digitpad.lab.network_misfits import Misfit, misfit_of
from digitpad.lab.unweighted import build_unweighted
from digitpad.models.plan_limits import check_cost, check_plan
from digitpad.nn import Architecture, Sequential, layers
from digitpad.nn.backend import Shape
from digitpad.nn.layer import Layer
from digitpad.nn.parameter import Parameter
from digitpad.nn.receptive_field import ReceptiveField
from digitpad.translation import gettext as _

#: Bytes of one number during training and inference: float32.
ITEM = 4
#: Layers whose receptive field is explained by formulas.
WINDOWS = (layers.Conv2D, layers.MaxPool2D, layers.AvgPool2D)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Row:
    """One layer of a network.

    Attributes
    ----------
    name
        Its name.
    layer
        The layer itself.
    input_shape, output_shape
        Shape of one sample before and after.
    parameters, without_bias
        Number of trained values, with and without the biases of convolutions and linear layers.
    multiply_adds
        Multiply-add operations for one sample.
    activation_bytes
        Memory of its output for one sample, in bytes.
    before, field
        Receptive field of a cell of the input and of the output; None if the network's input is not an image. `before`
        is also None for layers other than `WINDOWS`.
    """

    name: str
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    parameters: int
    without_bias: int
    multiply_adds: int
    activation_bytes: int
    before: ReceptiveField | None
    field: ReceptiveField | None

    @property
    def type(self) -> str:
        """The class of the layer."""
        return type(self.layer).__name__


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NetworkSolution:
    """The table of a network.

    Attributes
    ----------
    plan
        The network as it was planned.
    rows
        The layers up to the first that does not fit.
    misfit
        That layer, if there is one.
    """

    plan: Architecture
    rows: tuple[Row, ...]
    misfit: Misfit | None

    @property
    def parameters(self) -> int:
        """Number of trained values of all rows."""
        return sum(row.parameters for row in self.rows)

    @property
    def without_bias(self) -> int:
        """The same without biases."""
        return sum(row.without_bias for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """Multiply-add operations for one sample."""
        return sum(row.multiply_adds for row in self.rows)

    @property
    def activation_bytes(self) -> int:
        """Memory of the input and all outputs for one sample, in bytes."""
        return ITEM * math.prod(self.plan.input_shape) + sum(row.activation_bytes for row in self.rows)


def solve(plan: Architecture) -> NetworkSolution:
    """Compute the table of a network.

    Raises
    ------
    DigitpadError
        If the input is not a shape, there is no layer, or the network is too large to describe.
    """
    if not plan.input_shape or min(plan.input_shape) < 1:
        raise DigitpadError(_("The input shape has to consist of whole numbers above 0, such as 3,32,32."))
    if not plan.layers:
        raise DigitpadError(_("The network has no layers yet; add one, such as conv 8 3x3."))
    try:
        check_plan(plan)
    except ValueError as error:
        raise DigitpadError(_("The network is too large ({reason}); make it smaller.").format(reason=error)) from error
    rows: list[Row] = []
    shape = plan.input_shape
    field = ReceptiveField.of_image(*shape[1:]) if len(shape) == 3 else None
    for index, spec in enumerate(plan.layers):
        try:
            part = build_unweighted((spec,), shape)
            check_cost(part, shape)
            rows += _rows_of(part, shape, field)
        except (TypeError, ValueError) as error:
            return NetworkSolution(plan=plan, rows=tuple(rows), misfit=misfit_of(index, spec, shape, error))
        shape = part.output_shape(shape)
        field = None if field is None else part.receptive_field(field)
    return NetworkSolution(plan=plan, rows=tuple(rows), misfit=None)


def layer_count(specs: object) -> int:
    """Return the number of planned layers, with those inside others: what the time of `solve` depends on."""
    if isinstance(specs, Mapping):
        return int("type" in specs) + sum(layer_count(value) for value in specs.values())
    if isinstance(specs, list | tuple):
        return sum(layer_count(spec) for spec in specs)
    return 0


def _rows_of(part: Sequential, shape: Shape, field: ReceptiveField | None) -> list[Row]:
    """Return the rows of one planned layer; a composite layer has one for each layer in it."""
    start = ReceptiveField.of_image(1, 1) if field is None else field
    rows: list[Row] = []
    fields = [] if field is None else [field]
    for visit in part.visit("", shape, start):
        after = None if field is None else visit.field
        rows.append(
            Row(
                name=visit.name,
                layer=visit.layer,
                input_shape=visit.input_shape,
                output_shape=visit.output_shape,
                parameters=visit.parameters,
                without_bias=visit.parameters - _biases(visit.layer),
                multiply_adds=visit.multiply_adds,
                activation_bytes=ITEM * math.prod(visit.output_shape),
                before=None if after is None else _field_before(visit.layer, fields, after),
                field=after,
            )
        )
        fields += [] if after is None else [after]
    return rows


def _field_before(layer: Layer, earlier: list[ReceptiveField], field: ReceptiveField) -> ReceptiveField | None:
    """Return the latest earlier field from which a layer makes `field`: in branches it is not always the last."""
    if not isinstance(layer, WINDOWS):
        # Formulas show it for these layers alone, and through the branches of a U-Net the search takes seconds.
        return None
    for candidate in reversed(earlier):
        made = layer.receptive_field(candidate)
        if made == field:
            return candidate
    return None


def _biases(layer: Layer) -> int:
    """Return the number of biases of a convolution or linear layer."""
    if not isinstance(layer, layers.Conv2D | layers.ConvTranspose2D | layers.Linear):
        return 0
    return layer.bias.value.size if isinstance(layer.bias, Parameter) else 0
