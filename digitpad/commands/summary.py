"""`digitpad summary`: what a network is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitpad.commands.output import say, say_json, say_table
from digitpad.errors import DigitpadError
from digitpad.model_file import bundled_models, load_model
from digitpad.nn import ARCHITECTURES, Architecture, Layer, Sequential, build
from digitpad.nn.receptive_field import ReceptiveField


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One line of the summary.

    Attributes
    ----------
    name, type
        What the layer is called, and its class.
    output_shape
        Of one sample.
    parameters
        How many numbers it learns.
    multiply_adds
        Operations for one sample.
    receptive_field
        Height and width, in pixels of the image, of what one output cell sees; None where the input is no image.
    """

    name: str
    type: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    receptive_field: tuple[int, int] | None


def summary(name: str, *, input_shape: tuple[int, int, int] | None, json: bool) -> None:
    """Print the layers of a network.

    Parameters
    ----------
    name
        A preset architecture, or a model's name or file.
    input_shape
        Of one sample, (C, H, W); None for the shape that the architecture is made for.
    json
        Print one JSON object instead of text.

    Raises
    ------
    DigitpadError
        If there is no such network, or the shape does not fit it.
    """
    architecture, network = _find(name)
    shape = input_shape or architecture.input_shape
    try:
        layers = list(summarize(network, shape))
    except ValueError as error:
        size = ",".join(str(side) for side in shape)
        raise DigitpadError(f"{name} cannot take images of shape {size} ({error}); choose another shape.") from error
    total = sum(layer.parameters for layer in layers)
    if json:
        say_json({"layers": [_record(layer) for layer in layers], "parameters": total})
        return
    rows = [
        [
            layer.name,
            layer.type,
            "x".join(str(size) for size in layer.output_shape),
            f"{layer.parameters:,}",
            f"{layer.multiply_adds:,}",
            "x".join(str(size) for size in layer.receptive_field or ()),
        ]
        for layer in layers
    ]
    operations = f"{sum(layer.multiply_adds for layer in layers):,}"
    rows.append(["total", "", "", f"{total:,}", operations, ""])
    say(f"{architecture.name}, input {'x'.join(str(size) for size in shape)}")
    say()
    say_table(["layer", "type", "output", "parameters", "multiply-adds", "receptive field"], rows, left=2)


def summarize(network: Sequential, input_shape: tuple[int, ...]) -> Iterator[LayerSummary]:
    """Go through a network's layers in the order of computation.

    Parameters
    ----------
    network
        The network.
    input_shape
        Of one sample.

    Raises
    ------
    ValueError
        If a layer cannot take what comes to it.
    """
    network.output_shape(input_shape)
    field = ReceptiveField.of_image(*input_shape[1:]) if len(input_shape) == 3 else None
    for name, layer in _flat(network):
        output_shape = layer.output_shape(input_shape)
        field = field and layer.receptive_field(field)
        yield LayerSummary(
            name=name,
            type=type(layer).__name__,
            output_shape=tuple(output_shape),
            parameters=sum(parameter.value.size for parameter in layer.parameters()),
            multiply_adds=layer.multiply_adds(input_shape),
            receptive_field=field and field.size,
        )
        input_shape = output_shape


def _find(name: str) -> tuple[Architecture, Sequential]:
    """Return a preset with fresh weights, or the network of a model."""
    if name in ARCHITECTURES:
        return ARCHITECTURES[name], build(ARCHITECTURES[name], rng=np.random.default_rng(0))
    known = {path.stem for path in bundled_models()} | {path.name for path in bundled_models()}
    if name not in known and not Path(name).exists():
        presets = ", ".join(ARCHITECTURES)
        raise DigitpadError(f"There is no architecture or model {name}; name a model file or one of: {presets}.")
    model = load_model(name)
    return model.architecture, model.network


def _flat(network: Sequential, prefix: str = "") -> Iterator[tuple[str, Layer]]:
    """Yield every layer with its full name; layers in a row within a row are taken one by one."""
    for name, layer in network.layers.items():
        if isinstance(layer, Sequential):
            yield from _flat(layer, f"{prefix}{name}.")
        else:
            yield prefix + name, layer


def _record(layer: LayerSummary) -> dict[str, object]:
    return {
        "name": layer.name,
        "type": layer.type,
        "output_shape": list(layer.output_shape),
        "parameters": layer.parameters,
        "multiply_adds": layer.multiply_adds,
        "receptive_field": None if layer.receptive_field is None else list(layer.receptive_field),
    }
