"""Writes a network as readable source code of a PyTorch module.

Each layer is an attribute with its own name, so the tensors have the same names as in digitpad (`conv1.weight`).
Composite layers become small classes in the same file; the file does not depend on digitpad.
"""

import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from digitpad import __version__
from digitpad.data.dataset import in_words
from digitpad.export.pytorch_classes import CLASSES, PADDED, RESERVED
from digitpad.models.model_file import CLASSIFICATION, Model
from digitpad.nn import layers
from digitpad.nn.layer import Layer
from digitpad.nn.network import Sequential
from digitpad.translation import gettext as _

_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Source:
    """The source code of a module.

    Attributes
    ----------
    text
        The source code.
    class_name
        Name of the class of the network.
    names
        Names of the tensors in the module, by their names in the network.
    """

    text: str
    class_name: str
    names: Mapping[str, str]


def source_of(model: Model, stem: str) -> Source:
    """Return the source code of a PyTorch module equivalent to the network of a model.

    Parameters
    ----------
    model
        The model.
    stem
        Name of the module and of its weights file, without the extension.

    Raises
    ------
    ValueError
        If a layer has no counterpart in PyTorch; the message names it.
    """
    network, class_name = model.network, _class_name(model.architecture.name)
    renamed = _renamed(network)
    used = {type(layer) for layer in _all(network)}
    parts = [_heading(model, stem, class_name, renamed)]
    parts += [text for kind, text in CLASSES.items() if kind in used]
    if any(isinstance(layer, Sequential) for layer in list(_all(network))[1:]):
        parts.append(CHAIN)
    body = _network_class(model, class_name, renamed)
    if "PaddedConv2d(" in body:
        parts.append(PADDED)
    parts.append(body)
    imports = "from collections import OrderedDict\n" if CHAIN in parts else ""
    parts[0] = parts[0].replace("IMPORTS\n", imports)
    names = {name: ".".join(renamed.get(part, part) for part in name.split(".")) for name in network.state_dict()}
    return Source("\n\n".join(parts), class_name, names)


def expression(name: str, layer: Layer, rename: Mapping[str, str], depth: int = 0) -> str:
    """Return the Python expression that constructs a layer in PyTorch, by its row of `ROWS`.

    Parameters
    ----------
    name
        Name of the layer, for the error message.
    layer
        The layer.
    rename
        New names of layers whose names cannot be used.
    depth
        Indentation level of the expression.

    Raises
    ------
    ValueError
        If the table has no row for this class of layer.
    """
    row = ROWS.get(type(layer))
    if row is not None:
        return row(layer)
    if isinstance(layer, Sequential):
        call, children = "chain", layer.children()
    elif type(layer) in {layers.Residual, layers.SkipConnection, layers.Concatenate}:
        call, children = type(layer).__name__, layer.children()
        if isinstance(layer, layers.SkipConnection):
            children = {"body": children["body"]}
    else:
        raise ValueError(
            _("{layer}: layers of type {type} cannot be exported to PyTorch yet").format(
                layer=name, type=type(layer).__name__
            )
        )
    inner = _INDENT * (depth + 1)
    lines = [
        f"{inner}{rename.get(child, child)}={expression(f'{name}.{child}', part, rename, depth + 1)},"
        for child, part in children.items()
    ]
    return "\n".join([f"{call}(", *lines, f"{_INDENT * depth})"])


def _network_class(model: Model, class_name: str, rename: Mapping[str, str]) -> str:
    network = model.network
    lines = [
        f"class {class_name}(nn.Module):",
        f'    """From {_sizes(model.architecture.input_shape)} images to logits."""',
        "",
        "    def __init__(self) -> None:",
        "        super().__init__()",
    ]
    for name, layer in network.layers.items():
        lines.append(f"        self.{rename.get(name, name)} = {expression(name, layer, rename, 2)}")
    lines += ["", "    def forward(self, x: torch.Tensor) -> torch.Tensor:"]
    shape = model.architecture.input_shape
    statement, comment = "x", _sizes(shape)
    for name, layer in network.layers.items():
        together = isinstance(layer, layers.BatchNorm2D) or (layer.elementwise and statement != "x")
        if not together and statement != "x":
            lines.append(f"        x = {statement}  # {comment}")
            statement = "x"
        statement = f"self.{rename.get(name, name)}({statement})"
        shape = layer.output_shape(shape)
        comment = _sizes(shape)
    lines.append(f"        return {statement}  # {comment}")
    return "\n".join(lines) + "\n"


