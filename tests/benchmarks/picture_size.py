"""Measure the time from file to reading against picture size, on one core, up to 50 megapixels.

    python tests/benchmarks/picture_size.py [--model M] [--json FILE]

A page of digits, a single digit and grain are written in each format and size, and read as `digitpad predict` reads
them. Each must be read or rejected within a second of processor time; otherwise the exit code is 1. HEIC is measured if
pillow-heif is installed, which can write it.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import features

from digitpad.commands.predict import read_file
from digitpad.data.mnist import load_mnist
from digitpad.errors import DigitpadError
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer

MEGAPIXELS = (0.1, 1, 4, 12, 24, 50)
FORMATS: dict[str, dict[str, Any]] = {
    "jpg": {"quality": 90},
    "progressive.jpg": {"quality": 90, "progressive": True},
    "png": {"compress_level": 1},
    "webp": {"method": 0},
    "avif": {"speed": 10},
    "heic": {"quality": 50},
    "tif": {},
    "lzw.tif": {"compression": "tiff_lzw"},
    "bmp": {},
}
SECOND = 1.0


def page(columns: int, rows: int) -> NDArray[np.uint8]:
    """Return digits of MNIST in rows and columns, dark on light, with light that falls off to one side."""
    images = load_mnist("test").images[: rows * columns, 0]
    sheet = images.reshape(rows, columns, 28, 28).swapaxes(1, 2).reshape(rows * 28, columns * 28)
    light = np.linspace(230, 160, sheet.shape[1])
    return (light * (1 - 0.8 * sheet / 255.0)).round().astype(np.uint8)


CONTENTS = {"digit": page(1, 1), "12 lines of 12": page(12, 12), "40 lines of 40": page(40, 40)}


def enlarged(content: str, side: int) -> PIL.Image.Image:
    """Return a content as a grainy colour picture of a side."""
    rng = np.random.default_rng(0)
    small = PIL.Image.fromarray(CONTENTS[content]).resize((side, side), PIL.Image.Resampling.BICUBIC)
    grain = rng.integers(-4, 5, (min(side, 1024), min(side, 1024)), np.int16)
    tiled = np.tile(grain, (-(-side // len(grain)),) * 2)[:side, :side]
    grey = np.clip(np.asarray(small, np.int16) + tiled, 0, 255).astype(np.uint8)
    return PIL.Image.fromarray(np.repeat(grey[:, :, np.newaxis], 3, axis=2))


def _without_encoder() -> set[str]:
    """Return the formats that cannot be written here: AVIF by an old Pillow, HEIC without pillow-heif."""
    missing = set() if "avif" in features.modules and features.check("avif") else {"avif"}
    try:
        importlib.import_module("pillow_heif").register_heif_opener()
    except ImportError:
        missing.add("heic")
    return missing


def main() -> int:
    """Measure all contents, sizes and formats."""
    parser = argparse.ArgumentParser(description="Time over the size of pictures.")
    parser.add_argument("--model", help="name or file of a model (default: the default one)")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    recognizer = Recognizer(load_model(options.model))
    formats = {suffix: how for suffix, how in FORMATS.items() if suffix not in _without_encoder()}
    report: dict[str, float] = {}
    print(f"{'content':16} {'format':16}" + "".join(f"{size:>8} MP" for size in MEGAPIXELS))
    with tempfile.TemporaryDirectory() as folder:
        for content in CONTENTS:
            rows: dict[str, list[str]] = {suffix: [] for suffix in formats}
            for size in MEGAPIXELS:
                picture = enlarged(content, round((size * 1e6) ** 0.5))
                for suffix, parameters in formats.items():
                    path = Path(folder) / f"picture.{suffix}"
                    picture.save(path, **parameters)
                    started = time.process_time()
                    try:
                        read_file(path, recognizer)
                        mark = ""
                    except DigitpadError:
                        mark = "r"
                    seconds = time.process_time() - started
                    report[f"{content}, {size} MP, {suffix}"] = seconds
                    rows[suffix].append(f"{seconds:9.2f}{mark or 's'} ")
            for suffix, cells in rows.items():
                print(f"{content:16} {suffix:16}" + "".join(cells), flush=True)
    if options.json is not None:
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    slow = [name for name, seconds in report.items() if seconds > SECOND]
    print(f"more than {SECOND:g} s: {', '.join(slow) or 'none'} (r: refused)")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
