"""What a tile says about a participant."""

import pytest

from digitpad.gui.board.tile import TilePainter, described, how_sure, person
from digitpad.gui.widgets.theme import Theme
from digitpad.serving.participants import NO_ANSWER, Participant, answer_of
from tests.serving.drawn import drawing, read_as

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.usefixtures("qapp")
def test_a_person_without_a_name_is_a_phone_with_a_number() -> None:
    assert person(Participant("a", 7)) == "phone 7"
    assert person(Participant("a", 7, "Ada")) == "Ada"


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(
    ("one", "sure", "words"),
    [
        (Participant("a", 1), "", "phone 1: nothing drawn yet"),
        (Participant("a", 1, answer=answer_of(read_as("4", 0.5))), f"50.0{SPACE}%", f"phone 1: 4, 50.0{SPACE}%"),
        (
            Participant("a", 1, answer=answer_of(read_as("4", 1.0)), right=False),
            f">{SPACE}99.9{SPACE}%",
            f"phone 1: 4, >{SPACE}99.9{SPACE}%, wrong",
        ),
        (
            Participant("a", 1, answer=answer_of(read_as("4", rejected=True)), present=False),
            "not a digit",
            "phone 1: not a digit (page closed)",
        ),
        (Participant("a", 1, answer=NO_ANSWER), "no prediction", "phone 1: no prediction"),
    ],
)
def test_a_tile_is_described(one: Participant, sure: str, words: str) -> None:
    assert how_sure(one) == sure
    assert described(one) == words


def test_curves_are_made_once_for_each_drawing(theme: Theme) -> None:
    tiles = TilePainter(theme)
    first = tiles.shape(Participant("a", 1, drawing=drawing(1)))
    assert first is not None
    one = Participant("a", 1, drawing=drawing(1))
    assert tiles.shape(one) is tiles.shape(one)
    assert tiles.shape(one) is not first
    assert tiles.shape(Participant("a", 1)) is None
