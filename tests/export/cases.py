"""One table of layers for the tests of all export formats."""

from collections.abc import Callable

import numpy as np

from digitpad.nn import Layer, Sequential, layers

Rng = np.random.Generator


def skip_with_gate(rng: Rng, *, batch_norm: bool = False) -> list[tuple[str, Layer]]:
    """One level of an attention U-Net."""
    body = [
        ("pool", layers.MaxPool2D(2)),
        ("conv", layers.Conv2D(4, 6, 3, padding=1, rng=rng)),
        ("up", layers.ConvTranspose2D(6, 4, 2, stride=2, rng=rng)),
    ]
    gate = layers.AttentionGate(4, 4, 3, batch_norm, rng=rng)
    for name, stored in (gate.named_parameters() | gate.named_buffers()).items():
        if ".norm." in name and stored.value.dtype.kind == "f":
            stored.value = rng.uniform(0.5, 1.5, stored.value.shape).astype(np.float32)
    return [("skip", layers.SkipConnection(Sequential(body))), ("gate", gate)]


def _batch_norm(rng: Rng, *, affine: bool = True, track_running_stats: bool = True) -> layers.BatchNorm2D:
    """Return a layer that has seen other statistics than it began with."""
    layer = layers.BatchNorm2D(4, 1e-3, 0.2, affine, track_running_stats)
    for stored in (*layer.parameters(), *layer.buffers()):
        if stored.value.dtype.kind == "f":
            stored.value = rng.uniform(0.5, 1.5, stored.value.shape).astype(np.float32)
    return layer


def _off_the_start(layer: Layer, rng: Rng) -> Layer:
    """Return a layer whose parameters are not the ones and zeros that it began with."""
    for parameter in layer.parameters():
        parameter.value = rng.uniform(0.5, 1.5, parameter.value.shape).astype(np.float32)
    return layer


