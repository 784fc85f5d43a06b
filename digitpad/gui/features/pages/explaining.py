"""Describes how one number of a network is computed: the arithmetic as text and grids."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

from digitpad.explain import arithmetic as kinds
from digitpad.explain.dependencies import Cell
from digitpad.explain.digits import add_up
from digitpad.explain.frame import Frame
from digitpad.explain.map_names import map_name
from digitpad.explain.structure import INPUT
from digitpad.gui.features.maps.cell_numbers import exact, full
from digitpad.gui.features.maps.colours import ColourScale, activation_scale, weight_scale
from digitpad.gui.features.maps.marks import Patch
from digitpad.gui.features.pages.explanation import Explanation, Figure, Grid, Line, Row
from digitpad.nn import layers

DECIMALS = 4


def explanation(frame: Frame, arithmetic: kinds.Arithmetic, labels: Sequence[str]) -> Explanation:
    """Describe the arithmetic of a number.

    Parameters
    ----------
    frame
        The frame with the number.
    arithmetic
        How it is computed.
    labels
        The classes, for softmax.
    """
    words = _Words(
        frame,
        _title(frame, arithmetic, labels),
        exact(arithmetic.value),
        full(np.float32(arithmetic.value)),
        _fate(frame, arithmetic),
        _white_paper(frame) if _reads_pixels(frame, arithmetic) else "",
    )
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
            sentence = QCoreApplication.translate("Explanation", "a copy of the number in {layer}, {map}").format(
                layer=source.layer, map=map_name(frame.structure, source.layer, source.channel)
            )
            result = words.explain(sentence, patches=(_one(source),))
        case _:
            result = words.explain(frame.structure[arithmetic.cell.layer].title)
    return result


@dataclass(frozen=True, slots=True)
class _Words:
    """The parts of every explanation."""

    frame: Frame
    title: str
    value: str
    full: str
    note: str
    remark: str

    def explain(
        self,
        sentence: str,
        *,
        figures: tuple[Figure, ...] = (),
        rows: tuple[Row, ...] = (),
        lines: tuple[Line, ...] = (),
        patches: tuple[Patch, ...] = (),
    ) -> Explanation:
        return Explanation(
            self.title, sentence, self.value, self.full, figures, rows, lines, self.note, self.remark, patches
        )


def _title(frame: Frame, arithmetic: kinds.Arithmetic, labels: Sequence[str]) -> str:
    cell = arithmetic.cell
    if isinstance(arithmetic, kinds.SoftmaxShare) and cell.layer == frame.structure.output:
        label = labels[arithmetic.index] if labels else arithmetic.index
        return QCoreApplication.translate("Explanation", "probability of {label}").format(label=label)
    node = frame.structure[cell.layer]
    if not node.is_image:
        return QCoreApplication.translate("Explanation", "{layer}, unit {unit}").format(
            layer=cell.layer, unit=cell.channel
        )
    if node.shape[0] == 1:
        text = QCoreApplication.translate("Explanation", "{layer}, row {row}, column {column}")
    else:
        text = QCoreApplication.translate("Explanation", "{layer}, {map}, row {row}, column {column}")
    name = map_name(frame.structure, cell.layer, cell.channel)
    return text.format(layer=cell.layer, map=name, row=cell.row, column=cell.column)


def _reads_pixels(frame: Frame, arithmetic: kinds.Arithmetic) -> bool:
    """Return whether a number is computed directly from the pixels of the picture."""
    node = frame.structure.nodes.get(arithmetic.cell.layer)
    return node is not None and (node.name == INPUT or any(source.name == INPUT for source in node.sources))


def _white_paper(frame: Frame) -> str:
    """Say which number white paper is, and why; "" for pictures, which show no ink on paper."""
    if frame.preprocessing.is_picture:
        return ""
    mean, std = frame.preprocessing.of_channel(0)
    text = QCoreApplication.translate(
        "Explanation",
        "White paper is {white} in the input: the network gets (ink − mean) / standard deviation, and with the ink 0 "
        "that is (0 − {mean}) / {std}.",
    )
    white = float((np.float32(0) - np.float32(mean)) / np.float32(std))
    return text.format(white=exact(white), mean=f"{mean:g}", std=f"{std:g}")


def _fate(frame: Frame, arithmetic: kinds.Arithmetic) -> str:
    """Say what the next layer makes of the number, if it is an activation."""
    cell = arithmetic.cell
    for node in frame.structure.consumers(cell.layer):
        if node.kind == "activation" and node.shape == frame.structure[cell.layer].shape:
            after = float(frame.activations[node.name].reshape(_three(node.shape))[cell.index])
            if after == arithmetic.value:
                return QCoreApplication.translate("Explanation", "{layer} passes it on unchanged").format(
                    layer=node.name
                )
            return QCoreApplication.translate("Explanation", "{layer} changes it to {number}").format(
                layer=node.name, number=exact(after)
            )
    return ""


def _three(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape if len(shape) == 3 else (shape[0], 1, 1)


def _one(cell: Cell) -> Patch:
    return Patch(cell.layer, cell.channel, cell.row, cell.column, cell.row + 1, cell.column + 1)


def _adding_up(arithmetic: kinds.Arithmetic) -> tuple[list[Line], str]:
    """Return all summands and the value, rounded so that they add up; unless one of them is not finite."""
    summands = arithmetic.summands()
    values = [summand.value for summand in summands]
    if np.isfinite(values).all():
        numbers, total = add_up(values, DECIMALS)
    else:
        numbers, total = tuple(exact(value) for value in values), exact(arithmetic.value)
    lines = [
        Line(summand.name, number, full(float(summand.value)))
        for summand, number in zip(summands, numbers, strict=True)
    ]
    # A rounding error that these digits do not show gets no line.
    return [line for line in lines if line.name != "rounding" or line.number.strip("\N{MINUS SIGN}0.")], total


def _convolution(words: _Words, sum_: kinds.WeightedSum) -> Explanation:
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
    scale = _scale_of(frame, term.source)
    return Grid(term.patch, term.inside, term.name, scale, origin=origin)


def _scale_of(frame: Frame, source: Cell) -> ColourScale:
    picture = frame.preprocessing.is_picture
    return activation_scale(frame.structure, frame.activations, source.layer, source.channel, picture=picture)


def _kernel_of(term: kinds.MapTerm, scale: ColourScale) -> Grid:
    name = QCoreApplication.translate("Explanation", "kernel for {map}").format(map=term.name)
    return Grid(term.kernel, np.ones(term.kernel.shape, np.bool_), name, scale, weights=True)


def _with_bias(sentence: str, sum_: kinds.WeightedSum) -> str:
    if sum_.bias is None:
        return sentence
    return QCoreApplication.translate("Explanation", "{sum}; plus the bias").format(sum=sentence)


def _result(words: _Words, total: str) -> Line:
    return Line(QCoreApplication.translate("Explanation", "value"), total, words.full, strong=True)


def _dense(words: _Words, sum_: kinds.WeightedSum) -> Explanation:
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
    return words.explain(sentence, rows=rows, lines=rest, patches=tuple(_one(term.source) for term in terms))


def _place(term: kinds.UnitTerm) -> str:
    """Return the place of a term's number in its layer, short enough for a column of a table."""
    source = term.source
    if not term.on_map:
        return QCoreApplication.translate("Explanation", "unit {unit}").format(unit=source.channel)
    text = QCoreApplication.translate("Explanation", "{map} ({row}, {column})")
    return text.format(map=term.map_name, row=source.row, column=source.column)


