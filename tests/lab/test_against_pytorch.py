"""Random problems of the lab against PyTorch: a thousand where it is installed, some from a file everywhere."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.lab import convolution, losses, optimizers
from tests.lab.problems import random_convolution, random_loss, random_path
from tests.lab.pytorch_answers import Answers, convolution_answers, loss_answers, path_answers

_FILE = Path(__file__).parents[1] / "golden" / "lab.npz"

#: Seeds of the problems in the file, which `tests/golden/make_lab.py` writes.
CONVOLUTIONS, LOSSES, PATHS = range(10_000, 10_024), range(10_000, 10_028), range(10_000, 10_024)
STEPS = 60


def _check_convolution(seed: int, expected: Answers) -> None:
    solution = convolution.solve(random_convolution(np.random.default_rng(seed)))
    gradients = solution.gradients
    assert gradients is not None
    found = {"output": solution.output, "last": solution.last, "x": gradients.image, "w": gradients.kernels}
    if gradients.bias is not None:
        found["b"] = gradients.bias
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-9, atol=1e-11, err_msg=f"{seed} {name}")


def loss_problem(seed: int) -> losses.LossProblem:
    """Return the losses of a seed; the last ones of each range have log-probabilities or factors of yes."""
    later = seed % 10_000 >= (20 if seed >= 10_000 else 400)
    return random_loss(np.random.default_rng(seed), 5 + seed % 2 if later else seed % 5)


def _check_losses(seed: int, expected: Answers) -> None:
    solution = losses.solve(loss_problem(seed))
    assert {name for name in expected if "/" not in name} == solution.losses.keys()
    for name, result in solution.losses.items():
        assert result.value == pytest.approx(float(expected[name]), rel=1e-9), (seed, name)
        np.testing.assert_allclose(
            result.gradient, expected[f"{name}/gradient"], rtol=1e-8, atol=1e-11, err_msg=f"{seed} {name}"
        )


def _check_path(seed: int, expected: Answers | None) -> None:
    """Compare every point of an optimizer's path; with None compute PyTorch's here."""
    surface, recipe, start = random_path(np.random.default_rng(seed))
    path = optimizers.follow(surface, recipe, STEPS, start)
    expected = path_answers(surface, recipe, start, STEPS) if expected is None else expected
    points = np.array([moment.point for moment in path.moments])
    assert len(points) == STEPS + 1 or path.diverged
    np.testing.assert_allclose(
        points, expected["path"][: len(points)], rtol=1e-7, atol=1e-9, err_msg=f"{seed} {recipe}"
    )


def _recorded(prefix: str) -> Answers:
    with np.load(_FILE) as file:
        return {name.removeprefix(prefix): file[name] for name in file.files if name.startswith(prefix)}


@pytest.mark.parametrize("seed", CONVOLUTIONS)
def test_recorded_convolutions(seed: int) -> None:
    _check_convolution(seed, _recorded(f"convolution/{seed}/"))


@pytest.mark.parametrize("seed", LOSSES)
def test_recorded_losses(seed: int) -> None:
    _check_losses(seed, _recorded(f"losses/{seed}/"))


@pytest.mark.parametrize("seed", PATHS)
def test_recorded_paths(seed: int) -> None:
    _check_path(seed, _recorded(f"paths/{seed}/"))


@pytest.mark.slow
def test_a_thousand_problems() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed; the recorded problems were still compared")
    for seed in range(600):
        _check_convolution(seed, convolution_answers(random_convolution(np.random.default_rng(seed))))
    for seed in range(460):
        _check_losses(seed, loss_answers(loss_problem(seed)))
    for seed in range(200):
        _check_path(seed, None)
