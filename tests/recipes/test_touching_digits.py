"""Pieces of numbers whose digits touch are labelled by the digit that most of their pixels belong to."""

import numpy as np
import pytest
from touching_digits import CLASSES, touching_digits

from digitpad.data.dataset import NO_DIGIT, Dataset
from digitpad.data.mnist import load_mnist
from digitpad.data.pen import pen_drawings
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer


@pytest.fixture(scope="module")
def pieces() -> Dataset:
    mnist = load_mnist("train").subset(np.arange(500))
    return touching_digits(mnist, pen_drawings()[:400], 24, np.random.default_rng(0))


def test_there_are_digits_and_pieces_of_two(pieces: Dataset) -> None:
    assert pieces.classes == CLASSES
    assert pieces.pixels.shape[1:] == (1, 28, 28)
    nothing = int((pieces.labels == CLASSES.index(NO_DIGIT)).sum())
    assert 0 < nothing <= (len(pieces) - nothing) // 2
    assert len(set(pieces.labels.tolist())) > 7


def test_the_labels_are_what_a_network_reads(pieces: Dataset) -> None:
    digits = pieces.subset(np.flatnonzero(pieces.labels < CLASSES.index(NO_DIGIT)))
    read = Recognizer(load_model("digitpad")).recognize_batch(digits.pixels).argmax(axis=1)
    # Some are misread, which is why they are learned.
    assert (read == digits.labels).mean() > 0.75


def test_the_same_seed_makes_the_same_pieces(pieces: Dataset) -> None:
    mnist = load_mnist("train").subset(np.arange(500))
    again = touching_digits(mnist, pen_drawings()[:400], 24, np.random.default_rng(0))
    np.testing.assert_array_equal(again.pixels, pieces.pixels)
    np.testing.assert_array_equal(again.labels, pieces.labels)
