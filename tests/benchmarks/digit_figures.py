"""Measure the figures for single digits in the card of the default model, on data that it was not trained on.

    python tests/benchmarks/digit_figures.py [--model M] [--ink FOLDER] [--writers 25 26 ...] [--dataset D | --test]
                                             [--json FILE]

MNIST is the validation part of the model's training on --dataset, or with --test the test set, which should be
evaluated only once, at the end. FOLDER contains `pendigits-train.jsonl` and `letters-dev.jsonl`; without it, that part
is skipped.
--writers limits the pen ink to writers who are not in the training data of the model of a fold.
"""

import argparse
import math
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
from benchmarking import Figure, Target, finish
from numpy.typing import NDArray

from digitpad.data.dataset import DIGITS, Dataset
from digitpad.data.images import read_image
from digitpad.data.ink import Drawing, Stroke, read_ink
from digitpad.data.mnist import load_mnist
from digitpad.data.rasterize import USUAL_CANVAS, ink_to_image
from digitpad.data.synthetic import scribbles, shapes
from digitpad.data.synthetic.figures import FIGURES
from digitpad.data.synthetic.hand import drawn_by_hand
from digitpad.evaluation import evaluate
from digitpad.evaluation.validation import validation_images
from digitpad.models.model_file import Model, load_model
from digitpad.reading.numbers import NumberReader
from digitpad.reading.recognizer import Recognizer

_SIDE = 400
_ROBUST = 1000
_PER_FAMILY = 60
#: Families for testing that `digitpad.data.synthetic.figures` draws in its own way for training.
_IN_FIGURES = {"heart", "diamond, tall", "lightning", "crescent"}

#: The families of figures that a network for digits confuses most, and letters among those of real writers.
_DRAWN, _LETTERS = ("rectangle", "square", "diamond", "heart", "bolt", "crescent"), ("X", "A")
#: Answers that are neither certain nor doubtful.
_MIDDLE = (0.8, 0.95)

WEIGHTS = Target("weights of the default model", 500_000, at_least=False, digits=0)
TIME = Target("processor time for one image", 1, at_least=False, unit="ms", digits=2)
MNIST = Target("MNIST's test digits read right", 99.6, at_least=True, unit="%", digits=2)
REFUSED = Target("the same, refused", 0.3, at_least=False, unit="%", digits=2)
CALIBRATION = Target("the same, calibration error", 0.2, at_least=False, unit="%", digits=2)
MIDDLE = Target("the same, right of the answers given with 80 to 95 %", 80, at_least=True, unit="%")
LETTERS = Target("letters by 20 writers refused by the network", 95, at_least=True, unit="%", digits=1)
LETTERS_IN_WINDOW = Target("the same, where whole numbers are read too", 93, at_least=True, unit="%", digits=1)
SHAPES = Target(f"{', '.join(_DRAWN)}, {' and '.join(_LETTERS)} refused, the least", 95, at_least=True, unit="%")
TARGETS = (WEIGHTS, TIME, MNIST, REFUSED, CALIBRATION, MIDDLE, LETTERS, LETTERS_IN_WINDOW, SHAPES)

Change = Callable[[Sequence[Stroke]], list[Stroke]]


