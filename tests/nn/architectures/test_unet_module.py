"""The full-size U-Nets for colour have the parameters of the PyTorch module that their description stands for.

The module is written as such modules usually are, in layers of PyTorch and without a look at ours. Where PyTorch is not
installed, the counts that it gave are compared.
"""

import importlib.util
from collections import Counter
from typing import Any

import numpy as np
import pytest

from digitpad.nn import ARCHITECTURES, Architecture, build
from digitpad.nn.architectures.presets import unet
from digitpad.training.building import with_zero_weights

#: The parameters that PyTorch 2.13 counts, without and with batch normalization in the attention gates.
COUNTS = {False: 31_386_757, True: 31_389_165}
_TORCH = importlib.util.find_spec("torch") is not None


def _plan(gate_norm: bool) -> Architecture:
    return ARCHITECTURES["unet-colour"] if gate_norm else unet(64, 4, 3, 1, side=256)


def _shapes(gate_norm: bool) -> Counter[tuple[int, ...]]:
    network = build(with_zero_weights(_plan(gate_norm)))
    return Counter(parameter.value.shape for parameter in network.parameters())


@pytest.mark.parametrize("gate_norm", [False, True])
def test_the_count_is_that_of_pytorch(gate_norm: bool) -> None:
    shapes = _shapes(gate_norm)
    assert sum(int(np.prod(shape)) * count for shape, count in shapes.items()) == COUNTS[gate_norm]


@pytest.mark.skipif(not _TORCH, reason="PyTorch is not installed; the counts that it gave were compared")
@pytest.mark.parametrize("gate_norm", [False, True])
def test_every_tensor_has_its_match_in_the_module(gate_norm: bool) -> None:
    # On the device "meta" tensors have shapes, but no numbers, which would have to be drawn.
    with importlib.import_module("torch").device("meta"):
        module = _module(gate_norm)
    theirs = Counter(tuple(parameter.shape) for parameter in module.parameters())
    assert sum(parameter.numel() for parameter in module.parameters()) == COUNTS[gate_norm]
    assert _shapes(gate_norm) == theirs
    buffers = Counter(tuple(buffer.shape) for buffer in module.buffers() if buffer.ndim)
    network = build(with_zero_weights(_plan(gate_norm)))
    assert Counter(buffer.value.shape for buffer in network.buffers() if buffer.value.ndim) == buffers


def _module(gate_norm: bool) -> Any:
    """Return the layers of an attention U-Net for 3 x 256 x 256 and one class, of four levels."""
    nn = importlib.import_module("torch.nn")

    def double(before: int, after: int) -> Any:
        return nn.Sequential(
            nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(),
            nn.Conv2d(after, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(),
        )  # fmt: skip

    def point(before: int, after: int, *, biased: bool = True) -> Any:
        convolution = nn.Conv2d(before, after, 1, bias=biased)
        return nn.Sequential(convolution, nn.BatchNorm2d(after)) if gate_norm else convolution

    def gate(maps: int) -> Any:
        # Without normalization, one bias serves skip and signal, as in Oktay et al.: their sum is what counts.
        skip, signal = point(maps, maps // 2, biased=gate_norm), point(maps, maps // 2)
        return nn.ModuleList([skip, signal, point(maps // 2, 1)])

    widths = [64, 128, 256, 512, 1024]
    parts = [double(before, after) for before, after in zip([3, *widths[:-1]], widths, strict=True)]
    for width in widths[:-1]:
        parts += [nn.ConvTranspose2d(2 * width, width, 2, stride=2), gate(width), double(2 * width, width)]
    return nn.ModuleList([*parts, nn.Conv2d(widths[0], 1, 1)])
