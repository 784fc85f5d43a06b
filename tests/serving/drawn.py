"""Drawings and readings as a server passes them on."""

import numpy as np

from digitpad.data.ink import Drawing
from digitpad.reading.number_reading import NumberReading, Segment, single
from digitpad.reading.recognizer import Prediction


def drawing(place: int, points: int = 8) -> Drawing:
    """Return a slanted stroke that begins at a place of its own."""
    along = np.linspace(0, 1, points, dtype=np.float32)
    stroke = np.stack([20 + place + 40 * along, 20 + 60 * along], axis=1).astype(np.float32)
    return Drawing((stroke,), 300.0, 300.0)


def blank() -> Drawing:
    """Return a page without ink."""
    return Drawing((), 300.0, 300.0)


def prediction(label: str, probability: float = 0.9, *, rejected: bool = False, no_digit: float = 0.0) -> Prediction:
    """Return a prediction for one digit."""
    probabilities = np.full(10, (1 - probability) / 9, np.float32)
    if label.isdecimal():
        probabilities[int(label[0])] = probability
    reason = "unlike any digit" if rejected else None
    return Prediction(label, probability, probabilities, rejected, reason, np.zeros((28, 28), np.float32), no_digit)


def read_as(label: str, probability: float = 0.9, *, rejected: bool = False, no_digit: float = 0.0) -> NumberReading:
    """Return the reading of one digit."""
    return single(prediction(label, probability, rejected=rejected, no_digit=no_digit), (0, 0, 10, 10))


def number(text: str, probability: float = 0.8) -> NumberReading:
    """Return the reading of a number."""
    return NumberReading(tuple(Segment(label, (0, 0, 9, 9), prediction(label)) for label in text), probability)


NOTHING = read_as("1", 0.1)
"""What a blank page is read as; nobody looks at it."""
