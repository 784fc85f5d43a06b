"""`digitpad summary`: what a network is made of, in numbers and as a drawing."""

from fractions import Fraction
from pathlib import Path

from digitpad.atomic import atomic_write
from digitpad.commands.output import printable, say, say_json, say_table
from digitpad.errors import DigitpadError
from digitpad.explain.graph import network_svg
from digitpad.models.find import find_network
from digitpad.nn.architectures.summary import LayerSummary, NetworkSummary, summarize
from digitpad.nn.receptive_field import Extent, ReceptiveField


def summary(
    name: str, *, input_shape: tuple[int, int, int] | None, batch_size: int, graph: Path | None, json: bool
) -> None:
    """Print the layers of a network, and draw it if asked to.

    Parameters
    ----------
    name
        A preset architecture or a file with a plan, or a model's name or file.
    input_shape
        Of one sample, (C, H, W); None for the shape that the architecture is made for.
    batch_size
        Samples of the batch whose memory is stated.
    graph
        File for a drawing, SVG; None for none.
    json
        Print one JSON object instead of text.

    Raises
    ------
    DigitpadError
        If there is no such network, the shape does not fit it, or the drawing cannot be written.
    """
    # What a network is made of does not depend on its weights: a preset needs no file.
    model, _ = find_network(name, architecture_first=True)
    shape = input_shape or model.architecture.input_shape
    try:
        table = summarize(model.network, shape)
        drawing = None if graph is None else network_svg(model.network, shape, model.architecture.name)
    except ValueError as error:
        size = ",".join(str(side) for side in shape)
        raise DigitpadError(f"{name} cannot take images of shape {size} ({error}); choose another shape.") from error
    if graph is not None and drawing is not None:
        with atomic_write(graph) as file:
            file.write(drawing.encode())
    if json:
        say_json(_json(table, batch_size))
        return
    _say(model.architecture.name, table, batch_size)
    if graph is not None:
        say(f"Drawn in {printable(graph)}.")


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
    rows.append(["total", "", "", f"{table.parameters:,}", f"{table.multiply_adds:,}", "", "", ""])
    say(f"{name}, input {'x'.join(str(size) for size in table.input_shape)}")
    say()
    header = ["layer", "type", "output", "parameters", "multiply-adds", "receptive field", "stride", "offset"]
    say_table(header, rows, left=2)
    say()
    say(
        f"A batch of {batch_size} and all its activations take {_megabytes(table.activation_bytes(batch_size))}, "
        f"the parameters {_megabytes(4 * table.parameters)}."
    )


def _field(field: ReceptiveField | None) -> list[str]:
    """Return size, stride and offset of a receptive field, rows by columns."""
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
    """Return a fraction as a whole number if it is one."""
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
