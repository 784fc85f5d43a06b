"""The reading of a drawing as values for JSON."""

import json

import pytest

from digitpad.models.model_file import load_model
from digitpad.reading.numbers import NumberReader
from digitpad.reading.prediction_record import prediction_record
from digitpad.reading.recognizer import Recognizer
from tests.reading.written import written


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(load_model("light"))


def test_one_digit_has_ten_probabilities(recognizer: Recognizer) -> None:
    whole = recognizer.recognize_ink(written("7"))
    record = prediction_record(whole, NumberReader(recognizer).read_drawing(written("7")), recognizer)
    assert record == prediction_record(whole, None, recognizer)
    assert set(record) == {"label", "probability", "probabilities", "rejected"}
    assert (record["label"], record["probability"], record["rejected"]) == ("7", whole.probability, False)
    assert json.loads(json.dumps(record))["probabilities"] == whole.probabilities.tolist()


def test_a_number_has_its_digits_too(recognizer: Recognizer) -> None:
    whole = recognizer.recognize_ink(written("42"))
    number = NumberReader(recognizer).read_drawing(written("42"))
    record = prediction_record(whole, number, recognizer)
    assert (record["label"], record["lines"], record["probability"]) == ("42", ["42"], number.probability)
    assert record["probabilities"] == whole.probabilities.tolist()
    digits = record["digits"]
    assert isinstance(digits, list)
    assert [digit["label"] for digit in digits] == ["4", "2"]
    assert [tuple(digit["box"]) for digit in digits] == [segment.box for segment in number.segments]
