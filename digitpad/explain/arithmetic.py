"""Where one number of a network comes from, in numbers that can be checked with a pencil.

The network works in float32, and its number depends a little on the order in which its processor adds. What is shown is
computed anew, in float64, from the very operands that the network had: the products and sums are then right to more
digits than anyone reads. What the network's own number differs by is its rounding; it is a summand like the others, so
what is shown always adds up to the number on the map, and the tests bound it by what float32 can do.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.explain.dependencies import Cell

Numbers = NDArray[np.float32]
Exact = NDArray[np.float64]
Inside = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Summand:
    """One line of a sum.

    Attributes
    ----------
    name
        What it is, in words: "pool1 map 16", "29 other maps", "bias", "rounding".
    value
        The number.
    """

    name: str
    value: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Arithmetic:
    """How one number comes about; each kind of layer has its own.

    Attributes
    ----------
    cell
        Whose number it is.
    value
        The network's own float32 number: what the map shows.
    computed
        The same from the numbers shown here, in float64.
    """

    cell: Cell
    value: float
    computed: float

    @property
    def rounding(self) -> float:
        """What the network's float32 arithmetic lost or gained: `value - computed`."""
        return self.value - self.computed

    def summands(self) -> tuple[Summand, ...]:
        """Return lines that add up to `value`; a number that is no sum has one of itself."""
        return self._with_rounding((Summand("computed", self.computed),))

    def _with_rounding(self, lines: tuple[Summand, ...]) -> tuple[Summand, ...]:
        return (*lines, Summand("rounding", self.rounding)) if self.rounding else lines


@dataclass(frozen=True, slots=True, eq=False)
class MapTerm:
    """What one map of the layer before adds to a convolution's number: the sum of patch times kernel.

    Attributes
    ----------
    source
        The map, as its cell in the middle of the patch or nearest to it.
    patch
        float32 (kernel height, kernel width): what the kernel lies on; 0 outside the map.
    inside
        bool, of that shape: False for padding, and where a transposed convolution lays no tap.
    top, left
        Of the patch's first row and column inside the map; both 0 if all is padding.
    bottom, right
        The ends, excluded.
    kernel
        float32, of that shape.
    products
        float64, of that shape: patch * kernel.
    value
        Their sum.
    """

    source: Cell
    patch: Numbers
    inside: Inside
    top: int
    left: int
    bottom: int
    right: int
    kernel: Numbers
    products: Exact
    value: float

    @property
    def name(self) -> str:
        """The map, in words."""
        return f"{self.source.layer} map {self.source.channel}"


@dataclass(frozen=True, slots=True, eq=False)
class UnitTerm:
    """What one number of the layer before adds to a dense unit's.

    Attributes
    ----------
    source
        The number's cell, on its map if the maps were flattened.
    operand, weight
        The two numbers.
    value
        Their product, float64.
    on_map
        Whether the source has places.
    """

    source: Cell
    operand: float
    weight: float
    value: float
    on_map: bool

    @property
    def name(self) -> str:
        """The number's place, in words."""
        if not self.on_map:
            return f"{self.source.layer} unit {self.source.channel}"
        return f"{self.source.layer} map {self.source.channel}, row {self.source.row}, column {self.source.column}"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WeightedSum(Arithmetic):
    """A convolution's number, or a dense unit's: terms plus bias.

    Attributes
    ----------
    terms
        `MapTerm` of a convolution, `UnitTerm` of a dense unit; the largest by size first.
    others
        How many more terms there are.
    others_value
        Their sum.
    bias
        The learned number added; None if the layer has none.
    """

    terms: tuple[MapTerm | UnitTerm, ...]
    others: int
    others_value: float
    bias: float | None

    def summands(self) -> tuple[Summand, ...]:
        """Return terms, rest, bias and rounding, which add up to `value`."""
        lines = [Summand(term.name, term.value) for term in self.terms]
        if self.others:
            what = "map" if isinstance(self.terms[0], MapTerm) else "unit"
            lines.append(Summand(f"{self.others:,} other {what}{'' if self.others == 1 else 's'}", self.others_value))
        if self.bias is not None:
            lines.append(Summand("bias", self.bias))
        return self._with_rounding(tuple(lines))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pooling(Arithmetic):
    """The largest or the mean of a window.

    Attributes
    ----------
    source
        The map, as its cell at the window's first row and column inside the map.
    numbers
        float32 (window height, window width); what is padding is 0.
    inside
        bool, of that shape: False for padding.
    winner
        Row and column in the window of the largest, the first of several; None for a mean.
    winner_cell
        The same as a cell of the layer before.
    divisor
        What the sum is divided by for the mean; None for the largest.
    total
        The sum, float64; None for the largest.
    """

    source: Cell
    numbers: Numbers
    inside: Inside
    winner: tuple[int, int] | None = None
    winner_cell: Cell | None = None
    divisor: int | None = None
    total: float | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pointwise(Arithmetic):
    """An activation: a formula of one number.

    Attributes
    ----------
    source
        Where the number comes from; the first of them if several are added up.
    operand
        The number x.
    formula
        The layer's formula, with x and the names of its constants; of two cases, the one that holds for this x.
    constants
        The formula's constants by name.
    passes
        For a ReLU and its like whether x is positive and passes the gate; None where there is none.
    parts
        What `operand` is the sum of, if it is one; empty otherwise.
    """

    source: Cell
    operand: float
    formula: str
    constants: tuple[Summand, ...] = ()
    passes: bool | None = None
    parts: tuple[Summand, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Normalization(Arithmetic):
    """Batch-norm, weight * (x - mean) / sqrt(variance + eps) + bias; or the normalisation of the picture itself.

    Attributes
    ----------
    source
        Where x comes from; None for the picture's pixel.
    operand
        The number x.
    mean, variance, eps
        The statistics: running ones, or the picture's preparation (`variance` is then its std squared, `eps` 0).
    normalized
        (x - mean) / sqrt(variance + eps).
    weight, bias
        The learned factor and summand (gamma and beta); 1 and 0 if the layer learns none.
    learned
        Whether it does.
    """

    source: Cell | None
    operand: float
    mean: float
    variance: float
    eps: float
    normalized: float
    weight: float
    bias: float
    learned: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sum(Arithmetic):
    """Where branches are added up.

    Attributes
    ----------
    sources
        A cell for each branch.
    parts
        Their numbers.
    """

    sources: tuple[Cell, ...]
    parts: tuple[Summand, ...]

    def summands(self) -> tuple[Summand, ...]:
        """Return the branches' numbers and the rounding, which add up to `value`."""
        return self._with_rounding(self.parts)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Copy(Arithmetic):
    """A number that comes from elsewhere as it is: a concatenation, dropout in inference, flattening, identity.

    Attributes
    ----------
    source
        Where it comes from.
    """

    source: Cell


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Gating(Arithmetic):
    """A skip's number weighed by an attention gate: operand * alpha.

    Attributes
    ----------
    source, alpha_source
        Where both come from.
    operand, alpha
        The numbers.
    """

    source: Cell
    alpha_source: Cell
    operand: float
    alpha: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SoftmaxShare(Arithmetic):
    """A probability: one exponential's share of the sum of all.

    Attributes
    ----------
    index
        Which of them.
    operands
        float32: the numbers whose softmax it is.
    largest
        The largest of them, which is subtracted before exp; that changes no share.
    exponentials
        float64: exp(operand - largest).
    total
        Their sum.
    """

    index: int
    operands: Numbers
    largest: float
    exponentials: Exact
    total: float
