"""The people on the class board: what each of them draws, and how it is read.

All of it comes from devices that anyone may hold, so names, drawings and their sizes are limited here.
"""

import math
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from digitpad.data.ink import Drawing
from digitpad.data.labels import natural_order
from digitpad.reading.number_reading import NumberReading

OTHER = ""
"""Stands for every reading that is not one character: a number, or "not a digit"."""

MOST_LETTERS = 40
"""The longest name of a person."""

_MOST_MARKS = 2  # combining marks on a letter; a stack of them would be painted over the neighbours
_MOST_POINTS = 20_000
_SMALLEST, _LARGEST = 1e-3, 1e6  # sides of a canvas that can be painted
_LONGEST_TEXT = 12  # characters of a number


class Order(StrEnum):
    """How the board is sorted."""

    ARRIVAL = "arrival"
    CLASS = "class"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Answer:
    """The reading of a drawing.

    Attributes
    ----------
    text
        What it is read as, in one short line; for a rejected drawing the closest class, or nothing.
    read_as
        The class; `OTHER` for a number and for a rejected drawing.
    certainty
        The probability of the reading, in [0, 1]; that of a digit is the one that its bar in the window has.
    rejected
        Whether it is not a digit, so that the text is unreliable.
    """

    text: str
    read_as: str
    certainty: float
    rejected: bool


NO_ANSWER = Answer("", OTHER, 0.0, rejected=True)
"""The answer of a network that has none: its training has diverged."""


@dataclass(frozen=True, slots=True, eq=False)
class Participant:
    """One person with a page.

    Attributes
    ----------
    client
        The identifier of the page.
    number
        1 for the page that was opened first.
    name
        The name, if one was given; see `plain_person`.
    agrees
        Whether the drawings may be kept.
    present
        Whether the page is connected.
    hidden
        Whether the teacher has hidden this person; a hidden one does not count.
    drawing, answer
        The latest drawing and its reading; None for a blank page.
    right
        Whether the reading is what was asked; None without a question or an answer.
    version
        Changes with every other attribute.
    """

    client: str
    number: int
    name: str = ""
    agrees: bool = False
    present: bool = True
    hidden: bool = False
    drawing: Drawing | None = None
    answer: Answer | None = None
    right: bool | None = None
    version: int = 0


def plain_person(name: str) -> str:
    """Return the name of a person as one short line of printable characters.

    Parameters
    ----------
    name
        Any text.

    Returns
    -------
    str
        At most `MOST_LETTERS` characters; without those that are invisible or change the direction of text, and with
        at most two combining marks on a letter.
    """
    kept: list[str] = []
    marks = _MOST_MARKS  # there is no letter yet
    for letter in unicodedata.normalize("NFC", name[: 8 * MOST_LETTERS]):
        category = unicodedata.category(letter)
        if category.startswith("M"):
            marks += 1
            if marks > _MOST_MARKS:
                continue
            kept.append(letter)
        elif category.startswith("Z") or category == "Cc":
            marks = _MOST_MARKS
            kept.append(" ")
        elif not category.startswith("C"):
            marks = 0
            kept.append(letter)
    return " ".join("".join(kept).split())[:MOST_LETTERS].rstrip()


def plain_drawing(drawing: Drawing) -> Drawing | None:
    """Return a drawing that can be painted and kept; None for one that cannot.

    Parameters
    ----------
    drawing
        Any drawing.

    Returns
    -------
    Drawing or None
        The strokes and the size of the canvas, without labels and further entries. None if the canvas is too small or
        too large, or there are too many points, or points far outside.
    """
    sides = (drawing.width, drawing.height)
    if not all(_SMALLEST <= side <= _LARGEST for side in sides):
        return None
    if sum(len(stroke) for stroke in drawing.strokes) > _MOST_POINTS:
        return None
    if any(not bool((np.abs(stroke[:, :2]) <= _LARGEST).all()) for stroke in drawing.strokes):
        return None
    return Drawing(tuple(stroke for stroke in drawing.strokes if len(stroke)), drawing.width, drawing.height)


def answer_of(reading: NumberReading) -> Answer:
    """Return the answer that the board shows for a reading."""
    certainty = float(reading.probability)
    digit = reading.as_digit
    if digit is not None:
        certainty *= 1 - digit.no_digit
    text = " ".join(reading.line_texts)
    if len(text) > _LONGEST_TEXT:
        text = f"{text[: _LONGEST_TEXT - 1]}…"
    if not math.isfinite(certainty):
        return NO_ANSWER
    rejected = reading.rejected
    return Answer(text, OTHER if rejected or reading.is_number else text, certainty, rejected)


def arranged(participants: tuple[Participant, ...], order: Order) -> tuple[Participant, ...]:
    """Return participants in an order; those without an answer come last, except by arrival.

    Parameters
    ----------
    participants
        The participants.
    order
        By class and then by doubt; by doubt alone, the least certain first; or by arrival.
    """
    if order is Order.ARRIVAL:
        return tuple(sorted(participants, key=lambda one: one.number))
    return tuple(sorted(participants, key=_by_class if order is Order.CLASS else _by_doubt))


def _by_doubt(one: Participant) -> tuple[bool, bool, float, int]:
    if one.answer is None:
        return True, False, 0.0, one.number
    return False, not one.answer.rejected, one.answer.certainty, one.number


def _by_class(one: Participant) -> tuple[bool, bool, object, tuple[bool, bool, float, int]]:
    read_as = OTHER if one.answer is None else one.answer.read_as
    return one.answer is None, read_as == OTHER, natural_order(read_as), _by_doubt(one)
