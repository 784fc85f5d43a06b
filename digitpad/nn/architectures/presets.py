"""The networks that come by name, from the first of 1998 to a U-Net with attention, as data.

Each function below returns a plan; `ARCHITECTURES` holds the presets. To make a network of one's own, copy a plan
and change it: nothing here is special.
"""

from collections.abc import Sequence
from typing import Any

from digitpad.nn.architectures.plan import Architecture, LayerSpec


def convnet(name: str, channels: tuple[int, int], hidden: int) -> Architecture:
    """Two convolutions, each halved by pooling, and two linear layers: the shape of most first networks.

    Parameters
    ----------
    name
        What to call it.
    channels
        Maps of the two convolutions.
    hidden
        Units of the first linear layer.
    """
    first, second = channels
    return Architecture(
        name,
        (1, 28, 28),
        (
            _conv("conv1", 1, first, 3, padding=1),
            _of("relu1", "ReLU"),
            _of("pool1", "MaxPool2D", kernel_size=2),
            _conv("conv2", first, second, 3, padding=1),
            _of("relu2", "ReLU"),
            _of("pool2", "MaxPool2D", kernel_size=2),
            _of("flatten", "Flatten"),
            _linear("fc1", second * 7 * 7, hidden),
            _of("relu3", "ReLU"),
            _of("dropout", "Dropout", p=0.25),
            _linear("fc2", hidden, 10),
        ),
    )


def reader(channels: tuple[int, int, int] = (16, 48, 96), hidden: int = 128) -> Architecture:
    """Build a network for the digits that people draw: four convolutions, the image halved three times.

    Maps are few where the image is large and many where it is small, so that one image costs hardly more than with
    `standard`, and a cell of the last map has seen nearly all of the digit. Batch-norm is for training; where the
    network is only read from, `digitpad.nn.architectures.folding` takes it into the convolutions.

    Parameters
    ----------
    channels
        Maps of the first convolution, of the second, and of the last two.
    hidden
        Units of the first linear layer.
    """
    first, second, third = channels
    return Architecture(
        "reader",
        (1, 28, 28),
        (
            *_conv_norm_relu("1", 1, first),
            _of("pool1", "MaxPool2D", kernel_size=2),
            *_conv_norm_relu("2", first, second),
            _of("pool2", "MaxPool2D", kernel_size=2),
            *_conv_norm_relu("3", second, third),
            *_conv_norm_relu("4", third, third),
            _of("pool3", "MaxPool2D", kernel_size=2),
            _of("flatten", "Flatten"),
            _of("dropout", "Dropout", p=0.3),
            _linear("fc1", third * 3 * 3, hidden),
            _of("relu5", "ReLU"),
            _linear("fc2", hidden, 10),
        ),
    )


def lenet5() -> Architecture:
    """LeNet-5, with tanh and average pooling as in its time, and softmax in place of its RBF outputs.

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998.
    """
    return Architecture(
        "lenet5",
        (1, 28, 28),
        (
            _conv("conv1", 1, 6, 5, padding=2, initializer="xavier_uniform"),
            _of("tanh1", "Tanh"),
            _of("pool1", "AvgPool2D", kernel_size=2),
            _conv("conv2", 6, 16, 5, initializer="xavier_uniform"),
            _of("tanh2", "Tanh"),
            _of("pool2", "AvgPool2D", kernel_size=2),
            _of("flatten", "Flatten"),
            _linear("fc1", 400, 120, initializer="xavier_uniform"),
            _of("tanh3", "Tanh"),
            _linear("fc2", 120, 84, initializer="xavier_uniform"),
            _of("tanh4", "Tanh"),
            _linear("fc3", 84, 10, initializer="xavier_uniform"),
        ),
    )


def resnet(widths: Sequence[int] = (16, 32, 64), input_shape: tuple[int, int, int] = (1, 28, 28)) -> Architecture:
    """Build a small residual network: one block for each width, the image halved from block to block.

    Parameters
    ----------
    widths
        Maps of each block.
    input_shape
        Shape of an image, (C, H, W).

    Notes
    -----
    Source: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", CVPR 2016.
    """
    layers: list[LayerSpec] = [*_conv_norm_relu("1", input_shape[0], widths[0])]
    channels = widths[0]
    for number, width in enumerate(widths, start=1):
        stride = 1 if number == 1 else 2
        body = [
            *_conv_norm_relu("1", channels, width, stride=stride),
            _conv("conv2", width, width, 3, padding=1, bias=False),
            _of("bn2", "BatchNorm2D", num_features=width),
        ]
        block: dict[str, Any] = {"body": body}
        if stride != 1 or channels != width:
            block["shortcut"] = [
                _conv("conv", channels, width, 1, stride=stride, bias=False),
                _of("bn", "BatchNorm2D", num_features=width),
            ]
        layers += [_of(f"block{number}", "Residual", **block), _of(f"relu{number + 1}", "ReLU")]
        channels = width
    layers += [_of("pool", "GlobalAveragePool2D"), _of("flatten", "Flatten"), _linear("fc", channels, 10)]
    return Architecture("resnet", input_shape, tuple(layers))


def exam(*, bias: bool = True) -> Architecture:
    """Return the network of a common exam question: count its parameters, shapes and receptive field by hand.

    Parameters
    ----------
    bias
        Whether convolutions and the linear layer have one.
    """
    return Architecture(
        "exam",
        (3, 32, 32),
        (
            _conv("conv1", 3, 5, 3, padding="valid", bias=bias),
            _of("pool1", "AvgPool2D", kernel_size=2),
            _conv("conv2", 5, 2, 5, padding="valid", bias=bias),
            _of("flatten", "Flatten"),
            _linear("fc", 242, 10, bias=bias),
        ),
    )


