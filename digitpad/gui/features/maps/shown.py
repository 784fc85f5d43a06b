"""The layers of a network that are shown, and what is known about each before anything is computed.

Every layer that computes numbers is shown: convolutions, normalisation, activations, pooling, dense layers, and layers
that join branches. Layers that only pass numbers on (flatten, dropout, identity) would show the same picture twice.
"""

from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication

from digitpad.explain.colours import has_sign
from digitpad.explain.dependencies import Cell
from digitpad.explain.structure import INPUT, Node, Structure

PROBABILITIES = "softmax"
"""The name under which the probabilities are shown: a layer after the last one, with one number for each class."""


@dataclass(frozen=True, slots=True)
class ShownLayer:
    """A layer as the maps show it.

    Attributes
    ----------
    name
        As in the network's activations.
    kind
        Its kind; see `digitpad.explain.structure.Kind`.
    shape
        (maps, height, width); height and width are 1 if the output is a vector.
    title
        A short description of the layer.
    flat
        Whether the output is a vector instead of maps.
    signed
        Whether its numbers can be negative.
    output
        Whether these are the network's logits or probabilities, which are shown in a column.
    picture
        Whether these are the channels of a picture, which are bright where their numbers are large, and not ink.
    """

    name: str
    kind: str
    shape: tuple[int, int, int]
    title: str = ""
    flat: bool = False
    signed: bool = True
    output: bool = False
    picture: bool = False

    @property
    def maps(self) -> int:
        """The number of maps or units."""
        return self.shape[0]

    @property
    def height(self) -> int:
        """Height of a map in cells."""
        return self.shape[1]

    @property
    def width(self) -> int:
        """Width of a map in cells."""
        return self.shape[2]

    @property
    def small(self) -> bool:
        """Whether each map is a single number; the layer is then shown as a block of cells."""
        return self.height == self.width == 1

    @property
    def sizes(self) -> str:
        """The shape in words, as in `32 × 28 × 28`."""
        return str(self.maps) if self.flat else " × ".join(map(str, self.shape))

    def holds(self, place: Cell) -> bool:
        """Whether a cell lies in this layer."""
        inside = 0 <= place.row < self.height and 0 <= place.column < self.width
        return place.layer == self.name and inside and 0 <= place.channel < self.maps


def shown_layers(structure: Structure, classes: int = 0, *, picture: bool = False) -> tuple[ShownLayer, ...]:
    """Return the layers that are shown, in the order of computation, beginning with the picture.

    Parameters
    ----------
    structure
        The network.
    classes
        The number of classes, if probabilities are shown, too; 0 for none.
    picture
        Whether the network reads pictures, and not ink.
    """
    last = structure.seen_through(structure.output).name
    layers = [_layer(structure, node, last) for node in (structure[INPUT], *structure.shown())]
    layers[0] = replace(layers[0], picture=picture)
    if classes and layers[-1].output and PROBABILITIES not in structure.nodes:
        layers.append(
            ShownLayer(
                PROBABILITIES,
                "softmax",
                (classes, 1, 1),
                QCoreApplication.translate("Maps", "probabilities"),
                flat=True,
                signed=False,
                output=True,
            )
        )
    return tuple(layers)


def _layer(structure: Structure, node: Node, last: str) -> ShownLayer:
    flat = len(node.shape) == 1
    shape = (node.shape[0], 1, 1) if flat else (node.shape[0], node.shape[1], node.shape[2])
    signed = has_sign(structure, node.name)
    output = flat and node.name == last
    return ShownLayer(node.name, node.kind, shape, node.title, flat=flat, signed=signed, output=output)