def main() -> None:
    """Print the figures, one line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--ink", type=Path, default=_usual_ink())
    parser.add_argument("--writers", type=int, nargs="*")
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    recognizer = Recognizer(load_model(options.model))
    print(f"{recognizer.model.name}, refusing from {recognizer.threshold:.0%} on")
    weights = sum(parameter.value.size for parameter in recognizer.model.network.parameters())
    figures = [WEIGHTS.figure(weights), TIME.figure(milliseconds(recognizer))]
    mnist = load_mnist("test") if options.test else mnist_held_out(recognizer.model, options.dataset)
    on_mnist = report_digits(recognizer, of_ten_classes(mnist))
    figures += on_mnist if options.test else []
    shares = report_figures(recognizer)
    if options.ink is not None:
        drawings = read_ink(options.ink / "pendigits-train.jsonl")
        if options.writers:
            drawings = [drawing for drawing in drawings if drawing.extra["writer"] in options.writers]
        report_digits(recognizer, as_dataset("pen ink", drawings))
        report_robustness(recognizer, drawings[:: max(1, len(drawings) // _ROBUST)])
        letters = read_ink(options.ink / "letters-dev.jsonl")
        refused = report_refused(recognizer, "letters", letter_pictures(options.ink))
        ink = [(one.strokes, one.long_side) for one in letters]
        in_window = report_refused_in_window(recognizer, "letters", ink)
        figures += [LETTERS.figure(100 * refused), LETTERS_IN_WINDOW.figure(100 * in_window)]
        by_letter = report_letters(recognizer, letters)
        figures.append(SHAPES.figure(100 * min([*shares.values(), *(by_letter[name] for name in _LETTERS)])))
    report_synthetic(recognizer)
    report_always(recognizer)
    finish(figures, {"model": recognizer.model.name}, options.json)


def _usual_ink() -> Path | None:
    folder = os.environ.get("DIGITPAD_TEST_DATA")
    return Path(folder) / "ink" if folder else None


def mnist_held_out(model: Model, source: str) -> Dataset:
    """Return the MNIST images in the validation set of the model's training."""
    images = validation_images(model, source)
    mnist = {image.tobytes() for image in load_mnist("train").pixels}
    return images.subset([index for index, image in enumerate(images.pixels) if image.tobytes() in mnist], "MNIST")


def of_ten_classes(digits: Dataset) -> Dataset:
    """Return the same digits with the ten digit classes, so that rejections and errors are counted separately."""
    return Dataset.of(digits.name, digits.images, digits.labels, DIGITS)


def letter_pictures(folder: Path) -> list[NDArray[np.float32]]:
    """Return the letters that were not used for training, as network inputs."""
    return [_picture(letter) for letter in read_ink(folder / "letters-dev.jsonl")]


def as_dataset(name: str, drawings: Sequence[Drawing]) -> Dataset:
    """Return labelled drawings as network inputs."""
    images = np.stack([_picture(drawing) for drawing in drawings])
    labels = np.array([int(str(drawing.label)) for drawing in drawings], np.int64)
    return Dataset.of(name, np.rint(images * 255).astype(np.uint8)[:, np.newaxis], labels)


def milliseconds(recognizer: Recognizer) -> float:
    """Return the median processor time for one image, as the window computes it for every movement of the pen."""
    image = load_mnist("test").images[0, 0] / np.float32(255)
    times = []
    for _ in range(200):
        begun = time.thread_time()
        recognizer.recognize_pixels(image)
        times.append(1000 * (time.thread_time() - begun))
    print(f"one image takes {np.median(times):.2f} ms of processor time")
    return float(np.median(times))


def report_digits(recognizer: Recognizer, dataset: Dataset) -> list[Figure]:
    """Print the accuracy of each class, the share of rejected digits and the calibration; return the figures."""
    result = evaluate(recognizer, dataset)
    classes = " ".join(f"{figures.label}:{100 * (figures.recall or 0):.1f}" for figures in result.per_class)
    low, high = result.interval
    print(f"{dataset.name}: {len(dataset)} digits, {result.accuracy:.2%} right ({low:.2%} to {high:.2%})  {classes}")
    refused = float((recognizer.refusals(dataset.pixels) >= recognizer.threshold).mean())
    middle = (result.confidences >= _MIDDLE[0]) & (result.confidences < _MIDDLE[1])
    right = float(result.correct[middle].mean()) if middle.any() else math.nan
    print(f"    refused {refused:.2%}; calibration error {result.calibration.error:.2%}; ", end="")
    print(f"{right:.1%} right of {middle.sum()} answers with {_MIDDLE[0]:.0%} to {_MIDDLE[1]:.0%}")
    values = {MNIST: result.accuracy, REFUSED: refused, CALIBRATION: result.calibration.error, MIDDLE: right}
    return [target.figure(100 * value) for target, value in values.items()]


