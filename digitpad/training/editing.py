"""Edits an architecture layer by layer, and analyses the result.

Every edit returns a new architecture in which the inputs of the following layers are adapted. `analyze` returns the
output shape, the parameters and the receptive field of each layer; if the network is impossible, it says which layer
fails, why, and what to do. It raises no error, because a network may be impossible while it is being edited.
"""

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from digitpad.errors import DigitpadError
from digitpad.nn import ARCHITECTURES, Architecture, Sequential, build
from digitpad.nn.architectures.plan import LayerSpec
from digitpad.nn.backend import Shape
from digitpad.nn.initializers import resolve
from digitpad.nn.receptive_field import ReceptiveField
from digitpad.training.building import apply_to_architecture
from digitpad.training.layer_kinds import KINDS, LayerKind
from digitpad.training.settings import TrainingSettings
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

#: The argument of each layer type that must match its input.
_INPUT_ARGUMENT = {"Conv2D": "in_channels", "ConvTranspose2D": "in_channels", "BatchNorm2D": "num_features"}
_INPUT_ARGUMENT |= {"Linear": "in_features", "GroupNorm": "num_channels"}
_OF_IMAGES = {"Conv2D", "ConvTranspose2D", "BatchNorm2D", "MaxPool2D", "AvgPool2D", "GlobalAveragePool2D"}
_OF_IMAGES |= {"AdaptiveAvgPool2D", "GroupNorm", "Pad2D", "Upsample2D"}
#: Layers with more parameters are refused: with gradient and Adam's state they would take 800 MB.
_MOST_PARAMETERS = 50_000_000
_EDITED = "-edited"


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer of an architecture, and its output.

    Attributes
    ----------
    index, name, type
        Position, from 0; name; class.
    arguments
        Its other arguments.
    output_shape
        Output shape for one image; None after a layer that fails.
    parameters, multiply_adds
        Number of parameters and operations for one image; None as above.
    receptive_field
        Height and width of the receptive field of one unit; None as above.
    trouble
        Why it fails and what to do; "" if it does not.
    """

    index: int
    name: str
    type: str
    arguments: Mapping[str, Any]
    output_shape: Shape | None = None
    parameters: int | None = None
    multiply_adds: int | None = None
    receptive_field: tuple[int, int] | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysis of an architecture.

    Attributes
    ----------
    rows
        One row per layer.
    trouble
        Why the network cannot work; "" if it can.
    failing
        Index of the layer that fails; None if none fails or the problem is the network as a whole.
    """

    rows: tuple[LayerRow, ...]
    trouble: str = ""
    failing: int | None = None

    @property
    def is_possible(self) -> bool:
        """Whether the network can be built and trained."""
        return not self.trouble

    @property
    def parameters(self) -> int | None:
        """Number of parameters of the network; None if it is impossible."""
        counts = [row.parameters for row in self.rows]
        return None if None in counts else sum(count for count in counts if count is not None)

    @property
    def multiply_adds(self) -> int | None:
        """Operations for one image; None if the network is impossible."""
        counts = [row.multiply_adds for row in self.rows]
        return None if None in counts else sum(count for count in counts if count is not None)


def analyze(architecture: Architecture, classes: int | None = None) -> Analysis:
    """Analyse an architecture layer by layer.

    Parameters
    ----------
    architecture
        Any architecture, including impossible ones.
    classes
        Number of classes to classify; None does not check the output.
    """
    rows: list[LayerRow] = []
    trouble, failing = "", None
    shape: Shape = architecture.input_shape
    field = ReceptiveField.of_image(*shape[1:])
    seen: set[str] = set()
    for index, spec in enumerate(architecture.layers):
        row = LayerRow(index, str(spec.get("name", "")), str(spec.get("type", "")), _arguments(spec))
        if not trouble:
            layer, learned, trouble = _examine(spec, shape)
            trouble = _name_trouble(row.name, seen) or trouble
            if layer is None or trouble:
                failing = index
                row = replace(row, trouble=trouble)
            else:
                cost = layer.multiply_adds(shape)
                shape, field = layer.output_shape(shape), layer.receptive_field(field)
                row = replace(
                    row, output_shape=shape, parameters=learned, multiply_adds=cost, receptive_field=field.size
                )
        seen.add(row.name)
        rows.append(row)
    if not trouble:
        trouble, failing = _output_trouble(architecture, rows, shape, classes)
    return Analysis(tuple(rows), trouble, failing)


def add(architecture: Architecture, index: int, layer_type: str, **arguments: Any) -> Architecture:
    """Return the architecture with a new layer before the one at `index`; `arguments` override the defaults."""
    kind = KINDS[layer_type]
    spec = {"name": _free_name(architecture, kind), "type": layer_type, **kind.defaults, **arguments}
    layers = list(architecture.layers)
    layers.insert(index, spec)
    return _edited(architecture, layers)


def remove(architecture: Architecture, index: int) -> Architecture:
    """Return the architecture without a layer."""
    layers = list(architecture.layers)
    del layers[index]
    return _edited(architecture, layers)


