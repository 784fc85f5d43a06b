"""The layers that can be added to a network in the editor, with the arguments that can be set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from digitpad.nn.initializers import INITIALIZER_FACTORIES, INITIALIZERS
from digitpad.translation import gettext_noop


@dataclass(frozen=True, slots=True)
class Field:
    """One argument of a layer.

    Attributes
    ----------
    name
        Name of the argument.
    label, tip
        Display name and explanation.
    kind
        Type: int, float, bool or str. A str is one of `choices`.
    least, most
        Bounds for numbers.
    choices
        Texts to choose from; for a number, texts that are allowed instead of a number.
    default
        Value that the layer takes if the architecture does not set it.
    """

    name: str
    label: str
    tip: str
    kind: type
    least: float = 0
    most: float = 0
    choices: tuple[str, ...] = ()
    default: Any = None


@dataclass(frozen=True, slots=True)
class LayerKind:
    """A layer type that can be added to a network.

    Attributes
    ----------
    type
        Its class in `digitpad.nn`.
    title
        Display name.
    short
        Prefix of the names of such layers.
    group
        Its purpose: "maps", "numbers", "activation", "regularization".
    fields
        Its arguments.
    defaults
        Values in a new layer; the input size follows from the layer before.
    """

    type: str
    title: str
    short: str
    group: str
    fields: tuple[Field, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)


_INITIALIZERS = (*INITIALIZERS, *INITIALIZER_FACTORIES)
_WEIGHTS = (
    Field("bias", gettext_noop("Bias"), gettext_noop("Whether a bias is added to each output"), bool, default=True),
    Field(
        "initializer",
        gettext_noop("Initial weights"),
        gettext_noop("The distribution that the initial weights are drawn from"),
        str,
        choices=_INITIALIZERS,
        default="he_normal",
    ),
)
_WINDOW = (
    Field(
        "kernel_size",
        gettext_noop("Kernel size"),
        gettext_noop("Side of the square that one output is computed from"),
        int,
        1,
        28,
        default=2,
    ),
    Field("stride", gettext_noop("Stride"), gettext_noop("How far the kernel moves between two outputs"), int, 1, 28),
    Field(
        "padding",
        gettext_noop("Padding"),
        gettext_noop("Rows and columns of zeros added at each edge"),
        int,
        0,
        14,
        default=0,
    ),
)

_ROUNDED_UP = Field(
    "ceil_mode",
    gettext_noop("Round up"),
    gettext_noop("Whether the last window is kept if it reaches beyond the edge"),
    bool,
    default=False,
)

KINDS: dict[str, LayerKind] = {
    kind.type: kind
    for kind in (
        LayerKind(
            "Conv2D",
            gettext_noop("Convolution"),
            "conv",
            "maps",
            (
                Field(
                    "out_channels",
                    gettext_noop("Channels"),
                    gettext_noop("How many feature maps the layer computes"),
                    int,
                    1,
                    1024,
                ),
                Field(
                    "kernel_size",
                    gettext_noop("Kernel size"),
                    gettext_noop("Side of the square that one output is computed from"),
                    int,
                    1,
                    28,
                ),
                Field(
                    "stride",
                    gettext_noop("Stride"),
                    gettext_noop("How far the kernel moves between two outputs"),
                    int,
                    1,
                    28,
                    default=1,
                ),
                Field(
                    "padding",
                    gettext_noop("Padding"),
                    gettext_noop("Rows and columns of zeros added at each edge"),
                    int,
                    0,
                    28,
                    ("valid", "same", "full"),
                    default=0,
                ),
                Field(
                    "dilation",
                    gettext_noop("Dilation"),
                    gettext_noop("Distance between neighbouring kernel elements"),
                    int,
                    1,
                    14,
                    default=1,
                ),
                Field(
                    "groups",
                    gettext_noop("Groups"),
                    gettext_noop("Parts of the channels that are convolved separately"),
                    int,
                    1,
                    1024,
                    default=1,
                ),
                *_WEIGHTS,
            ),
            {"out_channels": 16, "kernel_size": 3, "padding": 1},
        ),
        LayerKind(
            "MaxPool2D", gettext_noop("Max pooling"), "pool", "maps", (*_WINDOW, _ROUNDED_UP), {"kernel_size": 2}
        ),
        LayerKind(
            "AvgPool2D",
            gettext_noop("Average pooling"),
            "pool",
            "maps",
            (*_WINDOW, _ROUNDED_UP),
            {"kernel_size": 2},
        ),
        LayerKind("GlobalAveragePool2D", gettext_noop("Global average pooling"), "average", "maps"),
        LayerKind(
            "AdaptiveAvgPool2D",
            gettext_noop("Adaptive average pooling"),
            "adaptive",
            "maps",
            (
                Field(
                    "output_size",
                    gettext_noop("Output size"),
                    gettext_noop("Rows and columns of the output, for an input of any size"),
                    int,
                    1,
                    64,
                ),
            ),
            {"output_size": 4},
        ),
        LayerKind(
            "Pad2D",
            gettext_noop("Padding"),
            "pad",
            "maps",
            (
                Field(
                    "padding",
                    gettext_noop("Padding"),
                    gettext_noop("Rows and columns added at each edge"),
                    int,
                    0,
                    28,
                ),
                Field(
                    "mode",
                    gettext_noop("Border"),
                    gettext_noop("Zeros, the reflected map, or its outermost values repeated"),
                    str,
                    choices=("zeros", "reflect", "replicate"),
                    default="zeros",
                ),
            ),
            {"padding": 1, "mode": "reflect"},
        ),
        LayerKind(
            "Upsample2D",
            gettext_noop("Upsampling"),
            "up",
            "maps",
            (
                Field(
                    "scale_factor",
                    gettext_noop("Factor"),
                    gettext_noop("How often height and width are enlarged"),
                    int,
                    1,
                    16,
                    default=2,
                ),
                Field(
                    "mode",
                    gettext_noop("Interpolation"),
                    gettext_noop("Nearest copies values, bilinear interpolates between neighbours"),
                    str,
                    choices=("nearest", "bilinear"),
                    default="nearest",
                ),
            ),
            {"scale_factor": 2},
        ),
        LayerKind("BatchNorm2D", gettext_noop("Batch normalization"), "bn", "maps"),
        LayerKind(
            "GroupNorm",
            gettext_noop("Group normalization"),
            "gn",
            "maps",
            (
                Field(
                    "num_groups",
                    gettext_noop("Groups"),
                    gettext_noop("Parts of the channels that are normalized together"),
                    int,
                    1,
                    1024,
                ),
            ),
            {"num_groups": 4},
        ),
        LayerKind("LayerNorm", gettext_noop("Layer normalization"), "ln", "numbers"),
        LayerKind("Flatten", gettext_noop("Flatten"), "flatten", "numbers"),
        LayerKind(
            "Linear",
            gettext_noop("Linear"),
            "fc",
            "numbers",
            (
                Field(
                    "out_features",
                    gettext_noop("Units"),
                    gettext_noop("How many outputs the layer computes"),
                    int,
                    1,
                    8192,
                ),
                *_WEIGHTS,
            ),
            {"out_features": 64},
        ),
        LayerKind("ReLU", gettext_noop("ReLU"), "relu", "activation"),
        LayerKind(
            "LeakyReLU",
            gettext_noop("Leaky ReLU"),
            "leaky",
            "activation",
            (
                Field(
                    "negative_slope",
                    gettext_noop("Negative slope"),
                    gettext_noop("The slope for negative inputs"),
                    float,
                    0.0,
                    1.0,
                    default=0.01,
                ),
            ),
        ),
        LayerKind(
            "ELU",
            gettext_noop("ELU"),
            "elu",
            "activation",
            (
                Field(
                    "alpha",
                    gettext_noop("Alpha"),
                    gettext_noop("Minus the limit for very negative inputs"),
                    float,
                    0.0,
                    10.0,
                    default=1.0,
                ),
            ),
        ),
        LayerKind(
            "PReLU",
            gettext_noop("PReLU"),
            "prelu",
            "activation",
            (
                Field(
                    "init",
                    gettext_noop("Initial slope"),
                    gettext_noop("The slope for negative inputs before training, which learns it"),
                    float,
                    0.0,
                    1.0,
                    default=0.25,
                ),
            ),
        ),
        LayerKind("SELU", gettext_noop("SELU"), "selu", "activation"),
        LayerKind("GELU", gettext_noop("GELU"), "gelu", "activation"),
        LayerKind("SiLU", gettext_noop("SiLU"), "silu", "activation"),
        LayerKind("Mish", gettext_noop("Mish"), "mish", "activation"),
        LayerKind("Hardswish", gettext_noop("Hard swish"), "hardswish", "activation"),
        LayerKind("Hardsigmoid", gettext_noop("Hard sigmoid"), "hardsigmoid", "activation"),
        LayerKind("Tanh", gettext_noop("Tanh"), "tanh", "activation"),
        LayerKind("Sigmoid", gettext_noop("Sigmoid"), "sigmoid", "activation"),
        LayerKind(
            "Dropout",
            gettext_noop("Dropout"),
            "dropout",
            "regularization",
            (
                Field(
                    "p",
                    gettext_noop("Dropout"),
                    gettext_noop("Share of units set to zero in each step"),
                    float,
                    0.0,
                    0.95,
                    default=0.5,
                ),
            ),
            {"p": 0.25},
        ),
    )
}
"""The layer types by class, in display order."""

ACTIVATIONS = tuple(kind.type for kind in KINDS.values() if kind.group == "activation")
"""The activations by class; each can replace another."""
