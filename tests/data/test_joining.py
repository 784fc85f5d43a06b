"""Joined datasets: nothing is lost, classes of one name are one class, and what does not fit is refused."""

import numpy as np
import pytest

from digitpad.data.dataset import DIGITS, NO_DIGIT, Dataset
from digitpad.data.joining import join
from digitpad.errors import DigitpadError


def some(name: str, count: int, classes: tuple[str, ...] = DIGITS, *, side: int = 4, first: int = 0) -> Dataset:
    images = np.full((count, 1, side, side), 7, np.uint8) + np.arange(count, dtype=np.uint8)[:, None, None, None]
    return Dataset.of(name, images, np.arange(first, first + count) % len(classes), classes)


def test_images_and_labels_stay_together() -> None:
    first, second = some("a", 3), some("b", 2, first=5)
    joined = join([first, second])
    assert joined.name == "a + b"
    assert joined.classes == DIGITS
    np.testing.assert_array_equal(joined.images, np.concatenate([first.images, second.images]))
    assert joined.labels.tolist() == [0, 1, 2, 5, 6]


def test_one_alone_is_itself() -> None:
    only = some("a", 3)
    assert join([only]) is only


def test_a_new_class_comes_behind_and_a_known_one_is_recognised() -> None:
    joined = join([some("digits", 10), some("none", 2, (NO_DIGIT,)), some("seven", 1, ("7", "8"))])
    assert joined.classes == (*DIGITS, NO_DIGIT)
    assert joined.labels[-3:].tolist() == [10, 10, 7]


def test_one_named_twice_counts_twice_and_changes_the_checksum() -> None:
    part = some("a", 3)
    assert len(join([part, part])) == 6
    assert join([part, part]).checksum != part.checksum


def test_origins_are_kept_as_far_as_they_are_known() -> None:
    known = Dataset.of("ink", some("", 2).images, np.zeros(2, np.int64), origins={"writer": ["1", "2"]})
    assert join([some("a", 2), known]).origins == {"writer": ["", "", "1", "2"]}


def test_images_of_two_sizes_are_refused_by_name() -> None:
    with pytest.raises(DigitpadError, match="images of a have the shape 1x4x4 and those of b 1x5x5"):
        join([some("a", 1), some("b", 1, side=5)])
