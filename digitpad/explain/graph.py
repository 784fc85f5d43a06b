"""The graph of a network: boxes for layers, lines for the flow of data.

It is made from the layers themselves, so it shows what is computed. `graph_drawing` draws it as SVG, and
`digitpad.gui.widgets.network_drawing` in the window.
"""

from collections.abc import Sequence

from digitpad.explain.diagram import Box, Diagram, Line, Point, below_each_other, level_of_u, side_by_side
from digitpad.nn import Layer, Sequential, layers
from digitpad.nn.backend import Shape
from digitpad.nn.layers.activations import Activation
from digitpad.nn.layers.branches import Branches
from digitpad.nn.layers.sample_normalization import SampleNorm
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

_FAMILIES: dict[str, tuple[str, tuple[type[Layer], ...]]] = {
    # The palette of Okabe and Ito, which most people with colour blindness can distinguish.
    "convolution": ("#0072B2", (layers.Conv2D, layers.ConvTranspose2D)),
    "linear": ("#CC79A7", (layers.Linear,)),
    "normalisation": ("#56B4E9", (layers.BatchNorm2D, SampleNorm)),
    "activation": ("#E69F00", (Activation, layers.PReLU, layers.Softmax)),
    "pooling": (
        "#009E73",
        (
            layers.MaxPool2D,
            layers.AvgPool2D,
            layers.AdaptiveAvgPool2D,
            layers.GlobalAveragePool2D,
            layers.Upsample2D,
            layers.Pad2D,
        ),
    ),
    "branches": ("#D55E00", (Branches, layers.AttentionGate)),
    "other": ("#7A868F", ()),
}

#: Upper bounds of the width of most letters, in pixels: bold and plain at 12, plain at 11.
_BOLD_LETTER, _LETTER, _SMALL_LETTER = 8.2, 7.4, 6.8
#: Room between a text on the left and one on the right.
_BETWEEN = 16.0
PADDING = 12.0
"""Room between the border of a box and its texts."""

_LONGEST_NAME = 24


def draw(network: Sequential | None, input_shape: Shape, rest: Sequence[tuple[str, str]] = ()) -> Diagram:
    """Return the boxes and lines of a network, without any drawing tool: they can be painted on anything.

    Parameters
    ----------
    network, input_shape
        The network, and the shape of one sample; None if there are only layers that do not fit.
    rest
        Name and class of further layers, which do not fit: boxes of the family `UNFIT`, in place of the output.

    Raises
    ------
    ValueError
        If the network does not accept this shape; the message begins with the name of the layer.
    """
    measuring = _Painter(0)
    measuring.whole(network, input_shape, rest)
    return _Painter(measuring.needed).whole(network, input_shape, rest)


END, UNFIT = "end", "unfit"
"""The families of the input and the output, and of layers that do not fit."""


def colour_of(family: str) -> str:
    """Return the colour of a family of layers, as "#RRGGBB"."""
    return _FAMILIES.get(family, _FAMILIES["other"])[0]


