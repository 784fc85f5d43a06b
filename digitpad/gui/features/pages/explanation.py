"""What the panel says about one number: a title, a sentence, the grids to draw and the lines that add up.

Everything is words and arrays by now; the panel only paints it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.explain import arithmetic as kinds
from digitpad.explain.dependencies import Cell
from digitpad.explain.digits import add_up
from digitpad.explain.frame import Frame
from digitpad.gui.features.maps.cell_numbers import exact
from digitpad.gui.features.maps.marks import Patch

DECIMALS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Numbers in cells.

    Attributes
    ----------
    numbers
        (H, W).
    inside
        bool (H, W): False for padding.
    weights
        Whether these are weights of the network rather than activations.
    winner
        Row and column to frame; None for none.
    """

    numbers: NDArray[np.float32]
    inside: NDArray[np.bool_]
    weights: bool = False
    winner: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A grid, or a grid times another, with its name and what it comes to."""

    grids: tuple[Grid, ...]
    name: str
    result: str


@dataclass(frozen=True, slots=True)
class Line:
    """A name and a number; `strong` for the one that the others lead to."""

    name: str
    number: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: a name, a calculation, and its result."""

    name: str
    calculation: str
    result: str
    strong: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """All that the panel shows of one number.

    Attributes
    ----------
    title, sentence
        Which number, and how it comes about, in words.
    value
        The number.
    figures, rows
        What it is made of: grids, or a table; one of them is empty.
    lines
        What is left, and the result.
    note
        What becomes of the number; empty if nothing worth a word.
    patches
        Where it comes from, to be framed on the maps.
    """

    title: str
    sentence: str
    value: str
    figures: tuple[Figure, ...] = ()
    rows: tuple[Row, ...] = ()
    lines: tuple[Line, ...] = ()
    note: str = ""
    patches: tuple[Patch, ...] = ()


def explanation(frame: Frame, arithmetic: kinds.Arithmetic, labels: Sequence[str]) -> Explanation:
    """Put the arithmetic of a number into words.

    Parameters
    ----------
    frame
        Where the number is from.
    arithmetic
        How it comes about.
    labels
        The classes, for softmax.
    """
    words = _Words(_title(frame, arithmetic, labels), exact(arithmetic.value), _fate(frame, arithmetic))
    result: Explanation
    match arithmetic:
        case kinds.WeightedSum(terms=[kinds.MapTerm(), *_]):
            result = _convolution(words, arithmetic)
        case kinds.WeightedSum():
            result = _dense(words, arithmetic)
        case kinds.Pooling():
            result = _pooling(words, arithmetic)
        case kinds.Pointwise():
            result = _pointwise(words, arithmetic)
        case kinds.Normalization():
            result = _normalization(words, arithmetic)
        case kinds.SoftmaxShare():
            result = _softmax(words, arithmetic, labels)
        case kinds.Sum():
            result = _sum(words, arithmetic)
        case kinds.Gating():
            result = _gating(words, arithmetic)
        case kinds.Copy():
            source = arithmetic.source
            sentence = f"the same number as {source.layer}, map {source.channel}, handed on"
            result = words.explain(sentence, patches=(_one(source),))
        case _:
            result = words.explain(frame.structure[arithmetic.cell.layer].title)
    return result


@dataclass(frozen=True, slots=True)
class _Words:
    """What every explanation has."""

    title: str
    value: str
    note: str

    def explain(
        self,
        sentence: str,
        *,
        figures: tuple[Figure, ...] = (),
        rows: tuple[Row, ...] = (),
        lines: tuple[Line, ...] = (),
        patches: tuple[Patch, ...] = (),
    ) -> Explanation:
        return Explanation(self.title, sentence, self.value, figures, rows, lines, self.note, patches)


def _title(frame: Frame, arithmetic: kinds.Arithmetic, labels: Sequence[str]) -> str:
    cell = arithmetic.cell
    if isinstance(arithmetic, kinds.SoftmaxShare) and cell.layer == frame.structure.output:
        return f"probability of {labels[arithmetic.index] if labels else arithmetic.index}"
    node = frame.structure[cell.layer]
    if not node.is_image:
        return f"{cell.layer}, unit {cell.channel}"
    if node.shape[0] == 1:
        return f"{cell.layer}, row {cell.row}, column {cell.column}"
    return f"{cell.layer}, map {cell.channel}, row {cell.row}, column {cell.column}"


