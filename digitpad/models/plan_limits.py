"""How large the network of a plan is, before anything of it exists.

A few words of a plan can ask for more memory than a machine has. So a plan is counted before it is built: its layers,
how deep they are nested, and their numbers; and, once it is built, what one image costs. A model file holds its numbers
already, so its plan must ask for just as many.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from digitpad.names import plain_name
from digitpad.nn import Architecture, Sequential
from digitpad.nn.architectures.summary import summarize
from digitpad.nn.backend import Shape
from digitpad.translation import gettext as _

MOST_LAYERS = 200_000
"""How many layers a plan may have."""
MOST_NESTED = 160
"""How many layers may be nested in each other."""
MOST_NUMBERS = 50_000_000
"""How many numbers a network may hold (weights, biases and statistics): 200 MB."""

#: What one image may cost: activations kept at once, in numbers, and multiplications.
_MOST_ACTIVATIONS = 1 << 27
_MOST_MULTIPLY_ADDS = 1 << 37
#: A plan may ask for a few numbers more than its file holds: then those that are missing can be named.
_SLACK = 1 << 20


def check_plan(architecture: Architecture) -> int:
    """Count what a plan asks for.

    Parameters
    ----------
    architecture
        The plan; nothing in it is known to be right.

    Returns
    -------
    int
        How many numbers its layers hold. Values that no layer takes count as 0: the layer itself refuses them.

    Raises
    ------
    ValueError
        If the plan has too many layers, they are nested too deeply, or they hold too many numbers.
    """
    numbers = 0
    for count, (spec, depth) in enumerate(_specs(architecture), start=1):
        if count > MOST_LAYERS:
            raise ValueError(_("it has more than {count:,} layers").format(count=MOST_LAYERS))
        if depth > MOST_NESTED:
            raise ValueError(_("its layers are nested more than {count} deep").format(count=MOST_NESTED))
        numbers += _numbers(spec)
        if numbers > MOST_NUMBERS:
            raise ValueError(
                _("{layer}: with this layer the network has {numbers:,} numbers; at most {most:,} are allowed").format(
                    layer=plain_name(str(spec.get("name"))), numbers=numbers, most=MOST_NUMBERS
                )
            )
    return numbers


def check_held(architecture: Architecture, held: int) -> None:
    """Check that a plan does not ask for more numbers than there are in its file.

    A network is compared with its tensors by name and shape once it is built; it must not be larger than its file to
    be built.

    Parameters
    ----------
    architecture
        The plan.
    held
        How many numbers the file holds.

    Raises
    ------
    ValueError
        If the plan asks for many more, or is too large by itself.
    """
    asked = check_plan(architecture)
    if asked > held + _SLACK:
        raise ValueError(
            _("its architecture has {asked:,} numbers, but the file contains {held:,}").format(asked=asked, held=held)
        )


def check_cost(network: Sequential, input_shape: Shape) -> None:
    """Check that one image of a shape needs a bounded amount of memory and time.

    Raises
    ------
    ValueError
        If the network cannot take such an image, or one image costs too much; the message names the layer.
    """
    if math.prod(input_shape) > _MOST_ACTIVATIONS:
        raise ValueError(_("an image of {count:,} numbers is too large").format(count=math.prod(input_shape)))
    # Layers that look at a whole padded image are asked for their shapes alone: nothing is computed with pixels.
    total, work = 0, 0
    for layer in summarize(network, input_shape).layers:
        total += math.prod(layer.output_shape)
        work += layer.multiply_adds
        if total > _MOST_ACTIVATIONS:
            raise ValueError(
                _("{layer}: up to this layer one image takes {size:,} MB; at most {most:,} MB are allowed").format(
                    layer=layer.name, size=round(total * 4 / 1e6), most=round(_MOST_ACTIVATIONS * 4 / 1e6)
                )
            )
        if work > _MOST_MULTIPLY_ADDS:
            raise ValueError(
                _("{layer}: up to this layer one image takes {count:,} multiplications, too many").format(
                    layer=layer.name, count=work
                )
            )


def _specs(architecture: Architecture) -> Iterator[tuple[Mapping[str, Any], int]]:
    """Yield each layer's mapping and how deep it lies."""
    waiting: list[tuple[object, int]] = [(architecture.layers, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, Mapping):
            if "type" in value:
                depth += 1
                yield value, depth
            waiting += [(inner, depth) for inner in value.values() if isinstance(inner, Mapping | list | tuple)]
        elif isinstance(value, list | tuple):
            waiting += [(inner, depth) for inner in reversed(value) if isinstance(inner, Mapping | list | tuple)]


def _numbers(spec: Mapping[str, Any]) -> int:
    """Return how many numbers one layer holds, without those inside it; a test compares this with every layer."""

    def size(name: str, default: int = 0) -> int:
        value = spec.get(name, default)
        return value if isinstance(value, int) and value > 0 else default

    with_bias = spec.get("bias", True) is not False
    match spec.get("type"):
        case "Linear":
            return size("out_features") * (size("in_features") + with_bias)
        case "Conv2D" | "ConvTranspose2D":
            kernel = spec.get("kernel_size")
            sides = kernel if isinstance(kernel, list | tuple) else (kernel, kernel)
            taps = math.prod(side for side in sides if isinstance(side, int) and side > 0)
            weights = size("in_channels") * size("out_channels") * taps // size("groups", 1)
            return weights + size("out_channels") * with_bias
        case "BatchNorm2D":
            affine = spec.get("affine", True) is not False
            tracks = spec.get("track_running_stats", True) is not False
            return size("num_features") * 2 * (affine + tracks) + tracks
        case "AttentionGate":
            inner = size("inner_channels", max(1, size("skip_channels") // 2))
            return inner * (size("skip_channels") + size("signal_channels") + 1) + inner + 1
    return 0
