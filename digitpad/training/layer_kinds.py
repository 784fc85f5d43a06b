"""The layers that a person can put into a network, with what can be chosen about each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from digitpad.nn.initializers import INITIALIZER_FACTORIES, INITIALIZERS


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be chosen about a layer.

    Attributes
    ----------
    name
        The argument of the layer.
    label
        What people call it.
    kind
        int, float, bool or str: what it is. A str is one of `choices`.
    least, most
        Bounds of a number.
    choices
        Texts that can be chosen; for a number, texts that it may be instead.
    default
        What the layer takes if its plan does not say.
    """

    name: str
    label: str
    kind: type
    least: float = 0
    most: float = 0
    choices: tuple[str, ...] = ()
    default: Any = None


@dataclass(frozen=True, slots=True)
class LayerKind:
    """A layer that can be put into a network.

    Attributes
    ----------
    type
        Its class in `digitpad.nn`.
    title
        What people call it.
    short
        What its names begin with.
    group
        What it is for: "maps", "numbers", "activation", "regularization".
    fields
        What can be chosen.
    defaults
        What is chosen when it is added; how many channels or numbers it gets is found out.
    """

    type: str
    title: str
    short: str
    group: str
    fields: tuple[Field, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)


_INITIALIZERS = (*INITIALIZERS, *INITIALIZER_FACTORIES)
_WEIGHTS = (
    Field("bias", "bias", bool, default=True),
    Field("initializer", "first weights", str, choices=_INITIALIZERS, default="he_normal"),
)
_WINDOW = (
    Field("kernel_size", "window", int, 1, 28, default=2),
    Field("stride", "step", int, 1, 28),
    Field("padding", "padding", int, 0, 14, default=0),
)

KINDS: dict[str, LayerKind] = {
    kind.type: kind
    for kind in (
        LayerKind(
            "Conv2D",
            "Convolution",
            "conv",
            "maps",
            (
                Field("out_channels", "maps", int, 1, 1024),
                Field("kernel_size", "kernel", int, 1, 28),
                Field("stride", "step", int, 1, 28, default=1),
                Field("padding", "padding", int, 0, 28, ("valid", "same", "full"), default=0),
                Field("dilation", "dilation", int, 1, 14, default=1),
                Field("groups", "groups", int, 1, 1024, default=1),
                *_WEIGHTS,
            ),
            {"out_channels": 16, "kernel_size": 3, "padding": 1},
        ),
        LayerKind("MaxPool2D", "Max pooling", "pool", "maps", _WINDOW, {"kernel_size": 2}),
        LayerKind("AvgPool2D", "Average pooling", "pool", "maps", _WINDOW, {"kernel_size": 2}),
        LayerKind("GlobalAveragePool2D", "Average of each map", "average", "maps"),
        LayerKind("BatchNorm2D", "Batch normalization", "bn", "maps"),
        LayerKind("Flatten", "Flatten", "flatten", "numbers"),
        LayerKind(
            "Linear",
            "Linear",
            "fc",
            "numbers",
            (Field("out_features", "numbers", int, 1, 8192), *_WEIGHTS),
            {"out_features": 64},
        ),
        LayerKind("ReLU", "ReLU", "relu", "activation"),
        LayerKind(
            "LeakyReLU",
            "Leaky ReLU",
            "leaky",
            "activation",
            (Field("negative_slope", "slope below 0", float, 0.0, 1.0, default=0.01),),
        ),
        LayerKind("ELU", "ELU", "elu", "activation", (Field("alpha", "alpha", float, 0.0, 10.0, default=1.0),)),
        LayerKind("GELU", "GELU", "gelu", "activation"),
        LayerKind("SiLU", "SiLU", "silu", "activation"),
        LayerKind("Tanh", "Tanh", "tanh", "activation"),
        LayerKind("Sigmoid", "Sigmoid", "sigmoid", "activation"),
        LayerKind(
            "Dropout",
            "Dropout",
            "dropout",
            "regularization",
            (Field("p", "share silenced", float, 0.0, 0.95, default=0.5),),
            {"p": 0.25},
        ),
    )
}
"""The kinds by their class, in the order in which they are offered."""

ACTIVATIONS = tuple(kind.type for kind in KINDS.values() if kind.group == "activation")
"""The activations by their class: any can stand in another's place."""
