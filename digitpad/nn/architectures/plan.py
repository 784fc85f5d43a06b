"""Architectures: networks described as data, in a form that a file can hold and a person can edit.

A layer is a mapping with its `name`, its `type` (a class of `digitpad.nn.layers`) and the arguments of that class. An
argument that is a list of such mappings becomes a `Sequential`, and a mapping from names to such lists becomes the
branches of a `Concatenate`. `build` turns the data into a network.
"""

import functools
import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitpad.nn import layers as layer_types
from digitpad.nn.backend import DTypeLike, Shape
from digitpad.nn.checks import Checks
from digitpad.nn.layer import Layer
from digitpad.nn.network import Sequential

LayerSpec = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Architecture:
    """The plan of a network.

    Parameters
    ----------
    name
        Its name.
    input_shape
        Shape of one input sample, (C, H, W).
    layers
        The layers in order, as described at the top of the file.
    """

    name: str
    input_shape: Shape
    layers: tuple[LayerSpec, ...]

    def to_json(self) -> str:
        """Return the plan as JSON text."""
        return json.dumps({"name": self.name, "input_shape": self.input_shape, "layers": self.layers})


def build(
    architecture: Architecture,
    *,
    rng: np.random.Generator | None = None,
    dtype: DTypeLike = np.float32,
) -> Sequential:
    """Build the network of an architecture, with initial weights.

    Parameters
    ----------
    architecture
        The plan.
    rng
        Random generator for the initial weights and for dropout; None uses a fresh one that cannot be repeated.
    dtype
        The dtype of the parameters: float32, or float64 for gradient checks.

    Raises
    ------
    TypeError, ValueError
        If a layer type or argument is unknown, or a layer does not accept what the one before it returns; the message
        begins with the layer's name.
    """
    rng = Checks("build").generator(rng)
    network = _sequential(architecture.layers, rng, dtype)
    network.output_shape(architecture.input_shape)
    return network


def _sequential(specs: Sequence[LayerSpec], rng: np.random.Generator, dtype: DTypeLike) -> Sequential:
    layers = []
    for spec in specs:
        if not isinstance(spec, Mapping):
            raise TypeError(f"a layer is {spec!r}; expected a mapping with its name, type and arguments")
        layers.append((str(spec.get("name", "")), _layer(spec, rng, dtype)))
    return Sequential(layers)


def _layer(spec: LayerSpec, rng: np.random.Generator, dtype: DTypeLike) -> Layer:
    name, kind = spec.get("name"), spec.get("type")
    if not isinstance(kind, str) or kind not in layer_types.__all__:
        raise ValueError(f"{name}: type is {kind!r}; expected one of {', '.join(layer_types.__all__)}")
    layer_type = getattr(layer_types, kind)
    accepted = _parameters(layer_type)
    arguments: dict[str, Any] = {}
    for key, value in spec.items():
        if key in {"name", "type"}:
            continue
        if key not in accepted or key in {"rng", "dtype"}:
            raise ValueError(f"{name}: {kind} has no argument {key!r}; expected among {', '.join(accepted)}")
        arguments[key] = _argument(value, rng, dtype)
    given: dict[str, Any] = {"rng": rng, "dtype": dtype}
    arguments |= {key: value for key, value in given.items() if key in accepted}
    try:
        layer: Layer = layer_type(**arguments)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from error
    return layer


@functools.cache
def _parameters(layer_type: type[Layer]) -> tuple[str, ...]:
    """Return the names of a layer's arguments; looking them up takes longer than to make most layers."""
    return tuple(inspect.signature(layer_type).parameters)


def _argument(value: object, rng: np.random.Generator, dtype: DTypeLike) -> object:
    """Return the argument for a value of a plan: layers for plans of layers, tuples for JSON's lists."""
    if isinstance(value, Mapping):
        # A loop, not a comprehension, which would take a frame of the stack more for each level of nested layers.
        made = {}
        for name, inner in value.items():
            made[name] = _argument(inner, rng, dtype)
        return made
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        return _sequential(value, rng, dtype)
    return tuple(value) if isinstance(value, list) else value
