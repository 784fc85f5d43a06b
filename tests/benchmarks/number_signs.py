"""Measure whether signs beside digits are read as what they are, or rejected, and never taken for digits.

    python tests/benchmarks/number_signs.py INK.jsonl [--model M] [--count 40] [--seed 7] [--json FILE]

Each sign is drawn by a simulated hand, from skeletons that are not those of the training data: alone, and after two
digits and before one, in the ink of one of the writers that were not used for tuning. A drawing counts if it is
read correctly or rejected. Where a digit beside the sign is misread even without it, the drawing is not counted.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarking import Target, finish
from numpy.typing import NDArray

from digitpad.data.ink import Drawing
from digitpad.data.stroke_geometry import bounds
from digitpad.data.synthetic.hand import drawn_by_hand
from digitpad.data.synthetic.numbers import MEASURING_WRITERS, read_writers
from digitpad.data.synthetic.skeletons import strokes_of
from digitpad.models.model_file import load_model
from digitpad.reading.number_reading import NumberReading
from digitpad.reading.numbers import NumberReader
from digitpad.reading.recognizer import Recognizer

ALONE = Target("dollar, percent and euro signs drawn alone and refused, the least", 95, at_least=True, unit="%")
BETWEEN = Target("signs between digits read as themselves or refused, mean of seven", 95, at_least=True, unit="%")
TARGETS = (ALONE, BETWEEN)

#: Height of the digits, and the gap between neighbours, in units of the canvas.
_TALL, _GAP = 100.0, 18.0


@dataclass(frozen=True, slots=True)
class Sign:
    """How a sign is drawn.

    Attributes
    ----------
    ways
        Its skeletons.
    heights
        The least and the greatest height, in heights of a digit.
    turn
        Maximum rotation in degrees.
    is_like_a_digit
        Whether it is as large as a digit, so that it may be taken for one if it is drawn alone.
    """

    ways: tuple[str, ...]
    heights: tuple[float, float]
    turn: float = 8.0
    is_like_a_digit: bool = False


SIGNS = {
    "$": Sign(
        (
            "82 60 32 13 24 54 75 77 48 18/50! 59",
            "81 51 22 13 34 64 76 68 38 17/50! 51/58! 59",
            "81 51 22 13 34 64 76 68 38 17/40! 49/60! 69",
        ),
        (1.0, 1.2),
        is_like_a_digit=True,
    ),
    "%": Sign(
        (
            "20 02 24 42 20/75 57 79 97 75/80! 19",
            "11 02 13 22 11/86 77 88 97 86/90! 09",
            "20 11 13 24 33 31 20/80! 29/75 66 68 79 88 86 75",
        ),
        (1.0, 1.2),
        is_like_a_digit=True,
    ),
    "€": Sign(
        ("81 51 22 24 26 38 68 87/04! 64/06! 56", "91 61 32 24 26 38 68 97/13! 73/15! 65"),
        (1.0, 1.2),
        is_like_a_digit=True,
    ),
    "/": Sign(("70! 29", "80! 19", "60! 39"), (1.1, 1.35), turn=3.0),
    "+": Sign(("50! 59/05! 95",), (0.5, 0.65)),
    "=": Sign(("14! 84/17! 87",), (0.25, 0.4)),
    ":": Sign(("44 44 45/48 48 49",), (0.45, 0.65)),
}


def main() -> None:
    """Print how each sign is read, and the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ink", type=Path, help="UCI's pen digits with their writers, as JSON Lines")
    parser.add_argument("--model", help="name or file of a model (default: the default one)")
    parser.add_argument("--count", type=int, default=40, help="drawings of each sign (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    reader = NumberReader(Recognizer(load_model(options.model)))
    ink = read_writers(options.ink)
    writers = [ink[writer] for writer in MEASURING_WRITERS]
    alone, between = {}, {}
    for name, sign in SIGNS.items():
        rng = np.random.default_rng(options.seed)
        wrong: Counter[str] = Counter()
        if sign.is_like_a_digit:
            alone[name] = read_alone(reader, sign, options.count, rng, wrong)
        between[name] = read_between(reader, name, writers, options.count, rng, wrong)
        figures = f"alone {alone[name]:.0%}, " if name in alone else ""
        misread = ", ".join(text for text, _count in wrong.most_common(8))
        print(f"{name}  {figures}between digits {between[name]:.0%}  {misread}", flush=True)
    shares = [100 * min(alone.values()), 100 * float(np.mean(list(between.values())))]
    finish([ALONE.figure(shares[0]), BETWEEN.figure(shares[1])], {"alone": alone, "between": between}, options.json)


def read_alone(reader: NumberReader, sign: Sign, count: int, rng: np.random.Generator, wrong: Counter[str]) -> float:
    """Return the share of drawings of a sign that are rejected."""
    refused = 0
    for number in range(count):
        strokes = _placed(_strokes(sign, number, rng), 0.0, _height(sign, rng))
        reading = reader.read_drawing([stroke.astype(np.float32) for stroke in strokes], canvas=400)
        refused += reading.rejected
        if not reading.rejected:
            wrong[reading.text] += 1
    return refused / count


def read_between(
    reader: NumberReader,
    name: str,
    writers: Sequence[Sequence[Drawing]],
    count: int,
    rng: np.random.Generator,
    wrong: Counter[str],
) -> float:
    """Return the share of a sign between digits that is read correctly, or rejected."""
    good = counted = 0
    for number in range(count):
        own = writers[int(rng.integers(len(writers)))]
        digits = [own[index] for index in rng.integers(0, len(own), 3)]
        strokes = _placed(_strokes(SIGNS[name], number, rng), 0.0, _height(SIGNS[name], rng))
        texts = [str(one.label) for one in digits]
        if _read(reader, digits, None).text != "".join(texts):
            continue
        counted += 1
        reading, expected = _read(reader, digits, strokes), "".join([*texts[:2], name, texts[2]])
        good += reading.rejected or reading.text == expected
        if not reading.rejected and reading.text != expected:
            wrong[f"{expected} as {reading.text}"] += 1
    return good / max(counted, 1)


def _read(reader: NumberReader, digits: Sequence[Drawing], sign: Sequence[NDArray[np.float64]] | None) -> NumberReading:
    """Read digits, with a sign before the last of them if one is given."""
    strokes: list[NDArray[np.float64]] = []
    right = 0.0
    for place, digit in enumerate(digits):
        if place == len(digits) - 1 and sign is not None:
            strokes += [stroke + np.array([right, 0.0]) for stroke in sign]
            right = float(bounds(strokes)[1][0]) + _GAP
        strokes += _placed([stroke[:, :2].astype(np.float64) for stroke in digit.strokes], right, _TALL)
        right = float(bounds(strokes)[1][0]) + _GAP
    return reader.read_drawing([stroke.astype(np.float32) for stroke in strokes], canvas=600)


def _strokes(sign: Sign, number: int, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    return drawn_by_hand(strokes_of(sign.ways[number % len(sign.ways)]), rng, turn=sign.turn)


def _height(sign: Sign, rng: np.random.Generator) -> float:
    return _TALL * float(rng.uniform(*sign.heights))


def _placed(strokes: Sequence[NDArray[np.float64]], left: float, height: float) -> list[NDArray[np.float64]]:
    """Return strokes of a height, in the middle of the line, whose ink begins at `left`."""
    low, high = bounds(strokes)
    scale = height / max(float(high[1] - low[1]), 1e-6)
    moved = np.array([left, (_TALL - height) / 2])
    return [(stroke - low) * scale + moved for stroke in strokes]


if __name__ == "__main__":
    main()
