"""Numbers are read as people write them, and shown with no more digits than asked for."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.copying.numbers import show
from digitpad.errors import DigitpadError
from digitpad.lab.numbers import parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-0.5", -0.5),
        ("−7", -7),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("1/3", 1 / 3),
        ("ln 20", math.log(20)),
        ("ln(20)", math.log(20)),
        ("LN 20", math.log(20)),
        ("-ln 20", -math.log(20)),
        ("ln 20 - ln 10", math.log(2)),
        ("log(20)", math.log(20)),
        ("log2 8", 3),
        ("log10(1000)", 3),
        ("sqrt(2)", math.sqrt(2)),
        ("√2", math.sqrt(2)),
        ("exp(1)", math.e),
        ("2*pi", 2 * math.pi),
        ("π", math.pi),
        ("2^3", 8),
        ("3·4", 12),
        ("3×4", 12),
        ("(1+2)/4", 0.75),
    ],
)
def test_a_number_is_read(text: str, value: float) -> None:
    assert parse_number(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is missing"),
        ("a", "'a' is not a number"),
        ("1 2", "is not a number"),
        ("1/0", "divides by zero"),
        ("ln 0", "is not a number"),
        ("sqrt(-1)", "is not a number"),
        ("nan", "is not a number"),
        ("inf", "is not a number"),
        ("1e99", "is too large"),
        ("9**9**9", "is not a number"),
        ("True", "is not a number"),
        ("'a'", "is not a number"),
        ("[1]", "is not a number"),
        ("1 if 2 else 3", "is not a number"),
        ("__import__('os').getcwd()", "is not a number"),
        ("(" * 90 + "1" + ")" * 90 + "+" * 30, "too long"),
        ("(" * 199, "is not a number"),
    ],
)
def test_anything_else_is_answered(text: str, message: str) -> None:
    with pytest.raises(DigitpadError, match=message):
        parse_number(text)


@given(st.floats(-1e29, 1e29))
def test_a_float_is_read_back(value: float) -> None:
    assert parse_number(repr(value)) == value


@given(st.floats(-1e9, 1e9), st.integers(0, 8))
def test_what_is_shown_is_within_half_of_the_last_digit(value: float, digits: int) -> None:
    shown = show(value, digits)
    assert abs(parse_number(shown) - value) <= 0.5 * 10**-digits + 1e-9 * abs(value)
    assert "-" not in shown.replace("e-", "")
    assert (show(value, digits) == "0") == (value == 0)
