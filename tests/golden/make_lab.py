"""Writes `lab.npz`: what PyTorch computes for some random problems of the lab, in float64.

Run it from the root of the repository where PyTorch is installed, after changing `tests/lab/problems.py`:
`python -m tests.golden.make_lab`.
"""

from pathlib import Path

import numpy as np

from tests.lab.problems import random_convolution, random_path
from tests.lab.pytorch_answers import convolution_answers, loss_answers, path_answers
from tests.lab.test_against_pytorch import CONVOLUTIONS, LOSSES, PATHS, STEPS, loss_problem

FILE = Path(__file__).with_name("lab.npz")


def main() -> None:
    """Compute and write all answers."""
    answers = {}
    for seed in CONVOLUTIONS:
        found = convolution_answers(random_convolution(np.random.default_rng(seed)))
        answers.update({f"convolution/{seed}/{name}": values for name, values in found.items()})
    for seed in LOSSES:
        found = loss_answers(loss_problem(seed))
        answers.update({f"losses/{seed}/{name}": values for name, values in found.items()})
    for seed in PATHS:
        found = path_answers(*random_path(np.random.default_rng(seed)), STEPS)
        answers.update({f"paths/{seed}/{name}": values for name, values in found.items()})
    np.savez_compressed(FILE, allow_pickle=False, **answers)


if __name__ == "__main__":
    main()