#: By name, what makes layers for images of 4 x 12 x 12; every exported class is among them.
EXPORTED: dict[str, Callable[[Rng], list[tuple[str, Layer]]]] = {
    "conv": lambda rng: [("a", layers.Conv2D(4, 6, (3, 2), (2, 1), (1, 0), dilation=(1, 2), groups=2, rng=rng))],
    "conv without bias": lambda rng: [("a", layers.Conv2D(4, 8, 3, groups=4, bias=False, rng=rng))],
    "conv same, even kernel": lambda rng: [("a", layers.Conv2D(4, 3, (2, 4), padding="same", rng=rng))],
    "conv full": lambda rng: [("a", layers.Conv2D(4, 3, (2, 3), padding="full", rng=rng))],
    "conv transpose": lambda rng: [
        ("a", layers.ConvTranspose2D(4, 6, (3, 2), (2, 3), (1, 0), (1, 2), groups=2, dilation=(1, 2), rng=rng))
    ],
    "conv transpose without bias": lambda rng: [("a", layers.ConvTranspose2D(4, 3, 3, bias=False, rng=rng))],
    "max pool": lambda _: [("a", layers.MaxPool2D((3, 2), (2, 1), (1, 0)))],
    "average pool": lambda _: [("a", layers.AvgPool2D(3, 2, 1))],
    "average pool, border not counted": lambda _: [("a", layers.AvgPool2D(3, 2, 1, count_include_pad=False))],
    "conv padded unevenly": lambda rng: [
        ("a", layers.Conv2D(4, 3, 3, stride=2, padding=((0, 1), (2, 1)), dilation=(1, 2), rng=rng))
    ],
    "max pool, rounded up": lambda _: [("a", layers.MaxPool2D(3, 2, 1, ceil_mode=True))],
    "max pool, dilated": lambda _: [("a", layers.MaxPool2D((2, 3), 1, 1, dilation=(3, 2)))],
    "max pool, padded unevenly": lambda _: [("a", layers.MaxPool2D(3, 2, ((0, 1), (1, 0))))],
    "average pool, rounded up": lambda _: [("a", layers.AvgPool2D(3, (2, 5), 1, ceil_mode=True))],
    "average pool, rounded up, border not counted": lambda _: [
        ("a", layers.AvgPool2D(3, 2, 1, ceil_mode=True, count_include_pad=False))
    ],
    "average pool, padded unevenly": lambda _: [("a", layers.AvgPool2D(3, 2, ((0, 1), (1, 0))))],
    "pad": lambda _: [("a", layers.Pad2D(((1, 0), (2, 3))))],
    "pad, reflected": lambda _: [("a", layers.Pad2D((2, 3), "reflect"))],
    "pad, replicated": lambda _: [("a", layers.Pad2D(((0, 2), (1, 0)), "replicate"))],
    "global average pool": lambda _: [("a", layers.GlobalAveragePool2D())],
    "adaptive average pool": lambda _: [("a", layers.AdaptiveAvgPool2D((3, 5)))],
    "adaptive average pool, larger": lambda rng: [
        ("c", layers.Conv2D(4, 3, 5, rng=rng)),
        ("a", layers.AdaptiveAvgPool2D((16, 3))),
    ],
    "upsample, nearest": lambda _: [("a", layers.Upsample2D((2, 3)))],
    "upsample, bilinear": lambda _: [("a", layers.Upsample2D((3, 2), "bilinear"))],
    "upsample, corners aligned": lambda _: [("a", layers.Upsample2D((2, 5), "bilinear", align_corners=True))],
    "linear": lambda rng: [("a", layers.Flatten()), ("b", layers.Linear(576, 5, rng=rng))],
    "linear without bias": lambda rng: [("a", layers.Flatten()), ("b", layers.Linear(576, 5, bias=False, rng=rng))],
    "dropout": lambda _: [("a", layers.Dropout(0.4))],
    "batch norm": lambda rng: [("a", _batch_norm(rng))],
    "batch norm, not affine": lambda rng: [("a", _batch_norm(rng, affine=False))],
    "batch norm, no statistics": lambda rng: [("a", _batch_norm(rng, track_running_stats=False))],
    "group norm": lambda rng: [("a", _off_the_start(layers.GroupNorm(2, 4, 1e-3), rng))],
    "group norm, not affine": lambda _: [("a", layers.GroupNorm(4, 4, affine=False))],
    "layer norm": lambda rng: [("a", _off_the_start(layers.LayerNorm((4, 12, 12), 1e-3), rng))],
    "layer norm of columns, no bias": lambda rng: [("a", _off_the_start(layers.LayerNorm(12, bias=False), rng))],
    "layer norm, not affine": lambda _: [("f", layers.Flatten()), ("a", layers.LayerNorm(576, 0.1, False))],
    "batch norm, cumulative": lambda _: [("a", layers.BatchNorm2D(4, momentum=None))],
    "relu": lambda _: [("a", layers.ReLU())],
    "leaky relu": lambda _: [("a", layers.LeakyReLU(0.2))],
    "elu": lambda _: [("a", layers.ELU(0.7))],
    "prelu": lambda _: [("a", layers.PReLU(init=0.3))],
    "prelu of channels": lambda _: [("a", layers.PReLU(4, 0.1)), ("b", layers.Flatten()), ("c", layers.PReLU(576))],
    "selu": lambda _: [("a", layers.SELU())],
    "mish": lambda _: [("a", layers.Mish())],
    "hard swish": lambda _: [("a", layers.Hardswish())],
    "hard sigmoid": lambda _: [("a", layers.Hardsigmoid())],
    "softmax over the last axis": lambda _: [("a", layers.Softmax(-1))],
    "silu": lambda _: [("a", layers.SiLU())],
    "gelu": lambda _: [("a", layers.GELU())],
    "gelu, tanh": lambda _: [("a", layers.GELU("tanh"))],
    "tanh": lambda _: [("a", layers.Tanh())],
    "sigmoid": lambda _: [("a", layers.Sigmoid())],
    "softmax over channels": lambda _: [("a", layers.Softmax())],
    "softmax over rows": lambda _: [("a", layers.Softmax(2))],
    "identity": lambda _: [("a", layers.Identity())],
    "residual": lambda rng: [
        ("a", layers.Residual(Sequential([("c", layers.Conv2D(4, 4, 3, padding=1, rng=rng)), ("t", layers.Tanh())])))
    ],
    "residual with shortcut": lambda rng: [
        ("a", layers.Residual(layers.Conv2D(4, 6, 3, padding=1, rng=rng), layers.Conv2D(4, 6, 1, rng=rng)))
    ],
    "concatenate": lambda rng: [
        (
            "a",
            layers.Concatenate(
                {
                    "narrow": layers.Conv2D(4, 2, 1, rng=rng),
                    "wide": Sequential([("c", layers.Conv2D(4, 3, 3, padding=1, rng=rng)), ("r", layers.ReLU())]),
                    "same": layers.Identity(),
                }
            ),
        )
    ],
    "skip with gate": skip_with_gate,
    "skip with normalized gate": lambda rng: skip_with_gate(rng, batch_norm=True),
}
