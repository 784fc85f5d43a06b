"""Describes how sums are computed: convolutions, linear layers, and the addition of branches."""

import numpy as np
from PySide6.QtCore import QCoreApplication

from digitpad.explain import arithmetic as kinds
from digitpad.explain.digits import add_up
from digitpad.explain.frame import Frame
from digitpad.gui.features.maps.cell_numbers import exact, full
from digitpad.gui.features.maps.colours import ColourScale, weight_scale
from digitpad.gui.features.maps.marks import Patch
from digitpad.gui.features.pages.explanation import Explanation, Figure, Grid, Line, Row
from digitpad.gui.features.pages.explanation_parts import Words, one_cell, scale_of
from digitpad.nn import layers

_DECIMALS = 4


def explain_convolution(words: Words, sum_: kinds.WeightedSum) -> Explanation:
    """Describe a sum of patches of maps times kernels."""
    lines, total = _adding_up(sum_)
    terms = [term for term in sum_.terms if isinstance(term, kinds.MapTerm)]
    weights = weight_scale(words.frame.structure, sum_.cell.layer)
    figures = tuple(
        Figure((_patch_of(words.frame, term), _kernel_of(term, weights)), term.name, line.number, line.full)
        for term, line in zip(terms, lines, strict=False)
    )
    patches = tuple(
        Patch(term.source.layer, term.source.channel, term.top, term.left, term.bottom, term.right) for term in terms
    )
    height, width = terms[0].kernel.shape
    many, below = len(terms) + sum_.others, terms[0].source.layer
    if isinstance(words.frame.structure[sum_.cell.layer].layer, layers.Upsample2D):
        text = QCoreApplication.translate(
            "Explanation", "interpolated: a {height} × {width} patch of {below} times its weights, summed"
        )
    elif many == 1:
        text = QCoreApplication.translate(
            "Explanation", "a {height} × {width} patch of {below} times the kernel, element by element, summed"
        )
    else:
        text = QCoreApplication.translate(
            "Explanation",
            "the sum over {many} maps of {below}: a {height} × {width} patch of each times its "
            "kernel, element by element; largest first",
        )
    sentence = _with_bias(text.format(height=height, width=width, below=below, many=many), sum_)
    rest = (*lines[len(terms) :], _result(words, total))
    return words.explain(sentence, figures=figures, lines=rest, patches=patches)


def _patch_of(frame: Frame, term: kinds.MapTerm) -> Grid:
    rows, columns = np.flatnonzero(term.inside.any(axis=1)), np.flatnonzero(term.inside.any(axis=0))
    origin = None
    # With dilation, or between the taps of a transposed convolution, the numbers are not neighbours on the map.
    if len(rows) == term.bottom - term.top and len(columns) == term.right - term.left and len(rows) and len(columns):
        origin = term.top - int(rows[0]), term.left - int(columns[0])
    scale = scale_of(frame, term.source)
    return Grid(term.patch, term.inside, term.name, scale, origin=origin)


def explain_dense(words: Words, sum_: kinds.WeightedSum) -> Explanation:
    """Describe a sum of single numbers times weights."""
    lines, total = _adding_up(sum_)
    terms = [term for term in sum_.terms if isinstance(term, kinds.UnitTerm)]
    below = {term.source.layer for term in terms}
    rows = tuple(
        Row(
            _place(term) if len(below) == 1 else term.name,
            f"{exact(term.operand)} × {exact(term.weight)}",
            line.number,
            f"{full(np.float32(term.operand))} × {full(np.float32(term.weight))} = {line.full}",
        )
        for term, line in zip(terms, lines, strict=False)
    )
    many = f"{len(terms) + sum_.others:,}"
    if len(below) != 1:
        text = QCoreApplication.translate(
            "Explanation", "the sum of {many} numbers, each times its weight; largest first"
        )
    elif any(term.on_map for term in terms):
        text = QCoreApplication.translate(
            "Explanation",
            "the sum of {many} numbers of {below} at (row, column), each times its weight; largest first",
        )
    else:
        text = QCoreApplication.translate(
            "Explanation", "the sum of {many} numbers of {below}, each times its weight; largest first"
        )
    sentence = _with_bias(text.format(many=many, below=next(iter(below))), sum_)
    rest = (*lines[len(terms) :], _result(words, total))
    return words.explain(sentence, rows=rows, lines=rest, patches=tuple(one_cell(term.source) for term in terms))


def _place(term: kinds.UnitTerm) -> str:
    """Return the place of a term's number in its layer, short enough for a column of a table."""
    source = term.source
    if not term.on_map:
        return QCoreApplication.translate("Explanation", "unit {unit}").format(unit=source.channel)
    text = QCoreApplication.translate("Explanation", "{map} ({row}, {column})")
    return text.format(map=term.map_name, row=source.row, column=source.column)


def explain_sum(words: Words, sum_: kinds.Sum) -> Explanation:
    """Describe the addition of branches."""
    lines, total = _adding_up(sum_)
    rows = tuple(Row(line.name, "", line.number, line.full) for line in lines)
    patches = tuple(one_cell(cell) for cell in sum_.sources)
    sentence = QCoreApplication.translate("Explanation", "the sum of the branches at this position")
    return words.explain(sentence, rows=rows, lines=(_result(words, total),), patches=patches)


def _kernel_of(term: kinds.MapTerm, scale: ColourScale) -> Grid:
    name = QCoreApplication.translate("Explanation", "kernel for {map}").format(map=term.name)
    return Grid(term.kernel, np.ones(term.kernel.shape, np.bool_), name, scale, weights=True)


def _with_bias(sentence: str, sum_: kinds.WeightedSum) -> str:
    if sum_.bias is None:
        return sentence
    return QCoreApplication.translate("Explanation", "{sum}; plus the bias").format(sum=sentence)


def _adding_up(arithmetic: kinds.Arithmetic) -> tuple[list[Line], str]:
    """Return all summands and the value, rounded so that they add up; unless one of them is not finite."""
    summands = arithmetic.summands()
    values = [summand.value for summand in summands]
    if np.isfinite(values).all():
        numbers, total = add_up(values, _DECIMALS)
    else:
        numbers, total = tuple(exact(value) for value in values), exact(arithmetic.value)
    lines = [
        Line(summand.name, number, full(float(summand.value)))
        for summand, number in zip(summands, numbers, strict=True)
    ]
    # A rounding error that these digits do not show gets no line.
    return [line for line in lines if line.name != "rounding" or line.number.strip("\N{MINUS SIGN}0.")], total


def _result(words: Words, total: str) -> Line:
    return Line(QCoreApplication.translate("Explanation", "value"), total, words.full, strong=True)
