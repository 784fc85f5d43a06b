"""Datasets and drawings: IDX files, ink, and JSON of plans and augmentations."""

import gzip
import io
import json
from pathlib import Path

import numpy as np
from fuzzing import TOKENS, mutated, odd_json

from digitpad.data.augmentation import Augmentation
from digitpad.data.class_names import read_mapping
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
    kinds = (_idx, _ink, _architecture, _plan, _augmentation, _csv, _npz, _mapping)
    kinds[int(rng.integers(len(kinds)))](rng, folder)


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


def _csv(rng: np.random.Generator, folder: Path) -> None:
    header = "label," + ",".join(f"pixel{number}" for number in range(16))
    rows = [f"{rng.choice(TOKENS)}," + ",".join(map(str, rng.integers(0, 300, 16))) for _row in range(5)]
    path = folder / "d.csv"
    path.write_bytes(mutated(rng, "\n".join([header, *rows]).encode("utf-8", "surrogatepass")))
    open_dataset(path)


def _npz(rng: np.random.Generator, folder: Path) -> None:
    content = io.BytesIO()
    save = np.savez if rng.random() < 0.5 else np.savez_compressed
    save(content, images=rng.integers(0, 256, (3, 4, 4), dtype=np.uint8), labels=rng.integers(0, 10, 3))
    path = folder / "d.npz"
    path.write_bytes(mutated(rng, content.getvalue()))
    open_dataset(path)


def _mapping(rng: np.random.Generator, folder: Path) -> None:
    path = folder / "emnist-letters-mapping.txt"
    path.write_bytes(mutated(rng, b"1 65 97\n2 66 98\n3 67 99\n"))
    read_mapping(path)


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
