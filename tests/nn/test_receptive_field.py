"""What `summary` says a cell sees is proven by disturbing pixels: nothing outside matters, every corner inside can."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from digitpad.nn import Architecture, Sequential, build
from digitpad.nn.receptive_field import ReceptiveField
from tests.nn.layers.cases import conv

Chain = list[Mapping[str, Any]]


def _pool(name: str, kind: str, kernel_size: int, **options: Any) -> Mapping[str, Any]:
    return {"name": name, "type": kind, "kernel_size": kernel_size, **options}


def _up(name: str, channels: int, kernel_size: int, **options: Any) -> Mapping[str, Any]:
    return {**conv(name, channels, channels, kernel_size, **options), "type": "ConvTranspose2D"}


#: Chains whose cells see parts of unequal size, or everything.
UNEQUAL = re.compile("trans|global|upsampled|adaptive")

CHAINS: dict[str, tuple[tuple[int, int], Chain]] = {
    "convolution": ((7, 8), [conv("a", 1, 2, 3)]),
    "padded and strided": ((9, 10), [conv("a", 1, 2, 3, stride=2, padding=1), conv("b", 2, 2, 3, padding=1)]),
    "the exam's": ((16, 18), [conv("a", 1, 2, 3), _pool("p", "AvgPool2D", 2), conv("b", 2, 1, 5)]),
    "overlapping pools": (
        (13, 11),
        [_pool("p", "AvgPool2D", 3, stride=2, padding=1), _pool("q", "MaxPool2D", 3, stride=1), conv("a", 1, 1, 2)],
    ),
    "leaving a rest": ((11, 13), [_pool("p", "MaxPool2D", 2), conv("a", 1, 1, 3, padding=1), conv("b", 1, 1, 2)]),
    "same and full": ((8, 7), [conv("a", 1, 1, 4, padding="same"), conv("b", 1, 1, 3, padding="full")]),
    "rectangular": ((8, 9), [conv("a", 1, 1, (2, 3), stride=(1, 2), padding=(1, 0)), conv("b", 1, 1, (3, 1))]),
    "transposed": ((5, 6), [_up("u", 1, 3, stride=2, padding=1, output_padding=1), conv("a", 1, 1, 3)]),
    "transposed with gaps": ((5, 4), [_up("u", 1, 2, stride=3)]),
    "transposed, dilated": ((5, 6), [_up("u", 1, 3, stride=2, dilation=3), _up("v", 1, 2, padding=1)]),
    "upsampled": (
        (5, 4),
        [
            {"name": "n", "type": "Upsample2D", "scale_factor": 2},
            conv("a", 1, 1, 3, padding=1),
            {"name": "m", "type": "Upsample2D", "scale_factor": (2, 3), "mode": "bilinear"},
        ],
    ),
    "corners aligned": (
        (5, 4),
        [
            conv("a", 1, 1, 3, stride=2, padding=1),
            {"name": "u", "type": "Upsample2D", "scale_factor": 3, "mode": "bilinear", "align_corners": True},
        ],
    ),
    "borders": (
        (7, 9),
        [
            {"name": "r", "type": "Pad2D", "padding": 2, "mode": "reflect"},
            conv("a", 1, 1, 3),
            {"name": "q", "type": "Pad2D", "padding": [[1, 0], [0, 2]], "mode": "replicate"},
            conv("b", 1, 1, 2, padding=[[0, 1], [1, 0]]),
            {"name": "z", "type": "Pad2D", "padding": 1},
        ],
    ),
    "rounded up": (
        (8, 10),
        [conv("a", 1, 1, 3), _pool("p", "MaxPool2D", 3, stride=2, dilation=2, padding=1, ceil_mode=True)],
    ),
    "adaptive pooling": (
        (7, 9),
        [conv("a", 1, 1, 2), {"name": "p", "type": "AdaptiveAvgPool2D", "output_size": [4, 5]}],
    ),
    "down and up": (
        (12, 10),
        [
            conv("a", 1, 1, 3, padding=1),
            _pool("p", "MaxPool2D", 2),
            conv("b", 1, 1, 3, padding=1),
            _up("u", 1, 2, stride=2),
            conv("c", 1, 1, 3, padding=1),
        ],
    ),
    "residual": (
        (9, 8),
        [
            {
                "name": "r",
                "type": "Residual",
                "body": [conv("a", 1, 2, 3, stride=2, padding=1), conv("b", 2, 2, 3, padding=1)],
                "shortcut": [conv("s", 1, 2, 1, stride=2)],
            },
            conv("c", 2, 1, 3),
        ],
    ),
    "branches": (
        (10, 9),
        [
            {
                "name": "i",
                "type": "Concatenate",
                "branches": {"narrow": [conv("a", 1, 1, 1)], "wide": [conv("b", 1, 1, 5, padding=2)]},
            },
            conv("c", 2, 1, 2, stride=2),
        ],
    ),
    "attention U": (
        (8, 12),
        [
            {
                "name": "s",
                "type": "SkipConnection",
                "body": [_pool("p", "AvgPool2D", 2), conv("a", 1, 1, 3, padding=1), _up("u", 1, 2, stride=2)],
            },
            {"name": "g", "type": "AttentionGate", "skip_channels": 1, "signal_channels": 1},
        ],
    ),
    "elementwise": (
        (6, 5),
        [
            {"name": "n", "type": "BatchNorm2D", "num_features": 1},
            {"name": "e", "type": "ELU"},
            conv("a", 1, 2, 1),
            {"name": "m", "type": "Softmax", "axis": 1},
            conv("b", 2, 1, 3),
        ],
    ),
    "global normalization": (
        (6, 5),
        [
            conv("a", 1, 2, 3),
            {"name": "n", "type": "GroupNorm", "num_groups": 1, "num_channels": 2},
            conv("b", 2, 1, 3),
        ],
    ),
    "global pooling": ((5, 6), [conv("a", 1, 2, 3), {"name": "g", "type": "GlobalAveragePool2D"}]),
}


def _network(image: tuple[int, int], chain: Chain, seed: int) -> Sequential:
    network = build(Architecture("chain", (1, *image), tuple(chain)), rng=np.random.default_rng(seed), dtype=np.float64)
    for parameter in network.parameters():
        # Positive weights cannot cancel each other or deactivate a ReLU.
        parameter.value = abs(parameter.value) + 0.1
    return network


@pytest.mark.parametrize("name", CHAINS)
def test_no_pixel_outside_matters_and_every_corner_inside_can(name: str) -> None:
    image, chain = CHAINS[name]
    network = _network(image, chain, 0)
    field = network.receptive_field(ReceptiveField.of_image(*image))
    rng = np.random.default_rng(1)
    base = rng.uniform(0.1, 1, (1, 1, *image))
    # Every pixel is disturbed by itself, a whole batch of them at once; a large step up wins any maximum.
    count = image[0] * image[1]
    disturbed = np.repeat(base, count, axis=0)
    disturbed.reshape(count, count)[np.arange(count), np.arange(count)] += 10
    before = network.forward(np.repeat(base, count, axis=0))
    changed = (network.forward(disturbed) != before).any(axis=1).reshape(*image, *before.shape[2:])

    assert (len(field.rows.spans), len(field.columns.spans)) in {before.shape[2:], (1, 1)}
    for row, column in np.ndindex(before.shape[2:]):
        top, left, bottom, right = field.box(row, column)
        seen = changed[:, :, row, column]
        inside = np.zeros(image, bool)
        inside[top:bottom, left:right] = True
        assert not (seen & ~inside).any()
        if inside.any():
            corners = [seen[y, x] for y in (top, bottom - 1) for x in (left, right - 1)]
            assert all(corners), f"cell {row, column} does not see all corners of {field.box(row, column)}"


@pytest.mark.parametrize("name", CHAINS)
def test_no_field_is_larger_than_the_stated_size_and_one_is_as_large(name: str) -> None:
    _, chain = CHAINS[name]
    # An image that is large enough for a field in the middle that no edge cuts.
    image = (60, 64)
    field = _network(image, chain, 0).receptive_field(ReceptiveField.of_image(*image))
    for extent in (field.rows, field.columns):
        largest = max(end - first for first, end in extent.spans)
        # Behind two transposed convolutions whose gaps meet, the size is a bound.
        assert largest <= extent.size if name == "transposed, dilated" else largest == extent.size


@pytest.mark.parametrize("name", [name for name in CHAINS if not UNEQUAL.search(name)])
def test_stride_and_start_place_the_field_in_the_middle(name: str) -> None:
    image, chain = (60, 64), CHAINS[name][1]
    field = _network(image, chain, 0).receptive_field(ReceptiveField.of_image(*image))
    for extent in (field.rows, field.columns):
        # Where maps went down and came up, the fields of two neighbours are the same: one of them is in its place.
        middle = len(extent.spans) // 2
        places = {index: int(extent.start + index * extent.stride) for index in (middle, middle + 1)}
        assert any(extent.span(index) == (first, first + extent.size) for index, first in places.items())


def test_pooling_widens_the_field() -> None:
    """The wrong formula ignores pooling's own window and says 11 x 11."""
    image = ReceptiveField.of_image(32, 32)
    none = ((0, 0), (0, 0))
    field = image.through((3, 3), (1, 1), none).through((2, 2), (2, 2), none).through((5, 5), (1, 1), none)

    assert field.size == (12, 12)
    assert field.rows.stride == 2
    assert field.box(0, 0) == (0, 0, 12, 12)
    assert field.box(10, 3) == (20, 6, 32, 18)


