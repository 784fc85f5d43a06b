"""Converts a network to an ONNX graph: one table maps each class of layer to the equivalent nodes.

The graph is plain data, so this module does not need the `onnx` package. The last node of a layer and its output have
the name of the layer (`conv1`, `block1.body.conv2`), so viewers show the same names as digitpad.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.nn import layers
from digitpad.nn.backend import Array, Shape, to_numpy
from digitpad.nn.layer import Layer
from digitpad.nn.network import Sequential
from digitpad.nn.parameter import Parameter
from digitpad.nn.receptive_field import ReceptiveField
from digitpad.translation import gettext as _

Attribute = int | float | str | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the graph.

    Attributes
    ----------
    op
        Name of the ONNX operator.
    name
        Name of the node.
    inputs, outputs
        Names of its input and output values.
    attributes
        Attributes of the operator.
    """

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]


@dataclass(slots=True)
class Graph:
    """A network as an ONNX graph.

    Attributes
    ----------
    input, output
        Names of the input and output values.
    nodes
        The nodes in the order of computation.
    weights
        Constant arrays by name.
    shapes
        Shape of one sample of the input and of each layer's output, by name.
    """

    input: str
    output: str = ""
    nodes: list[Node] = field(default_factory=list)
    weights: dict[str, NDArray[Any]] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)

    def add(self, op: str, name: str, *inputs: str, **attributes: Attribute) -> str:
        """Append a node with one output, which has the name of the node; return that name."""
        self.nodes.append(Node(op, name, inputs, (name,), attributes))
        return name

    def weight(self, name: str, value: Array) -> str:
        """Add a constant array, floating-point numbers as float32, and return its name."""
        array = to_numpy(value)
        self.weights[name] = array.astype(np.float32) if array.dtype.kind == "f" else array
        return name

    def number(self, name: str, value: float) -> str:
        """Add a constant number and return its name."""
        return self.weight(name, np.asarray(value, np.float32))

    def write(self, layer: Layer, name: str, x: str) -> str:
        """Append the nodes of `layer` for the value `x`, by its row of `ROWS`, and return the name of the output.

        Raises
        ------
        ValueError
            If the table has no row for this class of layer.
        """
        row = ROWS.get(type(layer))
        if row is None:
            raise ValueError(
                _("{layer}: layers of type {type} cannot be exported as ONNX yet").format(
                    layer=name or "network", type=type(layer).__name__
                )
            )
        return row(self, name, layer, x)


def graph_of(network: Sequential, input_shape: Shape) -> Graph:
    """Return a network as an ONNX graph for inference.

    Parameters
    ----------
    network
        The network.
    input_shape
        Shape of one sample.

    Raises
    ------
    ValueError
        If a layer has no counterpart in ONNX, or the shape does not fit.
    """
    image = ReceptiveField.of_image(*input_shape[1:]) if len(input_shape) == 3 else ReceptiveField.of_image(1, 1)
    shapes = {visit.name: visit.output_shape for visit in network.visit("", input_shape, image)}
    name = "input"
    while name in shapes:
        name += "_"
    graph = Graph(name, shapes={name: input_shape, **shapes})
    graph.output = graph.write(network, "", name)
    return graph


Row = Callable[[Graph, str, Any, str], str]
"""Appends the nodes of a layer: (graph, name, layer, name of its input) to the name of its output."""


def _sequential(graph: Graph, name: str, layer: Sequential, x: str) -> str:
    for child_name, child in layer.layers.items():
        x = graph.write(child, f"{name}.{child_name}" if name else child_name, x)
    return x


def _conv(graph: Graph, name: str, layer: layers.Conv2D, x: str) -> str:
    return graph.add("Conv", name, x, *_weights(graph, name, layer.weight, layer.bias), **_window(layer))


def _conv_transpose(graph: Graph, name: str, layer: layers.ConvTranspose2D, x: str) -> str:
    weights = _weights(graph, name, layer.weight, layer.bias)
    return graph.add("ConvTranspose", name, x, *weights, output_padding=layer.output_padding, **_window(layer))


def _weights(graph: Graph, name: str, weight: Parameter, bias: Parameter | None) -> list[str]:
    names = [graph.weight(f"{name}.weight", weight.value)]
    return names if bias is None else [*names, graph.weight(f"{name}.bias", bias.value)]


def _window(layer: layers.Conv2D | layers.ConvTranspose2D) -> dict[str, Attribute]:
    return {
        "kernel_shape": layer.kernel_size,
        "strides": layer.stride,
        "pads": _pads(layer.padding),
        "dilations": layer.dilation,
        "group": layer.groups,
    }


