"""Names, answers and orders of the people on the board."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.serving.participants import (
    MOST_LETTERS,
    OTHER,
    Order,
    Participant,
    answer_of,
    arranged,
    plain_person,
)
from tests.serving.drawn import number, read_as


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("  table   5 ", "table 5"),
        ("Ada\nLovelace\t!", "Ada Lovelace !"),
        ("Zoë", "Zoë"),
        ("Zoe\u0308", "Zoë"),
        ("عائشة", "عائشة"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("\u2067x\u2069\u200f\u200b\ufeff", "x"),
        ("a" + "\u0301" * 50 + "b", "á\u0301\u0301b"),
        ("\u0301\u0302", ""),
        ("\ud800broken", "broken"),
        ("<b>bold</b> &amp;", "<b>bold</b> &amp;"),
        ("y" * 500, "y" * 40),
        ("", ""),
    ],
)
def test_a_name_is_one_short_printable_line(given_name: str, shown: str) -> None:
    assert plain_person(given_name) == shown


@given(st.text(max_size=200))
def test_no_name_has_anything_invisible(text: str) -> None:
    name = plain_person(text)
    assert len(name) <= MOST_LETTERS
    assert all(not unicodedata.category(letter).startswith("C") for letter in name)
    assert name == " ".join(name.split())
    assert plain_person(name) == name


def test_the_certainty_of_a_digit_is_that_of_its_bar() -> None:
    answer = answer_of(read_as("4", 0.8, no_digit=0.25))
    assert (answer.text, answer.read_as, answer.rejected) == ("4", "4", False)
    assert answer.certainty == pytest.approx(0.6)


def test_a_number_has_its_text_and_is_no_class() -> None:
    answer = answer_of(number("128", 0.7))
    assert (answer.text, answer.read_as, answer.certainty) == ("128", OTHER, 0.7)
    assert answer_of(number("1" * 50)).text == "1" * 11 + "…"


def _one(number: int, label: str = "", certainty: float = 0.5, *, rejected: bool = False) -> Participant:
    answer = answer_of(read_as(label, certainty, rejected=rejected)) if label else None
    return Participant(str(number), number, answer=answer)


def test_the_board_is_sorted_by_arrival_class_or_doubt() -> None:
    people = (_one(3, "9", 0.9), _one(1), _one(2, "1", 0.6), _one(5, "7", 0.99, rejected=True), _one(4, "9", 0.4))

    def numbers(order: Order) -> list[int]:
        return [one.number for one in arranged(people, order)]

    assert numbers(Order.ARRIVAL) == [1, 2, 3, 4, 5]
    assert numbers(Order.DOUBT) == [5, 4, 2, 3, 1]
    assert numbers(Order.CLASS) == [2, 4, 3, 5, 1]
