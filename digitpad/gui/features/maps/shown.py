"""Which layers of a network are shown, and what there is to say about each before anything is computed.

Every layer that makes numbers of its own is shown: convolutions, normalisation, activations, pooling, dense layers
and the places where branches meet. What only hands numbers on (flatten, dropout, identity) would show the same
picture twice.
"""

from dataclasses import dataclass

from digitpad.explain.colours import has_sign
from digitpad.explain.dependencies import Cell
from digitpad.explain.structure import INPUT, Node, Structure

PROBABILITIES = "softmax"
"""What the network's answer is shown as: a layer behind the last, one number a class."""


@dataclass(frozen=True, slots=True)
class ShownLayer:
    """A layer as the view shows it.

    Attributes
    ----------
    name
        As in the network's activations.
    kind
        What it does, broadly; see `digitpad.explain.structure.Kind`.
    shape
        (maps, height, width); height and width are 1 where the layer makes a vector.
    title
        The layer in a few words.
    flat
        Whether the layer makes a vector rather than maps.
    signed
        Whether its numbers can be negative.
    output
        Whether these are the network's logits or probabilities, which stand one below the other.
    """

    name: str
    kind: str
    shape: tuple[int, int, int]
    title: str = ""
    flat: bool = False
    signed: bool = True
    output: bool = False

    @property
    def maps(self) -> int:
        """How many maps or units there are."""
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
        """Whether each map is a single number, so that the layer is shown as a block of cells."""
        return self.height == self.width == 1

    @property
    def sizes(self) -> str:
        """The shape in words, as in `32 × 28 × 28`."""
        return str(self.maps) if self.flat else " × ".join(map(str, self.shape))

    def holds(self, place: Cell) -> bool:
        """Whether a place lies in this layer."""
        inside = 0 <= place.row < self.height and 0 <= place.column < self.width
        return place.layer == self.name and inside and 0 <= place.channel < self.maps


def shown_layers(structure: Structure, classes: int = 0) -> tuple[ShownLayer, ...]:
    """Return what is shown of a network, the picture first, in the order of computation.

    Parameters
    ----------
    structure
        The network.
    classes
        How many classes it tells apart, so that their probabilities are shown too; 0 for none.
    """
    last = structure.seen_through(structure.output).name
    layers = [_layer(structure, node, last) for node in (structure[INPUT], *structure.shown())]
    if classes and layers[-1].output and PROBABILITIES not in structure.nodes:
        layers.append(
            ShownLayer(PROBABILITIES, "softmax", (classes, 1, 1), "probabilities", flat=True, signed=False, output=True)
        )
    return tuple(layers)


def _layer(structure: Structure, node: Node, last: str) -> ShownLayer:
    flat = len(node.shape) == 1
    shape = (node.shape[0], 1, 1) if flat else (node.shape[0], node.shape[1], node.shape[2])
    signed = has_sign(structure, node.name)
    output = flat and node.name == last
    return ShownLayer(node.name, node.kind, shape, node.title, flat=flat, signed=signed, output=output)
