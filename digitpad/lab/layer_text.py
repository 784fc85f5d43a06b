"""Networks typed as text, a layer in each line: `conv 8 3x3 padding=1`, `maxpool 2`, `flatten`, `linear 10`.

The number of input channels or features follows from the layer before, so it is not typed. A line `input 3x32x32` sets
the shape of the input.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

from digitpad.errors import DigitpadError
from digitpad.lab.unweighted import build_unweighted
from digitpad.models.plan_limits import check_plan
from digitpad.nn import Architecture
from digitpad.nn.architectures.plan import LayerSpec
from digitpad.nn.backend import Shape
from digitpad.translation import gettext as _

MOST_LAYERS = 200
"""Maximum number of layers of a typed or pasted network."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word that begins a line.

    Attributes
    ----------
    type
        The class of the layer.
    prefix
        What its name begins with.
    arguments
        The arguments that may be typed without their names, in this order.
    required
        How many of them cannot be left out.
    """

    type: str
    prefix: str
    arguments: tuple[str, ...] = ()
    required: int = 0


_WORDS = {
    "conv": _Word("Conv2D", "conv", ("out_channels", "kernel_size", "stride", "padding"), 2),
    "convtranspose": _Word("ConvTranspose2D", "up", ("out_channels", "kernel_size", "stride", "padding"), 2),
    "maxpool": _Word("MaxPool2D", "pool", ("kernel_size", "stride", "padding"), 1),
    "avgpool": _Word("AvgPool2D", "pool", ("kernel_size", "stride", "padding"), 1),
    "globalavgpool": _Word("GlobalAveragePool2D", "pool"),
    "adaptiveavgpool": _Word("AdaptiveAvgPool2D", "pool", ("output_size",), 1),
    "upsample": _Word("Upsample2D", "up", ("scale_factor", "mode"), 1),
    "pad": _Word("Pad2D", "pad", ("padding", "mode"), 1),
    "linear": _Word("Linear", "fc", ("out_features",), 1),
    "batchnorm": _Word("BatchNorm2D", "bn"),
    "groupnorm": _Word("GroupNorm", "gn", ("num_groups",), 1),
    "dropout": _Word("Dropout", "dropout", ("p",)),
    "flatten": _Word("Flatten", "flatten"),
    "identity": _Word("Identity", "identity"),
    "relu": _Word("ReLU", "relu"),
    "leakyrelu": _Word("LeakyReLU", "leakyrelu", ("negative_slope",)),
    "elu": _Word("ELU", "elu", ("alpha",)),
    "silu": _Word("SiLU", "silu"),
    "gelu": _Word("GELU", "gelu"),
    "prelu": _Word("PReLU", "prelu", ("num_parameters",)),
    "selu": _Word("SELU", "selu"),
    "mish": _Word("Mish", "mish"),
    "hardswish": _Word("Hardswish", "hardswish"),
    "hardsigmoid": _Word("Hardsigmoid", "hardsigmoid"),
    "tanh": _Word("Tanh", "tanh"),
    "sigmoid": _Word("Sigmoid", "sigmoid"),
    "softmax": _Word("Softmax", "softmax"),
}
_SYNONYMS = {
    "conv2d": "conv",
    "convtranspose2d": "convtranspose",
    "upconv": "convtranspose",
    "pool": "maxpool",
    "maxpool2d": "maxpool",
    "averagepool": "avgpool",
    "avgpool2d": "avgpool",
    "globalaveragepool2d": "globalavgpool",
    "gap": "globalavgpool",
    "adaptiveavgpool2d": "adaptiveavgpool",
    "upsample2d": "upsample",
    "dense": "linear",
    "fc": "linear",
    "batchnorm2d": "batchnorm",
    "bn": "batchnorm",
}
_KEYS = {"kernel": "kernel_size", "k": "kernel_size", "s": "stride", "p": "padding", "d": "dilation", "g": "groups"}


def parse_layers(text: str, input_shape: Shape | None = None, name: str = "lab") -> Architecture:
    """Return the network that a text describes.

    Parameters
    ----------
    text
        A layer in each line; several in a line are separated by semicolons, and `#` begins a comment.
    input_shape
        Shape of one sample, if the text has no line `input`.
    name
        Name of the network.

    Raises
    ------
    DigitpadError
        If a line is not a layer; the message names the line, which counts from 1.
    """
    lines = _numbered(text)
    if sum(bool(line) for _number, line in lines) > MOST_LAYERS + 1:  # perhaps with one for the input
        raise DigitpadError(_("The network has more than {count} layers; make it smaller.").format(count=MOST_LAYERS))
    specs: list[LayerSpec] = []
    counts: dict[str, int] = {}
    shape = input_shape
    current: Shape | None = shape
    for number, line in lines:
        if not line:
            continue
        words = line.lower().replace(",", " ").split() if not re.match(r"(?i)input\b", line) else [line]
        if len(words) == 1 and words[0].lower().startswith("input"):
            shape = current = _shape(line[5:], number)
            continue
        if current is None:
            raise DigitpadError(_("The shape of the input is missing; begin with a line such as input 3x32x32."))
        if len(specs) == MOST_LAYERS:
            raise DigitpadError(
                _("The network has more than {count} layers; make it smaller.").format(count=MOST_LAYERS)
            )
        spec = _spec(words, current, number)
        prefix = str(spec.pop("prefix"))
        counts[prefix] = counts.get(prefix, 0) + 1
        spec = {"name": f"{prefix}{counts[prefix]}", **spec}
        specs.append(spec)
        current = _after(specs, current)
    if shape is None or not specs:
        raise DigitpadError(_("There is no layer yet; write one in each line, such as conv 8 3x3."))
    return Architecture(name, shape, tuple(specs))


def line_of(text: str, index: int) -> int | None:
    """Return the line of a layer in a text that `parse_layers` reads, both counted from 0; None if it has fewer."""
    found = [number - 1 for number, line in _numbered(text) if line and not line.lower().startswith("input")]
    return found[index] if index < len(found) else None


def _numbered(text: str) -> list[tuple[int, str]]:
    """Return the parts of a text between line ends and semicolons, without comments, each with its line from 1."""
    return [
        (number, part.strip())
        for number, line in enumerate(text.splitlines(), start=1)
        for part in line.split("#")[0].split(";")
    ]


def parse_shape(text: str) -> Shape:
    """Return the shape of one sample, such as 3x32x32 or 10.

    Raises
    ------
    DigitpadError
        If the text is not a shape.
    """
    numbers = re.findall(r"\d+", text)
    rest = re.sub(r"[\d\s,x×*()=:]", "", text)
    if rest or len(numbers) not in {1, 3} or any(len(number) > 6 or not int(number) for number in numbers):
        raise DigitpadError(
            _("{text!r} is not a shape; write channels, height and width, such as 3x32x32.").format(text=text.strip())
        )
    return tuple(int(number) for number in numbers)


def as_layers(plan: Architecture) -> str | None:
    """Return the text of a network, which `parse_layers` reads; None if it has layers that cannot be typed."""
    words = {word.type: (name, word) for name, word in reversed(_WORDS.items())}
    lines = []
    for spec in plan.layers:
        if spec.get("type") not in words or any(_is_uneven(value) for value in spec.values()):
            return None
        name, word = words[str(spec["type"])]
        required = [_typed(spec.get(key)) for key in word.arguments[: word.required]]
        others = [
            f"{key}={_typed(value)}"
            for key, value in spec.items()
            if key not in {"name", "type", "initializer", *_FOLLOWING, *word.arguments[: word.required]}
            and (key, value) not in _USUAL
        ]
        lines.append(" ".join([name, *required, *others]))
    return "\n".join(lines)


#: What need not be typed: defaults of every layer that has the argument.
_USUAL = (("bias", True), ("padding", 0), ("padding", "valid"), ("dilation", 1), ("groups", 1))
#: Arguments that follow from the layer before.
_FOLLOWING = ("in_channels", "in_features", "num_features", "num_channels")


def _is_uneven(value: object) -> bool:
    """Return whether an argument is a padding with a pair for the rows and one for the columns."""
    return isinstance(value, tuple | list) and any(isinstance(part, tuple | list) for part in value)


def _typed(value: object) -> str:
    """Return an argument as it is typed."""
    if isinstance(value, tuple | list):
        return "x".join(str(side) for side in value)
    return str(value).lower()


def _shape(text: str, line: int) -> Shape:
    try:
        return parse_shape(text)
    except DigitpadError as error:
        raise DigitpadError(_("Line {line}: {reason}").format(line=line, reason=error)) from error


def _spec(words: list[str], shape: Shape, line: int) -> dict[str, Any]:
    """Return the plan of one line, with the key "prefix" for its name."""
    kind = _SYNONYMS.get(words[0], words[0])
    if kind not in _WORDS:
        raise DigitpadError(
            _("Line {line}: there is no layer called {word!r}; write one of {words}.").format(
                line=line, word=words[0], words=", ".join(_WORDS)
            )
        )
    word = _WORDS[kind]
    given: dict[str, Any] = {}
    names = iter(word.arguments)
    for text in words[1:]:
        key, equals, value = text.partition("=")
        if equals:
            name = (
                key if key in {*word.arguments, "bias", "dilation", "groups", "eps", "alpha"} else _KEYS.get(key, key)
            )
        else:
            found = next((name for name in names if name not in given), None)
            if found is None:
                raise DigitpadError(
                    _("Line {line}: {text!r} is one number too many for {word}.").format(
                        line=line, text=text, word=words[0]
                    )
                )
            name, value = found, text
        given[name] = _argument(value, line)
    missing = [name for name in word.arguments[: word.required] if name not in given]
    if missing:
        raise DigitpadError(
            _("Line {line}: {word} needs {missing}, as in {example}.").format(
                line=line, word=words[0], missing=", ".join(missing), example=_EXAMPLES[kind]
            )
        )
    if word.type in {"Conv2D", "ConvTranspose2D"}:
        given = {"in_channels": shape[0], **given}
    elif word.type == "BatchNorm2D":
        given = {"num_features": shape[0], **given}
    elif word.type == "GroupNorm":
        given = {"num_channels": shape[0], **given}
    elif word.type == "Linear":
        given = {"in_features": shape[0] if len(shape) == 1 else math.prod(shape), **given}
    return {"prefix": word.prefix, "type": word.type, **given}


_EXAMPLES = {
    "conv": "conv 8 3x3",
    "convtranspose": "convtranspose 8 2 stride=2",
    "maxpool": "maxpool 2",
    "avgpool": "avgpool 2",
    "adaptiveavgpool": "adaptiveavgpool 4",
    "upsample": "upsample 2",
    "pad": "pad 1",
    "groupnorm": "groupnorm 4",
    "linear": "linear 10",
}


def _argument(text: str, line: int) -> object:
    """Return the value of an argument: a number, a pair such as 3x3, a word for padding, or true and false."""
    words: dict[str, object] = {"true": True, "false": False}
    words |= {word: word for word in ("valid", "same", "full", "nearest", "bilinear", "zeros", "reflect", "replicate")}
    if text in words:
        return words[text]
    if pair := re.fullmatch(r"(\d{1,6})[x×*](\d{1,6})", text):
        both = int(pair[1]), int(pair[2])
        return both[0] if both[0] == both[1] else both
    if re.fullmatch(r"\d{1,9}", text):
        return int(text)
    if re.fullmatch(r"\d*\.\d+|\d+\.\d*|\d+e-?\d+", text):
        return float(text)
    raise DigitpadError(
        _("Line {line}: {text!r} is not a number, a size such as 3x3, valid, same, true or false.").format(
            line=line, text=text
        )
    )


def _after(specs: list[LayerSpec], shape: Shape) -> Shape:
    """Return the shape after the last layer; of one that does not fit, the shape before it: it is reported later."""
    try:
        # All layers together, so that many large ones are not built one after the other.
        check_plan(Architecture("", shape, tuple(specs)))
        return build_unweighted(specs[-1:], shape).output_shape(shape)
    except (TypeError, ValueError):
        return shape
