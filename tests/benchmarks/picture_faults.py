"""Measure the accuracy on faulty pictures: boxes, rulings, scanner edges, shade, dirt, dark greys, lines, signs.

    python tests/benchmarks/picture_faults.py [--ink INK.jsonl] [--each 40] [--seed 0] [--only KIND] [--json FILE]

All pictures are random, from a seed: MNIST's test digits, with `--ink` alternating with pen ink. Printed for each kind
are the shares that are read correctly, rejected, and read incorrectly with a probability of 90 % or more. Pictures
without ink are correct if they are rejected.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageChops
import PIL.ImageDraw
import PIL.ImageFilter
from numpy.typing import NDArray
from picture_conditions import coverage

from digitpad.data.images import read_image
from digitpad.data.ink import read_ink
from digitpad.data.mnist import load_mnist
from digitpad.models.model_file import load_model
from digitpad.reading.number_reading import NumberReading
from digitpad.reading.numbers import NumberReader
from digitpad.reading.recognizer import Recognizer

Grey = NDArray[np.float32]
Rng = np.random.Generator
Made = tuple[PIL.Image.Image, str]
"""A picture and its text; empty if it must be rejected."""


class Digits:
    """Digits for the pictures, alternating between MNIST and pen ink, if there is any."""

    def __init__(self, ink: Path | None) -> None:
        mnist = load_mnist("test")
        self._images, self._labels = mnist.images[:, 0], mnist.labels
        self._drawings = [] if ink is None else [one for one in read_ink(ink) if str(one.label).isdigit()]
        self._turn = 0

    def draw(self, rng: Rng, height: int) -> tuple[Grey, str]:
        """Return the ink of a digit, (height, W) in [0, 1], and its label."""
        self._turn += 1
        if self._drawings and self._turn % 2:
            drawing = self._drawings[int(rng.integers(len(self._drawings)))]
            return _drawn([stroke[:, :2] for stroke in drawing.strokes], height, rng), str(drawing.label)
        index = int(rng.integers(len(self._labels)))
        return coverage(self._images[index], height), str(self._labels[index])


def _drawn(strokes: list[NDArray[np.float32]], height: int, rng: Rng) -> Grey:
    """Draw strokes with a round pen at twice the size, and scale them down."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    pen = height * rng.uniform(0.05, 0.14)
    scale = 2 * (height - pen) / max(float(high[1] - low[1]), 0.4 * float(high[0] - low[0]), 1e-6)
    size = (int((high[0] - low[0]) * scale + 2 * pen) + 2, int((high[1] - low[1]) * scale + 2 * pen) + 2)
    field = PIL.Image.new("L", size)
    draw = PIL.ImageDraw.Draw(field)
    for stroke in strokes:
        path = [(float(x), float(y)) for x, y in (stroke - low) * scale + pen]
        draw.line(path, fill=255, width=max(2, round(2 * pen)), joint="curve")
        for x, y in path:
            draw.ellipse((x - pen, y - pen, x + pen, y + pen), fill=255)
    return np.asarray(field.reduce(2), np.float32) / np.float32(255)


def _put(sheet: Grey, ink: NDArray[np.floating[Any]], top: int, left: int) -> None:
    """Place ink on a sheet, clipped at its edges."""
    rows, columns = slice(max(top, 0), top + ink.shape[0]), slice(max(left, 0), left + ink.shape[1])
    target = sheet[rows, columns]
    part = ink[max(-top, 0) :, max(-left, 0) :][: target.shape[0], : target.shape[1]]
    np.maximum(target, part, out=target)


def _sheet(digits: Digits, rng: Rng, *, side: int = 300, share: tuple[float, float] = (0.3, 0.6)) -> tuple[Grey, str]:
    """Return a sheet with a digit near its middle."""
    ink, label = digits.draw(rng, int(side * rng.uniform(*share)))
    sheet = np.zeros((side, side), np.float32)
    top, left = (int((side - size) / 2 + rng.uniform(-0.04, 0.04) * side) for size in ink.shape)
    _put(sheet, ink, top, left)
    return sheet, label


