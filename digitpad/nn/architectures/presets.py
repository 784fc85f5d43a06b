"""Presets: the networks that are known by name, from LeNet-5 of 1998 to a U-Net with attention, as data.

Each function below returns a plan, and `ARCHITECTURES` holds the presets. To design another network, copy a plan and
change it.
"""

from collections.abc import Sequence
from typing import Any

from digitpad.nn.architectures.plan import Architecture, LayerSpec


def convnet(name: str, channels: tuple[int, int], hidden: int) -> Architecture:
    """Build a small network: two convolutions, each followed by pooling, and two linear layers.

    Parameters
    ----------
    name
        Its name.
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


def sprint(channels: tuple[int, int, int] = (8, 24, 48)) -> Architecture:
    """Build a network that reads digits after a few seconds of training: three convolutions and one linear layer.

    The recipe `sprint` is meant for it. The number of maps grows about as fast as their size shrinks, so that every
    convolution takes a similar part of the time, and there is little to compute on the large image. The last maps are
    not pooled: the linear layer sees where in the image they answer, and learns faster.

    Parameters
    ----------
    channels
        Maps of each convolution.
    """
    first, second, third = channels
    return Architecture(
        "sprint",
        (1, 28, 28),
        (
            _conv("conv1", 1, first, 3, padding=1),
            _of("relu1", "ReLU"),
            _of("pool1", "MaxPool2D", kernel_size=2),
            _conv("conv2", first, second, 3, padding=1),
            _of("relu2", "ReLU"),
            _of("pool2", "MaxPool2D", kernel_size=2),
            _conv("conv3", second, third, 3, padding=1),
            _of("relu3", "ReLU"),
            _of("flatten", "Flatten"),
            _linear("fc", third * 7 * 7, 10),
        ),
    )


def tiny(maps: int = 4) -> Architecture:
    """Build the smallest convolutional network for lessons: one convolution, pooling and one linear layer.

    Parameters
    ----------
    maps
        Maps of the convolution.
    """
    return Architecture(
        "tiny",
        (1, 28, 28),
        (
            _conv("conv1", 1, maps, 5, padding=2),
            _of("relu1", "ReLU"),
            _of("pool1", "MaxPool2D", kernel_size=2),
            _of("flatten", "Flatten"),
            _linear("fc1", maps * 14 * 14, 10),
        ),
    )


def mlp(hidden: int = 128) -> Architecture:
    """Build a network without convolutions, for comparison: every unit is connected to every pixel.

    Parameters
    ----------
    hidden
        Units of the hidden layer.
    """
    return Architecture(
        "mlp",
        (1, 28, 28),
        (
            _of("flatten", "Flatten"),
            _linear("fc1", 28 * 28, hidden),
            _of("relu1", "ReLU"),
            _linear("fc2", hidden, 10),
        ),
    )


def reader(channels: tuple[int, int, int] = (16, 48, 96), hidden: int = 128) -> Architecture:
    """Build a network for drawn digits: four convolutions, with the image halved three times.

    There are few maps where the image is large and many where it is small, so that one image takes hardly longer than
    with `standard`, and a cell of the last map sees nearly the whole digit. Batch normalization is for training; for
    inference `digitpad.nn.architectures.folding` merges it into the convolutions.

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
    """Build LeNet-5, with the original tanh and average pooling, and softmax instead of its RBF outputs.

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
    """Build a small residual network: one block for each width, with the image halved between blocks.

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
    """Build the network of a common exam question, which asks for its parameters, shapes and receptive field.

    Parameters
    ----------
    bias
        Whether the convolutions and the linear layer have a bias.
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
    """Build a network that classifies photographs into two classes by one logit (binary cross-entropy).

    All layers begin with the initial weights of PyTorch. With those of He, the logits of an untrained network have a
    standard deviation of 2, which takes several epochs to unlearn, and the convolutions, whose scale is irrelevant
    before batch normalization, are so large that their direction changes slowly.
    """
    small = "fan_in_uniform"
    return Architecture(
        "catdog",
        (3, 224, 224),
        (
            *_conv_norm_relu("1", 3, 16, kernel=11, stride=3, padding=0, bias=True, initializer=small),
            _of("pool1", "MaxPool2D", kernel_size=2),
            *_conv_norm_relu("2", 16, 32, kernel=5, padding=0, bias=True, initializer=small),
            _of("pool2", "MaxPool2D", kernel_size=2),
            *_conv_norm_relu("3", 32, 64, padding=1, bias=True, initializer=small),
            *_conv_norm_relu("4", 64, 64, padding=0, bias=True, initializer=small),
            _of("pool3", "MaxPool2D", kernel_size=2),
            _of("flatten", "Flatten"),
            _linear("fc1", 3136, 2048, initializer=small),
            _of("relu5", "ReLU"),
            _linear("fc2", 2048, 1, initializer=small),
        ),
    )


def unet(
    width: int = 64,
    depth: int = 4,
    in_channels: int = 1,
    out_channels: int = 1,
    *,
    side: int = 64,
    gate_norm: bool = False,
    upsample: str | None = None,
    name: str = "unet",
) -> Architecture:
    """Build a U-Net with attention, which returns logits for each pixel of an image.

    The contracting path halves the image `depth` times and doubles the number of maps, so that a cell sees more and
    more of its surroundings. The expanding path enlarges it again, and at each size an attention gate selects from the
    maps of the contracting path, which have the exact positions.

    Parameters
    ----------
    width
        Maps of the first level; each further level has twice as many.
    depth
        Number of times the image is halved.
    in_channels, out_channels
        Channels of the image, and logits for each pixel.
    side
        Height and width of the plan's input. The network accepts any size that can be halved `depth` times.
    gate_norm
        Whether the convolutions of the attention gates are followed by batch normalization.
    upsample
        How the expanding path enlarges maps: None for transposed convolutions, or the mode of an `Upsample2D` with a
        convolution behind it, `"nearest"` or `"bilinear"`.
    name
        Its name.

    Raises
    ------
    ValueError
        If a number is below 1, or `side` cannot be halved `depth` times.

    Notes
    -----
    Sources: Ronneberger, Fischer and Brox, "U-Net", MICCAI 2015; Oktay et al., "Attention U-Net", MIDL 2018. As in most
    later versions, convolutions keep the size and are followed by batch normalization. With `upsample`, as Odena,
    Dumoulin and Olah propose ("Deconvolution and checkerboard artifacts", Distill 2016).
    """
    if min(width, depth, in_channels, out_channels) < 1:
        raise ValueError(
            f"unet: width, depth, in_channels and out_channels are {width}, {depth}, {in_channels} and {out_channels}; "
            "expected whole numbers of at least 1"
        )
    if side < 1 or side % 2**depth:
        raise ValueError(f"unet: side is {side}; expected a multiple of {2**depth}, which can be halved {depth} times")
    head = _conv("head", width, out_channels, 1)
    return Architecture(
        name, (in_channels, side, side), (*_unet_level(in_channels, width, depth, 1, gate_norm, upsample), head)
    )


def _unet_level(
    in_channels: int, width: int, depth: int, number: int, gate_norm: bool, upsample: str | None
) -> list[LayerSpec]:
    """Return level `number` of a U-Net with, inside its skip connection, the `depth` levels below it."""
    if depth == 0:
        return _double_conv("bottom", in_channels, width)
    below = [
        _of("pool", "MaxPool2D", kernel_size=2),
        *_unet_level(width, 2 * width, depth - 1, number + 1, gate_norm, upsample),
        *_enlarged(width, upsample),
    ]
    norm = {"batch_norm": True} if gate_norm else {}
    return [
        *_double_conv(f"down{number}", in_channels, width),
        _of(f"skip{number}", "SkipConnection", body=below),
        _of(f"gate{number}", "AttentionGate", skip_channels=width, signal_channels=width, **norm),
        *_double_conv(f"up{number}", 2 * width, width),
    ]


def _enlarged(width: int, upsample: str | None) -> list[LayerSpec]:
    """Return what makes twice as large maps of 2 * `width` maps, `width` of them."""
    if upsample is None:
        return [_of("up", "ConvTranspose2D", in_channels=2 * width, out_channels=width, kernel_size=2, stride=2)]
    return [_of("up", "Upsample2D", scale_factor=2, mode=upsample), *_conv_norm_relu("_up", 2 * width, width)]


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
    **options: str,
) -> list[LayerSpec]:
    """Return convolution, batch normalization and ReLU; the shift of the second replaces the bias of the first."""
    return [
        _conv(f"conv{suffix}", in_channels, out_channels, kernel, stride=stride, padding=padding, bias=bias, **options),
        _of(f"bn{suffix}", "BatchNorm2D", num_features=out_channels),
        _of(f"relu{suffix}", "ReLU"),
    ]


ARCHITECTURES: dict[str, Architecture] = {
    plan.name: plan
    for plan in (
        convnet("standard", (32, 64), 128),
        convnet("light", (8, 16), 32),
        sprint(),
        tiny(),
        mlp(),
        reader(),
        lenet5(),
        resnet(),
        exam(),
        catdog(),
        unet(),
        unet(8, name="unet-narrow"),
        unet(8, upsample="nearest", name="unet-upsample"),
        unet(in_channels=3, side=256, gate_norm=True, name="unet-colour"),
    )
}
"""The presets by name."""