def _heading(model: Model, stem: str, class_name: str, renamed: Mapping[str, str]) -> str:
    prepared = model.metadata.preprocessing
    content = f", {prepared.content}" if model.metadata.task == CLASSIFICATION else ""
    shape = ", ".join(str(size) for size in model.architecture.input_shape)
    outputs, names = _outputs(model)
    text = [
        f'"""{_harmless(model.name or model.architecture.name)}, exported from digitpad {__version__}.',
        "",
        f"    from {_harmless(stem)} import load",
        "",
        "    network = load()",
        "    logits = network(images)",
        "",
        f"The input is (N, {shape}) in [0, 1]{content}, normalized with mean {in_words(prepared.mean)} and",
        f"standard deviation {in_words(prepared.std)}. {outputs}",
        names,
    ]
    if renamed:
        changes = ", ".join(f"{_harmless(old)} is {new}" for old, new in renamed.items())
        text += ["", f"Some layers cannot keep their names in PyTorch: {changes}."]
    text += [
        '"""',
        "",
        "IMPORTS",
        "from pathlib import Path",
        "",
        "import torch",
        "from safetensors.torch import load_file",
        "from torch import nn",
        "",
        "",
        f'def load(path: Path = Path(__file__).with_suffix(".safetensors")) -> "{class_name}":',
        '    """Return the network with its trained weights, in evaluation mode."""',
        f"    network = {class_name}()",
        "    network.load_state_dict(load_file(path))",
        "    return network.eval()",
        "",
    ]
    return "\n".join(text)


CHAIN = '''\
def chain(**layers: nn.Module) -> nn.Sequential:
    """Apply named layers in sequence."""
    return nn.Sequential(OrderedDict(layers))
'''


def _outputs(model: Model) -> tuple[str, str]:
    """Return what the network returns, in two lines."""
    labels = [_harmless(label) for label in model.metadata.labels]
    if len(labels) == 2 and model.network.output_shape(model.architecture.input_shape) == (1,):
        return "The output is one logit,", f"above 0 for {labels[1]} and below 0 for {labels[0]}."
    return "The outputs are the logits of the classes", f"{', '.join(labels)}."


def _all(layer: Layer) -> list[Layer]:
    """Return a layer and all layers in it, except those that a class of the module contains."""
    if isinstance(layer, layers.AttentionGate):
        return [layer]
    return [layer] + [inner for child in layer.children().values() for inner in _all(child)]


def _renamed(network: Sequential) -> dict[str, str]:
    """Return new names for layers whose names are not valid attributes in PyTorch."""
    taken, changes = set(_layer_names(network)), dict[str, str]()
    for name in _layer_names(network):
        if name.isidentifier() and not keyword.iskeyword(name) and name not in RESERVED and name[0] != "_":
            continue
        clean = "layer_" + re.sub(r"\W", "_", name, flags=re.ASCII).strip("_")
        while clean in taken:
            clean += "_"
        taken.add(clean)
        changes[name] = clean
    return changes


def _layer_names(layer: Layer) -> list[str]:
    if isinstance(layer, layers.AttentionGate):
        return []
    names = []
    for name, child in layer.children().items():
        names += [name, *_layer_names(child)]
    return list(dict.fromkeys(names))