class _Painter:
    """Draws layers; all boxes have the same width.

    Parameters
    ----------
    width
        Width of the boxes.
    """

    def __init__(self, width: float) -> None:
        self.width = width
        #: The width required by the texts of all boxes made so far.
        self.needed = 176.0

    def whole(self, network: Sequential | None, shape: Shape, rest: Sequence[tuple[str, str]]) -> Diagram:
        """Return the drawing of a network with its input and output, or with the layers that do not fit."""
        start = [self._end(_("input"), shape)]
        unfit = [self._unfit(*layer) for layer in rest]
        if network is None:
            return below_each_other([*start, *unfit])
        return self.chain("", network, shape, start, unfit or [self._end(_("output"), network.output_shape(shape))])

    def layer(self, name: str, layer: Layer, shape: Shape) -> Diagram:
        """Return the drawing of a layer."""
        if isinstance(layer, Sequential):
            return self.chain(name, layer, shape)
        if isinstance(layer, layers.Identity):
            return Diagram.of_line()
        if isinstance(layer, Branches):
            ways = [self.layer(f"{name}.{child}", way, shape) for child, way in layer.branches.items()]
            # Branches with layers go straight down; identity branches go around them.
            ways.sort(key=lambda way: not way.boxes)
            return side_by_side(ways, self.box(name, layer, shape))
        return self.box(name, layer, shape)

    def chain(
        self,
        name: str,
        network: Sequential,
        shape: Shape,
        first: Sequence[Diagram] = (),
        last: Sequence[Diagram] = (),
    ) -> Diagram:
        """Return the drawing of a sequence of layers, with other drawings before and after them."""
        shapes, parts = [], []
        for child in network.layers.values():
            shapes.append(shape)
            shape = child.output_shape(shape)
        steps = [
            (f"{name}.{child}" if name else child, layer, given)
            for (child, layer), given in zip(network.layers.items(), shapes, strict=True)
        ]
        skip = self._only_skip(network)
        if skip is None:
            parts = [self.layer(*step) for step in steps]
            return below_each_other([*first, *parts, *last])
        before = [*first, *(self.layer(*step) for step in steps[:skip])] or [Diagram.of_line()]
        after = [*(self.layer(*step) for step in steps[skip + 1 :]), *last]
        skip_name, layer, given = steps[skip]
        body = self.layer(f"{skip_name}.body", layer.children()["body"], given)
        return level_of_u(below_each_other(before), body, self.box(skip_name, layer, given), after)

    def box(self, name: str, layer: Layer, shape: Shape) -> Diagram:
        """Return a box for a layer, or for the point where its branches meet."""
        output = layer.output_shape(shape)
        # Branches are drawn, and their parameters counted, separately.
        learned = 0 if isinstance(layer, Branches) else sum(p.value.size for p in layer.parameters())
        texts = [(sizes(output), parameters_in_words(learned) if learned else "")]
        if isinstance(layer, Branches):
            texts[0] = (texts[0][0], _("sum") if isinstance(layer, layers.Residual) else _("concatenation"))
        if isinstance(layer, layers.AttentionGate):
            texts.append(("α = σ(ψ relu(θ skip + φ signal))", ""))
        family = next((key for key, (_, kinds) in _FAMILIES.items() if isinstance(layer, kinds)), "other")
        short = _shortened(name.rpartition(".")[2])
        height = 30.0 + 16 * len(texts)
        lengths = [_BOLD_LETTER * len(short) + _LETTER * len(type(layer).__name__)]
        lengths += [_SMALL_LETTER * (len(left) + len(right)) for left, right in texts]
        self.needed = max(self.needed, max(lengths) + _BETWEEN + 2 * PADDING)
        return Diagram.of_box(Box(0, 0, self.width, height, short, type(layer).__name__, name, tuple(texts), family))

    def _end(self, name: str, shape: Shape) -> Diagram:
        return Diagram.of_box(Box(0, 0, self.width, 28, name, sizes(shape), name, (), END))

    def _unfit(self, name: str, kind: str) -> Diagram:
        short = _shortened(name)
        length = _BOLD_LETTER * len(short) + _LETTER * len(kind)
        self.needed = max(self.needed, length + _BETWEEN + 2 * PADDING)
        return Diagram.of_box(Box(0, 0, self.width, 30, short, kind, name, (), UNFIT))

    def _only_skip(self, network: Sequential) -> int | None:
        """Return the index of the skip connection if the sequence can be drawn as a level of a U-Net, else None."""
        places = [i for i, layer in enumerate(network.layers.values()) if isinstance(layer, layers.SkipConnection)]
        if len(places) != 1:
            return None
        after = list(network.layers.values())[places[0] + 1 :]
        plain = all(not layer.children() or isinstance(layer, layers.AttentionGate) for layer in after)
        idle = any(isinstance(layer, layers.Identity) for layer in after)
        return places[0] if plain and not idle else None


def parameters_in_words(count: int) -> str:
    """Return a number of parameters with the word."""
    return ngettext("{count:,} parameter", "{count:,} parameters", count).format(count=count)


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def sizes(shape: Shape) -> str:
    """Return a shape as text: "16 × 14 × 14"."""
    return " × ".join(str(size) for size in shape)


def arrow_head(line: Line) -> tuple[Point, Point, Point]:
    """Return the corners of the head of an arrow at the end of a line, its tip first."""
    (x0, y0), (x, y) = line.points[-2:]
    dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
    if dy:
        dx = 0
    back_x, back_y = x - 7 * dx, y - 7 * dy
    wing_x, wing_y = 3.5 * abs(dy), 3.5 * abs(dx)
    return (x, y), (back_x - wing_x, back_y - wing_y), (back_x + wing_x, back_y + wing_y)
