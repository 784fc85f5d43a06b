"""Networks for the tests of `explain`: small ones with every layer and every kind of branch, and the presets."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from digitpad.explain.structure import INPUT, Node
from digitpad.nn import ARCHITECTURES, Architecture, BatchNorm2D, Sequential, build, layers
from digitpad.nn.backend import Array, DTypeLike
from digitpad.nn.layers.branches import Branches
from tests.nn.layers.cases import conv

Plan = Mapping[str, Any]


def of(name: str, kind: str, **arguments: Any) -> Plan:
    return {"name": name, "type": kind, **arguments}


def norm(name: str, features: int, **arguments: Any) -> Plan:
    return of(name, "BatchNorm2D", num_features=features, **arguments)


def up(name: str, channels: int, kernel_size: Any, **options: Any) -> Plan:
    return {**conv(name, channels, channels, kernel_size, **options), "type": "ConvTranspose2D"}


SMALL: dict[str, Architecture] = {
    plan.name: plan
    for plan in (
        Architecture(
            "windows",
            (3, 13, 12),
            (
                conv("a", 3, 4, (2, 3), stride=(1, 2), padding=(1, 0)),
                of("leaky", "LeakyReLU", negative_slope=0.2),
                of("p", "AvgPool2D", kernel_size=3, stride=2, padding=1, count_include_pad=False),
                conv("b", 4, 4, 3, padding="full", dilation=(2, 1), groups=2),
                of("elu", "ELU", alpha=0.7),
                of("q", "MaxPool2D", kernel_size=3, stride=2, padding=1),
                of("m", "AvgPool2D", kernel_size=2, stride=1, padding=1),
                conv("c", 4, 8, 2, padding="same", groups=4),
                of("silu", "SiLU"),
            ),
        ),
        Architecture(
            "transposed",
            (2, 5, 4),
            (
                up("u", 2, 3, stride=2, padding=1, output_padding=1),
                of("gelu", "GELU"),
                up("v", 2, (1, 2), stride=3, groups=2, bias=False),
                of("tanh", "Tanh"),
                up("w", 2, 2, dilation=3),
            ),
        ),
        Architecture(
            "branches",
            (2, 8, 8),
            (
                norm("n", 2),
                of(
                    "mix",
                    "Concatenate",
                    branches={
                        "narrow": [conv("c1", 2, 2, 1)],
                        "wide": [conv("c3", 2, 3, 3, padding=1, bias=False), norm("bn", 3, affine=False)],
                        "past": [of("i", "Identity")],
                    },
                ),
                of(
                    "block",
                    "Residual",
                    body=[
                        conv("c", 7, 4, 3, padding=1, stride=2),
                        of("r", "ReLU"),
                        of("inner", "Residual", body=[conv("d", 4, 4, 3, padding=1)]),
                    ],
                    shortcut=[conv("s", 7, 4, 1, stride=2)],
                ),
                of("weights", "Softmax", axis=1),
                of("pool", "GlobalAveragePool2D"),
                conv("one", 4, 6, 1),
                of("gelu", "GELU", approximate="tanh"),
                of("flatten", "Flatten"),
                of("dropout", "Dropout", p=0.5),
                {"name": "fc", "type": "Linear", "in_features": 6, "out_features": 3},
                of("sigmoid", "Sigmoid"),
                {"name": "last", "type": "Linear", "in_features": 3, "out_features": 1, "bias": False},
            ),
        ),
        Architecture(
            "attention",
            (1, 8, 12),
            (
                conv("in", 1, 3, 3, padding=1),
                of(
                    "skip",
                    "SkipConnection",
                    body=[
                        of("p", "MaxPool2D", kernel_size=2),
                        conv("a", 3, 4, 3, padding=1),
                        {**conv("u", 4, 3, 2, stride=2), "type": "ConvTranspose2D"},
                    ],
                ),
                of("gate", "AttentionGate", skip_channels=3, signal_channels=3, inner_channels=2),
                of("columns", "Softmax", axis=3),
                conv("head", 6, 1, 1),
            ),
        ),
        Architecture(
            "attention-normalized",
            (1, 8, 12),
            (
                conv("in", 1, 3, 3, padding=1),
                of(
                    "skip",
                    "SkipConnection",
                    body=[
                        of("p", "MaxPool2D", kernel_size=2),
                        conv("a", 3, 4, 3, padding=1),
                        {**conv("u", 4, 3, 2, stride=2), "type": "ConvTranspose2D"},
                    ],
                ),
                of("gate", "AttentionGate", skip_channels=3, signal_channels=3, inner_channels=2, batch_norm=True),
                of("columns", "Softmax", axis=3),
                conv("head", 6, 1, 1),
            ),
        ),
        Architecture(
            "normalized",
            (2, 4, 3),
            (
                conv("a", 2, 6, 3, padding=1),
                of("groups", "GroupNorm", num_groups=3, num_channels=6),
                of("prelu", "PReLU", num_parameters=6),
                of("columns", "LayerNorm", normalized_shape=[3]),
                of("selu", "SELU"),
                of("hard", "Hardswish"),
                conv("b", 6, 4, 2),
                of("all", "LayerNorm", normalized_shape=[4, 3, 2]),
                of("mish", "Mish"),
                of("flatten", "Flatten"),
                of("vector", "LayerNorm", normalized_shape=24, bias=False),
                of("slopes", "PReLU"),
                of("gate", "Hardsigmoid"),
                of("last", "Softmax", axis=-1),
            ),
        ),
        Architecture(
            "resampled",
            (2, 5, 4),
            (
                conv("a", 2, 3, 3, padding=1),
                of("near", "Upsample2D", scale_factor=(2, 3)),
                of("adaptive", "AdaptiveAvgPool2D", output_size=(4, 5)),
                of("between", "Upsample2D", scale_factor=2, mode="bilinear"),
                conv("b", 3, 2, 2),
                of("mirror", "Pad2D", padding=((2, 1), (1, 0)), mode="reflect"),
                of("stretch", "Pad2D", padding=1, mode="replicate"),
                of("border", "Pad2D", padding=((1, 0), (0, 1))),
                of("spread", "MaxPool2D", kernel_size=2, stride=2, padding=1, dilation=2, ceil_mode=True),
                of("rest", "AvgPool2D", kernel_size=3, stride=2, padding=((0, 1), (1, 0)), ceil_mode=True),
                of("corners", "Upsample2D", scale_factor=(3, 2), mode="bilinear", align_corners=True),
            ),
        ),
    )
}

#: The presets, except the largest, whose architectures are those of `unet-narrow` with more maps.
PRESETS = [name for name in ARCHITECTURES if name not in {"unet", "unet-colour"}]


def network_of(
    plan: Architecture, *, seed: int = 0, positive: bool = False, dtype: DTypeLike = np.float32
) -> Sequential:
    """Build a network none of whose numbers is at a special place; `positive` weights cannot cancel each other."""
    rng = np.random.default_rng(seed)
    network = build(plan, rng=rng, dtype=dtype)
    for parameter in network.parameters():
        noise = (0.1 * rng.standard_normal(parameter.value.shape)).astype(dtype)
        parameter.value = (
            abs(parameter.value) / parameter.value.shape[-1] + 0.05 if positive else parameter.value + noise
        )
    for layer in every_layer(network):
        if isinstance(layer, BatchNorm2D) and layer.running_mean is not None and layer.running_var is not None:
            layer.running_mean.value += (0.2 * rng.standard_normal(layer.num_features)).astype(dtype)
            layer.running_var.value *= rng.uniform(0.5, 2, layer.num_features).astype(dtype)
    return network


def every_layer(layer: Any) -> list[Any]:
    return [layer, *(inner for child in layer.children().values() for inner in every_layer(child))]


def computed(node: Node, activations: Mapping[str, Array]) -> Array:
    """Compute a node's activation (N, ...) from those of its sources, as `Structure` describes it."""
    given = [activations[s.name][:, s.first : s.first + s.count] for s in node.sources]
    if node.name == INPUT:
        return activations[INPUT]
    if isinstance(node.layer, Branches):
        return node.layer.join(given)
    if isinstance(node.layer, layers.AttentionGate):
        maps, alpha = given
        split = node.layer.skip_channels
        return np.concatenate([maps[:, :split] * alpha, maps[:, split:]], axis=1)
    assert node.layer is not None
    out: Array = node.layer.forward(sum(given[1:], start=given[0]))
    return out