def _pads(padding: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """Return the padding ((above, below), (left, right)) in the order of ONNX: all beginnings, then all ends."""
    (above, below), (left, right) = padding
    return above, left, below, right


def _max_pool(graph: Graph, name: str, layer: layers.MaxPool2D, x: str) -> str:
    return graph.add(
        "MaxPool",
        name,
        x,
        kernel_shape=layer.kernel_size,
        strides=layer.stride,
        pads=_pads(layer.reached_padding(graph.shapes[x][1:])),
        dilations=layer.dilation,
    )


def _avg_pool(graph: Graph, name: str, layer: layers.AvgPool2D, x: str) -> str:
    if layer.ceil_mode:
        return _avg_pool_rounded_up(graph, name, layer, x)
    return graph.add(
        "AveragePool",
        name,
        x,
        kernel_shape=layer.kernel_size,
        strides=layer.stride,
        pads=_pads(layer.padding),
        count_include_pad=int(layer.count_include_pad),
    )


def _avg_pool_rounded_up(graph: Graph, name: str, layer: layers.AvgPool2D, x: str) -> str:
    """Pad with zeros that count, and leave to the pooling what the last windows reach beyond: it does not count."""
    reached = layer.reached_padding(graph.shapes[x][1:])
    if layer.count_include_pad:
        x = _border(graph, f"{name}.padded", layer.padding, "constant", x)
        (_, bottom), (_, right) = reached
        reached = (0, bottom - layer.padding[0][1]), (0, right - layer.padding[1][1])
    return graph.add(
        "AveragePool",
        name,
        x,
        kernel_shape=layer.kernel_size,
        strides=layer.stride,
        pads=_pads(reached),
        count_include_pad=0,
    )


def _pad(graph: Graph, name: str, layer: layers.Pad2D, x: str) -> str:
    mode = {"zeros": "constant", "reflect": "reflect", "replicate": "edge"}[layer.mode]
    return _border(graph, name, layer.padding, mode, x)


def _border(graph: Graph, name: str, padding: Sequence[tuple[int, int]], mode: str, x: str) -> str:
    above, left, below, right = _pads(padding)
    widths = graph.weight(f"{name}.pads", np.array([0, 0, above, left, 0, 0, below, right]))
    return graph.add("Pad", name, x, widths, mode=mode)


def _upsample(graph: Graph, name: str, layer: layers.Upsample2D, x: str) -> str:
    scales = graph.weight(f"{name}.scales", np.array([1, 1, *layer.scale_factor], np.float32))
    if layer.mode == "nearest":
        options = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    else:
        corners = "align_corners" if layer.align_corners else "half_pixel"
        options = {"mode": "linear", "coordinate_transformation_mode": corners}
    # The empty name leaves out the second input, which is for cropping.
    return graph.add("Resize", name, x, "", scales, **options)


def _adaptive_avg_pool(graph: Graph, name: str, layer: layers.AdaptiveAvgPool2D, x: str) -> str:
    """Write the layer as its two matrix products, since windows of unequal size are not a pooling of ONNX."""
    height, width = graph.shapes[x][1:]
    one = np.empty(0, np.float32)
    rows = graph.weight(f"{name}.rows", layer.weights(0, height, one))
    columns = graph.weight(f"{name}.columns", layer.weights(1, width, one).T)
    return graph.add("MatMul", name, graph.add("MatMul", f"{name}.down", rows, x), columns)


def _linear(graph: Graph, name: str, layer: layers.Linear, x: str) -> str:
    return graph.add("Gemm", name, x, *_weights(graph, name, layer.weight, layer.bias), transB=1)


def _dropout(graph: Graph, name: str, layer: layers.Dropout, x: str) -> str:
    # Without the third input, which would enable training mode, the operator passes its input on.
    return graph.add("Dropout", name, x, graph.number(f"{name}.p", layer.p))


def _batch_norm(graph: Graph, name: str, layer: layers.BatchNorm2D, x: str) -> str:
    one, zero = np.ones(layer.num_features, np.float32), np.zeros(layer.num_features, np.float32)
    scale = graph.weight(f"{name}.weight", one if layer.weight is None else layer.weight.value)
    shift = graph.weight(f"{name}.bias", zero if layer.bias is None else layer.bias.value)
    if layer.running_mean is None or layer.running_var is None:
        return _batch_norm_by_batch(graph, name, layer, x)
    mean = graph.weight(f"{name}.running_mean", layer.running_mean.value)
    variance = graph.weight(f"{name}.running_var", layer.running_var.value)
    return graph.add("BatchNormalization", name, x, scale, shift, mean, variance, epsilon=layer.eps)


def _batch_norm_by_batch(graph: Graph, name: str, layer: layers.BatchNorm2D, x: str) -> str:
    """Normalize by the statistics of the batch, for a layer without running statistics."""
    axes = graph.weight(f"{name}.axes", np.array([0, 2, 3]))
    eps = graph.number(f"{name}.eps", layer.eps)
    for part in ("weight", "bias"):
        graph.weights[f"{name}.{part}"] = graph.weights[f"{name}.{part}"].reshape(-1, 1, 1)
    mean = graph.add("ReduceMean", f"{name}.mean", x, axes)
    centered = graph.add("Sub", f"{name}.centered", x, mean)
    squares = graph.add("Mul", f"{name}.squares", centered, centered)
    variance = graph.add("ReduceMean", f"{name}.variance", squares, axes)
    lifted = graph.add("Add", f"{name}.lifted", variance, eps)
    deviation = graph.add("Sqrt", f"{name}.deviation", lifted)
    normalised = graph.add("Div", f"{name}.normalised", centered, deviation)
    scaled = graph.add("Mul", f"{name}.scaled", normalised, f"{name}.weight")
    return graph.add("Add", name, scaled, f"{name}.bias")


def _group_norm(graph: Graph, name: str, layer: layers.GroupNorm, x: str) -> str:
    """Normalize each group as one long row; the operator `GroupNormalization` is too new for many programs."""
    grouped = graph.weight(f"{name}.grouped", np.array([0, layer.num_groups, -1]))
    shape = graph.weight(f"{name}.shape", np.array([0, *graph.shapes[name]]))
    one = graph.weight(f"{name}.one", np.ones(layer.num_groups, np.float32))
    zero = graph.weight(f"{name}.zero", np.zeros(layer.num_groups, np.float32))
    rows = graph.add("Reshape", f"{name}.rows", x, grouped)
    normalised = graph.add("InstanceNormalization", f"{name}.normalised", rows, one, zero, epsilon=layer.eps)
    if layer.weight is None or layer.bias is None:
        return graph.add("Reshape", name, normalised, shape)
    maps = graph.add("Reshape", f"{name}.maps", normalised, shape)
    weight, bias = _weights(graph, name, layer.weight, layer.bias)
    for part in (weight, bias):
        graph.weights[part] = graph.weights[part].reshape(-1, 1, 1)
    return graph.add("Add", name, graph.add("Mul", f"{name}.scaled", maps, weight), bias)


def _layer_norm(graph: Graph, name: str, layer: layers.LayerNorm, x: str) -> str:
    one = np.ones(layer.normalized_shape, np.float32)
    scale = graph.weight(f"{name}.weight", one if layer.weight is None else layer.weight.value)
    shift = () if layer.bias is None else (graph.weight(f"{name}.bias", layer.bias.value),)
    axis = -len(layer.normalized_shape)
    return graph.add("LayerNormalization", name, x, scale, *shift, axis=axis, epsilon=layer.eps)


def _silu(graph: Graph, name: str, _layer: layers.SiLU, x: str) -> str:
    return graph.add("Mul", name, x, graph.add("Sigmoid", f"{name}.sigmoid", x))


def _mish(graph: Graph, name: str, _layer: layers.Mish, x: str) -> str:
    """Compose x * tanh(softplus(x)) of basic operators: the operator `Mish` is too new for many programs."""
    softplus = graph.add("Softplus", f"{name}.softplus", x)
    return graph.add("Mul", name, x, graph.add("Tanh", f"{name}.tanh", softplus))


def _prelu(graph: Graph, name: str, layer: layers.PReLU, x: str) -> str:
    weight = graph.weight(f"{name}.weight", layer.weight.value)
    # The slopes have one axis for each of the sample's, of which the first is the channels'.
    graph.weights[weight] = graph.weights[weight].reshape(-1, *[1] * (len(graph.shapes[name]) - 1))
    return graph.add("PRelu", name, x, weight)


def _selu(graph: Graph, name: str, layer: layers.SELU, x: str) -> str:
    return graph.add("Selu", name, x, alpha=layer.alpha, gamma=layer.scale)


def _hard_sigmoid(graph: Graph, name: str, _layer: layers.Hardsigmoid, x: str) -> str:
    return graph.add("HardSigmoid", name, x, alpha=1 / 6, beta=0.5)


def _gelu(graph: Graph, name: str, layer: layers.GELU, x: str) -> str:
    """Compose x * P(x) of basic operators: the operator `Gelu` is too new for many programs."""
    half = graph.number(f"{name}.half", 0.5)
    one = graph.number(f"{name}.one", 1)
    if layer.approximate == "tanh":
        cubic = graph.number(f"{name}.cubic", 0.044715)
        scale = graph.number(f"{name}.scale", math.sqrt(2 / math.pi))
        cube = graph.add("Mul", f"{name}.cube", graph.add("Mul", f"{name}.square", x, x), x)
        bent = graph.add("Add", f"{name}.bent", x, graph.add("Mul", f"{name}.bend", cube, cubic))
        outer = graph.add("Tanh", f"{name}.tanh", graph.add("Mul", f"{name}.scaled", bent, scale))
    else:
        scale = graph.number(f"{name}.scale", math.sqrt(0.5))
        outer = graph.add("Erf", f"{name}.erf", graph.add("Mul", f"{name}.scaled", x, scale))
    doubled = graph.add("Add", f"{name}.doubled", outer, one)
    return graph.add("Mul", name, x, graph.add("Mul", f"{name}.probability", doubled, half))


def _residual(graph: Graph, name: str, layer: layers.Residual, x: str) -> str:
    return graph.add("Add", name, *_branches(graph, name, layer, x))


def _concatenate(graph: Graph, name: str, layer: layers.Concatenate, x: str) -> str:
    return graph.add("Concat", name, *_branches(graph, name, layer, x), axis=1)


def _branches(graph: Graph, name: str, layer: Layer, x: str) -> list[str]:
    return [graph.write(branch, f"{name}.{branch_name}", x) for branch_name, branch in layer.children().items()]


def _attention_gate(graph: Graph, name: str, layer: layers.AttentionGate, x: str) -> str:
    sizes = graph.weight(f"{name}.channels", np.array([layer.skip_channels, layer.signal_channels]))
    skip, signal = f"{name}.skip", f"{name}.signal"
    graph.nodes.append(Node("Split", f"{name}.split", (x, sizes), (skip, signal), {"axis": 1}))
    theta = graph.write(layer.theta, f"{name}.theta", skip)
    phi = graph.write(layer.phi, f"{name}.phi", signal)
    relu = graph.write(layer.relu, f"{name}.relu", graph.add("Add", f"{name}.compared", theta, phi))
    alpha = graph.write(layer.alpha, f"{name}.alpha", graph.write(layer.psi, f"{name}.psi", relu))
    return graph.add("Concat", name, graph.add("Mul", f"{name}.weighed", skip, alpha), signal, axis=1)


def _plain(op: str, **attributes: str) -> Row:
    """Return a row for a layer that is a single operator; `attributes` name the attributes of the layer to pass."""

    def write(graph: Graph, name: str, layer: Layer, x: str) -> str:
        return graph.add(op, name, x, **{key: getattr(layer, own) for key, own in attributes.items()})

    return write


ROWS: dict[type[Layer], Row] = {
    Sequential: _sequential,
    layers.AdaptiveAvgPool2D: _adaptive_avg_pool,
    layers.AttentionGate: _attention_gate,
    layers.AvgPool2D: _avg_pool,
    layers.BatchNorm2D: _batch_norm,
    layers.Concatenate: _concatenate,
    layers.Conv2D: _conv,
    layers.ConvTranspose2D: _conv_transpose,
    layers.Dropout: _dropout,
    layers.ELU: _plain("Elu", alpha="alpha"),
    layers.Flatten: _plain("Flatten"),
    layers.GELU: _gelu,
    layers.GlobalAveragePool2D: _plain("GlobalAveragePool"),
    layers.GroupNorm: _group_norm,
    layers.Hardsigmoid: _hard_sigmoid,
    layers.Hardswish: _plain("HardSwish"),
    layers.Identity: _plain("Identity"),
    layers.LayerNorm: _layer_norm,
    layers.LeakyReLU: _plain("LeakyRelu", alpha="negative_slope"),
    layers.Linear: _linear,
    layers.MaxPool2D: _max_pool,
    layers.Mish: _mish,
    layers.PReLU: _prelu,
    layers.Pad2D: _pad,
    layers.ReLU: _plain("Relu"),
    layers.Residual: _residual,
    layers.SELU: _selu,
    layers.SiLU: _silu,
    layers.Sigmoid: _plain("Sigmoid"),
    layers.SkipConnection: _concatenate,
    layers.Softmax: _plain("Softmax", axis="axis"),
    layers.Tanh: _plain("Tanh"),
    layers.Upsample2D: _upsample,
}
"""The row of each class of layer."""
