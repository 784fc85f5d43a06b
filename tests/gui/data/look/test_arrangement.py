"""Which images are shown, and in which order."""

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.gui.data.look.arrangement import Filters, Findings, Order, arrange, in_splits
from digitpad.inspection import NearestPairs, Readings, SplitDataset, hardest_first, mislabelled
from digitpad.inspection.split_dataset import of_splits


@pytest.fixture
def images() -> SplitDataset:
    """Return four training and two test images of the classes a and b, by the writers x and y."""
    pixels = np.arange(6, dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 4), np.uint8)
    train = Dataset.of("t", pixels[:4], np.array([0, 1, 0, 1]), "ab", {"writer": ["x", "x", "y", "y"]})
    test = Dataset.of("t", pixels[4:], np.array([1, 0]), "ab", {"writer": ["y", "x"]})
    return of_splits({"train": train, "test": test})


@pytest.fixture
def findings() -> Findings:
    sure = np.array([0.9, 0.8, 0.2, 0.7, 0.1, 0.6], np.float32)
    targets = np.array([0, 1, 0, 1, 1, 0])
    table = np.empty((6, 2), np.float32)
    table[np.arange(6), targets], table[np.arange(6), 1 - targets] = sure, 1 - sure
    readings = Readings("hand", ("a", "b"), targets, np.log(table))
    pairs = NearestPairs(np.array([5, 4]), np.array([0, 3]), np.array([0.5, 1.5]), 0)
    return Findings(readings, hardest_first(readings), mislabelled(readings), pairs)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), [0, 1, 2, 3, 4, 5]),
        (Filters(label=1), [1, 3, 4]),
        (Filters(hidden=frozenset({"train"})), [4, 5]),
        (Filters(origins={"writer": "y"}), [2, 3, 4]),
        (Filters(0, frozenset({"test"}), {"writer": "y"}), [2]),
        (Filters(hidden=frozenset({"train", "test"})), []),
    ],
)
def test_filters_are_combined(images: SplitDataset, findings: Findings, filters: Filters, expected: list[int]) -> None:
    assert arrange(images, filters, Order.STORED, Findings())[:, 0].tolist() == expected
    hardest = arrange(images, filters, Order.HARDEST, findings)[:, 0].tolist()
    assert hardest == [index for index in [4, 2, 5, 3, 1, 0] if index in expected]


def test_only_doubtful_labels_are_listed(images: SplitDataset, findings: Findings) -> None:
    assert arrange(images, Filters(), Order.MISLABELLED, findings)[:, 0].tolist() == [4, 2]
    assert arrange(images, Filters(label=0), Order.MISLABELLED, findings)[:, 0].tolist() == [2]


def test_a_pair_is_shown_if_one_of_its_images_passes(images: SplitDataset, findings: Findings) -> None:
    assert arrange(images, Filters(), Order.DUPLICATES, findings).tolist() == [[5, 0], [4, 3]]
    assert arrange(images, Filters(label=1), Order.DUPLICATES, findings).tolist() == [[4, 3]]
    assert arrange(images, Filters(hidden=frozenset({"test"})), Order.DUPLICATES, findings).shape == (2, 2)


@pytest.mark.parametrize("order", [Order.HARDEST, Order.MISLABELLED, Order.DUPLICATES])
def test_nothing_is_shown_before_it_is_known(images: SplitDataset, order: Order) -> None:
    assert not Findings().suffices_for(order)
    assert len(arrange(images, Filters(), order, Findings())) == 0


def test_the_splits_that_are_shown_count_for_the_class_images(images: SplitDataset) -> None:
    assert in_splits(images, Filters(label=1, hidden=frozenset({"test"}))).tolist() == [0, 1, 2, 3]