def _map_of(frame: Frame, source: Cell) -> str:
    """Return the name of the map of a cell, with its layer."""
    name = map_name(frame.structure, source.layer, source.channel)
    return QCoreApplication.translate("Explanation", "{layer} {map}").format(layer=source.layer, map=name)


def _sum(words: _Words, sum_: kinds.Sum) -> Explanation:
    lines, total = _adding_up(sum_)
    rows = tuple(Row(line.name, "", line.number, line.full) for line in lines)
    patches = tuple(_one(cell) for cell in sum_.sources)
    sentence = QCoreApplication.translate("Explanation", "the sum of the branches at this position")
    return words.explain(sentence, rows=rows, lines=(_result(words, total),), patches=patches)


def _gating(words: _Words, gate: kinds.Gating) -> Explanation:
    calculation = f"{exact(gate.operand)} × {exact(gate.alpha)}"
    name = _map_of(words.frame, gate.source)
    factors = f"{full(np.float32(gate.operand))} × {full(np.float32(gate.alpha))} = {words.full}"
    row = Row(name, calculation, words.value, factors)
    sentence = QCoreApplication.translate(
        "Explanation", "the value of the skip connection times the attention at this position"
    )
    return words.explain(sentence, rows=(row,), patches=(_one(gate.source), _one(gate.alpha_source)))


