"""Colours: linear in the number, constant for zero, and the lookup table agrees with the formula."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.explain.colours import (
    DIVERGING,
    SEQUENTIAL,
    Mosaic,
    Palette,
    has_sign,
    limits,
    limits_of,
)
from digitpad.explain.frame import Inspector
from digitpad.explain.structure import Structure
from digitpad.nn import ARCHITECTURES
from tests.explain.networks import PRESETS, SMALL, network_of

PALETTES = (DIVERGING, SEQUENTIAL)


def rgb(pixels: NDArray[np.uint32]) -> NDArray[np.int64]:
    return np.stack([pixels >> shift & 255 for shift in (16, 8, 0)], axis=-1).astype(np.int64)


def luminance(colour: tuple[int, int, int]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", PALETTES)
def test_the_ends_and_the_middle_have_the_colours_of_the_stops(palette: Palette) -> None:
    lowest = -3.0 if palette.signed else 0.0
    values = np.array([lowest, (lowest + 3) / 2, 3, 4], np.float32)
    assert [tuple(colour) for colour in palette.colours(values, 3).tolist()] == [*palette.stops, palette.stops[2]]
    table = rgb(palette.table())
    assert [tuple(table[index].tolist()) for index in (0, 256, 512)] == list(palette.stops)
    assert (palette.table() >> 24 == 255).all()


@pytest.mark.parametrize("palette", PALETTES)
def test_size_shows_in_lightness_alone(palette: Palette) -> None:
    """What no colour-blindness takes away: the way from zero up is steadily lighter, or steadily darker."""
    steps = np.linspace(0, 1, 30, dtype=np.float32)
    for sign in (1, -1) if palette.signed else (1,):
        seen = [luminance((int(r), int(g), int(b))) for r, g, b in palette.colours(sign * steps, 1)]
        moves = np.diff(seen)
        assert (moves > 0).all() or (moves < 0).all()


def test_below_and_above_zero_differ_in_blue_and_yellow() -> None:
    """Red-green blindness leaves blue against yellow: one sign has clearly more blue than red and green, one less."""
    below, above = (np.array(DIVERGING.stops[index], float) for index in (0, 2))
    assert below[2] - below[:2].mean() > 60
    assert above[:2].mean() - above[2] > 60


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("limit", [1e-36, 1e-40])
def test_the_smallest_numbers_are_coloured_like_others(palette: Palette, limit: float) -> None:
    values = np.linspace(0, 1, 9, dtype=np.float32).reshape(1, 3, 3)
    expected, mosaic = Mosaic(values.shape), Mosaic(values.shape)
    expected.paint(values, palette, np.ones(1, np.float32))
    mosaic.paint((values * np.float64(limit)).astype(np.float32), palette, np.array([limit], np.float32))
    # Numbers this small have few digits.
    assert np.abs(rgb(mosaic.pixels) - rgb(expected.pixels)).max() <= 1


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("shape", [(5, 4, 3), (1, 6, 6), (7,), (12, 1, 1), (16, 2, 2)])
def test_a_mosaic_shows_each_cell_in_its_colour(palette: Palette, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    mosaic = Mosaic(shape, gap=2, background=0xFF123456)
    for _ in range(2):
        values = rng.standard_normal(shape).astype(np.float32)
        values = values if palette.signed else abs(values)
        maps = values.reshape(mosaic.count, mosaic.height, mosaic.width)
        for limit in (np.abs(maps).max(axis=(1, 2)), np.abs(maps).max(keepdims=True).ravel(), np.array([0.5], "f4")):
            mosaic.paint(values, palette, limit)
            painted = rgb(mosaic.pixels)
            covered = np.zeros(mosaic.pixels.shape, bool)
            for channel, tile in enumerate(maps):
                top, left = mosaic.place(channel)
                place = (slice(top, top + mosaic.height), slice(left, left + mosaic.width))
                covered[place] = True
                wanted = palette.colours(tile, float(limit[channel if len(limit) > 1 else 0]))
                # The table has 513 colours: half a step on it is half a unit of colour at most, and rounding another.
                assert np.abs(painted[place] - wanted).max() <= 1
            assert (mosaic.pixels[~covered] == 0xFF123456).all()


def test_zero_has_its_colour_exactly_and_nothing_at_all_is_zero() -> None:
    mosaic = Mosaic((2, 3, 3))
    for palette, zero in ((DIVERGING, 1), (SEQUENTIAL, 0)):
        mosaic.paint(np.zeros((2, 3, 3), np.float32), palette, np.zeros(1, np.float32))
        assert {tuple(c) for c in rgb(mosaic.pixels[:3, :3]).reshape(-1, 3).tolist()} == {palette.stops[zero]}


def test_what_is_no_number_does_not_stop_the_painting() -> None:
    values = np.array([[[np.nan, np.inf, -np.inf, 1]]], np.float32)
    mosaic = Mosaic(values.shape)
    mosaic.paint(values, DIVERGING, np.array([np.inf], np.float32))
    assert rgb(mosaic.pixels)[0, 1].tolist() == list(DIVERGING.stops[2])
    assert rgb(mosaic.pixels)[0, 0].tolist() == list(DIVERGING.stops[1])


def test_maps_lie_beside_and_below_each_other_with_a_gap() -> None:
    mosaic = Mosaic((5, 4, 3), columns=2, gap=1)
    assert mosaic.pixels.shape == (3 * 5 - 1, 2 * 4 - 1)
    assert [mosaic.place(channel) for channel in range(5)] == [(0, 0), (0, 4), (5, 0), (5, 4), (10, 0)]


def test_scopes_take_the_largest_of_a_map_a_layer_or_all() -> None:
    arrays = {"a": np.array([[[1, -4]], [[2, 0]]], np.float32), "b": np.array([-8, 3], np.float32)}
    assert {name: limit.tolist() for name, limit in limits_of(arrays, "map").items()} == {"a": [4, 2], "b": [8]}
    assert {name: limit.tolist() for name, limit in limits_of(arrays, "layer").items()} == {"a": [4], "b": [8]}
    assert {name: limit.tolist() for name, limit in limits_of(arrays, "network").items()} == {"a": [8], "b": [8]}
    assert limits_of({}, "network") == {}


@pytest.mark.parametrize("name", [*SMALL, *(name for name in PRESETS if name != "catdog")])
def test_what_is_said_to_have_no_sign_is_never_negative(name: str) -> None:
    plan = SMALL.get(name) or ARCHITECTURES[name]
    frame = Inspector(network_of(plan), plan.input_shape).inspect(
        np.random.default_rng(3).uniform(0, 1, plan.input_shape).astype(np.float32)
    )
    for node in frame.structure:
        if not has_sign(frame.structure, node.name):
            assert frame.range(node.name)[0] >= 0
    every = [node.name for node in frame.structure.shown()]
    for shown, limit in limits(frame, every, "layer").items():
        assert limit[0] == np.abs(frame[shown]).max()


def test_relu_and_what_pools_it_have_no_sign() -> None:
    structure = Structure(network_of(ARCHITECTURES["standard"]), (1, 28, 28))
    assert [node.name for node in structure if not has_sign(structure, node.name)] == [
        "relu1", "pool1", "relu2", "pool2", "flatten", "relu3", "dropout",
    ]  # fmt: skip
