"""Augmented ink varies what the hand does, within bounds, and depends on the generator alone."""

from dataclasses import fields, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.ink_augmentation import InkAugmentation
from digitpad.data.rasterize import ink_to_image
from digitpad.data.stroke_geometry import boxed, direction_at_end, lengths

NONE = InkAugmentation(**dict.fromkeys([field.name for field in fields(InkAugmentation)], 0.0))
CURVE = np.linspace(0, 5, 30)
#: A hook in one stroke, and a bar, in the units of a canvas, with a pressure.
INK: list[NDArray[np.floating]] = [
    np.stack([100 + 60 * np.cos(CURVE), 20 * CURVE + 50, np.full(30, 0.5)], axis=1).astype(np.float32),
    np.array([[80, 100, 0.5], [110, 104, 0.5], [150, 100, 0.5]], np.float32),
]


def test_without_strengths_nothing_changes() -> None:
    for stroke, original in zip(NONE.changed(INK, np.random.default_rng(0)), boxed(INK), strict=True):
        np.testing.assert_allclose(stroke, original, atol=1e-9)


def test_the_same_generator_gives_the_same_ink_and_another_one_other_ink() -> None:
    usual = InkAugmentation()
    first, again, other = (usual.image(INK, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("seed", range(60))
def test_changed_ink_stays_whole_and_near_itself(seed: int) -> None:
    changed = InkAugmentation().changed(INK, np.random.default_rng(seed))
    points = np.concatenate(changed)
    assert np.isfinite(points).all()
    assert np.abs(points).max() < 1.3
    before, after = (sum(lengths(stroke)[-1] for stroke in strokes) for strokes in (boxed(INK), changed))
    assert 0.5 < after / before < 2
    assert 1 <= len(changed) <= 3


@pytest.mark.parametrize(
    "name", ["stretch", "bend", "sway", "ends", "hooks", "apart", "warp", "rotation", "slant", "aspect"]
)
def test_every_strength_changes_the_ink(name: str) -> None:
    strength = 1.0 if name == "hooks" else getattr(InkAugmentation(), name)
    changed = replace(NONE, **{name: strength}).changed(INK, np.random.default_rng(3))
    original = boxed(INK)
    assert [len(stroke) for stroke in changed] != [len(stroke) for stroke in original] or any(
        np.abs(one - other).max() > 1e-3 for one, other in zip(changed, original, strict=True)
    )


def test_lifting_the_pen_splits_a_stroke_and_bridging_joins_two() -> None:
    lifts = replace(NONE, lifts=1.0)
    (single,) = boxed([INK[0]])
    parts = lifts.changed([INK[0]], np.random.default_rng(0))
    assert len(parts) == 2
    # At most a twentieth of the ink's size is skipped between the parts.
    assert 0 <= lengths(single)[-1] - sum(lengths(stroke)[-1] for stroke in parts) <= 0.05 + 1e-9
    near = [INK[0], INK[0][-1:] + np.array([[8, 0, 0], [40, 5, 0]], np.float32)]
    assert len(lifts.changed(near, np.random.default_rng(0))) == 1


def test_a_hook_turns_at_the_end_of_a_stroke() -> None:
    straight = [np.stack([np.zeros(20), np.linspace(0, 300, 20)], axis=1)]
    hooked = replace(NONE, hooks=1.0).changed(straight, np.random.default_rng(0))[0]
    turn = abs(direction_at_end(hooked) - np.pi / 2)
    assert min(turn, 2 * np.pi - turn) > 0.5
    assert 0.05 < lengths(hooked)[-1] - 1 < 0.3


def test_dots_stay_dots() -> None:
    changed = InkAugmentation().changed([*INK, np.array([[120.0, 90.0]])], np.random.default_rng(4))
    assert any(len(stroke) == 1 for stroke in changed)
    image = InkAugmentation().image([np.array([[10.0, 10.0]])], np.random.default_rng(0))
    assert 0 < np.count_nonzero(image) < 60


def test_the_pen_changes_the_width_of_lines_but_not_the_size_of_the_ink() -> None:
    thin, usual, bold = (ink_to_image(INK, pen=pen) for pen in (0.6, 1.0, 1.8))
    assert thin.sum() < usual.sum() < bold.sum()
    widths = [int(np.ptp(np.flatnonzero(image.max(axis=0)))) for image in (thin, usual, bold)]
    assert widths == [19, 19, 19]
    np.testing.assert_array_equal(usual, ink_to_image(INK))
