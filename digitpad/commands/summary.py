"""`digitpad summary`: the layers of a network as a table and as a graph."""

from fractions import Fraction
from pathlib import Path

from digitpad.atomic import atomic_write
from digitpad.commands.output import printable, say, say_json, say_table
from digitpad.errors import DigitpadError
from digitpad.explain.graph_drawing import network_svg
from digitpad.models.find import find_network
from digitpad.models.plan_limits import check_cost
from digitpad.nn.architectures.summary import LayerSummary, NetworkSummary, summarize
from digitpad.nn.receptive_field import Extent, ReceptiveField
from digitpad.translation import gettext as _


def summary(
    name: str, *, input_shape: tuple[int, int, int] | None, batch_size: int, graph: Path | None, json: bool
) -> None:
    """Print the layers of a network, and draw its graph on request.

    Parameters
    ----------
    name
        A preset architecture or an architecture file, or the name or file of a model.
    input_shape
        Shape (C, H, W) of one image; None for the input shape of the architecture.
    batch_size
        Batch size for which the memory is computed.
    graph
        SVG file for the graph; None for no graph.
    json
        Print one JSON object instead of text.

    Raises
    ------
    DigitpadError
        If the network does not exist, the shape does not fit it, or the graph cannot be written.
    """
    # The layers do not depend on the weights: a preset needs no file.
    model = find_network(name, architecture_first=True)[0]
    shape = input_shape or model.architecture.input_shape
    try:
        check_cost(model.network, shape)
        table = summarize(model.network, shape)
        drawing = None if graph is None else network_svg(model.network, shape, model.architecture.name)
    except ValueError as error:
        size = ",".join(str(side) for side in shape)
        raise DigitpadError(
            _("{name} does not accept images of shape {shape} ({reason}); choose another shape.").format(
                name=name, shape=size, reason=error
            )
        ) from error
    if graph is not None and drawing is not None:
        with atomic_write(graph) as file:
            file.write(drawing.encode())
    if json:
        say_json(_json(table, batch_size))
        return
    _say(model.architecture.name, table, batch_size)
    if graph is not None:
        say(_("Wrote the graph to {path}.").format(path=printable(graph)))


def _say(name: str, table: NetworkSummary, batch_size: int) -> None:
    rows = [
        [
            layer.name,
            layer.type,
            "x".join(str(size) for size in layer.output_shape),
            f"{layer.parameters:,}",
            f"{layer.multiply_adds:,}",
            *_field(layer.receptive_field),
        ]
        for layer in table.layers
    ]
    rows.append([_("total"), "", "", f"{table.parameters:,}", f"{table.multiply_adds:,}", "", "", ""])
    size = "x".join(str(side) for side in table.input_shape)
    say(_("{name}, input {shape}").format(name=name, shape=size))
    say()
    header = [
        _("layer"),
        _("type"),
        _("output"),
        _("parameters"),
        _("multiply-adds"),
        _("receptive field"),
        _("stride"),
        _("offset"),
    ]
    say_table(header, rows, left=2)
    say()
    say(
        _(
            "Memory: {activations} for a batch of {batch_size} and its activations, {parameters} for the parameters."
        ).format(
            batch_size=batch_size,
            activations=_megabytes(table.activation_bytes(batch_size)),
            parameters=_megabytes(4 * table.parameters),
        )
    )


def _field(field: ReceptiveField | None) -> list[str]:
    """Return the size, stride and offset of a receptive field, rows by columns."""
    if field is None:
        return ["-", "-", "-"]
    both = (field.rows, field.columns)
    return [
        "x".join(str(extent.size) for extent in both),
        _pair([str(_number(extent.stride)) for extent in both]),
        _pair([str(_number(extent.start)) for extent in both]),
    ]


def _pair(texts: list[str]) -> str:
    return texts[0] if texts[0] == texts[1] else ",".join(texts)


def _number(value: Fraction) -> float:
    """Return a fraction as an integer if it is one, else as a float."""
    return int(value) if value.denominator == 1 else float(value)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"


def _json(table: NetworkSummary, batch_size: int) -> dict[str, object]:
    return {
        "layers": [_record(layer) for layer in table.layers],
        "parameters": table.parameters,
        "multiply_adds": table.multiply_adds,
        "input_shape": list(table.input_shape),
        "batch_size": batch_size,
        "activation_bytes": table.activation_bytes(batch_size),
        "parameter_bytes": 4 * table.parameters,
    }


def _record(layer: LayerSummary) -> dict[str, object]:
    extents: list[Extent] = []
    if layer.receptive_field is not None:
        extents = [layer.receptive_field.rows, layer.receptive_field.columns]
    return {
        "name": layer.name,
        "type": layer.type,
        "output_shape": list(layer.output_shape),
        "parameters": layer.parameters,
        "multiply_adds": layer.multiply_adds,
        "receptive_field": [extent.size for extent in extents] or None,
        "receptive_field_stride": [_number(extent.stride) for extent in extents] or None,
        "receptive_field_offset": [_number(extent.start) for extent in extents] or None,
    }