def refused_share(recognizer: Recognizer, pictures: Sequence[NDArray[np.float32]]) -> float:
    """Return the share of images, (28, 28) each, that are rejected."""
    return float(np.mean([one.rejected for one in recognizer.recognize_all(np.stack(pictures))]))


def report_figures(recognizer: Recognizer) -> dict[str, float]:
    """Print and return the shares of hand-drawn figures that are rejected; networks may know their families."""
    rng = np.random.default_rng(1)
    shares = {
        name: refused_share(recognizer, [ink_to_image(_enlarged(FIGURES[name][0](rng))) for _ in range(_PER_FAMILY)])
        for name in _DRAWN
    }
    print("hand-drawn figures: " + ", ".join(f"{name} {share:.0%}" for name, share in shares.items()))
    return shares


def report_letters(recognizer: Recognizer, letters: Sequence[Drawing]) -> dict[str, float]:
    """Return the share of each letter that is rejected, and print the smallest."""
    shares = {
        name: refused_share(recognizer, [_picture(letter) for letter in letters if letter.label == name])
        for name in sorted({str(letter.label) for letter in letters})
    }
    worst = sorted(shares, key=shares.__getitem__)[:8]
    print("    least refused:", ", ".join(f"{name} {shares[name]:.0%}" for name in worst))
    return shares


def report_refused(recognizer: Recognizer, name: str, pictures: Sequence[NDArray[np.float32]]) -> float:
    """Print and return the share of images that are rejected."""
    share = refused_share(recognizer, pictures)
    print(f"{name}: {len(pictures)} pictures, {share:.1%} refused")
    return share


def report_refused_in_window(
    recognizer: Recognizer, name: str, drawings: Sequence[tuple[Sequence[Stroke], float]]
) -> float:
    """Print and return the share of drawings (strokes, long side of the canvas) that the number reader rejects."""
    reader = NumberReader(recognizer)
    share = float(np.mean([reader.read_drawing(strokes, canvas=canvas).rejected for strokes, canvas in drawings]))
    print(f"    {name}, where whole numbers are read too: {share:.1%} of {len(drawings)} refused")
    return share


def report_synthetic(recognizer: Recognizer) -> None:
    """Print the share of rejected shapes and scribbles, from families that were not used for training."""
    rng = np.random.default_rng(1)
    figures = {name: (lambda _rng, figure=figure: figure) for name, figure in shapes.TESTING.items()}
    shares: dict[str, dict[str, float]] = {"shapes": {}, "scribbles": {}}
    for kind, families in (("shapes", figures), ("scribbles", scribbles.TESTING)):
        drawings: list[tuple[Sequence[Stroke], float]] = []
        for name, family in families.items():
            drawn = [_enlarged(drawn_by_hand(family(rng), rng)) for _ in range(_PER_FAMILY)]
            shares[kind][name] = refused_share(recognizer, [ink_to_image(strokes) for strokes in drawn])
            drawings += [(strokes, USUAL_CANVAS) for strokes in drawn]
        each = ", ".join(
            f"{name} {share:.0%}" for name, share in sorted(shares[kind].items(), key=lambda item: item[1])
        )
        print(f"{kind} of families for testing: {np.mean(list(shares[kind].values())):.1%} refused ({each})")
        unknown = [share for name, share in shares[kind].items() if name not in _IN_FIGURES]
        print(f"    without those that the dataset `figures` has too: {np.mean(unknown):.1%}")
        report_refused_in_window(recognizer, kind, drawings)


