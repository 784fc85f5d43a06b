"""The arithmetic of one number of a network, step by step, so that it can be checked by hand.

The network computes in float32, and its result depends slightly on the order of the additions. The numbers shown are
recomputed in float64 from the network's own float32 operands, so products and sums are correct to more digits than are
shown. The difference to the network's number is its rounding error. It is a summand of its own, so the lines always add
up to the number on the map, and tests bound it by the precision of float32.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.explain.dependencies import Cell
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

Numbers = NDArray[np.float32]
Exact = NDArray[np.float64]
Inside = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Summand:
    """One line of a sum.

    Attributes
    ----------
    name
        Its name in the user's language: "pool1 map 16", "29 other maps", "bias", "rounding".
    value
        The number.
    """

    name: str
    value: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Arithmetic:
    """How one number is computed; each kind of layer has a subclass.

    Attributes
    ----------
    cell
        The cell of the number.
    value
        The network's float32 number, which the map shows.
    computed
        The same number, recomputed in float64 from the operands shown.
    """

    cell: Cell
    value: float
    computed: float

    @property
    def rounding(self) -> float:
        """Rounding error of the network's float32 arithmetic: `value - computed`."""
        return self.value - self.computed

    def summands(self) -> tuple[Summand, ...]:
        """Return lines that add up to `value`; a number that is not a sum has a single line."""
        return self._with_rounding((Summand(_("computed"), self.computed),))

    def _with_rounding(self, lines: tuple[Summand, ...]) -> tuple[Summand, ...]:
        return (*lines, Summand(_("rounding"), self.rounding)) if self.rounding else lines


@dataclass(frozen=True, slots=True, eq=False)
class MapTerm:
    """The contribution of one input map to a number of a convolution: the sum of patch times kernel.

    Attributes
    ----------
    source
        The input map, given by the cell at or nearest to the centre of the patch.
    patch
        float32 (kernel height, kernel width): the values under the kernel; 0 outside the map.
    inside
        bool, same shape: False for padding, and where a transposed convolution has no tap.
    top, left
        First row and column of the patch inside the map; both 0 if everything is padding.
    bottom, right
        The ends, excluded.
    kernel
        float32, same shape.
    products
        float64, same shape: patch * kernel.
    value
        The sum of the products.
    map_name
        The short name of the map, see `digitpad.explain.map_names`.
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
    map_name: str

    @property
    def name(self) -> str:
        """The name of the map."""
        return _("{layer} {map}").format(layer=self.source.layer, map=self.map_name)


@dataclass(frozen=True, slots=True, eq=False)
class UnitTerm:
    """The contribution of one input to a number of a dense layer.

    Attributes
    ----------
    source
        The cell of the input, on its map if the maps were flattened.
    operand, weight
        The two factors.
    value
        Their product, float64.
    on_map
        Whether the source has rows and columns.
    map_name
        The short name of its map, see `digitpad.explain.map_names`.
    """

    source: Cell
    operand: float
    weight: float
    value: float
    on_map: bool
    map_name: str

    @property
    def name(self) -> str:
        """The name of the input."""
        source = self.source
        if not self.on_map:
            return _("{layer} unit {number}").format(layer=source.layer, number=source.channel)
        return _("{layer} {map}, row {row}, column {column}").format(
            layer=source.layer, map=self.map_name, row=source.row, column=source.column
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WeightedSum(Arithmetic):
    """A number of a convolution or a dense layer: terms plus bias.

    Attributes
    ----------
    terms
        `MapTerm` of a convolution, `UnitTerm` of a dense layer, by descending absolute value.
    others
        Number of further terms.
    others_value
        Their sum.
    bias
        The bias; None if the layer has none.
    """

    terms: tuple[MapTerm | UnitTerm, ...]
    others: int
    others_value: float
    bias: float | None

    def summands(self) -> tuple[Summand, ...]:
        """Return terms, the sum of the further terms, bias and rounding, which add up to `value`."""
        lines = [Summand(term.name, term.value) for term in self.terms]
        if self.others:
            if isinstance(self.terms[0], MapTerm):
                name = ngettext("{count:,} other map", "{count:,} other maps", self.others)
            else:
                name = ngettext("{count:,} other unit", "{count:,} other units", self.others)
            lines.append(Summand(name.format(count=self.others), self.others_value))
        if self.bias is not None:
            lines.append(Summand(_("bias"), self.bias))
        return self._with_rounding(tuple(lines))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pooling(Arithmetic):
    """The largest or the mean of a window.

    Attributes
    ----------
    source
        The map, as its cell at the window's first row and column inside the map.
    numbers
        float32 (window height, window width); 0 for padding.
    inside
        bool, same shape: False for padding.
    winner
        Row and column of the maximum in the window, the first of several; None for average pooling.
    winner_cell
        The same as a cell of the input.
    divisor
        Divisor of the mean; None for max pooling.
    total
        The sum, float64; None for max pooling.
    spacing
        Distance between neighbours of the window on the map, down and to the right.
    """

    source: Cell
    numbers: Numbers
    inside: Inside
    winner: tuple[int, int] | None = None
    winner_cell: Cell | None = None
    divisor: int | None = None
    total: float | None = None
    spacing: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pointwise(Arithmetic):
    """An activation function of one number.

    Attributes
    ----------
    source
        The cell of the operand; the first one if the operand is a sum.
    operand
        The number x.
    formula
        The formula of the layer, with x and the names of its constants; of two cases, the one that applies to this x.
    constants
        The constants of the formula.
    passes
        For a ReLU and similar functions, whether x is positive and passes; None for others.
    parts
        The summands of `operand` if it is a sum; empty otherwise.
    """

    source: Cell
    operand: float
    formula: str
    constants: tuple[Summand, ...] = ()
    passes: bool | None = None
    parts: tuple[Summand, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Normalization(Arithmetic):
    """Batch normalization, weight * (x - mean) / sqrt(variance + eps) + bias, or the normalization of the image.

    Attributes
    ----------
    source
        The cell of x; None for a pixel of the image.
    operand
        The number x.
    mean, variance, eps
        The statistics: running ones, or those of the preprocessing (`variance` is then std squared, `eps` 0).
    normalized
        (x - mean) / sqrt(variance + eps).
    weight, bias
        The learned scale and shift (gamma and beta); 1 and 0 if the layer has none.
    learned
        Whether the layer has a learned scale and shift.
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
    """The sum of several branches.

    Attributes
    ----------
    sources
        One cell per branch.
    parts
        Their numbers.
    """

    sources: tuple[Cell, ...]
    parts: tuple[Summand, ...]

    def summands(self) -> tuple[Summand, ...]:
        """Return the numbers of the branches and the rounding, which add up to `value`."""
        return self._with_rounding(self.parts)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Copy(Arithmetic):
    """A number that is passed on unchanged: by concatenation, dropout in inference, flattening or identity.

    Attributes
    ----------
    source
        The cell of the number.
    """

    source: Cell


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Gating(Arithmetic):
    """A number of a skip connection, weighted by an attention gate: operand * alpha.

    Attributes
    ----------
    source, alpha_source
        The cells of the two factors.
    operand, alpha
        The two factors.
    """

    source: Cell
    alpha_source: Cell
    operand: float
    alpha: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SoftmaxShare(Arithmetic):
    """A probability of a softmax: one exponential divided by the sum of all.

    Attributes
    ----------
    index
        Index of the exponential.
    operands
        float32: the inputs of the softmax.
    largest
        The largest input, which is subtracted before exp; this does not change the result.
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
