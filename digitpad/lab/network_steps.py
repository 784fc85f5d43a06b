"""The formulas behind the table of a network, and why a receptive field is as large as it is."""

from dataclasses import dataclass
from fractions import Fraction

from digitpad.copying.document import Step
from digitpad.lab.networks import ITEM, WINDOWS, NetworkSolution, Row
from digitpad.nn import layers
from digitpad.translation import gettext as _


def formula_steps(row: Row) -> tuple[Step, ...]:
    """Return every number of a row with its formula filled in."""
    return (
        *_side_steps(row),
        _parameter_step(row),
        _multiply_add_step(row),
        Step(
            _("activations"),
            "C·H·W·4",
            _("{values} · {size} bytes").format(values="·".join(str(side) for side in row.output_shape), size=ITEM),
            row.activation_bytes,
        ),
        *_field_steps(row),
    )


def _side_steps(row: Row) -> list[Step]:
    """Return how the height and width of the output follow from the layer's window."""
    layer = row.layer
    if isinstance(layer, WINDOWS):
        dilation = layer.dilation
        formula = "⌊(H + P − D·(K − 1) − 1) / S⌋ + 1" if dilation != (1, 1) else "⌊(H + P − K) / S⌋ + 1"
        axes = list(
            zip(
                row.input_shape[1:],
                layer.padding,
                dilation,
                layer.kernel_size,
                layer.stride,
                row.output_shape[1:],
                strict=True,
            )
        )
        texts = []
        rounded_up = not isinstance(layer, layers.Conv2D) and layer.ceil_mode
        if rounded_up:
            formula = formula.replace("⌊", "⌈").replace("⌋", "⌉")
        for size, pad, spacing, kernel, stride, side in axes:
            both = f"2·{pad[0]}" if pad[0] == pad[1] else f"({pad[0]} + {pad[1]})"
            window = f"{spacing}·({kernel} − 1) − 1" if dilation != (1, 1) else str(kernel)
            text = f"⌊({size} + {both} − {window}) / {stride}⌋ + 1"
            if rounded_up:
                text = text.replace("⌊", "⌈").replace("⌋", "⌉")
                # The last window is left out where it would begin behind the map.
                places = -((size + sum(pad) - spacing * (kernel - 1) - 1) // -stride) + 1
                text += " − 1" if places > side else ""
            texts.append(text)
    elif isinstance(layer, layers.ConvTranspose2D):
        formula = "(H − 1)·S − P + D·(K − 1) + O + 1"
        axes = list(
            zip(
                row.input_shape[1:],
                layer.padding,
                layer.dilation,
                layer.kernel_size,
                layer.stride,
                row.output_shape[1:],
                strict=True,
            )
        )
        texts = [
            f"({size} − 1)·{stride} − {sum(pad)} + {spacing}·({kernel} − 1) + {extra} + 1"
            for (size, pad, spacing, kernel, stride, _side), extra in zip(axes, layer.output_padding, strict=True)
        ]
    elif isinstance(layer, layers.Upsample2D):
        formula = "S·H"
        axes = list(zip(layer.scale_factor, row.input_shape[1:], row.output_shape[1:], strict=True))
        texts = [f"{scale}·{size}" for scale, size, _side in axes]
    elif isinstance(layer, layers.Pad2D):
        formula = "P + H + P"
        axes = list(zip(layer.padding, row.input_shape[1:], row.output_shape[1:], strict=True))
        texts = [f"{before} + {size} + {after}" for (before, after), size, _side in axes]
    elif isinstance(layer, layers.AdaptiveAvgPool2D):
        formula = "O"
        axes = [(side,) for side in layer.output_size]
        texts = [str(side) for side in layer.output_size]
    else:
        return []
    sides = [axis[-1] for axis in axes]
    if texts[0] == texts[1]:
        return [Step(_("side"), formula, texts[0], sides[0])]
    return [
        Step(name, formula, text, side)
        for name, text, side in zip((_("height"), _("width")), texts, sides, strict=True)
    ]


def _parameter_step(row: Row) -> Step:
    """Return how the trained values are counted."""
    match row.layer:
        case layers.Conv2D() | layers.ConvTranspose2D() as conv:
            kernel = "·".join(str(side) for side in conv.kernel_size)
            weights = f"{kernel}·{conv.weight.value.shape[1]}·{conv.weight.value.shape[0]}"
            bias = f" + {conv.out_channels}" if conv.bias is not None else ""
            grouped = " / G" if conv.groups > 1 else ""
            formula = f"K·K·C{grouped}·O{' + O' if bias else ''}"
            return Step(_("parameters"), formula, weights + bias, row.parameters)
        case layers.Linear() as linear:
            bias = f" + {linear.out_features}" if linear.bias is not None else ""
            filled = f"{linear.in_features}·{linear.out_features}{bias}"
            return Step(_("parameters"), f"I·O{' + O' if bias else ''}", filled, row.parameters)
        case layers.PReLU() as prelu:
            return Step(_("parameters"), "N", str(prelu.num_parameters), row.parameters)
        case layers.BatchNorm2D() | layers.GroupNorm() if row.parameters:
            return Step(_("parameters"), "2·C", f"2·{row.input_shape[0]}", row.parameters)
        case layers.LayerNorm() as norm if row.parameters:
            values = "·".join(str(side) for side in norm.normalized_shape)
            both = norm.bias is not None
            return Step(_("parameters"), "2·K" if both else "K", f"2·{values}" if both else values, row.parameters)
    return Step(_("parameters"), "", "0" if not row.parameters else "", row.parameters)


def _multiply_add_step(row: Row) -> Step:
    """Return how the multiply-add operations are counted."""
    match row.layer:
        case layers.Conv2D() as conv:
            places = "·".join(str(side) for side in (*row.output_shape[1:], row.output_shape[0]))
            taps = "·".join(str(side) for side in (*conv.kernel_size, conv.weight.value.shape[1]))
            return Step(_("multiply-adds"), "H·W·O · K·K·C", f"{places} · {taps}", row.multiply_adds)
        case layers.ConvTranspose2D() as conv:
            places = "·".join(str(side) for side in (*row.input_shape[1:], row.input_shape[0]))
            taps = "·".join(str(side) for side in (*conv.kernel_size, conv.weight.value.shape[1]))
            return Step(_("multiply-adds"), "H·W·C · K·K·O", f"{places} · {taps}", row.multiply_adds)
        case layers.Linear() as linear:
            filled = f"{linear.in_features}·{linear.out_features}"
            return Step(_("multiply-adds"), "I·O", filled, row.multiply_adds)
        case layers.Upsample2D() if row.multiply_adds:
            filled = "·".join(str(side) for side in row.output_shape)
            return Step(_("multiply-adds"), "4·C·H·W", f"4·{filled}", row.multiply_adds)
        case layers.BatchNorm2D() | layers.GroupNorm() | layers.LayerNorm():
            filled = "·".join(str(side) for side in row.output_shape)
            return Step(_("multiply-adds"), "C·H·W", filled, row.multiply_adds)
    return Step(_("multiply-adds"), "", "0" if not row.multiply_adds else "", row.multiply_adds)


def _field_steps(row: Row) -> list[Step]:
    """Return how the jump between cells and the receptive field follow from those of the input."""
    layer, before, field = row.layer, row.before, row.field
    if before is None or field is None or not isinstance(layer, WINDOWS):
        return []
    dilation = layer.dilation
    steps = []
    rows, columns = (
        (old, new, stride, kernel, spacing)
        for old, new, stride, kernel, spacing in zip(
            (before.rows, before.columns),
            (field.rows, field.columns),
            layer.stride,
            layer.kernel_size,
            dilation,
            strict=True,
        )
    )
    alike = (rows[0].size, rows[0].stride, *rows[2:]) == (columns[0].size, columns[0].stride, *columns[2:])
    axes = [("", rows)] if alike else [(_("rows: "), rows), (_("columns: "), columns)]
    for prefix, (old, new, stride, kernel, spacing) in axes:
        spread = "·D" if spacing > 1 else ""
        filled_spread = f"·{spacing}" if spacing > 1 else ""
        jump = str(old.stride)
        steps += [
            Step(prefix + _("jump"), "J·S", f"{jump}·{stride}", _plain(new.stride)),
            Step(
                prefix + _("receptive field"),
                f"R + (K − 1){spread}·J",
                f"{old.size} + ({kernel} − 1){filled_spread}·{jump}",
                new.size,
            ),
        ]
    return steps


def _plain(value: Fraction) -> float:
    """Return a fraction as an int if it is one."""
    return int(value) if value.denominator == 1 else float(value)


@dataclass(frozen=True, slots=True)
class PoolingMistake:
    """The receptive field that forgets the pooling windows, a common mistake.

    Attributes
    ----------
    wrong, right
        The size without them, and the receptive field.
    text
        The explanation, in the user's language.
    """

    wrong: int
    right: int
    text: str


def pooling_mistake(solution: NetworkSolution, index: int) -> PoolingMistake | None:
    """Return why the receptive field of a row is not smaller, if pooling layers before it enlarge it.

    Parameters
    ----------
    solution
        The solution.
    index
        The row of a convolution.
    """
    row = solution.rows[index]
    if row.field is None or row.before is None or not isinstance(row.layer, layers.Conv2D):
        return None
    added = 0
    for earlier in solution.rows[:index]:
        if isinstance(earlier.layer, layers.MaxPool2D | layers.AvgPool2D) and earlier.before and earlier.field:
            added += earlier.field.rows.size - earlier.before.rows.size
    right, before = row.field.rows.size, row.before.rows.size
    if not added or row.field.rows.stride == 0:
        return None
    jump, kernel = row.before.rows.stride, row.layer.kernel_size[0]
    spread = "" if row.layer.dilation[0] == 1 else f"·{row.layer.dilation[0]}"
    text = _(
        "{less} + ({kernel} − 1){spread}·{jump} = {wrong} leaves out the {added} that the pooling windows add: "
        "{less} + {added} = {before}, then {before} + {grown} = {right}."
    ).format(
        less=before - added,
        kernel=kernel,
        spread=spread,
        jump=jump,
        wrong=right - added,
        added=added,
        before=before,
        grown=right - before,
        right=right,
    )
    return PoolingMistake(right - added, right, text)


def counted_back(solution: NetworkSolution, index: int) -> tuple[tuple[str, int], ...]:
    """Return how many cells along the height one cell of a row sees in each layer before it, back to the input.

    Returns
    -------
    tuple
        Pairs of the layer's name and the number of cells: ("conv2", 1), ("pool1", 5), ("conv1", 10), ("input", 12).
        Layers that keep every cell as it is have the number of the layer after them. Edges of the image are ignored.
    """
    cells = 1
    found = []
    for row in reversed(solution.rows[: index + 1]):
        found.append((row.name, cells))
        layer = row.layer
        if isinstance(layer, WINDOWS):
            cells = (cells - 1) * layer.stride[0] + (layer.kernel_size[0] - 1) * layer.dilation[0] + 1
        elif not layer.elementwise and not isinstance(layer, layers.BatchNorm2D):
            return ()
    return (*found, (_("input"), cells))
