"""Measure the accuracy on realistic pictures: MNIST's test digits in synthetic photographs, scans and screenshots.

    python tests/benchmarks/picture_conditions.py [--model M] [--images 300] [--seed 0] [--only NAME] [--json FILE]

All conditions use the same digits, so the table shows the effect of each condition. None of this was used for training.
"""

import argparse
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageFilter
from numpy.typing import NDArray

from digitpad.data.images import image_to_digit, read_image
from digitpad.data.mnist import load_mnist
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer

Grey = NDArray[np.float32]
Condition = Callable[[NDArray[np.uint8], np.random.Generator], PIL.Image.Image]


def coverage(digit: NDArray[np.uint8], height: int, *, crisp: float = 1.5) -> Grey:
    """Return a digit of MNIST cropped and enlarged, with the edges of a pen: (height, W) in [0, 1]."""
    crop = _cropped(digit)
    width = max(1, round(crop.width * height / crop.height))
    large = np.asarray(crop.resize((width, height), PIL.Image.Resampling.BICUBIC), np.float32) / 255
    steep = max(height / 28 / crisp, 1.0)
    return np.clip((large - 0.5) * steep + 0.5, 0, 1)


def _cropped(digit: NDArray[np.uint8], least: int = 50) -> PIL.Image.Image:
    rows, columns = np.flatnonzero((digit > least).any(axis=1)), np.flatnonzero((digit > least).any(axis=0))
    return PIL.Image.fromarray(digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def page(ink: Grey, rng: np.random.Generator, size: tuple[int, int] = (320, 400)) -> Grey:
    """Place ink at a random position on a page of a size (height, width)."""
    sheet = np.zeros(size, np.float32)
    top = int(rng.integers(10, max(size[0] - ink.shape[0] - 10, 11)))
    left = int(rng.integers(10, max(size[1] - ink.shape[1] - 10, 11)))
    ink = ink[: size[0] - top, : size[1] - left]
    sheet[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return sheet


def photograph(
    ink: Grey, rng: np.random.Generator, *, lines: int = 0, shadow: float = 0.0, grain: float = 0.015, blur: float = 1.0
) -> PIL.Image.Image:
    """Simulate a photograph: paper with `lines` directions of printed lines, one-sided light, shadow, grain, blur."""
    height, width = ink.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    light = np.full(ink.shape, rng.uniform(0.75, 0.95), np.float32)
    for direction in range(lines):
        across = (y, x)[direction] + rng.uniform(-0.04, 0.04) * (x, y)[direction]
        pitch = rng.uniform(24, 60)
        away = np.abs((across + rng.uniform(0, pitch)) % pitch - pitch / 2)
        light *= 1 - rng.uniform(0.15, 0.45) * np.clip(rng.uniform(0.8, 1.6) - away, 0, 1)
    light *= 1 - ink * rng.uniform(0.45, 0.9)
    angle = rng.uniform(0, 2 * np.pi)
    along = (np.cos(angle) * (x / width - 0.5) + np.sin(angle) * (y / height - 0.5)).astype(np.float32)
    if shadow:
        light *= 1 + rng.uniform(0.1, 0.5) * along
        turned = rng.uniform(0, 2 * np.pi)
        edge = np.cos(turned) * (x / width - rng.uniform(0.2, 0.8)) + np.sin(turned) * (
            y / height - rng.uniform(0.2, 0.8)
        )
        light *= 1 - shadow / (1 + np.exp(-edge * rng.uniform(10, 60)))
    light += rng.normal(0, grain, ink.shape).astype(np.float32)
    picture = PIL.Image.fromarray((np.clip(light, 0, 1) * 255).astype(np.uint8))
    return picture.filter(PIL.ImageFilter.GaussianBlur(blur)) if blur else picture


def thinned(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thin lines to a pixel (Zhang and Suen, 1984)."""
    image = np.pad(ink, 1)
    while True:
        before = image.copy()
        for second in (False, True):
            around = [
                np.roll(image, shift, (0, 1))
                for shift in ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
            ]
            count = sum(one.astype(int) for one in around)
            turns = sum((~around[k] & around[(k + 1) % 8]).astype(int) for k in range(8))
            up, right, down, left = around[0], around[2], around[4], around[6]
            corner = (up & right & left) | (up & down & left) if second else (up & right & down) | (right & down & left)
            image = image & ~((count >= 2) & (count <= 6) & (turns == 1) & ~corner)
        if np.array_equal(image, before):
            return image[1:-1, 1:-1]


def _grey(ink: Grey, paper: float = 1.0, pen: float = 0.0) -> PIL.Image.Image:
    return PIL.Image.fromarray(((paper + (pen - paper) * ink) * 255).round().astype(np.uint8))


def _hairline(digit: NDArray[np.uint8], rng: np.random.Generator) -> PIL.Image.Image:
    line = thinned(coverage(digit, int(rng.integers(60, 300))) > 0.5)
    return _grey(page(line.astype(np.float32), rng))


def _usps(digit: NDArray[np.uint8], _rng: np.random.Generator) -> PIL.Image.Image:
    """Return the digit in the format of USPS: its long side fills 16 pixels, grey, light on dark."""
    crop = _cropped(digit)
    scale = 16 / max(crop.size)
    size = (max(1, round(crop.width * scale)), max(1, round(crop.height * scale)))
    small = crop.resize(size, PIL.Image.Resampling.BOX)
    field = PIL.Image.new("L", (16, 16))
    field.paste(small, ((16 - size[0]) // 2, (16 - size[1]) // 2))
    return field


def _tight(digit: NDArray[np.uint8], _rng: np.random.Generator) -> PIL.Image.Image:
    crop = _cropped(digit)
    return crop.resize((max(3, round(16 * crop.width / crop.height)), 16), PIL.Image.Resampling.BOX)


def _large(digit: NDArray[np.uint8], rng: np.random.Generator) -> Grey:
    return page(coverage(digit, int(rng.integers(60, 260))), rng)


def _jpeg(picture: PIL.Image.Image, quality: int) -> PIL.Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return PIL.Image.open(io.BytesIO(file.getvalue()))


CONDITIONS: dict[str, Condition] = {
    "MNIST itself": lambda d, _: PIL.Image.fromarray(d),
    "scan, dark on light": lambda d, r: _grey(_large(d, r)),
    "scan, light on dark": lambda d, r: _grey(_large(d, r), 0.1, 0.9),
    "16x16, light on dark, as USPS": _usps,
    "16x16, dark on light": lambda d, r: PIL.Image.eval(_usps(d, r), lambda value: 255 - value),
    "16 high, cropped to the ink": _tight,
    "screenshot, pen of 1 pixel": _hairline,
    "JPEG of quality 20": lambda d, r: _jpeg(_grey(_large(d, r), 0.9, 0.2), 20),
    "photo, even light": lambda d, r: photograph(_large(d, r), r),
    "photo, shadow": lambda d, r: photograph(_large(d, r), r, shadow=0.5),
    "photo, ruled paper": lambda d, r: photograph(_large(d, r), r, lines=1),
    "photo, squared paper": lambda d, r: photograph(_large(d, r), r, lines=2),
    "photo, ruled, shadow, grain": lambda d, r: photograph(_large(d, r), r, lines=1, shadow=0.45, grain=0.03),
    "photo, chalk on a board": lambda d, r: PIL.Image.eval(photograph(_large(d, r), r, shadow=0.4), lambda v: 255 - v),
    "photo, out of focus": lambda d, r: photograph(_large(d, r), r, shadow=0.3, blur=4),
}


def main() -> None:
    """Read every digit in every condition."""
    parser = argparse.ArgumentParser(description="Accuracy on pictures from real life.")
    parser.add_argument("--model", help="name or file of a model (default: the default one)")
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="conditions whose name contains this")
    parser.add_argument("--keep", type=Path, help="folder for the pictures that are read wrongly")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    recognizer = Recognizer(load_model(options.model))
    mnist = load_mnist("test")
    chosen = np.random.default_rng(options.seed).permutation(len(mnist))[: options.images]
    results = {}
    for name, condition in CONDITIONS.items():
        if options.only and options.only not in name:
            continue
        rng = np.random.default_rng(options.seed)
        pictures = [condition(mnist.images[index, 0], rng) for index in chosen]
        digits = [image_to_digit(read_image(picture)) for picture in pictures]
        readings = recognizer.recognize_all(np.stack(digits))
        right = [reading.label == str(mnist.labels[i]) for reading, i in zip(readings, chosen, strict=True)]
        results[name] = sum(right) / len(right)
        print(f"{name:32} {100 * results[name]:6.1f} %", flush=True)
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            for place in np.flatnonzero(~np.array(right))[:6]:
                stem = f"{name.replace(' ', '-').replace(',', '')}-{place}-as-{readings[place].label}"
                pictures[place].convert("L").save(options.keep / f"{stem}.png")
                seen = PIL.Image.fromarray((digits[place] * 255).astype(np.uint8)).resize((224, 224), 0)
                seen.save(options.keep / f"{stem}-seen.png")
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
