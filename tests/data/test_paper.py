"""Synthetic pages: the mask is exact, randomness comes from the seed alone, and no threshold finds the ink."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.mnist import load_mnist
from digitpad.data.paper import PAPER_MEAN, PAPER_STD, SIDE, Pages, load_paper, make_pages
from digitpad.errors import DigitpadError
from digitpad.nn.metrics import intersection_over_union


@pytest.fixture(scope="module")
def digits() -> NDArray[np.uint8]:
    return load_mnist("train").images[:1000, 0]


@pytest.fixture(scope="module")
def pages(digits: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    return make_pages(digits, 300, np.random.default_rng(0))


def test_pages_are_images_with_masks(pages: tuple[NDArray[np.float32], NDArray[np.bool_]]) -> None:
    images, masks = pages
    assert images.shape == masks.shape == (300, 1, 64, 64)
    assert images.dtype == np.float32
    assert masks.dtype == np.bool_
    assert 0 <= images.min() < images.max() <= 1
    # One to four digits per page, and no page is completely covered.
    share = masks.mean(axis=(1, 2, 3))
    assert 0.005 < share.min() < share.max() < 0.35
    assert abs(images.mean() - PAPER_MEAN) < 0.02
    assert abs(images.std() - PAPER_STD) < 0.02


def test_the_seed_decides_everything(digits: NDArray[np.uint8]) -> None:
    first, again, other = (make_pages(digits, 30, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert (first[0] != other[0]).mean() > 0.9
    checksum = Pages.of("pages", np.rint(first[0] * 255).astype(np.uint8), first[1]).checksum
    assert checksum == Pages.of("same", np.rint(again[0] * 255).astype(np.uint8), again[1]).checksum


def test_ink_is_darker_than_the_paper_around_it(pages: tuple[NDArray[np.float32], NDArray[np.bool_]]) -> None:
    images, masks = pages
    for image, mask in zip(images[:, 0], masks[:, 0], strict=True):
        beside = np.zeros_like(mask)
        beside[2:] |= mask[:-2]
        beside[:-2] |= mask[2:]
        beside[:, 2:] |= mask[:, :-2]
        beside[:, :-2] |= mask[:, 2:]
        assert image[mask].mean() < 0.9 * image[beside & ~mask].mean()


def test_the_mask_is_the_digits_shape() -> None:
    # One digit that is a bar of ink: the mask shows it at any rotation and size, four times at most.
    bar = np.zeros((1, 28, 28), np.uint8)
    bar[0, 4:24, 11:17] = 255
    _, masks = make_pages(bar, 200, np.random.default_rng(1))
    areas = masks.sum(axis=(1, 2, 3)) / (20 * 6)
    assert areas.min() > 0.9**2 * 0.85
    assert areas.max() < 4 * 1.4**2 * 1.15


def test_each_digit_is_used_once_before_any_is_used_again() -> None:
    # All digits are empty but one, and 100 pages take about 250: the one is on one page at most.
    digits = np.zeros((400, 28, 28), np.uint8)
    digits[0, 4:24, 4:24] = 255
    _, masks = make_pages(digits, 100, np.random.default_rng(2))
    assert masks.any(axis=(1, 2, 3)).sum() <= 1
    _, masks = make_pages(digits[:4], 100, np.random.default_rng(2))
    assert masks.any(axis=(1, 2, 3)).sum() > 20


def test_no_threshold_finds_the_ink(pages: tuple[NDArray[np.float32], NDArray[np.bool_]]) -> None:
    # The bar that a network has to clear: 0.95 is asked of it.
    images, masks = pages
    assert 0.3 < best_threshold(images, masks) < 0.6
    each = [best_threshold(image, mask) for image, mask in zip(images, masks, strict=True)]
    assert 0.7 < float(np.mean(each)) < 0.88


def best_threshold(images: NDArray[np.float32], masks: NDArray[np.bool_]) -> float:
    """Return the intersection over union of the one brightness that separates best."""
    return max(intersection_over_union(masks, images < level) for level in np.linspace(0.05, 0.95, 46))


def test_other_sizes(digits: NDArray[np.uint8]) -> None:
    images, masks = make_pages(digits, 3, np.random.default_rng(0), side=32)
    assert images.shape == masks.shape == (3, 1, 32, 32)
    assert masks.any()


def test_pages_are_cut_up_without_loss(pages: tuple[NDArray[np.float32], NDArray[np.bool_]]) -> None:
    images, masks = np.rint(pages[0] * 255).astype(np.uint8), pages[1]
    whole = Pages.of("pages", images, masks)
    assert len(whole) == 300
    kept, held_out = whole.split(60, np.random.default_rng(0))
    assert (len(kept), len(held_out), held_out.name) == (240, 60, "pages (validation)")
    assert sorted(image.tobytes() for part in (kept, held_out) for image in part.images) == sorted(
        image.tobytes() for image in images
    )
    np.testing.assert_array_equal(whole.subset([5, 2]).targets, masks[[5, 2]])
    assert whole.subset(range(300)).checksum == whole.checksum != kept.checksum
    assert not whole.images.flags.writeable


def test_masks_that_do_not_belong_are_refused() -> None:
    images = np.zeros((2, 1, 4, 4), np.uint8)
    wrong: list[Any] = [np.zeros((2, 1, 4, 5), np.bool_), np.zeros((2, 1, 4, 4), np.uint8)]
    for masks in wrong:
        with pytest.raises(DigitpadError, match="mine: images must be bytes"):
            Pages.of("mine", images, masks)


def test_the_test_pages_are_written_in_test_digits() -> None:
    test = load_paper("test")
    assert test.name == "paper test"
    assert test.images.shape == (1000, 1, SIDE, SIDE)
    expected, masks = make_pages(load_mnist("test").images[:, 0], 1000, np.random.default_rng(2))
    np.testing.assert_array_equal(test.masks, masks)
    assert np.abs(test.images / 255 - expected).max() <= 0.5001 / 255
