"""Model files: mutated bytes, and headers that lie."""

import json
import struct
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from fuzzing import mutated, odd_json

from digitpad.models.model_file import Model, ModelMetadata, load_model, save_model
from digitpad.nn import ARCHITECTURES, build


@cache
def _sound(name: str) -> tuple[dict[str, Any], bytes]:
    """Return header and tensors of a sound file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "m.safetensors"
        architecture = ARCHITECTURES[name]
        save_model(path, Model(build(architecture, rng=np.random.default_rng(0)), architecture, ModelMetadata()))
        contents = path.read_bytes()
    (length,) = struct.unpack("<Q", contents[:8])
    header: dict[str, Any] = json.loads(contents[8 : 8 + length])
    return header, contents[8 + length :]


def fuzz(rng: np.random.Generator, folder: Path) -> None:
    """Load a model whose header or bytes are not what they should be, and use it if it is taken."""
    header, tensors = _sound(str(rng.choice(["light", "lenet5"])))
    strings = dict(header["__metadata__"])
    for name in ("architecture", "labels", "preprocessing", "metrics"):
        if rng.random() < 0.4:
            strings[name] = json.dumps(odd_json(rng, json.loads(strings[name])))
    text = json.dumps(header | {"__metadata__": strings}).encode()
    if rng.random() < 0.3:
        text = mutated(rng, text)
    if rng.random() < 0.3:
        tensors = mutated(rng, tensors)
    path = folder / "m.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + tensors)
    model = load_model(path)
    with np.errstate(all="raise", under="ignore"):
        model.network.forward(np.ones((1, 1, 28, 28), np.float32))
