"""Counts, means and deviations of classes are those that NumPy computes of all images at once."""

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.inspection.class_statistics import ClassStatistics, summarizing_classes
from digitpad.inspection.split_dataset import SplitDataset, of_splits


def _random(channels: int) -> SplitDataset:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (300, channels, 9, 7), np.uint8)
    labels = rng.integers(0, 3, 300) * 2  # classes 1 and 3 have no images
    return of_splits({"train": Dataset.of("random", images, labels, ("a", "b", "c", "d", "e"))})


@pytest.mark.parametrize("channels", [1, 3])
def test_the_statistics_are_exact(channels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.inspection.split_dataset._BLOCK_BYTES", 20 * channels * 63)
    images = _random(channels)
    steps = list(summarizing_classes(images, np.arange(len(images))))
    found = [step for step in steps if isinstance(step, ClassStatistics)]
    assert [each.label for each in found] == [0, 2, 4]
    for each in found:
        members = images.parts[0].images[images.labels == each.label] / 255
        assert each.count == len(members)
        np.testing.assert_allclose(each.mean, members.mean(axis=0), rtol=1e-6)
        np.testing.assert_allclose(each.deviation, members.std(axis=0), rtol=1e-6)
    progress = [step for step in steps if isinstance(step, int)]
    assert progress == sorted(progress)
    assert progress[-1] == 300
    assert len(progress) > 10


def test_only_the_chosen_images_count() -> None:
    images = _random(1)
    (only,) = (step for step in summarizing_classes(images, np.array([5])) if isinstance(step, ClassStatistics))
    assert (only.label, only.count) == (images.labels[5], 1)
    np.testing.assert_allclose(only.mean, images.parts[0].images[5] / 255, rtol=1e-6)


def test_equal_images_do_not_deviate() -> None:
    images = np.full((7, 1, 5, 5), 77, np.uint8)
    same = of_splits({"train": Dataset.of("same", images, np.zeros(7, np.int64))})
    (only,) = (step for step in summarizing_classes(same, np.arange(7)) if isinstance(step, ClassStatistics))
    assert not only.deviation.any()
