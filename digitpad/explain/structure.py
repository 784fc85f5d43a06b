"""The graph of a network: each activation by name, and the activations that it is computed from.

The `trace` of a network names every activation; this module describes, for any nesting of sequences and branches, what
each name stands for. No activations are computed.
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
from digitpad.nn.layers.sample_normalization import SampleNorm
from digitpad.nn.network import Sequential
from digitpad.nn.receptive_field import ReceptiveField
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop, ngettext

INPUT = "input"

Kind = Literal[
    "input", "convolution", "activation", "pooling", "upsampling", "padding", "dense", "normalization", "softmax",
    "sum", "concatenation", "attention", "unchanged", "other",
]  # fmt: skip
"""The kind of a node; "unchanged" passes its input on in inference: dropout, flattening, identity."""


@dataclass(frozen=True, slots=True)
class Source:
    """An input of a node.

    Attributes
    ----------
    name
        Name of the node that the input comes from.
    first, count
        First channel and number of channels read; usually all.
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
        Name of the activation, as in `forward(capture=True)`; "input" is the normalized image.
    kind
        The kind of the layer.
    layer
        The layer; None for the input.
    sources
        The inputs. Several inputs are the summands of a sum, the parts of a concatenation in order, or the maps and the
        weights of an attention gate; for other layers they are summed first.
    input_shape, shape
        Shapes of input and output for one sample; (C, H, W) or (units,).
    title
        A short description of the layer in the user's language, such as "3 × 3 convolution, 32 maps".
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
        """Whether the activation consists of maps, (C, H, W)."""
        return len(self.shape) == 3

    @property
    def passes_through(self) -> bool:
        """Whether the numbers are those of the source, perhaps in another shape."""
        return self.kind == "unchanged"


class Structure:
    """The graph of a network for one input shape.

    Parameters
    ----------
    network
        The network.
    input_shape
        Shape of one sample.

    Raises
    ------
    ValueError
        If the network does not accept this shape; the message begins with the name of the layer.
    """

    def __init__(self, network: Sequential, input_shape: Shape) -> None:
        network.output_shape(input_shape)
        #: Name of the normalized image: "input", with underscores if a layer has that name.
        self.input = INPUT
        while self.input in network.layers:
            self.input += "_"
        first = Node(self.input, "input", None, (), input_shape, input_shape, _("normalized image"))
        #: By name, in the order of computation; the input first.
        self.nodes: Mapping[str, Node] = {self.input: first}
        #: Names of containers, and the node of their last layer.
        self.aliases: Mapping[str, str] = {}
        builder = _Builder({self.input: first}, {})
        self.output: str = builder.chain("", network, _all_of(first))
        self.nodes, self.aliases = builder.nodes, builder.aliases
        #: Receptive fields of the cells of each activation; empty if the input is not an image.
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
        """Return a node by its name or by the name of a container.

        Raises
        ------
        KeyError
            If the structure has no node of this name.
        """
        return self.nodes[self.aliases.get(name, name)]

    def sources(self, name: str) -> tuple[Node, ...]:
        """Return the nodes that a node is computed from, skipping those that pass their input on unchanged."""
        return tuple(self.seen_through(source.name) for source in self[name].sources)

    def seen_through(self, name: str) -> Node:
        """Return the node that computes the numbers of `name`, skipping dropout, flattening and identity."""
        node = self[name]
        while node.passes_through:
            node = self[node.sources[0].name]
        return node

    def consumers(self, name: str) -> tuple[Node, ...]:
        """Return the nodes that read `name` directly."""
        return tuple(node for node in self if any(source.name == name for source in node.sources))

    def shown(self) -> tuple[Node, ...]:
        """Return the nodes that compute new numbers, in order, without the input."""
        return tuple(node for node in self if node.kind != "input" and not node.passes_through)


class _Builder:
    """Walks through the layers as `Layer.trace` does, and adds a node for each activation."""

    def __init__(self, nodes: dict[str, Node], aliases: dict[str, str]) -> None:
        self.nodes = nodes
        self.aliases = aliases

    def chain(self, prefix: str, network: Sequential, source: Source) -> str:
        """Add a sequence of layers; return the name of the last node."""
        for child_name, layer in network.layers.items():
            last = self.add(prefix + child_name, layer, source)
            source = _all_of(self.nodes[last])
        return source.name

    def add(self, name: str, layer: Layer, source: Source) -> str:
        """Add a layer; return the name of the node with its output."""
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
    "activation": (Activation, layers.PReLU),
    "softmax": (layers.Softmax,),
    "pooling": (layers.MaxPool2D, layers.AvgPool2D, layers.AdaptiveAvgPool2D, layers.GlobalAveragePool2D),
    "upsampling": (layers.Upsample2D,),
    "padding": (layers.Pad2D,),
    "normalization": (layers.BatchNorm2D, SampleNorm),
    "sum": (layers.Residual,),
    "concatenation": (layers.Concatenate,),
    "attention": (layers.AttentionGate,),
}