def move(architecture: Architecture, index: int, to: int) -> Architecture:
    """Return the architecture with a layer moved to another position, counted without that layer."""
    layers = list(architecture.layers)
    layers.insert(to, layers.pop(index))
    return _edited(architecture, layers)


def change(architecture: Architecture, index: int, **arguments: Any) -> Architecture:
    """Return the architecture with changed arguments of a layer: its `name`, `type`, or others of its type.

    An argument that is None takes its default. When the type changes, arguments that the new type lacks are dropped.
    """
    spec = dict(architecture.layers[index])
    if "type" in arguments and arguments["type"] != spec.get("type"):
        kind = KINDS[arguments["type"]]
        known = {field.name for field in kind.fields} | {"name"}
        spec = {**kind.defaults, **{key: value for key, value in spec.items() if key in known}}
    spec |= arguments
    layers = list(architecture.layers)
    layers[index] = {key: value for key, value in spec.items() if value is not None}
    return _edited(architecture, layers)


def fit(architecture: Architecture) -> Architecture:
    """Return the architecture with the inputs of all layers adapted, as far as their inputs are known."""
    layers, _ = _fitted(architecture.layers, architecture.input_shape)
    return replace(architecture, layers=tuple(layers))


def _edited(architecture: Architecture, layers: Sequence[LayerSpec]) -> Architecture:
    changed = fit(replace(architecture, layers=tuple(layers)))
    preset = ARCHITECTURES.get(architecture.name)
    # The name of a preset stands for the unchanged preset.
    if preset is not None and changed.to_json() != preset.to_json():
        return replace(changed, name=f"{architecture.name}{_EDITED}")
    base = ARCHITECTURES.get(architecture.name.removesuffix(_EDITED))
    if base is not None and replace(changed, name=base.name).to_json() == base.to_json():
        return replace(changed, name=base.name)
    return changed


def _fitted(specs: Sequence[LayerSpec], shape: Shape | None) -> tuple[list[LayerSpec], Shape | None]:
    """Return consecutive layers with adapted inputs, and their output shape; None if it is not known."""
    fitted: list[LayerSpec] = []
    for spec in specs:
        new = spec
        if shape is not None:
            new = {key: _fitted_inside(value, shape) for key, value in spec.items()}
            argument = _INPUT_ARGUMENT.get(str(spec.get("type")))
            if argument is not None and _takes(str(spec.get("type")), shape):
                new[argument] = shape[0]
            if spec.get("type") == "LayerNorm":
                # Everything is normalized together.
                new["normalized_shape"] = list(shape)
            layer = _examine(new, shape).layer
            shape = None if layer is None else layer.output_shape(shape)
        fitted.append(new)
    return fitted, shape


def _fitted_inside(value: Any, shape: Shape) -> Any:
    """Return an argument of a layer; nested layers are adapted to the input of the whole layer."""
    if isinstance(value, Mapping):
        return {key: _fitted_inside(inner, shape) for key, inner in value.items()}
    if isinstance(value, list | tuple) and value and all(isinstance(inner, Mapping) for inner in value):
        return _fitted(value, shape)[0]
    return value


def _takes(kind: str, shape: Shape) -> bool:
    return len(shape) == (3 if kind in _OF_IMAGES else 1)


def _build_alone(spec: LayerSpec, shape: Shape) -> Sequential:
    """Return a network of one layer; its weights are constant, because random ones take time and are not used."""
    alone = Architecture("", shape, (spec,))
    return build(apply_to_architecture(TrainingSettings(initializer="constant"), alone))


class _Examined(NamedTuple):
    """A network of one layer that fits an input shape, without memory for its weights; or what is wrong."""

    layer: Sequential | None
    learned: int = 0
    trouble: str = ""


def _examine(spec: LayerSpec, shape: Shape) -> _Examined:
    trouble = _visible_trouble(spec, shape)
    if trouble:
        return _Examined(None, trouble=trouble)
    try:
        return _examined_before(json.dumps(spec), shape)
    except (ValueError, TypeError, DigitpadError) as error:
        return _Examined(None, trouble=_explained(spec, shape, str(error)))


@functools.lru_cache(maxsize=512)
def _examined_before(text: str, shape: Shape) -> _Examined:
    """Return the examination of a layer given as JSON; cached, because an edit leaves most layers unchanged."""
    spec = json.loads(text)
    if "initializer" in spec:
        resolve(str(spec.get("type")), spec["initializer"])
    layer = _build_alone(spec, shape)
    learned = sum(parameter.value.size for parameter in layer.parameters())
    for stored in (*layer.parameters(), *layer.buffers()):
        # Only shapes are needed: a broadcast zero stands for each weight array.
        stored.move(lambda value: np.broadcast_to(value.dtype.type(0), value.shape))
    return _Examined(layer, learned)


