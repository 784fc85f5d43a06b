"""Layers inside other layers of an architecture, such as those of a residual block: finding and changing them.

They are named as in the network: `block1.body.conv1` is the layer conv1 in the body of block1.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from digitpad.nn import Architecture
from digitpad.nn.architectures.plan import LayerSpec
from digitpad.training import editing
from digitpad.training.editing import LayerRow

Path = tuple[str | int, ...]


def inner_row(architecture: Architecture, full_name: str) -> LayerRow | None:
    """Return a layer inside others as it is edited: its arguments, without shapes; None if there is no such layer."""
    path = _path_to(architecture.layers, full_name.split("."))
    if path is None:
        return None
    spec = _at(architecture.layers, path)
    arguments = {key: value for key, value in spec.items() if key not in {"name", "type"}}
    return LayerRow(int(path[0]), str(spec.get("name", "")), str(spec.get("type", "")), arguments)


def change_inner(architecture: Architecture, full_name: str, **arguments: Any) -> Architecture:
    """Return the architecture with changed arguments of a layer inside others.

    Parameters
    ----------
    architecture
        The architecture.
    full_name
        The layer.
    **arguments
        Its `name`, or arguments of its type; one that is None takes its default.

    Raises
    ------
    KeyError
        If the layer does not exist.
    """
    path = _path_to(architecture.layers, full_name.split("."))
    if path is None or len(path) < 2:
        raise KeyError(full_name)
    spec = {**_at(architecture.layers, path), **arguments}
    kept = {key: value for key, value in spec.items() if value is not None}
    top, inside = int(path[0]), path[1:]
    first = str(inside[0])
    whole = _replaced(architecture.layers[top][first], inside[1:], kept)
    return editing.change(architecture, top, **{first: whole})


def _path_to(specs: Sequence[LayerSpec], names: Sequence[str]) -> Path | None:
    """Return the keys and indices that lead to a layer, beginning in a sequence of layers."""
    index = next((index for index, spec in enumerate(specs) if spec.get("name") == names[0]), None)
    if index is None or len(names) == 1:
        return None if index is None else (index,)
    spec = specs[index]
    keys: Path = (names[1],)
    inner = spec.get(names[1])
    branches = spec.get("branches")
    if inner is None and isinstance(branches, Mapping):
        keys, inner = ("branches", names[1]), branches.get(names[1])
    if not isinstance(inner, list | tuple) or len(names) < 3:
        return None
    rest = _path_to(inner, names[2:])
    return None if rest is None else (index, *keys, *rest)


def _at(value: Any, path: Path) -> LayerSpec:
    for key in path:
        value = value[key]
    spec: LayerSpec = value
    return spec


def _replaced(value: Any, path: Path, new: LayerSpec) -> Any:
    """Return nested lists and mappings with another layer at the end of a path."""
    if not path:
        return new
    key, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {**value, key: _replaced(value[key], rest, new)}
    parts = list(value)
    parts[int(key)] = _replaced(parts[int(key)], rest, new)
    return parts
