"""Both splits of a dataset under one numbering, in memory or decoded when they are used."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.data.idx import write_idx
from digitpad.errors import DigitpadError
from digitpad.inspection.split_dataset import SplitDataset, of_splits, open_splits


def numbered(
    count: int, first: int = 0, classes: tuple[str, ...] = ("a", "b"), shape: tuple[int, int, int] = (1, 4, 4)
) -> Dataset:
    """Return images that are filled with their number, and labelled in turn."""
    images = np.arange(first, first + count, dtype=np.uint8)[:, None, None, None] * np.ones(shape, np.uint8)
    writers = [f"writer {index % 3}" for index in range(count)]
    return Dataset.of(
        "numbers", images, np.arange(count, dtype=np.int64) % len(classes), classes, origins={"writer": writers}
    )


@pytest.fixture
def both() -> SplitDataset:
    return of_splits({"train": numbered(6), "test": numbered(4, 100, ("b", "c"))})


def test_the_test_images_follow_the_training_images(both: SplitDataset) -> None:
    assert len(both) == 10
    assert both.splits == ("train", "test")
    assert both.split_of.tolist() == [0] * 6 + [1] * 4
    assert both.locate(5) == (0, 5)
    assert both.locate(6) == (1, 0)
    chosen = both.images([9, 0, 6, 5])
    assert chosen.shape == (4, 1, 4, 4)
    assert chosen[:, 0, 0, 0].tolist() == [103, 0, 100, 5]


def test_the_classes_of_both_splits_are_joined_by_name(both: SplitDataset) -> None:
    assert both.classes == ("a", "b", "c")
    assert [both.classes[label] for label in both.labels] == [*"ababab", *"bcbc"]


def test_an_origin_that_one_split_does_not_record_is_unknown() -> None:
    test = numbered(2, 50)
    joined = of_splits({"train": numbered(4), "test": Dataset.of("t", test.images, test.labels, test.classes)})
    writers = joined.origins("writer")
    assert joined.kinds == ("writer",)
    assert writers.names == ("writer 0", "writer 1", "writer 2")
    assert writers.codes.tolist() == [0, 1, 2, 0, -1, -1]


def test_equal_splits_count_once() -> None:
    joined = of_splits({"train": numbered(6), "test": numbered(6)})
    assert joined.splits == ("train",)
    assert len(joined) == 6


def test_a_split_of_another_size_is_left_out_and_named() -> None:
    joined = of_splits({"train": numbered(6), "test": numbered(6, 9, shape=(3, 8, 8))})
    assert joined.splits == ("train",)
    assert "test images of numbers have another size" in joined.remarks[0]


def test_no_images_are_an_error_that_says_what_to_do() -> None:
    empty = Dataset.of("nothing", np.zeros((0, 1, 4, 4), np.uint8), np.zeros(0, np.int64))
    with pytest.raises(DigitpadError, match="nothing contains no labelled images; choose another"):
        of_splits({"train": empty})


def test_blocks_cover_all_indices_in_order(both: SplitDataset) -> None:
    large = of_splits({"train": numbered(3, shape=(3, 1200, 1200))})
    blocks = list(large.blocks(np.array([2, 0, 1])))
    assert np.concatenate(blocks).tolist() == [2, 0, 1]
    assert max(map(len, blocks)) * 3 * 1200 * 1200 <= 8 << 20
    assert [block.tolist() for block in both.blocks(np.arange(3))] == [[0, 1, 2]]


def test_a_folder_with_training_images_only_is_opened_with_a_remark(tmp_path: Path) -> None:
    write_idx(tmp_path / "train-images-idx3-ubyte", np.zeros((3, 28, 28), np.uint8))
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.arange(3, dtype=np.uint8))
    opened = open_splits(tmp_path)
    assert opened.splits == ("train",)
    assert len(opened) == 3
    assert opened.remarks


def test_what_cannot_be_opened_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match="does not exist"):
        open_splits(tmp_path / "missing")


def test_mnist_has_both_splits() -> None:
    mnist = open_splits("mnist")
    assert (mnist.splits, len(mnist), mnist.shape) == (("train", "test"), 70_000, (1, 28, 28))
    np.testing.assert_array_equal(mnist.images([60_007])[0], mnist.parts[1].images[7])
