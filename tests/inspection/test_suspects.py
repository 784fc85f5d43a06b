"""Doubtful labels: the thresholds of confident learning, on answers that can be computed by hand."""

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.data.mnist import load_mnist
from digitpad.inspection.readings import Readings, reading_all
from digitpad.inspection.split_dataset import of_splits
from digitpad.inspection.suspects import hardest_first, mislabelled
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer
from tests.inspection.draining import drained


def _readings(probabilities: list[list[float]], targets: list[int]) -> Readings:
    table = np.array(probabilities, np.float32)
    labels = tuple("abcdef"[: table.shape[1]])
    return Readings("hand", labels, np.array(targets, np.int64), np.log(table))


def test_the_largest_loss_comes_first() -> None:
    readings = _readings([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [0, 0, 1])
    assert hardest_first(readings).tolist() == [1, 2, 0]
    np.testing.assert_allclose(readings.losses, -np.log([0.9, 0.2, 0.4]), rtol=1e-6)


def test_a_label_is_doubted_when_another_class_reaches_its_own_threshold() -> None:
    # Class a is given 0.9, 0.8 and 0.1 on its images, 0.6 in the mean; class b 0.5 and 0.7.
    readings = _readings([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.5, 0.5], [0.3, 0.7]], [0, 0, 0, 1, 1])
    suspects = mislabelled(readings)
    np.testing.assert_allclose(suspects.thresholds, [0.6, 0.6], rtol=1e-6)
    assert suspects.indices.tolist() == [2]
    assert suspects.believed.tolist() == [1]
    np.testing.assert_allclose(suspects.probabilities, [0.9])


def test_a_class_that_the_model_is_rarely_sure_of_needs_less() -> None:
    # The first image is read as a, but only 0.55; a's threshold is 0.95. Class b, with 0.4, is believed.
    readings = _readings(
        [[0.55, 0.40, 0.05], [0.95, 0.03, 0.02], [0.30, 0.35, 0.35], [0.2, 0.3, 0.5]],
        [2, 0, 1, 2],
    )
    suspects = mislabelled(readings)
    assert suspects.indices.tolist() == [0]
    assert suspects.believed.tolist() == [1]
    assert suspects.probabilities[0] == pytest.approx(0.40)


def test_a_class_without_images_is_never_believed() -> None:
    readings = _readings([[0.2, 0.1, 0.7], [0.4, 0.5, 0.1]], [0, 1])
    assert np.isinf(mislabelled(readings).thresholds[2])
    assert len(mislabelled(readings)) == 0


def test_the_answers_to_both_splits_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.evaluation.reading.BATCH", 20)
    mnist = load_mnist("test")
    images = of_splits({"train": mnist.subset(range(100, 150)), "test": mnist.subset(range(30))})
    recognizer = Recognizer(load_model("light"))
    progress, readings = drained(reading_all(recognizer, images))
    assert progress == [20, 40, 50, 70, 80]
    np.testing.assert_allclose(
        readings.log_probabilities, recognizer.log_probabilities(images.images(np.arange(80))), rtol=1e-4, atol=1e-4
    )
    assert readings.targets.tolist() == images.labels.tolist()


def test_a_swapped_label_of_mnist_is_found() -> None:
    mnist = load_mnist("test").subset(range(1000))
    labels = mnist.labels.copy()
    swapped = np.flatnonzero(labels == 1)[:3]
    labels[swapped] = 0
    images = of_splits({"test": Dataset.of("swapped", mnist.images, labels)})
    suspects = mislabelled(drained(reading_all(Recognizer(load_model("light")), images))[1])
    assert set(swapped.tolist()) <= set(suspects.indices[:6].tolist())
    for index, believed in zip(suspects.indices.tolist(), suspects.believed.tolist(), strict=True):
        if index in swapped:
            assert believed == 1