def test_the_exam_network_sees_12_by_12() -> None:
    chain = [conv("conv1", 3, 5, 3), _pool("pool", "AvgPool2D", 2), conv("conv2", 5, 2, 5)]
    network = build(Architecture("exam", (3, 32, 32), tuple(chain)))

    assert network.receptive_field(ReceptiveField.of_image(32, 32)).size == (12, 12)
    assert network.output_shape((3, 32, 32)) == (2, 11, 11)
    assert [sum(p.value.size for p in layer.parameters()) for layer in network.layers.values()] == [140, 0, 252]


def test_a_transposed_convolution_brings_cells_nearer() -> None:
    field = ReceptiveField.of_image(4, 4).through_transposed((2, 2), (2, 2), ((0, 0), (0, 0)))

    assert field.rows.stride == Fraction(1, 2)
    assert field.size == (1, 1)
    assert [field.rows.span(index) for index in range(8)] == [(p, p + 1) for p in (0, 0, 1, 1, 2, 2, 3, 3)]


def test_the_size_holds_where_a_dilated_transpose_mixes_up_its_cells() -> None:
    row = ReceptiveField.of_image(9, 9).through_transposed((3, 1), (3, 1), ((0, 0), (0, 0)), (2, 1)).rows
    behind = row.through(2, 1, (0, 0), 2)

    assert behind.size == max(end - first for first, end in behind.spans) == 3


def test_cells_that_see_nothing_have_an_empty_field() -> None:
    """A transposed convolution whose kernel is smaller than its stride leaves gaps, which hold the bias alone."""
    field = ReceptiveField.of_image(2, 2).through_transposed((1, 1), (3, 3), ((0, 0), (0, 0)))

    assert field.rows.spans == ((0, 1), (0, 0), (0, 0), (1, 2))


def test_a_linear_layer_sees_everything() -> None:
    field = ReceptiveField.of_image(5, 6).everything()

    assert field.size == (5, 6)
    assert field.box(0, 0) == field.box(17, 3) == (0, 0, 5, 6)


def test_a_cell_that_is_not_there_is_refused() -> None:
    field = ReceptiveField.of_image(5, 6)

    with pytest.raises(ValueError, match=r"index is 5; expected a cell of the map, in \[0, 5\)"):
        field.box(5, 0)
    with pytest.raises(ValueError, match="index is -1"):
        field.box(0, -1)
