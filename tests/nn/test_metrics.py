"""Metrics, by hand."""

from typing import Any

import numpy as np
import pytest

from digitpad.nn import metrics

LABELS = np.array([0, 0, 0, 1, 1, 3])
READ = np.array([0, 0, 1, 1, 1, 0])


def test_accuracy() -> None:
    assert metrics.accuracy(LABELS, READ) == 4 / 6
    assert metrics.accuracy(LABELS, LABELS) == 1


def test_confusion_matrix_and_accuracy_of_each_class() -> None:
    confusion = metrics.confusion_matrix(LABELS, READ, 4)
    np.testing.assert_array_equal(confusion, [[2, 1, 0, 0], [0, 2, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]])
    np.testing.assert_array_equal(metrics.per_class_accuracy(confusion), [2 / 3, 1, np.nan, 0])


def test_intersection_over_union() -> None:
    truth = np.zeros((4, 4), bool)
    truth[:2] = True
    read = np.zeros((4, 4), bool)
    read[1:3] = True
    assert metrics.intersection_over_union(truth, read) == 4 / 12
    assert metrics.intersection_over_union(truth, truth) == 1
    assert metrics.intersection_over_union(truth, ~truth) == 0
    empty = np.zeros((4, 4), bool)
    assert metrics.intersection_over_union(empty, empty) == 1


def test_bad_input_is_refused_by_name() -> None:
    probabilities: Any = np.ones((2, 2))
    with pytest.raises(ValueError, match=r"accuracy: the shapes are \(6,\) and \(5,\)"):
        metrics.accuracy(LABELS, READ[:5])
    with pytest.raises(ValueError, match=r"accuracy: the shapes are \(0,\) and \(0,\)"):
        metrics.accuracy(LABELS[:0], READ[:0])
    with pytest.raises(ValueError, match=r"confusion_matrix: .* expected as many"):
        metrics.confusion_matrix(LABELS, READ[:5], 4)
    with pytest.raises(ValueError, match=r"confusion_matrix: labels lie outside \[0, 3\)"):
        metrics.confusion_matrix(LABELS, READ, 3)
    with pytest.raises(ValueError, match=r"per_class_accuracy: confusion has shape \(2, 3\)"):
        metrics.per_class_accuracy(np.zeros((2, 3), int))
    with pytest.raises(TypeError, match="intersection_over_union: truth has dtype float64; expected bool"):
        metrics.intersection_over_union(probabilities, probabilities)
    with pytest.raises(ValueError, match="intersection_over_union: the shapes are"):
        metrics.intersection_over_union(np.ones((2, 2), bool), np.ones((2, 1), bool))