def _grey(ink: NDArray[np.floating[Any]], paper: float = 1.0, pen: float = 0.0) -> PIL.Image.Image:
    return PIL.Image.fromarray(((paper + (pen - paper) * np.clip(ink, 0, 1)) * 255).round().astype(np.uint8))


def _with_lines(
    picture: PIL.Image.Image, lines: Sequence[tuple[float, float, float, float]], tone: int, width: int
) -> None:
    draw = PIL.ImageDraw.Draw(picture)
    for line in lines:
        draw.line(line, fill=tone, width=width)


def _box(digits: Digits, rng: Rng, *, width: tuple[int, int] = (1, 9), distance: tuple[int, int] = (0, 45)) -> Made:
    sheet, label = _sheet(digits, rng, share=(0.3, 0.5))
    picture = _grey(sheet)
    away, turn = int(rng.integers(*distance)), rng.uniform(-3, 3) if rng.random() < 0.4 else 0.0
    frame = PIL.Image.new("L", picture.size, 255)
    tone, thick = int(rng.choice([0, 60, 120, 190, 215])), int(rng.integers(*width))
    PIL.ImageDraw.Draw(frame).rectangle((away, away, 299 - away, 299 - away), outline=tone, width=thick)
    if turn and away > 12:
        frame = frame.rotate(turn, PIL.Image.Resampling.BICUBIC, fillcolor=255)
    return PIL.ImageChops.darker(picture, frame), label


def _crossed_box(digits: Digits, rng: Rng) -> Made:
    """Return a box with a side that the digit crosses."""
    sheet, label = _sheet(digits, rng, share=(0.45, 0.55))
    picture = _grey(sheet)
    columns = np.flatnonzero((sheet > 0.5).any(axis=0))
    rows = np.flatnonzero((sheet > 0.5).any(axis=1))
    right, bottom = int(columns[-1] - 0.15 * len(columns)), int(rows[-1] - 0.12 * len(rows))
    box = (30, 30, right if rng.random() < 0.5 else 270, bottom if rng.random() < 0.5 else 270)
    frame = PIL.Image.new("L", picture.size, 255)
    PIL.ImageDraw.Draw(frame).rectangle(box, outline=int(rng.choice([0, 120, 190])), width=int(rng.integers(1, 5)))
    return PIL.ImageChops.darker(picture, frame), label


def _cell(digits: Digits, rng: Rng, *, side: int = 300) -> Made:
    """Return a cell cut out of a table: lines near the edges go on to the picture's edges."""
    sheet, label = _sheet(digits, rng, side=side, share=(0.4, 0.6))
    picture = _grey(sheet)
    far = side * rng.uniform(0.0, 0.12, 4)
    places = [(far[0], 0, far[0], side), (side - 1 - far[1], 0, side - 1 - far[1], side)]
    places += [(0, far[2], side, far[2]), (0, side - 1 - far[3], side, side - 1 - far[3])]
    kept = [line for line in places if rng.random() < 0.8]
    _with_lines(picture, kept, int(rng.choice([0, 80, 150])), max(1, int(side * rng.uniform(0.004, 0.03))))
    return picture, label


def _sudoku(digits: Digits, rng: Rng) -> Made:
    """Return a small cell out of a photograph: blurred, grainy, unevenly lit."""
    picture, label = _cell(digits, rng, side=int(rng.integers(44, 130)))
    grey = np.asarray(picture.filter(PIL.ImageFilter.GaussianBlur(rng.uniform(0.3, 0.9))), np.float32) / 255
    x = np.linspace(-0.5, 0.5, grey.shape[1], dtype=np.float32)
    grey = (0.3 + 0.5 * grey) * (1 + rng.uniform(-0.3, 0.3) * x) + rng.normal(0, 0.012, grey.shape).astype(np.float32)
    return _grey(1 - grey), label


