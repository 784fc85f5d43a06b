"""Writes `activations.npz`: what PyTorch computes in float64 for every layer of the bundled models, for a few digits.

Run it from the root of the repository where PyTorch 2.13 is installed, after retraining the bundled models:
`python -m tests.golden.make_activations`. To stay small the file holds some cells of each activation, evenly spread,
and the sum and the largest size of all: `model/digit/layer` is float64 (cells + 2,), see `digest`.
"""

import importlib
from typing import Any

import numpy as np

from digitpad.data.dataset import normalize
from digitpad.data.mnist import load_mnist
from digitpad.models.model_file import Model, load_model
from digitpad.nn.backend import Array
from tests.golden.activations_digest import DIGITS, FILE, MODELS, digest
from tests.golden.make_layers import torch_forward, torch_module

torch: Any = importlib.import_module("torch")


def activations(model: Model, image: Array) -> dict[str, Array]:
    """Return every activation of a model by PyTorch in float64, (N, ...), for bytes (N, C, H, W)."""
    prepared = model.metadata.preprocessing
    x = torch.tensor(normalize(image, prepared.mean, prepared.std)).double()
    weights = {name: torch.tensor(value).double() for name, value in model.network.state_dict().items()}
    found = {"input": x}
    for plan in model.architecture.layers:
        name = str(plan["name"])
        # PyTorch's modules get the weights, so their initialization does not matter.
        module = torch_module({key: value for key, value in plan.items() if key != "initializer"}).double().eval()
        own = {key.removeprefix(f"{name}."): value for key, value in weights.items() if key.startswith(f"{name}.")}
        module.load_state_dict(own)
        with torch.no_grad():
            x = torch_forward(plan, module, x)
        found[name] = x
    return {name: value.numpy() for name, value in found.items()}


def main() -> None:
    """Write the file."""
    images = load_mnist("test").images
    arrays: dict[str, Array] = {}
    for name in MODELS:
        for digit in DIGITS:
            named = activations(load_model(name), images[digit : digit + 1])
            arrays |= {f"{name}/{digit}/{layer}": digest(value[0]) for layer, value in named.items()}
    np.savez_compressed(FILE, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
