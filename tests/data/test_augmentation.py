"""Augmentation changes images by the specified, hand-checked amounts; randomness comes from the seed alone."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.augmentation import (
    LIMITS,
    Augmentation,
    Images,
    blurred,
    noisy,
    rotated,
    scaled,
    sheared,
    shifted,
    thickened,
)
from digitpad.data.mnist import load_mnist
from digitpad.errors import DigitpadError

ALL = Augmentation(
    rotation=10, shift=2, scale=0.1, shear=10, elastic=0.7, thickness=0.5, blur=0.6, noise=0.05
)  # all stages together
GEOMETRY = Augmentation(rotation=12, shift=2, scale=0.1, shear=10, elastic=0.8)


@pytest.fixture(scope="module")
def digits() -> Images:
    return load_mnist("train").images[:200].copy()


def disc(side: int, radius: float, middle: tuple[float, float] | None = None) -> Images:
    """Return one image (1, 1, side, side) of a disc, its edge one pixel soft."""
    x, y = middle or ((side - 1) / 2, (side - 1) / 2)
    away = np.hypot(np.arange(side)[:, np.newaxis] - y, np.arange(side) - x)
    image: Images = np.rint(255 * np.clip(radius - away + 0.5, 0, 1)).astype(np.uint8)[np.newaxis, np.newaxis]
    return image


def centre(image: NDArray[np.uint8]) -> tuple[float, float]:
    """Return the centre of mass (x, y) of an image (H, W)."""
    mass = image.sum(dtype=np.float64)
    return (
        float(image.sum(axis=0, dtype=np.float64) @ np.arange(image.shape[1]) / mass),
        float(image.sum(axis=1, dtype=np.float64) @ np.arange(image.shape[0]) / mass),
    )


def test_without_strength_nothing_changes(digits: Images) -> None:
    nothing = Augmentation()
    assert not nothing
    assert all(Augmentation(**{name: 0.1}) for name in LIMITS)
    changed = nothing.apply(digits, np.random.default_rng(0))
    np.testing.assert_array_equal(changed, digits)
    assert not np.shares_memory(changed, digits)


@pytest.mark.parametrize(
    "change",
    [
        lambda images: rotated(images, 0),
        lambda images: sheared(images, 0),
        lambda images: scaled(images, 1),
        lambda images: shifted(images, 0, 0),
        lambda images: thickened(images, 0),
        lambda images: blurred(images, 0),
        lambda images: noisy(images, 0, np.random.default_rng(0)),
    ],
)
def test_an_amount_of_nothing_changes_nothing(change: Callable[[Images], Images], digits: Images) -> None:
    np.testing.assert_array_equal(change(digits), digits)


@pytest.mark.parametrize("shape", [(5, 1, 28, 28), (3, 3, 20, 20), (2, 2, 9, 9), (1, 1, 1, 1)])
@pytest.mark.parametrize("turns", [-1, 1, 2])
def test_quarter_turns_are_anticlockwise_and_exact(shape: tuple[int, ...], turns: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    np.testing.assert_array_equal(rotated(images, 90 * turns), np.rot90(images, turns, axes=(2, 3)))


def test_whole_pixels_are_moved_exactly_and_leave_background() -> None:
    images = np.random.default_rng(0).integers(1, 256, (4, 2, 7, 11), np.uint8)
    moved = shifted(images, 3, -2)
    np.testing.assert_array_equal(moved[:, :, :-2, 3:], images[:, :, 2:, :-3])
    assert not moved[:, :, -2:].any()
    assert not moved[..., :3].any()
    assert not shifted(images, 11, 0).any()
    assert not shifted(images, 0, -1e6).any()


def test_half_a_pixel_is_the_mean_of_two() -> None:
    image = np.array([[0, 100, 200, 40]], np.uint8)[np.newaxis, np.newaxis]
    np.testing.assert_array_equal(shifted(image, 0.5, 0)[0, 0], [[0, 50, 150, 120]])
    np.testing.assert_array_equal(shifted(image, -0.5, 0)[0, 0], [[50, 150, 120, 20]])


def test_a_quarter_turned_point_lies_where_trigonometry_puts_it() -> None:
    side, degrees = 41, 30.0
    x, y = centre(rotated(disc(side, 3, (32, 20)), degrees)[0, 0])  # 12 to the right of the middle
    assert x - 20 == pytest.approx(12 * np.cos(np.radians(degrees)), abs=0.05)
    assert y - 20 == pytest.approx(-12 * np.sin(np.radians(degrees)), abs=0.05)


def test_slanting_moves_the_upper_half_to_the_right() -> None:
    above, below = (centre(sheared(disc(41, 2, (20, y)), 20)[0, 0]) for y in (10, 30))
    reach = 10 * np.tan(np.radians(20))
    np.testing.assert_allclose(above, (20 + reach, 10), atol=0.05)
    np.testing.assert_allclose(below, (20 - reach, 30), atol=0.05)


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.25, 2.0])
def test_area_grows_with_the_square_of_the_scale(factor: float) -> None:
    image = disc(64, 10)
    ratio = scaled(image, factor).sum(dtype=np.int64) / image.sum(dtype=np.int64)
    assert ratio == pytest.approx(factor**2, rel=0.02)


def test_a_bar_grows_thicker_on_both_sides() -> None:
    image = np.zeros((1, 1, 9, 9), np.uint8)
    image[..., 3:6] = 200
    np.testing.assert_array_equal(thickened(image, 1)[0, 0, 4], [0, 0, 200, 200, 200, 200, 200, 0, 0])
    np.testing.assert_array_equal(thickened(image, 1.5)[0, 0, 4], [0, 100, 200, 200, 200, 200, 200, 100, 0])
    np.testing.assert_array_equal(thickened(image, -0.25)[0, 0, 4], [0, 0, 0, 150, 200, 150, 0, 0, 0])
    np.testing.assert_array_equal(thickened(image, -1)[0, 0, 4], [0, 0, 0, 0, 200, 0, 0, 0, 0])
    assert not thickened(image, -2).any()


def test_blur_keeps_the_ink_and_spreads_it_as_far_as_asked() -> None:
    image = np.zeros((1, 1, 41, 41), np.uint8)
    image[0, 0, 20, 20] = 255
    soft = blurred(image, 1.0)[0, 0].astype(np.float64)
    assert soft.sum() == pytest.approx(255, rel=0.03)  # rounding to bytes takes the far tail
    spread = np.sqrt(soft.sum(axis=0) @ (np.arange(41) - 20.0) ** 2 / soft.sum())
    assert spread == pytest.approx(1.0, abs=0.08)
    np.testing.assert_array_equal(soft, soft.T)


def test_noise_has_the_deviation_asked_for() -> None:
    grey = np.full((4, 1, 50, 50), 128, np.uint8)
    deviation = noisy(grey, 0.1, np.random.default_rng(0)).astype(np.float64) - 128
    assert deviation.std() == pytest.approx(25.5, rel=0.03)
    assert abs(deviation.mean()) < 1


@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("size", [(28, 28), (64, 48), (5, 8), (1, 1)])
def test_every_shape_is_kept(channels: int, size: tuple[int, int]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, channels, *size), np.uint8)
    before = images.copy()
    changed = ALL.apply(images, np.random.default_rng(1))
    assert changed.shape == images.shape
    assert changed.dtype == np.uint8
    np.testing.assert_array_equal(images, before)
    assert ALL.apply(images[:0], np.random.default_rng(1)).shape == (0, channels, *size)


def test_all_channels_of_an_image_are_changed_alike(digits: Images) -> None:
    without_noise = Augmentation(rotation=20, shift=2, elastic=1, thickness=0.5, blur=1)
    changed = without_noise.apply(np.repeat(digits, 3, axis=1), np.random.default_rng(0))
    np.testing.assert_array_equal(changed[:, 0], changed[:, 2])
    np.testing.assert_array_equal(changed[:, :1], without_noise.apply(digits, np.random.default_rng(0)))


def test_the_seed_decides_everything(digits: Images) -> None:
    first, again, other = (ALL.apply(digits, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=(1, 2, 3)).all()


def test_each_image_is_changed_in_a_way_of_its_own(digits: Images) -> None:
    same = np.repeat(digits[:1], 100, axis=0)
    changed = ALL.apply(same, np.random.default_rng(0)).reshape(100, -1)
    assert len(np.unique(changed, axis=0)) == 100


def test_ink_and_place_are_kept_on_average(digits: Images) -> None:
    before, after = digits.astype(np.float64), GEOMETRY.apply(digits, np.random.default_rng(0)).astype(np.float64)
    assert after.sum() == pytest.approx(before.sum(), rel=0.03)
    places = np.array([(*centre(old[0]), *centre(new[0])) for old, new in zip(before, after, strict=True)])
    assert np.abs((places[:, :2] - places[:, 2:]).mean(axis=0)).max() < 0.3
    assert np.abs(places[:, :2] - places[:, 2:]).max() < 5


def test_amounts_fill_their_range_evenly() -> None:
    bar = np.zeros((2000, 1, 1, 21), np.uint8)
    bar[..., 10] = 255
    changed = Augmentation(shift=4).apply(np.repeat(bar, 21, axis=2), np.random.default_rng(0))
    columns = np.array([centre(image[0])[0] for image in changed]) - 10
    assert -4 <= columns.min() < -3.9
    assert 3.9 < columns.max() <= 4
    assert columns.std() == pytest.approx(8 / np.sqrt(12), rel=0.05)


def test_elastic_deformation_moves_points_by_its_strength() -> None:
    # In an image whose grey values are column numbers, a pixel shows the column that it comes from.
    ramp = np.tile(np.arange(0, 240, 4, dtype=np.uint8), (400, 1, 60, 1))
    bent = Augmentation(elastic=2).apply(ramp, np.random.default_rng(0))[:, 0, 10:-10, 10:-10] / 4
    displacement = bent - ramp[:, 0, 10:-10, 10:-10] / 4
    assert displacement.std() == pytest.approx(2, rel=0.05)
    assert abs(displacement.mean()) < 0.1
    # Neighbours move alike.
    assert np.abs(np.diff(displacement, axis=2)).mean() < 0.5


@pytest.mark.parametrize("name", list(LIMITS))
@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), 1000, True])
def test_an_impossible_strength_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(DigitpadError, match=f"augmentation strength {name} must be a number from 0 to"):
        Augmentation(**{name: value})


def test_json_round_trip() -> None:
    assert Augmentation.from_json(ALL.to_json()) == ALL
    assert Augmentation.from_json("{}") == Augmentation()
    assert Augmentation.from_json('{"rotation": 5}') == Augmentation(rotation=5.0)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "could not be read"),
        ("[1]", "JSON object"),
        ('{"spin": 1}', "no augmentation named 'spin'"),
        ('{"rotation": "much"}', "rotation must be a number"),
        ('{"rotation": null}', "rotation must be a number"),
        ('{"rotation": NaN}', "rotation must be a number"),
        ("[" * 100_000, "could not be read"),
    ],
)
def test_bad_json_is_refused_in_words(text: str, complaint: str) -> None:
    with pytest.raises(DigitpadError, match=complaint):
        Augmentation.from_json(text)


@pytest.mark.parametrize(
    "images", [np.zeros((2, 28, 28), np.uint8), np.zeros((2, 1, 28, 28), np.float32), np.zeros((28, 28), np.uint8)]
)
def test_what_are_no_images_is_refused(images: Images) -> None:
    changes: tuple[Callable[[Images], Images], ...] = (
        lambda images: ALL.apply(images, np.random.default_rng(0)),
        lambda images: rotated(images, 5),
        lambda images: thickened(images, 1),
        lambda images: blurred(images, 1),
        lambda images: noisy(images, 0.1, np.random.default_rng(0)),
    )
    for change in changes:
        with pytest.raises(DigitpadError, match=r"\(N, C, H, W\)"):
            change(images)


@pytest.mark.parametrize("factor", [0, -1, float("nan")])
def test_a_scale_of_nothing_is_refused(factor: float) -> None:
    with pytest.raises(DigitpadError, match="factor greater than 0"):
        scaled(np.zeros((1, 1, 4, 4), np.uint8), factor)


def test_strokes_are_thickened_farther_than_they_are_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[np.ndarray] = []
    monkeypatch.setattr("digitpad.data.augmentation.thicken", lambda _images, amounts: moved.append(amounts))
    Augmentation(thickness=1).apply(np.zeros((2000, 1, 8, 8), np.uint8), np.random.default_rng(0))
    amounts = np.concatenate(moved)
    assert -0.5 <= amounts.min() < -0.49
    assert 0.99 < amounts.max() <= 1
