"""Returns the arithmetic of any cell of a frame, from the activations and weights of the network.

Only this one number is recomputed, in float64; see `arithmetic.py`.
"""

import numpy as np

from digitpad.explain.arithmetic import (
    Arithmetic,
    Copy,
    Gating,
    Normalization,
    Pointwise,
    Pooling,
    SoftmaxShare,
    Sum,
    Summand,
)
from digitpad.explain.dependencies import Cell, as_maps, check_cell, taps
from digitpad.explain.formulas import learned_formula, pointwise_formula
from digitpad.explain.frame import Frame
from digitpad.explain.operands import before, ends_of, input_of, origin, patches_of, value_of
from digitpad.explain.structure import Node
from digitpad.explain.weighted import convolution_sum, dense_sum, interpolation_sum
from digitpad.nn import layers
from digitpad.nn.layers.activations import Activation
from digitpad.nn.layers.sample_normalization import SampleNorm

#: Number of terms of a sum that are listed; the others are summed.
TERMS = 8


def explain_cell(frame: Frame, cell: Cell, *, terms: int = TERMS) -> Arithmetic:
    """Return the arithmetic of one number of a frame.

    Parameters
    ----------
    frame
        The frame. The weights of the network must not have changed since it was made.
    cell
        The cell; a cell of "input" is a normalized pixel.
    terms
        Number of terms of a sum to list, at least 1.

    Raises
    ------
    ValueError
        If the cell does not exist.
    """
    check_cell(frame.structure, cell)
    node = frame.structure[cell.layer]
    value = value_of(frame, cell)
    result: Arithmetic
    match node.layer:
        case None:
            result = _pixel(frame, cell, value)
        case layers.Conv2D() | layers.ConvTranspose2D() as conv:
            result = convolution_sum(frame, node, conv, cell, value, terms)
        case layers.Linear() as linear:
            result = dense_sum(frame, node, linear, cell, value, terms)
        case (
            layers.MaxPool2D() | layers.AvgPool2D() | layers.AdaptiveAvgPool2D() | layers.GlobalAveragePool2D()
        ) as pool:
            result = _pooling(frame, node, pool, cell, value)
        case layers.Upsample2D() | layers.Pad2D() as resizing:
            result = _resized(frame, node, resizing, cell, value)
        case layers.BatchNorm2D() | SampleNorm() as norm:
            result = _normalization(frame, node, norm, cell, value)
        case Activation() | layers.PReLU() as activation:
            result = _pointwise(frame, node, activation, cell, value)
        case layers.Softmax(axis=axis):
            # Counted from the front, where the batch is axis 0.
            result = _softmax(frame, node, axis % (len(node.input_shape) + 1), cell, value)
        case _:
            result = _joined(frame, node, cell, value)
    return result


def explain_probability(frame: Frame, index: int) -> SoftmaxShare:
    """Return the arithmetic of the probability of a class, from the logits.

    Parameters
    ----------
    frame
        A frame of a classifier.
    index
        The class.

    Raises
    ------
    ValueError
        If the network is not a classifier, or the class does not exist.
    """
    answer = frame.answer
    if answer is None or not 0 <= index < len(answer.logits):
        raise ValueError(f"explain_probability: index is {index}; expected a class of the network's answer")
    return SoftmaxShare(
        cell=Cell(frame.structure.output, index if frame[frame.structure.output].size > 1 else 0),
        value=float(answer.probabilities[index]),
        computed=float(answer.exponentials[index]) / answer.total,
        index=index,
        operands=answer.logits,
        largest=float(answer.logits.max()),
        exponentials=answer.exponentials,
        total=answer.total,
    )


def _pixel(frame: Frame, cell: Cell, value: float) -> Arithmetic:
    pixel, prepared = float(frame.pixels[cell.index]), frame.preprocessing
    mean, std = prepared.of_channel(cell.channel)
    computed = (pixel - mean) / std
    return Normalization(
        cell=cell,
        value=value,
        computed=computed,
        source=None,
        operand=pixel,
        mean=mean,
        variance=std**2,
        eps=0.0,
        normalized=computed,
        weight=1.0,
        bias=0.0,
        learned=False,
    )


