"""What the benchmark of noise and clutter counts."""

import numpy as np
import pytest
from noise_and_clutter import Figures, measure

from digitpad.data.corruptions import corrupted
from digitpad.data.mnist import load_mnist
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer

DIGITS = load_mnist("train").subset(np.arange(120))


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(load_model("digitpad"))


def test_the_shares_are_those_of_reading_the_spoiled_digits(recognizer: Recognizer) -> None:
    found = measure(recognizer, DIGITS, "brightness")
    images = corrupted(DIGITS.pixels, "brightness", np.random.default_rng((0, 0)))
    right = recognizer.recognize_batch(images)[:, :10].argmax(axis=1) == DIGITS.labels
    refused = recognizer.refusals(images) >= recognizer.threshold
    assert found == Figures(right.mean(), refused.mean(), (~right & ~refused).mean())
    assert found.right < measure(recognizer, DIGITS, None).right


def test_every_model_gets_the_same_spoiled_digits_and_none_is_refused_without_that_class(
    recognizer: Recognizer,
) -> None:
    assert measure(recognizer, DIGITS, "fog") == measure(recognizer, DIGITS, "fog")
    # A model that reads fog less well shows that other seeds make other fog.
    reader = Recognizer(load_model("light"))
    light = measure(reader, DIGITS, "fog")
    assert light != measure(reader, DIGITS, "fog", seed=1)
    assert light.refused == 0
    assert light.right + light.wrong_unrefused == pytest.approx(1)