def _pooling(words: _Words, pool: kinds.Pooling) -> Explanation:
    height, width = pool.numbers.shape
    source = pool.source
    patch = Patch(source.layer, source.channel, source.row, source.column, source.row + height, source.column + width)
    down, right = pool.spacing
    inside = np.flatnonzero(pool.inside.any(axis=1)), np.flatnonzero(pool.inside.any(axis=0))
    if len(inside[0]) and len(inside[1]):
        # `source` is the first cell inside the map; the window may begin in the padding before.
        patch = Patch(
            source.layer,
            source.channel,
            source.row,
            source.column,
            source.row + down * int(inside[0][-1] - inside[0][0]) + 1,
            source.column + right * int(inside[1][-1] - inside[1][0]) + 1,
        )
    origin = None
    # With dilation, the numbers are not neighbours on the map.
    if len(inside[0]) and len(inside[1]) and down == right == 1:
        origin = source.row - int(inside[0][0]), source.column - int(inside[1][0])
    name = _map_of(words.frame, source)
    scale = _scale_of(words.frame, source)
    grid = Grid(pool.numbers, pool.inside, name, scale, winner=pool.winner, origin=origin)
    value = words.value
    figure = Figure((grid,), name, value, words.full)
    if pool.winner is not None:
        sentence = QCoreApplication.translate("Explanation", "the largest of these {many} numbers").format(
            many=pool.numbers.size
        )
        lines: tuple[Line, ...] = (
            Line(QCoreApplication.translate("Explanation", "largest"), value, words.full, strong=True),
        )
    else:
        sentence = QCoreApplication.translate("Explanation", "the mean of these {many} numbers").format(
            many=pool.divisor
        )
        total = pool.total or 0.0
        lines = (
            Line(QCoreApplication.translate("Explanation", "sum"), exact(total), full(total)),
            Line(f"÷ {pool.divisor}", value, words.full, strong=True),
        )
    return words.explain(sentence, figures=(figure,), lines=lines, patches=(patch,))


def _pointwise(words: _Words, point: kinds.Pointwise) -> Explanation:
    value = words.value
    rows = [Row(part.name, "", exact(part.value), full(np.float32(part.value))) for part in point.parts]
    where = QCoreApplication.translate("Explanation", "{layer} at this position").format(layer=point.source.layer)
    rows.append(Row("x", where, exact(point.operand), full(np.float32(point.operand))))
    constant_word = QCoreApplication.translate("Explanation", "constant")
    rows += [
        Row(constant.name, constant_word, f"{constant.value:g}", full(np.float32(constant.value)))
        for constant in point.constants
    ]
    rows.append(Row(QCoreApplication.translate("Explanation", "result"), point.formula, value, words.full, strong=True))
    if point.passes is None:
        sentence = QCoreApplication.translate(
            "Explanation", "a nonlinear function of one number, the same at every position"
        )
    elif point.passes:
        sentence = QCoreApplication.translate("Explanation", "the gate is open: x is greater than 0 and passes")
    elif point.value == 0:
        sentence = QCoreApplication.translate(
            "Explanation", "the gate is closed: x is not greater than 0, so the result is 0"
        )
    else:
        sentence = QCoreApplication.translate("Explanation", "x is not greater than 0: only a part of it passes")
    return words.explain(sentence, rows=tuple(rows), patches=(_one(point.source),))