def kind_of(layer: Layer) -> Kind:
    """Return the kind of a layer."""
    return next((kind for kind, types in _KINDS.items() if isinstance(layer, types)), "other")


#: Titles of layers without sizes, to be translated; the number of maps or units follows.
_TITLES: Mapping[type[Layer], str] = {
    layers.Linear: gettext_noop("dense layer"),
    layers.GlobalAveragePool2D: gettext_noop("global average pooling"),
    layers.BatchNorm2D: gettext_noop("batch normalization"),
    layers.GroupNorm: gettext_noop("group normalization"),
    layers.LayerNorm: gettext_noop("layer normalization"),
    layers.Residual: gettext_noop("sum of the branches"),
    layers.Concatenate: gettext_noop("concatenation of the branches"),
    layers.SkipConnection: gettext_noop("concatenation of skip and body"),
    layers.AttentionGate: gettext_noop("attention gate"),
    layers.Flatten: gettext_noop("flattened maps"),
    layers.Dropout: gettext_noop("dropout (inactive outside training)"),
    layers.Identity: gettext_noop("identity"),
}


def title_of(layer: Layer, shape: Shape) -> str:
    """Return a short description of a layer in the user's language, such as "3 × 3 convolution, 32 maps".

    Parameters
    ----------
    layer
        The layer.
    shape
        Shape of its output, (C, H, W) or (units,).
    """
    extras: list[str] = []
    match layer:
        case layers.Conv2D() | layers.ConvTranspose2D():
            name = _("{size} transposed convolution") if layer.transposed else _("{size} convolution")
            name = name.format(size=_sizes(layer.kernel_size, always_both=True))
            if max(layer.stride) > 1:
                extras.append(_("stride {size}").format(size=_sizes(layer.stride)))
            if max(layer.dilation) > 1:
                extras.append(_("dilation {size}").format(size=_sizes(layer.dilation)))
            if layer.groups > 1:
                extras.append(ngettext("{count:,} group", "{count:,} groups", layer.groups).format(count=layer.groups))
        case layers.MaxPool2D() | layers.AvgPool2D():
            name = _("{size} max pooling") if isinstance(layer, layers.MaxPool2D) else _("{size} average pooling")
            name = name.format(size=_sizes(layer.kernel_size, always_both=True))
            if layer.stride != layer.kernel_size:
                extras.append(_("stride {size}").format(size=_sizes(layer.stride)))
            if max(layer.dilation) > 1:
                extras.append(_("dilation {size}").format(size=_sizes(layer.dilation)))
        case layers.AdaptiveAvgPool2D() | layers.Upsample2D() | layers.Pad2D():
            name = _resizing(layer)
        case _:
            title = _TITLES.get(type(layer))
            name = type(layer).__name__ if title is None else _(title)
    return ", ".join([name, _count(shape), *extras])


def _resizing(layer: layers.AdaptiveAvgPool2D | layers.Upsample2D | layers.Pad2D) -> str:
    """Return how a layer changes the size of its maps."""
    match layer:
        case layers.AdaptiveAvgPool2D(output_size=size):
            return _("average pooling to {size}").format(size=_sizes(size, always_both=True))
        case layers.Upsample2D(scale_factor=scale, mode=mode):
            name = _("{size} upsampling, nearest") if mode == "nearest" else _("{size} upsampling, bilinear")
            return name.format(size=_sizes(scale, always_both=True))
        case layers.Pad2D(mode="zeros"):
            return _("padding with zeros")
        case layers.Pad2D(mode="reflect"):
            return _("padding by reflection")
        case layers.Pad2D():
            return _("padding with the outermost values")


def _count(shape: Shape) -> str:
    if len(shape) == 3:
        return ngettext("{count:,} map", "{count:,} maps", shape[0]).format(count=shape[0])
    units = math.prod(shape)
    return ngettext("{count:,} unit", "{count:,} units", units).format(count=units)


def _sizes(pair: tuple[int, int], *, always_both: bool = False) -> str:
    return f"{pair[0]} × {pair[1]}" if always_both or pair[0] != pair[1] else str(pair[0])
