"""Datasets and drawings: IDX files, ink, and JSON of plans and augmentations."""

import gzip
import json
from pathlib import Path

import numpy as np
from fuzzing import TOKENS, mutated, odd_json

from digitpad.data.augmentation import Augmentation
from digitpad.data.idx import encode_idx
from digitpad.data.ink import read_ink
from digitpad.data.rasterize import ink_to_image
from digitpad.data.sources import open_dataset
from digitpad.models.architecture_file import build_network, find_architecture
from digitpad.nn import ARCHITECTURES
from digitpad.training.plan import RunPlan

_PRESETS = ("light", "lenet5", "resnet", "exam")


def fuzz(rng: np.random.Generator, folder: Path) -> None:
    """Open one file of one kind."""
    (_idx, _ink, _architecture, _plan, _augmentation)[int(rng.integers(5))](rng, folder)


def _idx(rng: np.random.Generator, folder: Path) -> None:
    images = encode_idx(rng.integers(0, 256, (5, 28, 28), dtype=np.uint8))
    labels = encode_idx(rng.integers(0, 10, 5).astype(np.int32))
    if rng.random() < 0.5:
        images = mutated(rng, images[:24]) + images[24:]
    else:
        labels = mutated(rng, labels)
    zipped = gzip.compress(images)
    images = mutated(rng, zipped) if rng.random() < 0.2 else images
    (folder / "t10k-images-idx3-ubyte").write_bytes(images)
    (folder / "t10k-labels-idx1-ubyte").write_bytes(labels)
    open_dataset(folder, "test")


def _ink(rng: np.random.Generator, folder: Path) -> None:
    scale = 10.0 ** rng.uniform(-40, 38)
    points = (rng.random((int(rng.integers(1, 30)), int(rng.integers(2, 4)))) * scale).tolist()
    record = {"label": 7, "width": scale, "height": scale, "strokes": [points], "writer": str(rng.choice(TOKENS))}
    line = json.dumps(odd_json(rng, record)).encode()
    path = folder / "d.jsonl"
    path.write_bytes(mutated(rng, line) if rng.random() < 0.5 else line)
    for drawing in read_ink(path):
        with np.errstate(all="raise", under="ignore"):
            ink_to_image(drawing.strokes, canvas=drawing.long_side)


def _architecture(rng: np.random.Generator, folder: Path) -> None:
    data = json.loads(ARCHITECTURES[str(rng.choice(_PRESETS))].to_json())
    text = json.dumps(odd_json(rng, data)).encode()
    path = folder / "a.json"
    path.write_bytes(mutated(rng, text) if rng.random() < 0.3 else text)
    build_network(find_architecture(path), 0)


def _plan(rng: np.random.Generator, _folder: Path) -> None:
    text = json.dumps(odd_json(rng, RunPlan.quick().to_dict()))
    RunPlan.from_json(mutated(rng, text.encode()).decode("utf-8", "replace") if rng.random() < 0.3 else text)


def _augmentation(rng: np.random.Generator, _folder: Path) -> None:
    text = json.dumps(odd_json(rng, {"rotation": 10, "shift": 2.5, "noise": 0.1}))
    Augmentation.from_json(mutated(rng, text.encode()).decode("utf-8", "replace"))