def _fate(frame: Frame, arithmetic: kinds.Arithmetic) -> str:
    """Return what the next layer makes of the number, if that is an activation."""
    cell = arithmetic.cell
    for node in frame.structure.consumers(cell.layer):
        if node.kind == "activation" and node.shape == frame.structure[cell.layer].shape:
            after = float(frame.activations[node.name].reshape(_three(node.shape))[cell.index])
            return (
                f"{node.name} lets it through" if after == arithmetic.value else f"{node.name} makes it {exact(after)}"
            )
    return ""


def _three(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape if len(shape) == 3 else (shape[0], 1, 1)


def _one(cell: Cell) -> Patch:
    return Patch(cell.layer, cell.channel, cell.row, cell.column, cell.row + 1, cell.column + 1)


def _adding_up(arithmetic: kinds.Arithmetic) -> tuple[list[Line], str]:
    """Return all summands, and the value, so that what is written adds up; as they are if one is not finite."""
    summands = arithmetic.summands()
    values = [summand.value for summand in summands]
    if np.isfinite(values).all():
        numbers, total = add_up(values, DECIMALS)
    else:
        numbers, total = tuple(exact(value) for value in values), exact(arithmetic.value)
    lines = [Line(summand.name, number) for summand, number in zip(summands, numbers, strict=True)]
    # Rounding that does not show in these digits is not worth a line.
    return [line for line in lines if line.name != "rounding" or line.number.strip("\N{MINUS SIGN}0.")], total


def _convolution(words: _Words, sum_: kinds.WeightedSum) -> Explanation:
    lines, total = _adding_up(sum_)
    terms = [term for term in sum_.terms if isinstance(term, kinds.MapTerm)]
    figures = tuple(
        Figure(
            (Grid(term.patch, term.inside), Grid(term.kernel, np.ones(term.kernel.shape, np.bool_), weights=True)),
            term.name,
            line.number,
        )
        for term, line in zip(terms, lines, strict=False)
    )
    patches = tuple(
        Patch(term.source.layer, term.source.channel, term.top, term.left, term.bottom, term.right) for term in terms
    )
    height, width = terms[0].kernel.shape
    many, below = len(terms) + sum_.others, terms[0].source.layer
    bias = ", plus the bias" if sum_.bias is not None else ""
    if many == 1:
        sentence = f"a {height} × {width} patch of {below} times the kernel, number by number, added up{bias}"
    else:
        sentence = (
            f"the sum over {many} maps of {below} of a {height} × {width} patch times its kernel{bias}; largest first"
        )
    rest = (*lines[len(terms) :], Line("value", total, strong=True))
    return words.explain(sentence, figures=figures, lines=rest, patches=patches)


def _dense(words: _Words, sum_: kinds.WeightedSum) -> Explanation:
    lines, total = _adding_up(sum_)
    terms = [term for term in sum_.terms if isinstance(term, kinds.UnitTerm)]
    below = {term.source.layer for term in terms}
    rows = tuple(
        Row(
            _place(term) if len(below) == 1 else term.name,
            f"{exact(term.operand)} × {exact(term.weight)}",
            line.number,
        )
        for term, line in zip(terms, lines, strict=False)
    )
    bias = ", plus the bias" if sum_.bias is not None else ""
    of = f" of {below.pop()}" if len(below) == 1 else ""
    places = " at (row, column)" if any(term.on_map for term in terms) else ""
    many = f"{len(terms) + sum_.others:,} numbers{of}{places}"
    sentence = f"the sum of {many}, each times its weight{bias}; largest first"
    rest = (*lines[len(terms) :], Line("value", total, strong=True))
    return words.explain(sentence, rows=rows, lines=rest, patches=tuple(_one(term.source) for term in terms))


def _place(term: kinds.UnitTerm) -> str:
    """Return which number of its layer a term is of, short enough for a column of a table."""
    source = term.source
    return f"map {source.channel} ({source.row}, {source.column})" if term.on_map else f"unit {source.channel}"


def _sum(words: _Words, sum_: kinds.Sum) -> Explanation:
    lines, total = _adding_up(sum_)
    rows = tuple(Row(line.name, "", line.number) for line in lines)
    patches = tuple(_one(cell) for cell in sum_.sources)
    sentence = "the sum of the branches at this place"
    return words.explain(sentence, rows=rows, lines=(Line("value", total, strong=True),), patches=patches)


def _gating(words: _Words, gate: kinds.Gating) -> Explanation:
    calculation = f"{exact(gate.operand)} × {exact(gate.alpha)}"
    row = Row(f"{gate.source.layer} map {gate.source.channel}", calculation, words.value)
    sentence = "the skip's number times how much attention this place gets"
    return words.explain(sentence, rows=(row,), patches=(_one(gate.source), _one(gate.alpha_source)))


def _pooling(words: _Words, pool: kinds.Pooling) -> Explanation:
    height, width = pool.numbers.shape
    source = pool.source
    patch = Patch(source.layer, source.channel, source.row, source.column, source.row + height, source.column + width)
    inside = np.flatnonzero(pool.inside.any(axis=1)), np.flatnonzero(pool.inside.any(axis=0))
    if len(inside[0]) and len(inside[1]):
        # `source` is the first cell inside the map; the window may begin in the padding before it.
        patch = Patch(
            source.layer,
            source.channel,
            source.row,
            source.column,
            source.row + int(inside[0][-1] - inside[0][0]) + 1,
            source.column + int(inside[1][-1] - inside[1][0]) + 1,
        )
    grid = Grid(pool.numbers, pool.inside, winner=pool.winner)
    value = words.value
    figure = Figure((grid,), f"{source.layer} map {source.channel}", value)
    if pool.winner is not None:
        sentence = f"the largest of these {pool.numbers.size} numbers wins; the others are forgotten"
        lines: tuple[Line, ...] = (Line("largest", value, strong=True),)
    else:
        sentence = f"the mean of these {pool.divisor} numbers"
        total = exact(pool.total or 0.0)
        lines = (Line("sum", total), Line(f"÷ {pool.divisor}", value, strong=True))
    return words.explain(sentence, figures=(figure,), lines=lines, patches=(patch,))


def _pointwise(words: _Words, point: kinds.Pointwise) -> Explanation:
    value = words.value
    rows = [Row(part.name, "", exact(part.value)) for part in point.parts]
    rows.append(Row("x", f"{point.source.layer} at this place", exact(point.operand)))
    rows += [Row(constant.name, "constant", f"{constant.value:g}") for constant in point.constants]
    rows.append(Row("result", point.formula, value, strong=True))
    if point.passes is None:
        sentence = "a bent function of one number, the same at every place"
    elif point.passes:
        sentence = "the gate is open: x is above 0 and passes"
    elif point.value == 0:
        sentence = "the gate is closed: x is not above 0, and nothing passes"
    else:
        sentence = "x is not above 0: only a part of it passes"
    return words.explain(sentence, rows=tuple(rows), patches=(_one(point.source),))


def _normalization(words: _Words, norm: kinds.Normalization) -> Explanation:
    where = "ink of this pixel" if norm.source is None else f"{norm.source.layer} at this place"
    deviation = float(np.sqrt(norm.variance + norm.eps))
    rows = [
        Row("x", where, exact(norm.operand)),
        Row("less the mean", f"− {exact(norm.mean)}", exact(norm.operand - norm.mean)),
        Row("by the deviation", f"÷ {exact(deviation)}", exact(norm.normalized)),
    ]
    if norm.learned:
        rows.append(Row("learned scale and shift", f"× {exact(norm.weight)} + {exact(norm.bias)}", words.value))
    sentence = "normalised: how far from the mean, in standard deviations"
    patches = () if norm.source is None else (_one(norm.source),)
    return words.explain(sentence, rows=tuple(rows), patches=patches)


def _softmax(words: _Words, share: kinds.SoftmaxShare, labels: Sequence[str]) -> Explanation:
    names = labels if len(labels) == len(share.operands) else [str(index) for index in range(len(share.operands))]
    rows = tuple(
        Row(
            names[index],
            f"exp({exact(float(share.operands[index]) - share.largest)})",
            exact(float(share.exponentials[index])),
            strong=index == share.index,
        )
        for index in range(len(share.operands))
    )
    lines = (
        Line(f"exp of {names[share.index]}", exact(float(share.exponentials[share.index]))),
        Line("÷ sum of all", exact(share.total)),
        Line("probability", exact(share.value), strong=True),
    )
    sentence = f"softmax: exp of each logit less the largest, {exact(share.largest)}, as a share of their sum"
    return words.explain(sentence, rows=rows, lines=lines)