def _pooling(
    frame: Frame,
    node: Node,
    pool: layers.MaxPool2D | layers.AvgPool2D | layers.AdaptiveAvgPool2D | layers.GlobalAveragePool2D,
    cell: Cell,
    value: float,
) -> Pooling:
    maps = input_of(frame, node)[cell.channel : cell.channel + 1]
    if isinstance(pool, layers.GlobalAveragePool2D):
        rows, columns = np.arange(maps.shape[1]), np.arange(maps.shape[2])
    elif isinstance(pool, layers.AdaptiveAvgPool2D):
        rows, columns = (np.array(pool.seen(axis, maps.shape[1 + axis])[cell.index[1 + axis]]) for axis in range(2))
    else:
        rows, columns = (
            taps(index, size, kernel, stride, padding, dilation)
            for index, size, kernel, stride, padding, dilation in zip(
                cell.index[1:], maps.shape[1:], pool.kernel_size, pool.stride, pool.padding, pool.dilation, strict=True
            )
        )
    (numbers,), inside = patches_of(maps, rows, columns)
    source = before(frame, node, (cell.channel, ends_of(rows)[0], ends_of(columns)[0]))
    if isinstance(pool, layers.MaxPool2D):
        best = int(np.where(inside, numbers, -np.inf).argmax())
        row, column = divmod(best, numbers.shape[1])
        return Pooling(
            cell=cell,
            value=value,
            computed=float(numbers[row, column]),
            source=source,
            numbers=numbers,
            inside=inside,
            winner=(row, column),
            winner_cell=before(frame, node, (cell.channel, int(rows[row]), int(columns[column]))),
            spacing=pool.dilation,
        )
    divisor = int(inside.sum())
    if isinstance(pool, layers.AvgPool2D):
        down, across = pool.counted(maps, maps.shape[1:])
        divisor = int(down[cell.row] * across[cell.column])
    total = float(numbers.astype(np.float64).sum())
    return Pooling(
        cell=cell,
        value=value,
        computed=total / divisor,
        source=source,
        numbers=numbers,
        inside=inside,
        divisor=divisor,
        total=total,
    )


def _resized(frame: Frame, node: Node, layer: layers.Upsample2D | layers.Pad2D, cell: Cell, value: float) -> Arithmetic:
    """Return the arithmetic of an interpolated number, of a copy, or of a zero of the border."""
    if isinstance(layer, layers.Pad2D):
        row, column = (layer.sources(axis, node.input_shape[1 + axis])[cell.index[1 + axis]] for axis in range(2))
        if min(row, column) < 0:
            return Arithmetic(cell=cell, value=value, computed=0.0)
    elif layer.mode == "bilinear":
        return interpolation_sum(frame, node, layer, cell, value)
    else:
        row, column = (layer.seen(axis, node.input_shape[1 + axis])[cell.index[1 + axis]].start for axis in range(2))
    return _copy(frame, cell, before(frame, node, (cell.channel, row, column)), value)


def _normalization(
    frame: Frame, node: Node, norm: layers.BatchNorm2D | SampleNorm, cell: Cell, value: float
) -> Normalization:
    maps = input_of(frame, node)
    c = cell.channel
    weight, bias = _factors(norm, cell.index[: len(node.input_shape)])
    if isinstance(norm, SampleNorm):
        place = norm.together(cell.index[: len(node.input_shape)])
        own = maps.reshape(node.input_shape)[place].astype(np.float64)
        mean, variance = float(own.mean()), float(own.var())
    elif norm.running_mean is None or norm.running_var is None:
        own = maps[c].astype(np.float64)
        mean, variance = float(own.mean()), float(own.var())
    else:
        mean, variance = float(norm.running_mean.value[c]), float(norm.running_var.value[c])
    operand = float(maps[cell.index])
    normalized = (operand - mean) / float(np.sqrt(variance + norm.eps))
    return Normalization(
        cell=cell,
        value=value,
        computed=weight * normalized + bias,
        source=before(frame, node, cell.index),
        operand=operand,
        mean=mean,
        variance=variance,
        eps=norm.eps,
        normalized=normalized,
        weight=weight,
        bias=bias,
        learned=norm.weight is not None,
    )


