"""Measure how pictures of whole numbers are read, from PNG files, as `digitpad predict` reads them.

    python tests/benchmarks/number_pictures.py INK.jsonl [--model M] [--numbers 20] [--seed 1] [--json FILE]

Numbers of 2 to 10 digits, each in the ink of one of the 15 writers that were not used for tuning, are drawn with pens
of 3 to 15 % of the height of a digit, apart and touching; then with a roomy margin and cropped to the ink, on white and
on toned paper; underlined; and single digits as scans of 8x8 pixels, enlarged. The share of correct numbers is compared
with the share in which every digit is correct when it is read alone.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
from benchmarking import Figure, Target, finish

from digitpad.commands.predict import read_file
from digitpad.data.ink import Drawing
from digitpad.data.synthetic.numbers import MEASURING_WRITERS, InkNumber, Spacing, draw_line, ink_number, read_writers
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer

#: Widths of the pen, in shares of the height of a digit.
PENS = (0.03, 0.06, 0.1, 0.15)
SCANS = Target("digits as scans of 8x8 pixels, enlarged, read right", 97, at_least=True, unit="%", digits=1)
#: The targets, each with the kinds of pictures that it is about.
TARGETS: dict[Target, Callable[[str], bool]] = {
    Target("pictures of whole numbers, digits apart, mean of four pens", 97, at_least=True, unit="%", digits=1): (
        lambda name: name.startswith("apart, pen") and name.count(",") == 1
    ),
    Target("the same, digits touching", 85, at_least=True, unit="%", digits=1): (
        lambda name: name.startswith("touching")
    ),
    Target("the same, cropped to the ink", 97, at_least=True, unit="%", digits=1): lambda name: "cropped" in name,
    Target("the same, underlined", 97, at_least=True, unit="%", digits=1): lambda name: "underlined" in name,
    SCANS: lambda name: name.startswith("8x8"),
}
_FINER = 4  # the picture is drawn larger, and reduced, which smooths its edges


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of picture.

    Attributes
    ----------
    pen
        Width of the pen, in shares of the height of a digit.
    spacing
        Whether the digits touch.
    margin
        Around the ink, in shares of the height of a digit.
    paper
        Brightness of the paper, in [0, 1].
    underlined
        Whether a line is drawn below the number.
    """

    pen: float
    spacing: Spacing = "apart"
    margin: float = 0.4
    paper: float = 1.0
    underlined: bool = False

    @property
    def name(self) -> str:
        """The kind in words."""
        words = [self.spacing, f"pen {self.pen:.0%}"]
        words += ["cropped"] if self.margin == 0 else []
        words += ["toned paper"] if self.paper < 1 else []
        words += ["underlined"] if self.underlined else []
        return ", ".join(words)


KINDS = (
    *(Kind(pen, spacing) for spacing in ("apart", "touching") for pen in PENS),
    *(Kind(pen, margin=0.0) for pen in PENS),
    *(Kind(pen, margin=0.0, paper=0.85) for pen in PENS[1:3]),
    *(Kind(pen, underlined=True) for pen in PENS[1:3]),
)


