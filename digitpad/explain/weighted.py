"""Weighted sums: the arithmetic of convolutions, dense layers and interpolation, map by map and unit by unit."""

import numpy as np

from digitpad.explain.arithmetic import Exact, MapTerm, Numbers, UnitTerm, WeightedSum
from digitpad.explain.dependencies import Cell, as_maps, check_cell, taps, taps_transposed
from digitpad.explain.frame import Frame
from digitpad.explain.map_names import map_name
from digitpad.explain.operands import before, ends_of, input_of, origin, patches_of
from digitpad.explain.structure import Node, Structure
from digitpad.nn import layers


def convolution_sum(
    frame: Frame,
    node: Node,
    conv: layers.Conv2D | layers.ConvTranspose2D,
    cell: Cell,
    value: float,
    terms: int,
) -> WeightedSum:
    """Return a number of a convolution as a sum over its input maps; see `explain_cell`."""
    maps = input_of(frame, node)
    reach = taps_transposed if conv.transposed else taps
    rows, columns = (
        reach(index, size, kernel, stride, padding, dilation)
        for index, size, kernel, stride, padding, dilation in zip(
            cell.index[1:],
            maps.shape[1:],
            conv.kernel_size,
            conv.stride,
            conv.padding,
            conv.dilation,
            strict=True,
        )
    )
    first, kernels = _kernels(conv, cell.channel)
    patches, inside = patches_of(maps[first : first + len(kernels)], rows, columns)
    products = patches.astype(np.float64) * kernels
    totals = products.sum(axis=(1, 2))
    top, bottom = ends_of(rows)
    left, right = ends_of(columns)
    middle = (top + bottom) // 2, (left + right) // 2
    chosen = _largest(totals, terms)
    bias = None if conv.bias is None else float(conv.bias.value[cell.channel])
    sources = {c: before(frame, node, (first + c, *middle)) for c in chosen}
    return _weighted_sum(
        cell,
        value,
        tuple(
            MapTerm(
                source=sources[c],
                patch=patches[c],
                inside=inside,
                top=top,
                left=left,
                bottom=bottom,
                right=right,
                kernel=kernels[c],
                products=products[c],
                value=float(totals[c]),
                map_name=map_name(frame.structure, sources[c].layer, sources[c].channel),
            )
            for c in chosen
        ),
        totals,
        chosen,
        bias,
    )


def dense_sum(frame: Frame, node: Node, linear: layers.Linear, cell: Cell, value: float, terms: int) -> WeightedSum:
    """Return a number of a dense layer as a sum over its inputs; see `explain_cell`."""
    x = input_of(frame, node).ravel()
    weights = linear.weight.value[cell.channel]
    products = x.astype(np.float64) * weights
    chosen = _largest(products, terms)
    on_map = frame.structure.seen_through(node.sources[0].name).is_image
    bias = None if linear.bias is None else float(linear.bias.value[cell.channel])
    sources = {i: before(frame, node, (i, 0, 0)) for i in chosen}
    return _weighted_sum(
        cell,
        value,
        tuple(
            UnitTerm(
                source=sources[i],
                operand=float(x[i]),
                weight=float(weights[i]),
                value=float(products[i]),
                on_map=on_map,
                map_name=map_name(frame.structure, sources[i].layer, sources[i].channel),
            )
            for i in chosen
        ),
        products,
        chosen,
        bias,
    )


def interpolation_sum(frame: Frame, node: Node, upsampling: layers.Upsample2D, cell: Cell, value: float) -> WeightedSum:
    """Return a number of a bilinear upsampling as a sum over the patch that it lies in; see `explain_cell`."""
    maps = input_of(frame, node)
    rows, columns = (np.array(upsampling.seen(axis, maps.shape[1 + axis])[cell.index[1 + axis]]) for axis in range(2))
    (patch,), inside = patches_of(maps[cell.channel : cell.channel + 1], rows, columns)
    # The network's own weights are float32.
    down, across = (upsampling.weights(axis, maps.shape[1 + axis], maps)[cell.index[1 + axis]] for axis in range(2))
    weights = np.outer(down[rows], across[columns])
    products = patch.astype(np.float64) * weights
    total = float(products.sum())
    top, bottom = ends_of(rows)
    left, right = ends_of(columns)
    source = before(frame, node, (cell.channel, top, left))
    term = MapTerm(
        source=source,
        patch=patch,
        inside=inside,
        top=top,
        left=left,
        bottom=bottom,
        right=right,
        kernel=weights,
        products=products,
        value=total,
        map_name=map_name(frame.structure, source.layer, source.channel),
    )
    return WeightedSum(cell=cell, value=value, computed=total, terms=(term,), others=0, others_value=0.0, bias=None)


def kernels_of(structure: Structure, name: str, unit: int) -> tuple[tuple[Cell, ...], Numbers]:
    """Return the kernels of one output map, or the weights of one dense unit.

    Parameters
    ----------
    structure
        The network.
    name, unit
        A convolution and its map, or a dense layer and its unit.

    Returns
    -------
    tuple
        The first cell of each input map, and the kernels, float32 (maps, height, width). The kernels of a dense unit
        after flattened maps are as large as the maps; those of other dense units are 1 x 1.

    Raises
    ------
    ValueError
        If the layer is neither a convolution nor dense, or has no such map.
    """
    node = structure[name]
    check_cell(structure, Cell(name, unit))
    match node.layer:
        case layers.Conv2D() | layers.ConvTranspose2D() as conv:
            first, kernels = _kernels(conv, unit)
            source = node.sources[0]
            cells = [origin(structure, Cell(source.name, source.first + first + c)) for c in range(len(kernels))]
            return tuple(cells), kernels
        case layers.Linear() as linear:
            before = structure.seen_through(node.sources[0].name)
            shape = as_maps(before.shape)
            return tuple(Cell(before.name, c) for c in range(shape[0])), linear.weight.value[unit].reshape(shape)
        case _:
            raise ValueError(f"kernels_of: name is {name!r}; expected a convolution or a dense layer")


def _kernels(conv: layers.Conv2D | layers.ConvTranspose2D, unit: int) -> tuple[int, Numbers]:
    """Return the first input channel of an output map, and its kernels (channels, height, width)."""
    per_group = conv.out_channels // conv.groups
    group, place = divmod(unit, per_group)
    channels = conv.in_channels // conv.groups
    first = group * channels
    weight = conv.weight.value
    kernels: Numbers = weight[first : first + channels, place] if conv.transposed else weight[unit]
    return first, kernels


def _weighted_sum(
    cell: Cell,
    value: float,
    told_apart: tuple[MapTerm | UnitTerm, ...],
    totals: Exact,
    chosen: list[int],
    bias: float | None,
) -> WeightedSum:
    others_value = float(np.delete(totals, chosen).sum())
    return WeightedSum(
        cell=cell,
        value=value,
        computed=sum(term.value for term in told_apart) + others_value + (bias or 0.0),
        terms=told_apart,
        others=len(totals) - len(chosen),
        others_value=others_value,
        bias=bias,
    )


def _largest(values: Exact, count: int) -> list[int]:
    """Return the indices of the `count` largest absolute values, in descending order; ties keep their order."""
    order: list[int] = np.argsort(-np.abs(values), kind="stable")[:count].tolist()
    return order