def _underline(digits: Digits, rng: Rng) -> Made:
    sheet, label = _sheet(digits, rng)
    picture = _grey(sheet)
    rows, columns = np.flatnonzero((sheet > 0.5).any(axis=1)), np.flatnonzero((sheet > 0.5).any(axis=0))
    y = rows[-1] + rng.uniform(5, 25)
    over = rng.uniform(0.1, 0.5) * len(rows)
    slant = rng.uniform(-0.04, 0.04) * 100
    line = (columns[0] - over, y + max(slant, 0), columns[-1] + over, y + max(-slant, 0))
    _with_lines(picture, [line], int(rng.choice([0, 90, 170])), int(rng.integers(1, 7)))
    return picture, label


def _baseline(digits: Digits, rng: Rng) -> Made:
    sheet, label = _sheet(digits, rng)
    picture = _grey(sheet)
    bottom = int(np.flatnonzero((sheet > 0.5).any(axis=1))[-1])
    y = bottom + rng.uniform(-2, 40)
    slant = rng.uniform(-6, 6)
    _with_lines(picture, [(0, y, 300, y + slant)], int(rng.choice([0, 90, 170])), int(rng.integers(1, 6)))
    return picture, label


def _scanner_edge(digits: Digits, rng: Rng) -> Made:
    sheet, label = _sheet(digits, rng, share=(0.3, 0.55))
    grey = 1 - sheet
    for _ in range(int(rng.integers(1, 3))):
        turned = np.rot90(grey, int(rng.integers(4)))
        depth = rng.uniform(2, 32) + rng.uniform(-0.04, 0.04) * np.arange(300)
        start = int(rng.integers(0, 150)) if rng.random() < 1 / 3 else 0
        dark = np.arange(300) < depth[:, np.newaxis]
        dark[:start] = False
        turned[dark] = rng.uniform(0, 0.35)
    return _grey(1 - grey), label


def _shade(rng: Rng, side: int) -> Grey:
    """Return lighting without ink, (side, side) in [0, 1]: a gradient, a vignette, a step, or two."""
    y, x = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y
    kind = rng.integers(4)
    low, high = np.sort(rng.uniform(0.0, 1.0, 2))
    high = max(high, low + 0.15)
    if kind == 0:
        light = low + (high - low) * (along + 0.7) / 1.4
    elif kind == 1:
        light = high - (high - low) * np.clip((x**2 + y**2) * rng.uniform(1, 2), 0, 1)
    else:
        edge = (along - rng.uniform(-0.25, 0.25)) * rng.choice([15, 60, 10_000])
        light = low + (high - low) / (1 + np.exp(-np.clip(edge, -50, 50)))
        if kind == 3:
            light = light * (1 - 0.4 / (1 + np.exp(-np.clip((x + rng.uniform(-0.2, 0.2)) * 80, -50, 50))))
    return np.asarray(np.clip(light, 0, 1), np.float32)


def _no_ink(_digits: Digits, rng: Rng) -> Made:
    light = _shade(rng, int(rng.choice([200, 280, 400, 600])))
    if rng.random() < 0.5:
        light = light + rng.normal(0, rng.uniform(0.002, 0.02), light.shape).astype(np.float32)
    return _grey(1 - np.clip(light, 0, 1)), ""


def _shaded(digits: Digits, rng: Rng) -> Made:
    sheet, label = _sheet(digits, rng, share=(0.3, 0.6))
    light = 0.25 + 0.75 * _shade(rng, 300)
    light = light * (1 - sheet * rng.uniform(0.5, 0.9))
    light = light + rng.normal(0, 0.01, light.shape).astype(np.float32)
    return _grey(1 - np.clip(light, 0, 1)), label


def _specks(digits: Digits, rng: Rng) -> Made:
    sheet, label = _sheet(digits, rng)
    for _ in range(int(rng.integers(5, 41))):
        size = int(rng.integers(1, 4))
        y, x = rng.integers(0, 300 - size, 2)
        sheet[y : y + size, x : x + size] = np.maximum(sheet[y : y + size, x : x + size], rng.uniform(0.3, 1))
    return _grey(sheet), label


def _salt_and_pepper(digits: Digits, rng: Rng) -> Made:
    sheet, label = _sheet(digits, rng)
    share = rng.uniform(0.0005, 0.005)
    chance = rng.random(sheet.shape)
    sheet[chance < share] = 1
    sheet[chance > 1 - share] = 0
    return _grey(sheet), label