def report_always(recognizer: Recognizer) -> None:
    """Print whether a blank canvas, a dot and a filled canvas are rejected, as ink and as images of several sizes."""
    rows = np.arange(2, _SIDE, 4).astype(np.float32)
    filled = [np.array([[2, row], [_SIDE - 2, row]], np.float32) for row in rows]
    readings = {
        "no ink": recognizer.recognize_ink([]),
        "a dot": recognizer.recognize_ink([np.array([[200, 200]], np.float32)]),
        "a shaky dot": recognizer.recognize_ink([np.array([[200, 200], [203, 201], [201, 204]], np.float32)]),
        "a filled canvas": recognizer.recognize_ink(filled),
    }
    for side in (28, 400):
        page = PIL.Image.new("L", (side, side), 255)
        readings[f"a blank picture, {side} px"] = recognizer.recognize_image(read_image(page))
        PIL.ImageDraw.Draw(page).ellipse((side * 0.48, side * 0.48, side * 0.52, side * 0.52), fill=0)
        readings[f"a picture of a dot, {side} px"] = recognizer.recognize_image(read_image(page))
        black = PIL.Image.new("L", (side, side), 0)
        readings[f"a black picture, {side} px"] = recognizer.recognize_image(read_image(black))
    for name, reading in readings.items():
        print(f"{name}: {f'refused, {reading.reason}' if reading.rejected else f'READ AS {reading.label}'}")


def report_robustness(recognizer: Recognizer, drawings: Sequence[Drawing]) -> None:
    """Print the accuracy on drawings that are shifted, scaled, rotated, or drawn with other pen widths."""
    for name, change in _changes().items():
        right = [
            recognizer.recognize_ink(change(drawing.strokes), canvas=drawing.long_side).label == str(drawing.label)
            for drawing in drawings
        ]
        print(f"    ink {name}: {np.mean(right):.2%} of {len(drawings)}")
    for width in (6, 12, 24):
        right = [
            recognizer.recognize_image(read_image(_drawn_picture(drawing, width))).label == str(drawing.label)
            for drawing in drawings
        ]
        print(f"    picture, pen {width} of {_SIDE} px: {np.mean(right):.2%} of {len(drawings)}")


def _changes() -> dict[str, Change]:
    def scaled(factor: float) -> Change:
        return lambda strokes: [(stroke[:, :2] * factor).astype(np.float32) for stroke in strokes]

    def moved(right: float, down: float) -> Change:
        return lambda strokes: [(stroke[:, :2] + (right, down)).astype(np.float32) for stroke in strokes]

    def turned(degrees: float) -> Change:
        angle = math.radians(degrees)
        matrix = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        return lambda strokes: [(stroke[:, :2] @ matrix.T).astype(np.float32) for stroke in strokes]

    return {
        "as drawn": scaled(1),
        "moved to the left top": moved(-150, -150),
        "moved to the right bottom": moved(1500, 900),
        "scaled 0.3": scaled(0.3),
        "scaled 2": scaled(2),
        "turned 10 degrees left": turned(10),
        "turned 10 degrees right": turned(-10),
    }


def _enlarged(strokes: Sequence[NDArray[np.float64]]) -> list[Stroke]:
    return [(300 * stroke).astype(np.float32) for stroke in strokes]


def _picture(drawing: Drawing) -> NDArray[np.float32]:
    return ink_to_image(drawing.strokes, canvas=drawing.long_side)


def _drawn_picture(drawing: Drawing, width: int) -> PIL.Image.Image:
    """Return a drawing as a paint program would save it, with a pen width of `width` pixels on a page of 400."""
    page = PIL.Image.new("L", (_SIDE, _SIDE), 255)
    pencil = PIL.ImageDraw.Draw(page)
    factor = 0.9 * _SIDE / drawing.long_side
    for stroke in drawing.strokes:
        points = [(0.05 * _SIDE + factor * float(x), 0.05 * _SIDE + factor * float(y)) for x, y in stroke[:, :2]]
        pencil.line(points, fill=0, width=width, joint="curve")
        for x, y in (points[0], points[-1]):
            pencil.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=0)
    return page


if __name__ == "__main__":
    main()
