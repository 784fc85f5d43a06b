"""Measure the accuracy and the latency of reading whole numbers.

    python tests/benchmarks/whole_numbers.py INK.jsonl [--model M] [--numbers 100] [--seed 1] [--json FILE]

Numbers of 2 to 10 digits: the ink of one writer each, from the 15 writers that were not used for tuning, and MNIST's
test digits side by side; with gaps, touching, and (ink) overlapping or a third of the neighbours written without
lifting the pen. The share of completely correct numbers is compared with the share in which every digit is correct when
it is read alone, the upper limit for any segmentation with the same network. The share of single digits that are read
as numbers is reported as well.

The time from a pen movement to the answer is given as a multiple of the time for one digit, measured in the same run.
"""

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digitpad.data.ink import Drawing
from digitpad.data.mnist import load_mnist
from digitpad.data.synthetic.numbers import MEASURING_WRITERS, Spacing, ink_number, picture_number, read_writers
from digitpad.models.model_file import load_model
from digitpad.reading.numbers import NumberReader
from digitpad.reading.recognizer import Recognizer

if TYPE_CHECKING:
    from collections.abc import Sequence


def share_of_ink(
    reader: NumberReader, writers: dict[int, list[Drawing]], spacing: Spacing, count: int, rng: np.random.Generator
) -> dict[str, float]:
    """Read numbers of ink; return the shares that are correct, of correct length, and with every digit correct."""
    right = length = alone = 0
    for _ in range(count):
        drawings = writers[int(rng.choice(sorted(writers)))]
        digits = [drawings[index] for index in rng.integers(0, len(drawings), int(rng.integers(2, 11)))]
        made = ink_number(digits, spacing, rng)
        text = reader.read_drawing(made.strokes, canvas=made.canvas).text
        right += text == made.text
        length += len(text) == len(made.text)
        alone += all(
            reader.reader.recognize_ink(one.strokes, canvas=one.long_side).label == str(one.label) for one in digits
        )
    return {"right": right / count, "length": length / count, "alone": alone / count}


def share_of_pictures(
    reader: NumberReader, count: int, rng: np.random.Generator, *, touching: bool
) -> dict[str, float]:
    """Read numbers made of MNIST's test digits, as `share_of_ink` does."""
    mnist = load_mnist("test")
    right = length = alone = 0
    for _ in range(count):
        chosen = rng.integers(0, len(mnist), int(rng.integers(2, 11)))
        labels = [int(label) for label in mnist.labels[chosen]]
        made = picture_number(mnist.images[chosen, 0], labels, rng, touching=touching)
        text = reader.read_picture(made.ink).text
        right += text == made.text
        length += len(text) == len(made.text)
        images = mnist.images[chosen, 0] / np.float32(255)
        readings = reader.reader.recognize_all(images)
        alone += all(one.label == str(label) for one, label in zip(readings, labels, strict=True))
    return {"right": right / count, "length": length / count, "alone": alone / count}


def share_of_single(reader: NumberReader, writers: dict[int, list[Drawing]], count: int) -> dict[str, float]:
    """Return the shares of single digits, ink and pictures, that are read as numbers."""
    drawings = [drawing for writer in MEASURING_WRITERS for drawing in writers[writer]]
    drawings = drawings[:: max(1, len(drawings) // count)]
    images = load_mnist("test").images[:count, 0] / np.float32(255)
    ink = [reader.read_drawing(one.strokes, canvas=one.long_side).is_number for one in drawings]
    pictures = [reader.read_picture(image).is_number for image in images]
    return {"ink": sum(ink) / len(ink), "pictures": sum(pictures) / len(pictures)}


def latency(recognizer: Recognizer, writers: dict[int, list[Drawing]], digits: int) -> dict[str, float]:
    """Return milliseconds from a pen movement to the answer while the last digit is written, and to read it alone."""
    rng = np.random.default_rng(0)
    drawings = writers[MEASURING_WRITERS[0]]
    moves, alone = [], []
    for _ in range(3):
        made = ink_number([drawings[i] for i in rng.integers(0, len(drawings), digits)], "apart", rng)
        reader = NumberReader(recognizer)
        before, last = made.strokes[:-1], made.strokes[-1]
        for stop in range(2, len(last)):
            started = time.perf_counter()
            reader.read_drawing([*before, last[:stop]])
            between = time.perf_counter()
            recognizer.recognize_ink([last[:stop]])
            moves.append(1000 * (between - started))
            alone.append(1000 * (time.perf_counter() - between))
    return {"move_ms": float(np.median(moves)), "one_digit_ms": float(np.median(alone))}


def main() -> None:
    """Measure everything, or the requested parts."""
    parser = argparse.ArgumentParser(description="Whole numbers: accuracy and time.")
    parser.add_argument("ink", type=Path, help="UCI's pen digits with their writers, as JSON Lines")
    parser.add_argument("--model", help="name or file of a model (default: the default one)")
    parser.add_argument("--numbers", type=int, default=100, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    recognizer = Recognizer(load_model(options.model))
    reader = NumberReader(recognizer)
    writers = {writer: ink for writer, ink in read_writers(options.ink).items() if writer in MEASURING_WRITERS}
    report: dict[str, dict[str, float]] = {}
    spacings: Sequence[Spacing] = ("apart", "touching", "overlapping", "joined")
    print(f"{'numbers':24} {'right':>8} {'length':>8} {'digits alone':>13}")
    for spacing in spacings:
        rng = np.random.default_rng(options.seed)
        report[f"ink, {spacing}"] = share_of_ink(reader, writers, spacing, options.numbers, rng)
        _print(f"ink, {spacing}", report[f"ink, {spacing}"])
    for touching in (False, True):
        name = f"pictures, {'touching' if touching else 'apart'}"
        rng = np.random.default_rng(options.seed)
        report[name] = share_of_pictures(reader, options.numbers, rng, touching=touching)
        _print(name, report[name])
    report["single digits taken for numbers"] = single = share_of_single(reader, writers, 10 * options.numbers)
    print(f"single digits taken for numbers: {single['ink']:.2%} of ink, {single['pictures']:.2%} of pictures")
    for digits in (1, 10):
        report[f"latency, {digits}"] = times = latency(recognizer, writers, digits)
        ratio = times["move_ms"] / times["one_digit_ms"]
        print(f"{digits:2} digits: {times['move_ms']:.1f} ms a move, {ratio:.1f} times a digit alone")
    if options.json is not None:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


def _print(name: str, shares: dict[str, float]) -> None:
    cells = [f"{100 * shares[key]:.1f} %" for key in ("right", "length", "alone")]
    print(f"{name:24} {cells[0]:>8} {cells[1]:>8} {cells[2]:>13}", flush=True)


if __name__ == "__main__":
    main()