def _deep(digits: Digits, rng: Rng) -> Made:
    sheet, label = _sheet(digits, rng, side=280, share=(0.4, 0.8))
    bits = int(rng.choice([9, 10, 11, 12, 14, 16]))
    light = 1 - sheet if rng.random() < 0.7 else sheet
    values = np.rint(light * (2**bits - 1) * rng.uniform(0.8, 1.0))
    if rng.random() < 0.4:
        values[int(rng.integers(280)), int(rng.integers(280))] = 65535
    kind = str(rng.choice(["uint16", "int32", "float32"]))
    scaled = values / 65535 if kind == "float32" and rng.random() < 0.3 else values
    return PIL.Image.fromarray(scaled.astype(np.dtype(kind))), label


def _at_the_edge(digits: Digits, rng: Rng) -> Made:
    """Return a photograph whose digit touches its edge, with a speck elsewhere."""
    ink, label = digits.draw(rng, int(rng.uniform(0.45, 0.8) * 400))
    sheet = np.zeros((400, 400), np.float32)
    side = int(rng.integers(4))
    top, left = ((400 - ink.shape[0]) // 2, (400 - ink.shape[1]) // 2)
    overlap = int(rng.integers(0, 3))
    top = {0: -overlap, 1: 400 - ink.shape[0] + overlap}.get(side, top)
    left = {2: -overlap, 3: 400 - ink.shape[1] + overlap}.get(side, left)
    _put(sheet, ink, top, left)
    y, x = (int(place) for place in rng.integers(10, 60, 2))
    speck = int(rng.integers(3, 9))
    spot = (slice(y, y + speck), slice(x, x + speck) if left > 80 else slice(390 - x, 390 - x + speck))
    sheet[spot] = 1
    grid = np.linspace(0, 1, 400, dtype=np.float32)
    light = rng.uniform(0.6, 0.75) + rng.uniform(0.05, 0.25) * (grid[:, np.newaxis] + grid) / 2
    light = light * (1 - sheet * rng.uniform(0.6, 0.85)) + rng.normal(0, 0.005, sheet.shape).astype(np.float32)
    return _grey(1 - light), label


def _margin(digits: Digits, rng: Rng) -> Made:
    """Return white on black within a white margin, or the reverse."""
    side = int(rng.integers(140, 285))
    ink, label = digits.draw(rng, int(side * rng.uniform(0.5, 0.8)))
    sheet = np.zeros((side, max(side, ink.shape[1] + 20)), np.float32)
    _put(sheet, ink, (side - ink.shape[0]) // 2, (sheet.shape[1] - ink.shape[1]) // 2)
    whole = np.zeros((side + int(rng.integers(10, 120)), sheet.shape[1] + int(rng.integers(10, 120))), np.float32)
    top, left = (whole.shape[0] - side) // 2, (whole.shape[1] - sheet.shape[1]) // 2
    whole[top : top + side, left : left + sheet.shape[1]] = 1 - sheet
    return (_grey(whole) if rng.random() < 0.6 else _grey(1 - whole)), label


def _ruled(digits: Digits, rng: Rng, *, squared: bool = False) -> Made:
    sheet, label = _sheet(digits, rng)
    colour = np.array(rng.choice([[180, 200, 240], [150, 190, 230], [240, 180, 180], [190, 190, 190]]), np.float32)
    picture = np.full((300, 300, 3), 255, np.float32)
    pitch, thick = int(rng.integers(16, 60)), int(rng.integers(1, 3))
    for start in range(int(rng.integers(0, pitch)), 300, pitch):
        picture[start : start + thick] = colour
        if squared:
            picture[:, start : start + thick] = colour
    pen = np.array(rng.choice([[0, 0, 0], [20, 30, 110], [60, 60, 60]]), np.float32)
    picture += (pen - picture) * sheet[:, :, np.newaxis]
    return PIL.Image.fromarray(picture.round().astype(np.uint8)), label


def _row(digits: Digits, rng: Rng, count: int, height: int) -> tuple[Grey, str]:
    """Return some digits beside each other."""
    made = [digits.draw(rng, int(height * rng.uniform(0.9, 1.1))) for _ in range(count)]
    gaps = [int(height * rng.uniform(0.15, 0.4)) for _ in made]
    sheet = np.zeros((int(height * 1.2), sum(one.shape[1] for one, _ in made) + sum(gaps)), np.float32)
    left = 0
    for (ink, _), gap in zip(made, gaps, strict=True):
        _put(sheet, ink, (sheet.shape[0] - ink.shape[0]) // 2, left)
        left += ink.shape[1] + gap
    return sheet, "".join(label for _, label in made)


def _several_lines(digits: Digits, rng: Rng) -> Made:
    height = int(rng.integers(24, 70))
    rows = [_row(digits, rng, int(rng.integers(2, 7)), height) for _ in range(int(rng.integers(2, 6)))]
    pitch = int(height * rng.uniform(1.4, 2.2))
    sheet = np.zeros((pitch * len(rows) + 30, max(row.shape[1] for row, _ in rows) + 60), np.float32)
    for number, (row, _) in enumerate(rows):
        _put(sheet, row, 15 + number * pitch, 20 + int(rng.integers(0, 20)))
    return _grey(sheet), "\n".join(text for _, text in rows)


def _signs(digits: Digits, rng: Rng) -> Made:
    height = int(rng.integers(60, 120))
    sign = str(rng.choice(list("+-=:/")))
    pen = max(2, int(height * rng.uniform(0.06, 0.12)))
    size = int(height * rng.uniform(0.4, 0.7))
    field = PIL.Image.new("L", (size + 2 * pen, int(height * 1.3)))
    draw = PIL.ImageDraw.Draw(field)
    middle, left, right = field.height // 2, pen, pen + size
    slant = rng.uniform(-0.06, 0.06) * size
    if sign in "+-":
        draw.line((left, middle + slant, right, middle - slant), fill=255, width=pen)
    if sign == "+":
        draw.line(((left + right) / 2 + slant, middle - size / 2, (left + right) / 2, middle + size / 2), 255, pen)
    if sign == "=":
        for offset in (-0.12 * height, 0.12 * height):
            draw.line((left, middle + offset + slant, right, middle + offset - slant), fill=255, width=pen)
    if sign == "/":
        draw.line((right, middle - 0.62 * height, left, middle + 0.62 * height), fill=255, width=pen)
    if sign == ":":
        for offset in (-0.2 * height, 0.28 * height):
            draw.ellipse((left, middle + offset - pen * 0.8, left + 1.6 * pen, middle + offset + pen * 0.8), fill=255)
    mark = np.asarray(field, np.float32) / 255
    mark = mark[:, (mark > 0).any(axis=0)]
    parts = [_row(digits, rng, int(rng.integers(1, 3)), height) for _ in range(2)]
    sheet = np.zeros((int(height * 1.8), sum(row.shape[1] for row, _ in parts) + mark.shape[1] + height), np.float32)
    _put(sheet, parts[0][0], int(0.3 * height), height // 4)
    left = height // 4 + parts[0][0].shape[1] + int(0.1 * height)
    _put(sheet, mark, int(0.25 * height), left)
    _put(sheet, parts[1][0], int(0.3 * height), left + mark.shape[1] + int(0.25 * height))
    return _grey(sheet), parts[0][1] + sign + parts[1][1]


def _percent(digits: Digits, rng: Rng) -> Made:
    """Return a number and a percent sign: a leaning bar between two circles."""
    height = int(rng.integers(60, 120))
    row, label = _row(digits, rng, int(rng.integers(1, 4)), height)
    pen = max(2, int(height * rng.uniform(0.05, 0.1)))
    circle, width = height * rng.uniform(0.28, 0.42), height * rng.uniform(0.8, 1.1)
    field = PIL.Image.new("L", (int(width) + 2 * pen, int(height * 1.2)))
    draw = PIL.ImageDraw.Draw(field)
    top, bottom = 0.08 * height, field.height - 0.08 * height
    draw.line((width * rng.uniform(0.7, 0.8), top, width * rng.uniform(0.2, 0.3), bottom), fill=255, width=pen)
    tall = circle * rng.uniform(0.8, 1.25)
    draw.ellipse((pen, top, pen + circle, top + tall), outline=255, width=pen)
    draw.ellipse((pen + width - circle, bottom - tall, pen + width, bottom), outline=255, width=pen)
    mark = np.asarray(field, np.float32) / 255
    sheet = np.zeros((int(height * 1.8), row.shape[1] + mark.shape[1] + height), np.float32)
    _put(sheet, row, int(0.3 * height), height // 4)
    _put(sheet, mark, int(0.3 * height), height // 4 + row.shape[1] + int(rng.uniform(0, 0.2) * height))
    return _grey(sheet), label + "%"


def _plain(digits: Digits, rng: Rng) -> Made:
    sheet, label = _sheet(digits, rng)
    return _grey(sheet), label


KINDS: dict[str, Callable[[Digits, Rng], Made]] = {
    "box": _box,
    "box, thick": lambda d, r: _box(d, r, width=(9, 26), distance=(0, 40)),
    "box at the edge": lambda d, r: _box(d, r, distance=(0, 2)),
    "box, crossed": _crossed_box,
    "table cell": _cell,
    "sudoku cell, photographed": _sudoku,
    "underline": _underline,
    "baseline": _baseline,
    "scanner edge": _scanner_edge,
    "shade without ink": _no_ink,
    "shade with ink": _shaded,
    "specks": _specks,
    "salt and pepper": _salt_and_pepper,
    "9 to 16 bits": _deep,
    "photo, digit at the edge": _at_the_edge,
    "sheet in a margin": _margin,
    "ruled": _ruled,
    "squared": lambda d, r: _ruled(d, r, squared=True),
    "several lines": _several_lines,
    "signs": _signs,
    "percent sign": _percent,
    "plain": _plain,
}


def read(reader: NumberReader, picture: PIL.Image.Image) -> NumberReading:
    """Read a picture as the command line does."""
    ink = read_image(picture)
    return reader.read_picture(ink)


def main() -> None:
    """Make and read pictures of every kind."""
    parser = argparse.ArgumentParser(description="Accuracy on pictures with faults.")
    parser.add_argument("--model", help="name or file of a model (default: the default one)")
    parser.add_argument("--ink", type=Path, help="pen ink with labels, JSON Lines, to take every second digit from")
    parser.add_argument("--each", type=int, default=40, help="pictures of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="kinds whose name contains this")
    parser.add_argument("--keep", type=Path, help="folder for the pictures that are read wrongly")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    reader = NumberReader(Recognizer(load_model(options.model)))
    digits = Digits(options.ink)
    report: dict[str, dict[str, int]] = {}
    print(f"{'kind':28} {'n':>4} {'right':>7} {'refused':>8} {'wrong, certain':>15}")
    for kind, make in KINDS.items():
        if options.only and options.only not in kind:
            continue
        rng = np.random.default_rng(options.seed)
        counts = {"n": options.each, "right": 0, "refused": 0, "wrong_certain": 0}
        for number in range(options.each):
            picture, expected = make(digits, rng)
            reading = read(reader, picture)
            text = "" if reading.rejected else reading.text
            counts["right"] += text == expected
            counts["refused"] += reading.rejected
            counts["wrong_certain"] += text != expected and not reading.rejected and reading.probability >= 0.9
            if options.keep and text != expected:
                options.keep.mkdir(parents=True, exist_ok=True)
                name = f"{kind}-{number}-{expected}-as-{text or 'refused'}".replace("\n", "_").replace("/", "÷")
                picture.convert("L" if picture.mode != "RGB" else "RGB").save(options.keep / f"{name}.png")
        report[kind] = counts
        print(
            f"{kind:28} {counts['n']:4} {counts['right']:7} {counts['refused']:8} {counts['wrong_certain']:15}",
            flush=True,
        )
    if options.json is not None:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
