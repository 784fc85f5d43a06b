"""What a network is made of, as a graph: each activation by name, and the activations that it is computed from.

A network's `trace` gives every activation a name; this says, for any nesting of rows and branches, what each name
stands for. Nothing is computed with pixels.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from digitpad.nn import layers
from digitpad.nn.backend import Shape
from digitpad.nn.layer import Layer
from digitpad.nn.layers.activations import Activation
from digitpad.nn.layers.branches import Branches
from digitpad.nn.network import Sequential
from digitpad.nn.receptive_field import ReceptiveField

INPUT = "input"

Kind = Literal[
    "input", "convolution", "activation", "pooling", "dense", "normalization", "softmax", "sum", "concatenation",
    "attention", "unchanged", "other",
]  # fmt: skip
"""What a node does; "unchanged" hands its input on in inference: dropout, flattening, identity."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a node reads of another.

    Attributes
    ----------
    name
        The other node.
    first, count
        Its channels from `first` on, `count` of them; most often all.
    """

    name: str
    first: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One activation of a network.

    Attributes
    ----------
    name
        As `forward(capture=True)` names it; "input" is the normalised picture.
    kind
        What the layer does, broadly.
    layer
        The layer; None for the input.
    sources
        What it is computed from. More than one: the summands of a sum, the parts of a concatenation in order, the
        maps and the weights of an attention gate; elsewhere they are added up before the layer sees them.
    input_shape, shape
        Of one sample, before and after; (C, H, W) or (units,).
    title
        The layer in a few words, such as "3 × 3 convolution, 32 maps".
    """

    name: str
    kind: Kind
    layer: Layer | None
    sources: tuple[Source, ...]
    input_shape: Shape
    shape: Shape
    title: str

    @property
    def is_image(self) -> bool:
        """Whether the activation is maps, (C, H, W)."""
        return len(self.shape) == 3

    @property
    def passes_through(self) -> bool:
        """Whether the numbers are those of the source, at most laid out otherwise: nothing new to see."""
        return self.kind == "unchanged"


class Structure:
    """The graph of a network for one shape of picture.

    Parameters
    ----------
    network
        The network.
    input_shape
        Shape of one sample.

    Raises
    ------
    ValueError
        If the network cannot work on such a sample; the message begins with the layer's name.
    """

    def __init__(self, network: Sequential, input_shape: Shape) -> None:
        network.output_shape(input_shape)
        #: Name of the normalised picture: "input", but where a layer is called that.
        self.input = INPUT
        while self.input in network.layers:
            self.input += "_"
        first = Node(self.input, "input", None, (), input_shape, input_shape, "the picture, normalised")
        #: By name, in the order of computation; the input first.
        self.nodes: Mapping[str, Node] = {self.input: first}
        #: Names under which containers note what their last layer made, and the node that it is.
        self.aliases: Mapping[str, str] = {}
        builder = _Builder({self.input: first}, {})
        self.output: str = builder.chain("", network, _all_of(first))
        self.nodes, self.aliases = builder.nodes, builder.aliases
        #: What the cells of each activation see of the picture; empty where the input is no image.
        self.fields: Mapping[str, ReceptiveField] = {}
        if len(input_shape) == 3:
            start = ReceptiveField.of_image(*input_shape[1:])
            seen = {visit.name: visit.field for visit in network.visit("", input_shape, start)}
            self.fields = {self.input: start, **seen}

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __contains__(self, name: object) -> bool:
        return name in self.nodes or name in self.aliases

    def __getitem__(self, name: str) -> Node:
        """Return a node by its name, or by that of a container.

        Raises
        ------
        KeyError
            If there is none.
        """
        return self.nodes[self.aliases.get(name, name)]

    def sources(self, name: str) -> tuple[Node, ...]:
        """Return what a node is computed from, looking through what passes its input on unchanged."""
        return tuple(self.seen_through(source.name) for source in self[name].sources)

    def seen_through(self, name: str) -> Node:
        """Return the node whose numbers `name` shows: itself, or what dropout, flattening or identity pass on."""
        node = self[name]
        while node.passes_through:
            node = self[node.sources[0].name]
        return node

    def consumers(self, name: str) -> tuple[Node, ...]:
        """Return the nodes that read `name` directly."""
        return tuple(node for node in self if any(source.name == name for source in node.sources))

    def shown(self) -> tuple[Node, ...]:
        """Return the nodes that have something of their own to show, in order, without the input."""
        return tuple(node for node in self if node.kind != "input" and not node.passes_through)


