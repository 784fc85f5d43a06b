"""`digitpad summary`: what a network is made of."""

import numpy as np

from digitpad.commands.output import say, say_json, say_table
from digitpad.errors import DigitpadError
from digitpad.model_file import load_model
from digitpad.nn import ARCHITECTURES, Architecture, Sequential, build
from digitpad.nn.summary import LayerSummary, summarize


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
        table = summarize(network, shape)
    except ValueError as error:
        size = ",".join(str(side) for side in shape)
        raise DigitpadError(f"{name} cannot take images of shape {size} ({error}); choose another shape.") from error
    if json:
        say_json({"layers": [_record(layer) for layer in table.layers], "parameters": table.parameters})
        return
    rows = [
        [
            layer.name,
            layer.type,
            "x".join(str(size) for size in layer.output_shape),
            f"{layer.parameters:,}",
            f"{layer.multiply_adds:,}",
            "x".join(str(size) for size in layer.receptive_field.size) if layer.receptive_field else "-",
        ]
        for layer in table.layers
    ]
    rows.append(["total", "", "", f"{table.parameters:,}", f"{table.multiply_adds:,}", ""])
    say(f"{architecture.name}, input {'x'.join(str(size) for size in shape)}")
    say()
    say_table(["layer", "type", "output", "parameters", "multiply-adds", "receptive field"], rows, left=2)


def _find(name: str) -> tuple[Architecture, Sequential]:
    """Return a preset with fresh weights, or the network of a model."""
    if name in ARCHITECTURES:
        return ARCHITECTURES[name], build(ARCHITECTURES[name], rng=np.random.default_rng(0))
    model = load_model(name)
    return model.architecture, model.network


def _record(layer: LayerSummary) -> dict[str, object]:
    return {
        "name": layer.name,
        "type": layer.type,
        "output_shape": list(layer.output_shape),
        "parameters": layer.parameters,
        "multiply_adds": layer.multiply_adds,
        "receptive_field": list(layer.receptive_field.size) if layer.receptive_field else None,
    }