def catdog() -> Architecture:
    """Return a network that tells two kinds of photograph apart by one logit (binary cross-entropy)."""
    return Architecture(
        "catdog",
        (3, 224, 224),
        (
            *_conv_norm_relu("1", 3, 16, kernel=11, stride=3, padding=0, bias=True),
            _of("pool1", "MaxPool2D", kernel_size=2),
            *_conv_norm_relu("2", 16, 32, kernel=5, padding=0, bias=True),
            _of("pool2", "MaxPool2D", kernel_size=2),
            *_conv_norm_relu("3", 32, 64, padding=1, bias=True),
            *_conv_norm_relu("4", 64, 64, padding=0, bias=True),
            _of("pool3", "MaxPool2D", kernel_size=2),
            _of("flatten", "Flatten"),
            _linear("fc1", 3136, 2048),
            _of("relu5", "ReLU"),
            _linear("fc2", 2048, 1),
        ),
    )


def unet(
    width: int = 64,
    depth: int = 4,
    in_channels: int = 1,
    out_channels: int = 1,
    *,
    side: int = 64,
    name: str = "unet",
) -> Architecture:
    """Build a U-Net with attention: a picture goes in, and for each of its pixels logits come out.

    On the way down the picture is halved `depth` times and its maps doubled, so that a cell comes to know more of
    its surroundings; on the way up it is enlarged again, and at each size takes from the maps of the way down,
    which still know where everything is, what its attention gate lets through.

    Parameters
    ----------
    width
        Maps of the first level; each further level has twice as many.
    depth
        How often the picture is halved.
    in_channels, out_channels
        Channels of the picture, and logits for each pixel.
    side
        Height and width that the plan is made for. The network takes any that can be halved `depth` times.
    name
        What to call it.

    Raises
    ------
    ValueError
        If a number is below 1, or `side` cannot be halved so often.

    Notes
    -----
    Sources: Ronneberger, Fischer and Brox, "U-Net", MICCAI 2015; Oktay et al., "Attention U-Net", MIDL 2018. As usual
    since, convolutions keep the size and are followed by batch-norm.
    """
    if min(width, depth, in_channels, out_channels) < 1:
        raise ValueError(
            f"unet: width, depth, in_channels and out_channels are {width}, {depth}, {in_channels} and {out_channels}; "
            "expected whole numbers of at least 1"
        )
    if side < 1 or side % 2**depth:
        raise ValueError(f"unet: side is {side}; expected a multiple of {2**depth}, which can be halved {depth} times")
    head = _conv("head", width, out_channels, 1)
    return Architecture(name, (in_channels, side, side), (*_unet_level(in_channels, width, depth, 1), head))


def _unet_level(in_channels: int, width: int, depth: int, number: int) -> list[LayerSpec]:
    """Return level `number` of a U-Net and, inside its skip connection, all levels below, `depth` of them."""
    if depth == 0:
        return _double_conv("bottom", in_channels, width)
    below = [
        _of("pool", "MaxPool2D", kernel_size=2),
        *_unet_level(width, 2 * width, depth - 1, number + 1),
        _of("up", "ConvTranspose2D", in_channels=2 * width, out_channels=width, kernel_size=2, stride=2),
    ]
    return [
        *_double_conv(f"down{number}", in_channels, width),
        _of(f"skip{number}", "SkipConnection", body=below),
        _of(f"gate{number}", "AttentionGate", skip_channels=width, signal_channels=width),
        *_double_conv(f"up{number}", 2 * width, width),
    ]


def _double_conv(name: str, in_channels: int, out_channels: int) -> list[LayerSpec]:
    layers = [*_conv_norm_relu("1", in_channels, out_channels), *_conv_norm_relu("2", out_channels, out_channels)]
    return [{**layer, "name": f"{name}_{layer['name']}"} for layer in layers]


def _of(name: str, kind: str, **arguments: Any) -> LayerSpec:
    return {"name": name, "type": kind, **arguments}


def _conv(name: str, in_channels: int, out_channels: int, kernel_size: int, **arguments: Any) -> LayerSpec:
    sizes = {"in_channels": in_channels, "out_channels": out_channels, "kernel_size": kernel_size}
    return _of(name, "Conv2D", **sizes, **arguments)


def _linear(name: str, in_features: int, out_features: int, **arguments: Any) -> LayerSpec:
    return _of(name, "Linear", in_features=in_features, out_features=out_features, **arguments)


def _conv_norm_relu(
    suffix: str,
    in_channels: int,
    out_channels: int,
    *,
    kernel: int = 3,
    stride: int = 1,
    padding: int = 1,
    bias: bool = False,
) -> list[LayerSpec]:
    """Convolution, batch-norm and ReLU; batch-norm's own shift makes the bias needless, where nothing asks for it."""
    return [
        _conv(f"conv{suffix}", in_channels, out_channels, kernel, stride=stride, padding=padding, bias=bias),
        _of(f"bn{suffix}", "BatchNorm2D", num_features=out_channels),
        _of(f"relu{suffix}", "ReLU"),
    ]


ARCHITECTURES: dict[str, Architecture] = {
    plan.name: plan
    for plan in (
        convnet("standard", (32, 64), 128),
        convnet("light", (8, 16), 32),
        reader(),
        lenet5(),
        resnet(),
        exam(),
        catdog(),
        unet(),
        unet(8, name="unet-narrow"),
    )
}
"""The presets by name."""