def _visible_trouble(spec: LayerSpec, shape: Shape) -> str:
    """Return a problem that is visible without building the layer, or ""."""
    name, kind = str(spec.get("name", "")), str(spec.get("type", ""))
    what = words_of(shape)
    if kind in _OF_IMAGES and len(shape) != 3:
        return _(
            "{name} expects feature maps, but its input is {input}: move it before the Flatten layer, or remove it."
        ).format(name=name, input=what)
    if kind == "Linear" and len(shape) != 1:
        return _("{name} expects a vector, but its input is {input}: add a Flatten layer before it.").format(
            name=name, input=what
        )
    argument = _INPUT_ARGUMENT.get(kind)
    if argument is not None and argument in spec and spec[argument] != shape[0]:
        return _("{name} has {argument} = {value}, but its input is {input}: set it to {expected}.").format(
            name=name, argument=argument, value=spec[argument], input=what, expected=shape[0]
        )
    learned = _parameters(spec, shape)
    if learned > _MOST_PARAMETERS:
        return _("{name} would have {count:,} parameters, more than {most:,}: make it smaller.").format(
            name=name, count=learned, most=_MOST_PARAMETERS
        )
    return ""


def _parameters(spec: LayerSpec, shape: Shape) -> int:
    """Return the number of parameters of a large layer without building it, because it might fill the memory."""
    size, out = spec.get("kernel_size", 1), spec.get("out_channels", spec.get("out_features", 1))
    sides = [size, size] if isinstance(size, int) else list(size) if isinstance(size, list | tuple) else []
    numbers = [shape[0], out, *sides]
    return math.prod(numbers) if all(isinstance(number, int) for number in numbers) else 0


def _explained(spec: LayerSpec, shape: Shape, error: str) -> str:
    """Return the error message of a layer in plain words, with what to do."""
    name, kind = str(spec.get("name", "")), str(spec.get("type", ""))
    if "expected it to fit the padded image" in error:
        kernel = spec.get("kernel_size", "")
        size = f"{kernel} × {kernel}" if isinstance(kernel, int) else " × ".join(str(side) for side in kernel)
        return _(
            "{name} has a kernel of {size}, which is larger than its input, {input}: make the kernel smaller, add "
            "padding, or remove a pooling layer before it."
        ).format(name=name, size=size, input=words_of(shape))
    if "groups is" in error and kind == "Conv2D":
        return _(
            "{name} has {groups} groups, which do not divide its {inputs} input channels and {outputs} output "
            "channels: choose a number that divides both."
        ).format(name=name, groups=spec.get("groups"), inputs=shape[0], outputs=spec.get("out_channels"))
    return _("{name} does not work on {input}: {reason}.").format(
        name=name, input=words_of(shape), reason=error.removeprefix(f"{name}: ")
    )


def _name_trouble(name: str, seen: set[str]) -> str:
    if name in seen:
        return _("Two layers have the name {name}: rename one of them.").format(name=name)
    if not name or "." in name:
        return _("A layer has the name {name!r}: give it a name without a dot.").format(name=name)
    return ""


def _output_trouble(
    architecture: Architecture, rows: Sequence[LayerRow], shape: Shape, classes: int | None
) -> tuple[str, int | None]:
    """Return the problem of the network as a whole, and the layer to change."""
    if not rows:
        return _("The network has no layers yet: add one."), None
    if not any(row.parameters for row in rows):
        return _("No layer of this network has parameters: add a Linear or a Conv2D layer."), None
    if classes is None or shape == (classes,) or (classes == 2 and shape == (1,)):
        return "", None
    learning = [row.index for row in rows if row.parameters]
    last = learning[-1]
    if len(shape) != 1:
        trouble = _(
            "The output of {architecture} is {output}, but one number for each of the {classes} classes is needed: add "
            "a Flatten layer and a Linear layer with {classes} units."
        )
        return trouble.format(architecture=architecture.name, output=words_of(shape), classes=classes), None
    name = rows[last].name
    trouble = _("The output of {name} is {output}, but there are {classes} classes: set its units to {classes}.")
    return trouble.format(name=name, output=words_of(shape), classes=classes), last


def words_of(shape: Shape) -> str:
    """Return a shape in words: "8 maps of 14 × 14", "128 numbers"."""
    if len(shape) == 3:
        text = ngettext("{count} map of {height} × {width}", "{count} maps of {height} × {width}", shape[0])
        return text.format(count=shape[0], height=shape[1], width=shape[2])
    if len(shape) == 1:
        return ngettext("{count} number", "{count} numbers", shape[0]).format(count=shape[0])
    return " × ".join(str(size) for size in shape)


def _arguments(spec: LayerSpec) -> dict[str, Any]:
    return {key: value for key, value in spec.items() if key not in {"name", "type"}}


def _free_name(architecture: Architecture, kind: LayerKind) -> str:
    taken = {str(spec.get("name")) for spec in architecture.layers}
    number = 1
    while f"{kind.short}{number}" in taken:
        number += 1
    return f"{kind.short}{number}"
