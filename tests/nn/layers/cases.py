"""Every layer in one table, which drives the tests of what all layers promise: a new layer adds a row.

A row is a plan, as an architecture has it, so the table also proves that every layer can be built from data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitpad.nn import Architecture, Layer, build
from digitpad.nn.backend import Array, DTypeLike, Shape

Plan = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A layer to be tested.

    Parameters
    ----------
    name
        What the test is called.
    plan
        The layer's `type` and arguments.
    shape
        Shape of a batch for it.
    """

    name: str
    plan: Plan
    shape: Shape

    def layer(self, dtype: DTypeLike = np.float64) -> Layer:
        """Build the layer, always with the same weights; none of them at a special place such as 0 or 1."""
        rng = np.random.default_rng(5)
        architecture = Architecture(self.name, self.shape[1:], ({"name": "layer", **self.plan},))
        layer = build(architecture, rng=rng, dtype=dtype).layers["layer"]
        for parameter in layer.parameters():
            parameter.value += (0.3 * rng.standard_normal(parameter.value.shape)).astype(dtype)
        return layer

    def batch(self, dtype: DTypeLike = np.float64, seed: int = 7) -> Array:
        """Return a random batch."""
        return np.random.default_rng(seed).standard_normal(self.shape).astype(dtype)


def conv(name: str, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], **options: Any) -> Plan:
    """Return the plan of a named convolution."""
    sizes = {"in_channels": in_channels, "out_channels": out_channels, "kernel_size": kernel_size}
    return {"name": name, "type": "Conv2D", **sizes, **options}


def _case(name: str, kind: str, shape: Shape, **arguments: Any) -> Case:
    return Case(name, {"type": kind, **arguments}, shape)


def _convolution(name: str, kind: str, shape: Shape, out_channels: int, kernel_size: Any, **options: Any) -> Case:
    sizes = {"in_channels": shape[1], "out_channels": out_channels, "kernel_size": kernel_size}
    return _case(name, kind, shape, **sizes, **options)


