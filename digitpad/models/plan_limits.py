"""Limits on the size of a network, checked on its plan before the network is built.

A short plan can require more memory than a machine has. So the layers of a plan, their nesting depth and their numbers
(parameters and statistics) are counted before the network is built, and the cost of one image is checked afterwards. A
model file already contains its numbers, so its plan must require about as many.
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
"""Maximum number of layers of a plan."""
MOST_NESTED = 160
"""Maximum nesting depth of layers."""
MOST_NUMBERS = 50_000_000
"""Maximum count of numbers in a network (weights, biases and statistics): 200 MB."""

#: Maximum cost of one image: numbers in the activations kept at once, and multiplications.
_MOST_ACTIVATIONS = 1 << 28
_MOST_MULTIPLY_ADDS = 1 << 37
#: A plan may require slightly more numbers than its file contains, so that missing tensors can be named.
_SLACK = 1 << 20


def check_plan(architecture: Architecture) -> int:
    """Count the numbers that a plan requires.

    Parameters
    ----------
    architecture
        The plan, unchecked.

    Returns
    -------
    int
        Count of the numbers in its layers. Invalid values count as 0, since the layer itself rejects them.

    Raises
    ------
    ValueError
        If the plan has too many layers, nests them too deeply, or requires too many numbers.
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
    """Check that a plan does not require more numbers than its file contains.

    The names and shapes of the tensors are compared with the network after it is built; this check prevents building a
    network that is larger than its file.

    Parameters
    ----------
    architecture
        The plan.
    held
        Count of the numbers in the file.

    Raises
    ------
    ValueError
        If the plan requires many more, or exceeds the general limits.
    """
    asked = check_plan(architecture)
    if asked > held + _SLACK:
        raise ValueError(
            _("its architecture has {asked:,} numbers, but the file contains {held:,}").format(asked=asked, held=held)
        )


def check_cost(network: Sequential, input_shape: Shape) -> None:
    """Check that one image of this shape requires a bounded amount of memory and time.

    Raises
    ------
    ValueError
        If the network does not accept such an image, or the cost is too high; the message names the layer.
    """
    if math.prod(input_shape) > _MOST_ACTIVATIONS:
        raise ValueError(_("an image of {count:,} numbers is too large").format(count=math.prod(input_shape)))
    # Only the shapes are computed, even for layers that process a whole padded image. The sizes come first, because the
    # receptive field of a layer takes time and memory for each of its rows and columns.
    shape = input_shape
    for name, child in network.layers.items():
        shape = child.output_shape(shape)
        if math.prod(shape) > _MOST_ACTIVATIONS:
            raise ValueError(_too_much_memory(name, math.prod(shape)))
    total, work = 0, 0
    for layer in summarize(network, input_shape).layers:
        total += math.prod(layer.output_shape)
        work += layer.multiply_adds
        if total > _MOST_ACTIVATIONS:
            raise ValueError(_too_much_memory(layer.name, total))
        if work > _MOST_MULTIPLY_ADDS:
            raise ValueError(
                _("{layer}: up to this layer one image takes {count:,} multiplications, too many").format(
                    layer=layer.name, count=work
                )
            )


def _too_much_memory(layer: str, numbers: int) -> str:
    text = _("{layer}: up to this layer one image takes {size:,} MB; at most {most:,} MB are allowed")
    return text.format(layer=layer, size=round(numbers * 4 / 1e6), most=round(_MOST_ACTIVATIONS * 4 / 1e6))


def _specs(architecture: Architecture) -> Iterator[tuple[Mapping[str, Any], int]]:
    """Yield the mapping of each layer and its nesting depth."""
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
    """Return the count of numbers in one layer, nested layers excluded; a test checks it against every layer."""

    def size(name: str, default: int = 0) -> int:
        value = spec.get(name, default)
        return value if isinstance(value, int) and value > 0 else default

    def flag(name: str) -> bool:
        return spec.get(name, True) is not False

    numbers = 0
    match spec.get("type"):
        case "Linear":
            numbers = size("out_features") * (size("in_features") + flag("bias"))
        case "Conv2D" | "ConvTranspose2D":
            kernel = spec.get("kernel_size")
            taps = _volume(kernel if isinstance(kernel, list | tuple) else (kernel, kernel))
            weights = size("in_channels") * size("out_channels") * taps // size("groups", 1)
            numbers = weights + size("out_channels") * flag("bias")
        case "BatchNorm2D":
            affine, tracks = flag("affine"), flag("track_running_stats")
            numbers = size("num_features") * 2 * (affine + tracks) + tracks
        case "GroupNorm":
            numbers = 2 * size("num_channels") * flag("affine")
        case "LayerNorm":
            numbers = _volume(spec.get("normalized_shape")) * (1 + flag("bias")) * flag("elementwise_affine")
        case "PReLU":
            numbers = size("num_parameters", 1)
        case "AttentionGate":
            inner = size("inner_channels", max(1, size("skip_channels") // 2))
            convolutions = inner * (size("skip_channels") + size("signal_channels") + 1) + inner + 1
            # Weight, bias, and two statistics for each map of the three, one count of batches each, and theta's bias.
            norms = 4 * (2 * inner + 1) + 3 + inner if spec.get("batch_norm") else 0
            numbers = convolutions + norms
    return numbers


def _volume(value: object) -> int:
    """Return the product of the sizes in `value`, one number or several; invalid ones do not count."""
    sizes = value if isinstance(value, list | tuple) else (value,)
    return math.prod(side for side in sizes if isinstance(side, int) and side > 0)