def _normalization(words: _Words, norm: kinds.Normalization) -> Explanation:
    if norm.source is None:
        where = _of_pixel(words.frame, norm.cell.channel)
    else:
        where = QCoreApplication.translate("Explanation", "{layer} at this position").format(layer=norm.source.layer)
    deviation = float(np.sqrt(norm.variance + norm.eps))
    difference = norm.operand - norm.mean
    minus = QCoreApplication.translate("Explanation", "minus the mean")
    divided = QCoreApplication.translate("Explanation", "by the standard deviation")
    rows = [
        Row("x", where, exact(norm.operand), full(np.float32(norm.operand))),
        Row(
            minus,
            f"− {exact(norm.mean)}",
            exact(difference),
            f"{full(np.float32(norm.operand))} − {full(np.float32(norm.mean))} = {full(difference)}",
        ),
        Row(
            divided,
            f"÷ {exact(deviation)}",
            exact(norm.normalized),
            f"{full(difference)} ÷ {full(deviation)} = {full(norm.normalized)}",
        ),
    ]
    if norm.learned:
        rows.append(
            Row(
                QCoreApplication.translate("Explanation", "learned scale and shift"),
                f"× {exact(norm.weight)} + {exact(norm.bias)}",
                words.value,
                f"{full(norm.normalized)} × {full(np.float32(norm.weight))} + {full(np.float32(norm.bias))} "
                f"= {words.full}",
            )
        )
    sentence = QCoreApplication.translate(
        "Explanation", "normalised: the distance from the mean, in standard deviations"
    )
    patches = () if norm.source is None else (_one(norm.source),)
    return words.explain(sentence, rows=tuple(rows), patches=patches)


def _of_pixel(frame: Frame, channel: int) -> str:
    """Return what the value of a pixel is: ink, or a channel of a picture."""
    if not frame.preprocessing.is_picture:
        return QCoreApplication.translate("Explanation", "ink of this pixel")
    if len(frame.pixels) == 1:
        return QCoreApplication.translate("Explanation", "grey of this pixel")
    return (
        QCoreApplication.translate("Explanation", "red of this pixel"),
        QCoreApplication.translate("Explanation", "green of this pixel"),
        QCoreApplication.translate("Explanation", "blue of this pixel"),
    )[channel]


def _softmax(words: _Words, share: kinds.SoftmaxShare, labels: Sequence[str]) -> Explanation:
    names = labels if len(labels) == len(share.operands) else [str(index) for index in range(len(share.operands))]
    rows = tuple(
        Row(
            names[index],
            f"exp({exact(float(share.operands[index]) - share.largest)})",
            exact(float(share.exponentials[index])),
            f"exp({full(share.operands[index])} − {full(np.float32(share.largest))}) = "
            f"{full(float(share.exponentials[index]))}",
            strong=index == share.index,
        )
        for index in range(len(share.operands))
    )
    lines = (
        Line(
            QCoreApplication.translate("Explanation", "exp of {label}").format(label=names[share.index]),
            exact(float(share.exponentials[share.index])),
            full(float(share.exponentials[share.index])),
        ),
        Line(QCoreApplication.translate("Explanation", "÷ sum of all"), exact(share.total), full(float(share.total))),
        Line(QCoreApplication.translate("Explanation", "probability"), exact(share.value), words.full, strong=True),
    )
    sentence = QCoreApplication.translate(
        "Explanation", "softmax: exp of each logit minus the largest logit, {largest}, divided by the sum of all"
    ).format(largest=exact(share.largest))
    return words.explain(sentence, rows=rows, lines=lines)
