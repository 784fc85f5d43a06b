"""Photographs are cropped, mirrored, lit and coloured by hand-checked amounts."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.augmentation import PHOTO_STRENGTHS, Augmentation
from digitpad.data.photo_distortion import Crops, Pixels, cropped, grey, lighten, random_crops, saturate

PHOTO = Augmentation(**PHOTO_STRENGTHS)


@pytest.fixture
def photographs() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (6, 3, 20, 24), np.uint8)


def crops(*, left: float, top: float, width: float, height: float, mirrored: bool = False, n: int = 1) -> Crops:
    return Crops(np.full(n, left), np.full(n, top), np.full(n, width), np.full(n, height), np.full(n, mirrored))


def test_the_whole_image_is_the_image_and_its_mirror_image_is_exact(photographs: NDArray[np.uint8]) -> None:
    images = photographs.astype(np.float32)
    whole, mirrored = (crops(left=0, top=0, width=24, height=20, mirrored=each, n=6) for each in (False, True))
    np.testing.assert_array_equal(cropped(images, whole), images)
    np.testing.assert_array_equal(cropped(images, mirrored), images[..., ::-1])


def test_half_of_a_row_is_enlarged_by_bilinear_interpolation() -> None:
    row = np.array([0, 100, 200, 40], np.float32).reshape(1, 1, 1, 4)
    enlarged = cropped(row, crops(left=1, top=0, width=2, height=1))
    np.testing.assert_allclose(enlarged[0, 0, 0], [75, 125, 175, 160])
    column = cropped(row.reshape(1, 1, 4, 1), crops(left=0, top=1, width=1, height=2))
    np.testing.assert_allclose(column[0, 0, :, 0], [75, 125, 175, 160])
    mirrored = cropped(row, crops(left=1, top=0, width=2, height=1, mirrored=True))
    np.testing.assert_allclose(mirrored[0, 0, 0], [160, 175, 125, 75])


def test_the_outermost_pixel_continues_beyond_its_centre() -> None:
    row = np.array([40, 80], np.float32).reshape(1, 1, 1, 2)
    # The first quarter of the row lies before the centre of its first pixel.
    np.testing.assert_allclose(cropped(row, crops(left=0, top=0, width=0.5, height=1))[0, 0, 0], [40, 40])


def test_random_parts_have_the_areas_and_ratios_that_were_asked_for_and_lie_inside() -> None:
    height, width = 30, 40
    found = random_crops(4000, (height, width), crop=0.5, stretch=0.25, flip=0.25, rng=np.random.default_rng(1))
    assert (found.left >= 0).all()
    assert (found.top >= 0).all()
    assert (found.left + found.width <= width).all()
    assert (found.top + found.height <= height).all()
    area, ratio = found.width * found.height / (width * height), found.width / width / (found.height / height)
    assert 0.5 * 0.8 < area.min() < 0.52
    assert area.mean() == pytest.approx(0.75, abs=0.03)
    assert 0.8 - 1e-9 <= ratio.min() < 0.81
    assert 1.24 < ratio.max() <= 1.25 + 1e-9
    assert found.mirrored.mean() == pytest.approx(0.25, abs=0.03)
    assert abs(found.left + found.width / 2 - width / 2).max() > 4


def test_without_strength_the_part_is_the_whole() -> None:
    found = random_crops(3, (5, 7), crop=0, stretch=0, flip=0, rng=np.random.default_rng(1))
    for values, expected in zip(found, (0, 0, 7, 5, False), strict=True):
        np.testing.assert_array_equal(values, np.full(3, expected))


def test_brightness_multiplies_and_contrast_keeps_the_mean_grey() -> None:
    images: Pixels = np.random.default_rng(2).uniform(0, 255, (2, 3, 5, 5)).astype(np.float32)
    bright = images.copy()
    lighten(bright, np.array([2.0, 0.5]), np.ones(2))
    np.testing.assert_allclose(bright, images * np.array([2, 0.5]).reshape(2, 1, 1, 1), rtol=1e-5)
    changed = images.copy()
    lighten(changed, np.ones(2), np.array([0.5, 0.0]))
    np.testing.assert_allclose(grey(changed).mean(axis=(1, 2)), grey(images).mean(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_allclose(np.ptp(changed[0]), 0.5 * np.ptp(images[0]), rtol=1e-5)
    np.testing.assert_allclose(changed[1], grey(images)[1].mean(), rtol=1e-5)


def test_saturation_mixes_with_grey_and_leaves_grey_images_alone() -> None:
    red = np.zeros((1, 3, 1, 1), np.float32)
    red[0, 0] = 100
    saturate(red, np.array([0.5]))
    np.testing.assert_allclose(red.ravel(), [50 + 14.95, 14.95, 14.95], rtol=1e-5)
    one = np.full((1, 1, 2, 2), 7, np.float32)
    saturate(one, np.array([0.0]))
    np.testing.assert_array_equal(one, np.full((1, 1, 2, 2), 7))


def test_all_changes_together_follow_from_the_seed_alone(photographs: NDArray[np.uint8]) -> None:
    before = photographs.copy()
    first, again, other = (PHOTO.apply(photographs, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.dtype == np.uint8
    assert first.shape == photographs.shape
    np.testing.assert_array_equal(photographs, before)


def test_flips_alone_mirror_their_share_of_the_images() -> None:
    images = np.random.default_rng(0).integers(0, 256, (400, 1, 3, 4), np.uint8)
    changed = Augmentation(flip=0.3).apply(images, np.random.default_rng(0))
    mirrored = (changed == images[..., ::-1]).all(axis=(1, 2, 3))
    assert ((changed == images).all(axis=(1, 2, 3)) | mirrored).all()
    assert mirrored.mean() == pytest.approx(0.3, abs=0.07)


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_images_of_any_number_of_channels_are_changed(channels: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, channels, 9, 8), np.uint8)
    changed = PHOTO.apply(images, np.random.default_rng(1))
    assert (changed != images).any(axis=(1, 2, 3)).all()


def test_the_strengths_for_photographs_have_a_name() -> None:
    assert Augmentation.parse("photo") == PHOTO
    assert Augmentation.parse(str(PHOTO)) == PHOTO