def _class_name(name: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", name)
    joined = "".join(word[0].upper() + word[1:] for word in words)
    taken = {kind.__name__ for kind in CLASSES} | {"PaddedConv2d", "Path", "OrderedDict", "None", "True", "False"}
    return joined if joined[:1].isalpha() and joined not in taken else f"Network{joined}"


def _harmless(text: str) -> str:
    """Return a text without characters that could end the docstring that contains it."""
    return "".join(letter if letter.isprintable() and letter not in '"\\' else "?" for letter in text)


def _sizes(shape: tuple[int, ...]) -> str:
    return " x ".join(str(size) for size in shape)


def _call(kind: str, *arguments: object, **named: object) -> str:
    given = [_plain(argument) for argument in arguments]
    given += [f"{name}={_plain(value)}" for name, value in named.items()]
    return f"nn.{kind}({', '.join(given)})"


def _plain(value: object) -> str:
    """Return an argument as source code; a pair of equal numbers as a single number."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        return repr(value[0])
    return repr(value)


def _but(defaults: Mapping[str, object], **named: object) -> dict[str, object]:
    """Return the named arguments that differ from the defaults of PyTorch."""
    return {name: value for name, value in named.items() if value != defaults[name]}


_CONV = {"stride": (1, 1), "padding": (0, 0), "output_padding": (0, 0), "dilation": (1, 1), "groups": 1, "bias": True}


def _conv(layer: layers.Conv2D) -> str:
    (above, below), (left, right) = layer.padding
    uneven = (above, left) != (below, right)
    reach = [spacing * (size - 1) for spacing, size in zip(layer.dilation, layer.kernel_size, strict=True)]
    # With an even kernel, "same" pads the sides unequally, and PyTorch does the same.
    is_same = layer.stride == (1, 1) and layer.padding == tuple((side // 2, side - side // 2) for side in reach)
    padding: object = (0, 0) if uneven else (above, left)
    named = _but(
        _CONV,
        stride=layer.stride,
        padding="same" if uneven and is_same else padding,
        dilation=layer.dilation,
        groups=layer.groups,
        bias=layer.bias is not None,
    )
    sizes = (layer.in_channels, layer.out_channels, layer.kernel_size)
    if uneven and not is_same:
        return _call("PaddedConv2d", *sizes, sides=_sides(layer.padding), **named).removeprefix("nn.")
    return _call("Conv2d", *sizes, **named)


def _sides(padding: tuple[tuple[int, int], tuple[int, int]]) -> tuple[int, ...]:
    """Return a padding in the order of PyTorch: left, right, above, below."""
    return *padding[1], *padding[0]


def _pad(layer: layers.Pad2D) -> str:
    kind = {"zeros": "ZeroPad2d", "reflect": "ReflectionPad2d", "replicate": "ReplicationPad2d"}[layer.mode]
    return _call(kind, _sides(layer.padding))


def _conv_transpose(layer: layers.ConvTranspose2D) -> str:
    named = _but(
        _CONV,
        stride=layer.stride,
        padding=(layer.padding[0][0], layer.padding[1][0]),
        output_padding=layer.output_padding,
        groups=layer.groups,
        bias=layer.bias is not None,
        dilation=layer.dilation,
    )
    return _call("ConvTranspose2d", layer.in_channels, layer.out_channels, layer.kernel_size, **named)


def _linear(layer: layers.Linear) -> str:
    return _call("Linear", layer.in_features, layer.out_features, **_but(_CONV, bias=layer.bias is not None))


def _batch_norm(layer: layers.BatchNorm2D) -> str:
    defaults = {"eps": 1e-5, "momentum": 0.1, "affine": True, "track_running_stats": True}
    named = _but(
        defaults,
        eps=layer.eps,
        momentum=layer.momentum,
        affine=layer.weight is not None,
        track_running_stats=layer.running_mean is not None,
    )
    return _call("BatchNorm2d", layer.num_features, **named)


def _group_norm(layer: layers.GroupNorm) -> str:
    named = _but({"eps": 1e-5, "affine": True}, eps=layer.eps, affine=layer.weight is not None)
    return _call("GroupNorm", layer.num_groups, layer.num_channels, **named)


def _layer_norm(layer: layers.LayerNorm) -> str:
    learned = layer.weight is not None
    defaults = {"eps": 1e-5, "elementwise_affine": True, "bias": True}
    named = _but(defaults, eps=layer.eps, elementwise_affine=learned, bias=layer.bias is not None or not learned)
    return _call("LayerNorm", list(layer.normalized_shape), **named)


def _pool(kind: str) -> "Row":
    def write(layer: Any) -> str:
        defaults = {"stride": layer.kernel_size, "padding": (0, 0), "dilation": (1, 1)}
        defaults |= {"ceil_mode": False, "count_include_pad": True}
        counted = getattr(layer, "count_include_pad", True)
        (above, below), (left, right) = layer.padding
        uneven = (above, left) != (below, right)
        named = _but(
            defaults,
            stride=layer.stride,
            padding=(0, 0) if uneven else (above, left),
            dilation=layer.dilation,
            ceil_mode=layer.ceil_mode,
            count_include_pad=counted,
        )
        pool = _call(kind, layer.kernel_size, **named)
        if not uneven:
            return pool
        if layer.ceil_mode or not counted:
            raise ValueError(
                _("{type} with padding {padding} cannot be exported to PyTorch").format(
                    type=type(layer).__name__, padding=layer.padding
                )
            )
        border = "0.0" if kind == "AvgPool2d" else 'float("-inf")'
        return f"nn.Sequential(nn.ConstantPad2d({_sides(layer.padding)}, {border}), {pool})"

    return write


def _upsample(layer: layers.Upsample2D) -> str:
    # PyTorch refuses align_corners where values are copied.
    corners = {"align_corners": layer.align_corners} if layer.mode == "bilinear" else {}
    return _call("Upsample", scale_factor=layer.scale_factor, mode=layer.mode, **corners)


def _simple(kind: str, *arguments: str, **attributes: str) -> "Row":
    """Return a row whose arguments are the attributes of the layer with these names."""

    def write(layer: Layer) -> str:
        positional = [getattr(layer, name) for name in arguments]
        return _call(kind, *positional, **{key: getattr(layer, name) for key, name in attributes.items()})

    return write


def _attention_gate(layer: layers.AttentionGate) -> str:
    norm = ", batch_norm=True" if layer.batch_norm else ""
    return f"AttentionGate({layer.skip_channels}, {layer.signal_channels}, {layer.inner_channels}{norm})"


Row = Callable[[Any], str]
"""Returns the expression that constructs a layer in PyTorch."""

ROWS: dict[type[Layer], Row] = {
    layers.AdaptiveAvgPool2D: _simple("AdaptiveAvgPool2d", "output_size"),
    layers.AttentionGate: _attention_gate,
    layers.AvgPool2D: _pool("AvgPool2d"),
    layers.BatchNorm2D: _batch_norm,
    layers.Conv2D: _conv,
    layers.ConvTranspose2D: _conv_transpose,
    layers.Dropout: _simple("Dropout", "p"),
    layers.ELU: _simple("ELU", alpha="alpha"),
    layers.Flatten: lambda _: "nn.Flatten()",
    layers.GELU: _simple("GELU", approximate="approximate"),
    layers.GlobalAveragePool2D: lambda _: "nn.AdaptiveAvgPool2d(1)",
    layers.GroupNorm: _group_norm,
    layers.Hardsigmoid: _simple("Hardsigmoid"),
    layers.Hardswish: _simple("Hardswish"),
    layers.Identity: _simple("Identity"),
    layers.LayerNorm: _layer_norm,
    layers.LeakyReLU: _simple("LeakyReLU", "negative_slope"),
    layers.Linear: _linear,
    layers.MaxPool2D: _pool("MaxPool2d"),
    layers.Mish: _simple("Mish"),
    layers.Pad2D: _pad,
    layers.PReLU: _simple("PReLU", "num_parameters", init="init"),
    layers.ReLU: _simple("ReLU"),
    layers.SELU: _simple("SELU"),
    layers.SiLU: _simple("SiLU"),
    layers.Sigmoid: _simple("Sigmoid"),
    layers.Softmax: _simple("Softmax", dim="axis"),
    layers.Tanh: _simple("Tanh"),
    layers.Upsample2D: _upsample,
}
"""The expression for each layer that is not composite, by its class."""
