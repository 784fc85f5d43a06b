"""Describes how one number of a network is computed: the arithmetic as text and grids."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from digitpad.explain import arithmetic as kinds
from digitpad.explain.frame import Frame
from digitpad.explain.map_names import map_name
from digitpad.explain.structure import INPUT
from digitpad.gui.features.maps.cell_numbers import exact, full
from digitpad.gui.features.maps.marks import Patch
from digitpad.gui.features.pages.explaining_sums import explain_convolution, explain_dense, explain_sum
from digitpad.gui.features.pages.explanation import Explanation, Figure, Grid, Line, Row
from digitpad.gui.features.pages.explanation_parts import Words, map_of, one_cell, scale_of


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
    words = Words(
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
            result = explain_convolution(words, arithmetic)
        case kinds.WeightedSum():
            result = explain_dense(words, arithmetic)
        case kinds.Pooling():
            result = _pooling(words, arithmetic)
        case kinds.Pointwise():
            result = _pointwise(words, arithmetic)
        case kinds.Normalization():
            result = _normalization(words, arithmetic)
        case kinds.SoftmaxShare():
            result = _softmax(words, arithmetic, labels)
        case kinds.Sum():
            result = explain_sum(words, arithmetic)
        case kinds.Gating():
            result = _gating(words, arithmetic)
        case kinds.Copy():
            source = arithmetic.source
            sentence = QCoreApplication.translate("Explanation", "a copy of the number in {layer}, {map}").format(
                layer=source.layer, map=map_name(frame.structure, source.layer, source.channel)
            )
            result = words.explain(sentence, patches=(one_cell(source),))
        case _:
            result = words.explain(frame.structure[arithmetic.cell.layer].title)
    return result


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


def _gating(words: Words, gate: kinds.Gating) -> Explanation:
    calculation = f"{exact(gate.operand)} × {exact(gate.alpha)}"
    name = map_of(words.frame, gate.source)
    factors = f"{full(np.float32(gate.operand))} × {full(np.float32(gate.alpha))} = {words.full}"
    row = Row(name, calculation, words.value, factors)
    sentence = QCoreApplication.translate(
        "Explanation", "the value of the skip connection times the attention at this position"
    )
    return words.explain(sentence, rows=(row,), patches=(one_cell(gate.source), one_cell(gate.alpha_source)))


def _pooling(words: Words, pool: kinds.Pooling) -> Explanation:
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
    name = map_of(words.frame, source)
    scale = scale_of(words.frame, source)
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


def _pointwise(words: Words, point: kinds.Pointwise) -> Explanation:
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
    return words.explain(sentence, rows=tuple(rows), patches=(one_cell(point.source),))


def _normalization(words: Words, norm: kinds.Normalization) -> Explanation:
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
    patches = () if norm.source is None else (one_cell(norm.source),)
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


def _softmax(words: Words, share: kinds.SoftmaxShare, labels: Sequence[str]) -> Explanation:
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


def _three(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape if len(shape) == 3 else (shape[0], 1, 1)
