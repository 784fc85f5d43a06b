"""The benchmark of signs: drawings of the promised size, and what counts as right."""

from collections import Counter

import numpy as np
import pytest
from number_signs import SIGNS, Sign, read_alone, read_between

from digitpad.data.ink import Drawing
from digitpad.data.stroke_geometry import bounds
from digitpad.data.synthetic.skeletons import strokes_of
from digitpad.models.model_file import load_model
from digitpad.reading.numbers import NumberReader
from digitpad.reading.recognizer import Recognizer
from tests.reading.written import written


@pytest.fixture(scope="module")
def reader() -> NumberReader:
    return NumberReader(Recognizer(load_model(None)))


@pytest.fixture(scope="module")
def writer() -> list[Drawing]:
    return [Drawing(tuple(written(digit)), 200, 200, digit) for digit in "0247"]


def test_an_equals_sign_between_digits_is_counted_as_read(reader: NumberReader, writer: list[Drawing]) -> None:
    wrong: Counter[str] = Counter()
    share = read_between(reader, "=", [writer], 12, np.random.default_rng(0), wrong)
    assert share >= 0.75
    # A share of 1 means that nothing is listed as wrong, and the other way around.
    assert (share == 1) == (not wrong)


def test_a_digit_in_the_place_of_a_sign_is_counted_as_wrong(
    reader: NumberReader, writer: list[Drawing], monkeypatch: pytest.MonkeyPatch
) -> None:
    seven = Sign(("00! 90! 39",), (1.0, 1.0), turn=1.0, is_like_a_digit=True)
    monkeypatch.setitem(SIGNS, "$", seven)
    wrong: Counter[str] = Counter()
    assert read_alone(reader, seven, 8, np.random.default_rng(0), wrong) < 0.5
    assert wrong.most_common(1)[0][0] == "7"
    assert read_between(reader, "$", [writer], 8, np.random.default_rng(0), wrong) < 0.5


@pytest.mark.parametrize("name", SIGNS)
def test_signs_have_strokes_with_an_extent(name: str) -> None:
    for way in SIGNS[name].ways:
        low, high = bounds(strokes_of(way))
        assert (high - low).max() > 0.3