def _factors(norm: layers.BatchNorm2D | SampleNorm, index: tuple[int, ...]) -> tuple[float, float]:
    """Return the learned scale and shift of a number of a sample."""
    if isinstance(norm, SampleNorm):
        return norm.factors(index)
    weight = 1.0 if norm.weight is None else float(norm.weight.value[index[0]])
    return weight, 0.0 if norm.bias is None else float(norm.bias.value[index[0]])


def _pointwise(frame: Frame, node: Node, activation: Activation | layers.PReLU, cell: Cell, value: float) -> Pointwise:
    operand = float(input_of(frame, node)[cell.index])
    if isinstance(activation, layers.PReLU):
        formula, constants, passes = learned_formula(activation, cell.channel, operand)
        computed = operand * (constants[0].value if constants else 1.0)
    else:
        computed = float(activation.function(np.array([operand], np.float64))[0])
        formula, constants, passes = pointwise_formula(activation, operand)
    cells = [Cell(source.name, source.first + cell.channel, cell.row, cell.column) for source in node.sources]
    return Pointwise(
        cell=cell,
        value=value,
        computed=computed,
        source=before(frame, node, cell.index),
        operand=operand,
        formula=formula,
        constants=constants,
        passes=passes,
        parts=tuple(Summand(c.layer, value_of(frame, c)) for c in cells) if len(cells) > 1 else (),
    )


def _softmax(frame: Frame, node: Node, axis: int, cell: Cell, value: float) -> SoftmaxShare:
    place: list[int | slice] = list(cell.index)
    index = cell.index[axis - 1]
    place[axis - 1] = slice(None)
    operands = input_of(frame, node)[tuple(place)]
    largest = float(operands.max())
    exponentials = np.exp(operands.astype(np.float64) - largest)
    total = float(exponentials.sum())
    return SoftmaxShare(
        cell=cell,
        value=value,
        computed=float(exponentials[index]) / total,
        index=index,
        operands=operands,
        largest=largest,
        exponentials=exponentials,
        total=total,
    )


def _joined(frame: Frame, node: Node, cell: Cell, value: float) -> Arithmetic:
    """Return the arithmetic where branches meet, or where a number is passed on."""
    cells = [Cell(source.name, source.first + cell.channel, cell.row, cell.column) for source in node.sources]
    match node.layer:
        case layers.Concatenate():
            channel = cell.channel
            for source in node.sources:
                if channel < source.count:
                    break
                channel -= source.count
            else:  # Not reached: the cell was checked.
                raise ValueError(f"Cell: index is {cell.index}; expected a place in {node.name}")
            return _copy(frame, cell, Cell(source.name, channel, cell.row, cell.column), value)
        case layers.Residual():
            parts = tuple(Summand(c.layer, value_of(frame, c)) for c in cells)
            return Sum(
                cell=cell,
                value=value,
                computed=sum(part.value for part in parts),
                sources=tuple(origin(frame.structure, c) for c in cells),
                parts=parts,
            )
        case layers.AttentionGate(skip_channels=count) if cell.channel < count:
            alpha_cell = Cell(node.sources[1].name, 0, cell.row, cell.column)
            operand, alpha = value_of(frame, cells[0]), value_of(frame, alpha_cell)
            return Gating(
                cell=cell,
                value=value,
                computed=operand * alpha,
                source=origin(frame.structure, cells[0]),
                alpha_source=alpha_cell,
                operand=operand,
                alpha=alpha,
            )
        case layers.Flatten():
            index = np.unravel_index(cell.channel, as_maps(node.input_shape))
            return _copy(frame, cell, Cell(node.sources[0].name, *(int(i) for i in index)), value)
        case layers.AttentionGate() | layers.Dropout() | layers.Identity():
            return _copy(frame, cell, cells[0], value)
        case _:
            # A layer that this module does not know: only its number can be shown.
            return Arithmetic(cell=cell, value=value, computed=value)


def _copy(frame: Frame, cell: Cell, source: Cell, value: float) -> Copy:
    source = origin(frame.structure, source)
    return Copy(cell=cell, value=value, computed=value_of(frame, source), source=source)