CASES: tuple[Case, ...] = (
    _convolution("conv", "Conv2D", (2, 3, 5, 4), 4, 3),
    _convolution("conv-padded-strided", "Conv2D", (2, 2, 6, 5), 3, 3, stride=2, padding=1),
    _convolution("conv-rectangular", "Conv2D", (2, 2, 5, 7), 2, (2, 3), stride=(1, 2), padding=(0, 1), bias=False),
    _convolution("conv-dilated-grouped", "Conv2D", (2, 4, 6, 7), 6, 3, dilation=(1, 2), padding=2, groups=2),
    _convolution("conv-depthwise", "Conv2D", (2, 3, 4, 5), 6, 3, padding=1, groups=3),
    _convolution("conv-pointwise", "Conv2D", (2, 3, 3, 4), 2, 1),
    _convolution("conv-leaving-a-rest", "Conv2D", (2, 1, 8, 6), 2, 3, stride=3),
    _convolution("conv-same-even", "Conv2D", (2, 2, 5, 4), 2, (2, 4), padding="same"),
    _convolution("conv-padded-unevenly", "Conv2D", (2, 2, 6, 5), 3, 3, stride=2, padding=[[0, 1], [2, 1]]),
    _convolution("conv-full", "Conv2D", (2, 2, 3, 4), 2, 3, padding="full", dilation=(2, 1)),
    _convolution("transposed", "ConvTranspose2D", (2, 3, 3, 4), 2, 3),
    _convolution("transposed-doubling", "ConvTranspose2D", (2, 3, 3, 4), 2, 2, stride=2),
    _convolution(
        "transposed-everything", "ConvTranspose2D", (2, 4, 3, 2), 6, (3, 2), stride=(2, 3), padding=(1, 0),
        output_padding=(1, 2), groups=2, dilation=(1, 2), bias=False,
    ),
    _convolution("transposed-dilated-more", "ConvTranspose2D", (2, 2, 3, 4), 2, 2, output_padding=(2, 1), dilation=3),
    _case("max-pool", "MaxPool2D", (2, 3, 4, 6), kernel_size=2),
    _case("max-pool-overlapping", "MaxPool2D", (2, 2, 6, 5), kernel_size=3, stride=(1, 2), padding=1),
    _case("max-pool-leaving-a-rest", "MaxPool2D", (2, 2, 5, 7), kernel_size=(2, 3)),
    _case("max-pool-rounded-up", "MaxPool2D", (2, 2, 6, 7), kernel_size=3, stride=2, padding=1, ceil_mode=True),
    _case("max-pool-dilated", "MaxPool2D", (2, 2, 8, 7), kernel_size=(2, 3), stride=2, padding=1, dilation=(3, 2)),
    _case("max-pool-padded-unevenly", "MaxPool2D", (2, 2, 5, 6), kernel_size=3, stride=2, padding=[[0, 1], [1, 0]]),
    _case("avg-pool-rounded-up", "AvgPool2D", (2, 2, 6, 8), kernel_size=3, stride=(2, 3), padding=1, ceil_mode=True),
    _case(
        "avg-pool-rounded-up-edges", "AvgPool2D", (2, 2, 6, 5), kernel_size=2, stride=3, padding=1, ceil_mode=True,
        count_include_pad=False,
    ),
    _case("avg-pool-padded-unevenly", "AvgPool2D", (2, 2, 5, 6), kernel_size=2, padding=[[1, 0], [0, 1]]),
    _case("avg-pool", "AvgPool2D", (2, 3, 4, 6), kernel_size=2),
    _case("avg-pool-overlapping", "AvgPool2D", (2, 2, 6, 5), kernel_size=3, stride=(1, 2), padding=1),
    _case("avg-pool-edges", "AvgPool2D", (2, 2, 5, 7), kernel_size=(3, 2), padding=1, count_include_pad=False),
    _case("global-average-pool", "GlobalAveragePool2D", (2, 3, 4, 5)),
    _case("adaptive-average-pool", "AdaptiveAvgPool2D", (2, 3, 4, 6), output_size=2),
    _case("adaptive-average-pool-uneven", "AdaptiveAvgPool2D", (2, 2, 5, 4), output_size=(3, 7)),
    _case("upsample-nearest", "Upsample2D", (2, 3, 3, 4), scale_factor=(2, 3)),
    _case("upsample-bilinear", "Upsample2D", (2, 3, 3, 4), scale_factor=2, mode="bilinear"),
    _case("upsample-bilinear-uneven", "Upsample2D", (2, 2, 4, 3), scale_factor=(3, 5), mode="bilinear"),
    _case("upsample-corners", "Upsample2D", (2, 2, 4, 3), scale_factor=(2, 3), mode="bilinear", align_corners=True),
    _case("pad", "Pad2D", (2, 3, 3, 4), padding=[[1, 0], [2, 3]]),
    _case("pad-reflected", "Pad2D", (2, 3, 3, 4), padding=(2, 3), mode="reflect"),
    _case("pad-replicated", "Pad2D", (2, 2, 3, 2), padding=[[1, 4], [3, 0]], mode="replicate"),
    _case("linear", "Linear", (3, 5), in_features=5, out_features=4),
    _case("linear-without-bias", "Linear", (3, 5), in_features=5, out_features=4, bias=False),
    _case("flatten", "Flatten", (2, 3, 2, 4)),
    _case("identity", "Identity", (2, 3, 2, 4)),
    _case("dropout", "Dropout", (3, 2, 4, 5), p=0.4),
    _case("batch-norm", "BatchNorm2D", (4, 3, 3, 5), num_features=3),
    _case("batch-norm-plain", "BatchNorm2D", (4, 2, 3, 3), num_features=2, eps=0.1, momentum=0.3, affine=False),
    _case("batch-norm-untracked", "BatchNorm2D", (4, 2, 3, 3), num_features=2, track_running_stats=False),
    _case("batch-norm-cumulative", "BatchNorm2D", (4, 2, 3, 3), num_features=2, momentum=None),
    _case(
        "batch-norm-drawn", "BatchNorm2D", (4, 2, 3, 3), num_features=2,
        initializer={"type": "normal", "std": 0.02, "mean": 1},
    ),
    _case("group-norm", "GroupNorm", (2, 6, 3, 4), num_groups=2, num_channels=6),
    _case("group-norm-of-instances", "GroupNorm", (2, 3, 3, 4), num_groups=3, num_channels=3, eps=0.1, affine=False),
    _case("layer-norm", "LayerNorm", (3, 7), normalized_shape=7),
    _case("layer-norm-of-maps", "LayerNorm", (2, 3, 4, 5), normalized_shape=[3, 4, 5], bias=False),
    _case("layer-norm-of-columns", "LayerNorm", (2, 3, 4, 5), normalized_shape=(4, 5), eps=0.1),
    _case("layer-norm-plain", "LayerNorm", (2, 3, 4, 5), normalized_shape=5, elementwise_affine=False),
    _case("relu", "ReLU", (3, 2, 4, 5)),
    _case("leaky-relu", "LeakyReLU", (3, 2, 4, 5), negative_slope=0.2),
    _case("elu", "ELU", (3, 2, 4, 5), alpha=1.5),
    _case("selu", "SELU", (3, 2, 4, 5)),
    _case("mish", "Mish", (3, 2, 4, 5)),
    _case("hard-sigmoid", "Hardsigmoid", (3, 2, 9, 5)),
    _case("hard-swish", "Hardswish", (3, 2, 9, 5)),
    _case("prelu", "PReLU", (3, 2, 4, 5), init=0.3),
    _case("prelu-of-channels", "PReLU", (3, 2, 4, 5), num_parameters=2),
    _case("prelu-of-units", "PReLU", (3, 4), num_parameters=4, init=-0.5),
    _case("silu", "SiLU", (3, 2, 4, 5)),
    _case("gelu", "GELU", (3, 2, 4, 5)),
    _case("gelu-tanh", "GELU", (3, 2, 4, 5), approximate="tanh"),
    _case("tanh", "Tanh", (3, 2, 4, 5)),
    _case("sigmoid", "Sigmoid", (3, 2, 4, 5)),
    _case("softmax", "Softmax", (3, 4)),
    _case("softmax-of-the-last-axis", "Softmax", (2, 3, 2, 4), axis=-1),
    _case("softmax-of-columns", "Softmax", (2, 3, 2, 4), axis=3),
    _case(
        "residual", "Residual", (2, 3, 4, 5),
        body=[conv("conv", 3, 3, 3, padding=1), {"name": "tanh", "type": "Tanh"}],
    ),
    _case(
        "residual-strided", "Residual", (2, 2, 4, 5),
        body=[conv("conv", 2, 3, 3, padding=1, stride=2), {"name": "norm", "type": "BatchNorm2D", "num_features": 3}],
        shortcut=[conv("conv", 2, 3, 1, stride=2, bias=False)],
    ),
    _case(
        "concatenate", "Concatenate", (2, 2, 4, 5),
        branches={
            "narrow": [conv("conv", 2, 3, 1)],
            "wide": [conv("conv", 2, 2, 3, padding=1)],
            "pool": [{"name": "pool", "type": "MaxPool2D", "kernel_size": 3, "stride": 1, "padding": 1}],
        },
    ),
    _case(
        "skip", "SkipConnection", (2, 2, 4, 6),
        body=[
            {"name": "pool", "type": "MaxPool2D", "kernel_size": 2},
            {**conv("up", 2, 3, 2, stride=2), "type": "ConvTranspose2D"},
        ],
    ),
    _case("attention-gate", "AttentionGate", (2, 5, 3, 4), skip_channels=3, signal_channels=2, inner_channels=2),
    _case("attention-gate-normalized", "AttentionGate", (3, 5, 3, 4), skip_channels=3, signal_channels=2,
          inner_channels=2, batch_norm=True),
)  # fmt: skip
"""The table."""