def number_picture(made: InkNumber, kind: Kind, rng: np.random.Generator) -> PIL.Image.Image:
    """Draw a number with dark ink.

    Parameters
    ----------
    made
        The number.
    kind
        How it is drawn.
    rng
        Chooses the height of the digits, 40 to 120 pixels.
    """
    ink = np.concatenate(made.strokes)
    tallest = max(float(np.ptp(stroke[:, 1])) for stroke in made.strokes)
    height = rng.uniform(40, 120)
    scale = _FINER * height / max(tallest, 1e-6)
    pen = max(_FINER * kind.pen * height, 1.0)
    room = kind.margin * _FINER * height + pen / 2
    strokes = [(stroke[:, :2] - ink[:, :2].min(axis=0)) * scale + room for stroke in made.strokes]
    width, tall = (np.ptp(ink[:, :2], axis=0) * scale + 2 * room).tolist()
    if kind.underlined:
        below = tall - room + 0.15 * _FINER * height
        slope = rng.uniform(-0.02, 0.02) * width
        strokes.append(np.array([[room, below], [width - room, below + slope]]))
        tall += 0.3 * _FINER * height
    paper = round(255 * kind.paper)
    picture = PIL.Image.new("L", (max(round(width), _FINER), max(round(tall), _FINER)), paper)
    draw = PIL.ImageDraw.Draw(picture)
    for stroke in strokes:
        draw_line(draw, stroke, pen, 20)
    size = (max(picture.width // _FINER, 1), max(picture.height // _FINER, 1))
    return picture.resize(size, PIL.Image.Resampling.BOX)


def small_scan(drawing: Drawing, factor: int) -> PIL.Image.Image:
    """Return a digit as a scan of 8x8 pixels, enlarged."""
    one = InkNumber(str(drawing.label), drawing.strokes, (), drawing.long_side)
    large = number_picture(one, Kind(0.1, margin=0.1), np.random.default_rng(0))
    side = max(large.size)
    square = PIL.Image.new("L", (side, side), 255)
    square.paste(large, ((side - large.width) // 2, (side - large.height) // 2))
    return square.resize((8, 8), PIL.Image.Resampling.BOX).resize((8 * factor,) * 2, PIL.Image.Resampling.BICUBIC)


def numbers(
    writers: dict[int, list[Drawing]], kind: Kind, count: int, rng: np.random.Generator
) -> Iterator[tuple[InkNumber, list[Drawing]]]:
    """Yield numbers with their digits."""
    for _ in range(count):
        drawings = writers[int(rng.choice(MEASURING_WRITERS))]
        digits = [drawings[index] for index in rng.integers(0, len(drawings), int(rng.integers(2, 11)))]
        yield ink_number(digits, kind.spacing, rng, pen=kind.pen), digits


def read(picture: PIL.Image.Image, recognizer: Recognizer, folder: Path) -> str:
    """Return what is read in a picture that is saved as a file."""
    path = folder / "number.png"
    picture.save(path)
    (reading,) = read_file(path, recognizer)
    return reading.prediction.label if reading.number is None else reading.number.text


def all_right(digits: Sequence[Drawing], recognizer: Recognizer) -> bool:
    """Return whether each digit is right when its ink is read alone."""
    readings = [recognizer.recognize_ink(one.strokes, canvas=one.long_side).label for one in digits]
    return readings == [str(one.label) for one in digits]


def main() -> None:
    """Measure all kinds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ink", type=Path, help="UCI's pen digits with their writers, as JSON Lines")
    parser.add_argument("--model", help="name or file of a model (default: the default one)")
    parser.add_argument("--numbers", type=int, default=20, help="of each kind (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print every number that is misread")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    recognizer = Recognizer(load_model(options.model))
    writers = read_writers(options.ink)
    report: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in KINDS:
            rng = np.random.default_rng(options.seed)
            right = alone = 0
            for made, digits in numbers(writers, kind, options.numbers, rng):
                text = read(number_picture(made, kind, rng), recognizer, folder)
                right += text == made.text
                alone += all_right(digits, recognizer)
                if options.show and text != made.text:
                    print(f"    {made.text} -> {text!r}")
            _note(report, kind.name, right / options.numbers, alone / options.numbers)
        for factor in (4, 16):
            drawings = [drawing for writer in MEASURING_WRITERS for drawing in writers[writer]]
            chosen = drawings[:: max(len(drawings) // (10 * options.numbers), 1)]
            right = sum(read(small_scan(one, factor), recognizer, folder) == str(one.label) for one in chosen)
            alone = sum(all_right([one], recognizer) for one in chosen)
            _note(report, f"8x8 scan, enlarged {factor} times", right / len(chosen), alone / len(chosen))
    finish(figures_of(report), {"kinds": report}, options.json)


def figures_of(report: dict[str, dict[str, float]]) -> list[Figure]:
    """Return the figures with targets: means over the pens, and the worse of the two scans."""
    figures = []
    for target, chosen in TARGETS.items():
        shares = [found["right"] for name, found in report.items() if chosen(name)]
        figures.append(target.figure(100 * (min(shares) if target is SCANS else float(np.mean(shares)))))
    return figures


def _note(report: dict[str, dict[str, float]], name: str, right: float, alone: float) -> None:
    report[name] = {"right": right, "alone": alone}
    print(f"{name:44} {right:8.1%} {alone:8.1%}", flush=True)


if __name__ == "__main__":
    main()
