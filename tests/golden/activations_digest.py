"""The summary of an activation in `activations.npz`, for `make_activations`, which writes it, and the tests."""

from pathlib import Path

import numpy as np

from digitpad.nn.backend import Array

FILE = Path(__file__).with_name("activations.npz")
MODELS = ("standard", "light")
#: Which of MNIST's test digits: a 7, a 2, a 1 and a doubtful 3.
DIGITS = (0, 1, 2, 18)
CELLS = 62


def digest(array: Array) -> Array:
    """Return some cells of an activation (C, H, W) or (units,), then the mean of all and their largest size."""
    flat = array.ravel().astype(np.float64)
    places = np.linspace(0, flat.size - 1, min(CELLS, flat.size)).round().astype(int)
    return np.array([*flat[places], flat.mean(), np.abs(flat).max()])