class _Builder:
    """Walks through layers as `Layer.trace` does, and notes a node where that notes an activation."""

    def __init__(self, nodes: dict[str, Node], aliases: dict[str, str]) -> None:
        self.nodes = nodes
        self.aliases = aliases

    def chain(self, prefix: str, network: Sequential, source: Source) -> str:
        """Add a row of layers; return the name of the last node."""
        for child_name, layer in network.layers.items():
            last = self.add(prefix + child_name, layer, source)
            source = _all_of(self.nodes[last])
        return source.name

    def add(self, name: str, layer: Layer, source: Source) -> str:
        """Add any layer; return the name of the node with its output."""
        if isinstance(layer, Sequential):
            last = self.chain(f"{name}.", layer, source)
            self.aliases[name] = last
            return last
        if isinstance(layer, Branches):
            ends = [self.add(f"{name}.{child}", way, source) for child, way in layer.branches.items()]
            return self._note(name, layer, tuple(_all_of(self.nodes[end]) for end in ends), self._shape(source))
        if isinstance(layer, layers.AttentionGate):
            return self._gate(name, layer, source)
        return self._note(name, layer, (source,), self._shape(source))

    def _gate(self, name: str, gate: layers.AttentionGate, source: Source) -> str:
        skip = Source(source.name, source.first, gate.skip_channels)
        signal = Source(source.name, source.first + gate.skip_channels, gate.signal_channels)
        compared = tuple(
            _all_of(self.nodes[self.add(f"{name}.{child}", layer, part)])
            for child, layer, part in (("theta", gate.theta, skip), ("phi", gate.phi, signal))
        )
        relu = self._note(f"{name}.relu", gate.relu, compared, self.nodes[compared[0].name].shape)
        psi = self.add(f"{name}.psi", gate.psi, _all_of(self.nodes[relu]))
        alpha = self.add(f"{name}.alpha", gate.alpha, _all_of(self.nodes[psi]))
        return self._note(name, gate, (source, _all_of(self.nodes[alpha])), self._shape(source))

    def _shape(self, source: Source) -> Shape:
        return (source.count, *self.nodes[source.name].shape[1:])

    def _note(self, name: str, layer: Layer, sources: tuple[Source, ...], input_shape: Shape) -> str:
        shape = layer.output_shape(input_shape)
        self.nodes[name] = Node(name, kind_of(layer), layer, sources, input_shape, shape, title_of(layer, shape))
        return name


def _all_of(node: Node) -> Source:
    return Source(node.name, 0, node.shape[0])


_KINDS: Mapping[Kind, tuple[type[Layer], ...]] = {
    "convolution": (layers.Conv2D, layers.ConvTranspose2D),
    "dense": (layers.Linear,),
    "unchanged": (layers.Flatten, layers.Dropout, layers.Identity),
    "activation": (Activation,),
    "softmax": (layers.Softmax,),
    "pooling": (layers.MaxPool2D, layers.AvgPool2D, layers.GlobalAveragePool2D),
    "normalization": (layers.BatchNorm2D,),
    "sum": (layers.Residual,),
    "concatenation": (layers.Concatenate,),
    "attention": (layers.AttentionGate,),
}


def kind_of(layer: Layer) -> Kind:
    """Return what a layer does, broadly."""
    return next((kind for kind, types in _KINDS.items() if isinstance(layer, types)), "other")


#: What layers without sizes of their own are called, before the number of their maps or units.
_TITLES: Mapping[type[Layer], str] = {
    layers.Linear: "dense layer",
    layers.GlobalAveragePool2D: "mean of each map",
    layers.BatchNorm2D: "batch-norm",
    layers.Residual: "sum of the branches",
    layers.Concatenate: "branches side by side",
    layers.SkipConnection: "skip and body side by side",
    layers.AttentionGate: "attention gate",
    layers.Flatten: "the maps in one row",
    layers.Dropout: "dropout, which does nothing outside training",
    layers.Identity: "passed on as it is",
}


def title_of(layer: Layer, shape: Shape) -> str:
    """Return a layer in a few words, such as "3 × 3 convolution, 32 maps".

    Parameters
    ----------
    layer
        The layer.
    shape
        Of its output, (C, H, W) or (units,).
    """
    many = _count(shape[0], "map") if len(shape) == 3 else _count(math.prod(shape), "unit")
    match layer:
        case layers.Conv2D() | layers.ConvTranspose2D():
            name = "transposed convolution" if layer.transposed else "convolution"
            extras = [f"stride {_sizes(layer.stride)}"] if max(layer.stride) > 1 else []
            extras += [f"dilation {_sizes(layer.dilation)}"] if max(layer.dilation) > 1 else []
            extras += [_count(layer.groups, "group")] if layer.groups > 1 else []
            return ", ".join([f"{_sizes(layer.kernel_size, always_both=True)} {name}", many, *extras])
        case layers.MaxPool2D() | layers.AvgPool2D():
            what = "largest" if isinstance(layer, layers.MaxPool2D) else "mean"
            extras = [] if layer.stride == layer.kernel_size else [f"stride {_sizes(layer.stride)}"]
            return ", ".join([f"{what} of each {_sizes(layer.kernel_size, always_both=True)}", many, *extras])
        case _:
            return f"{_TITLES.get(type(layer), type(layer).__name__)}, {many}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _sizes(pair: tuple[int, int], *, always_both: bool = False) -> str:
    return f"{pair[0]} × {pair[1]}" if always_both or pair[0] != pair[1] else str(pair[0])
