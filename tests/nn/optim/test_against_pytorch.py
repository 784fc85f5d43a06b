"""Optimizers beside PyTorch's own, step by step over 300 steps with random options, where PyTorch is installed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from digitpad import nn

STEPS = 300

#: Our class, PyTorch's name of it, and random options by PyTorch's names.
Draw = Callable[[np.random.Generator], dict[str, Any]]


def _sgd(rng: np.random.Generator) -> dict[str, Any]:
    momentum = float(rng.choice([0.0, 0.5, 0.95]))
    nesterov = bool(momentum and rng.integers(2))
    return {"momentum": momentum, "nesterov": nesterov, "dampening": 0.0 if nesterov else float(rng.choice([0, 0.7]))}


def _adagrad(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "lr_decay": float(rng.choice([0, 0.05])),
        "initial_accumulator_value": float(rng.choice([0, 0.3])),
        "eps": float(rng.choice([1e-10, 1e-3])),
    }


def _rmsprop(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "alpha": float(rng.choice([0.9, 0.99])),
        "momentum": float(rng.choice([0, 0.8])),
        "centered": bool(rng.integers(2)),
        "eps": 1e-6,
    }


def _adam(rng: np.random.Generator) -> dict[str, Any]:
    return {"betas": (float(rng.choice([0, 0.9])), float(rng.choice([0.9, 0.999]))), "amsgrad": bool(rng.integers(2))}


KINDS: list[tuple[Callable[..., nn.Optimizer], str, Draw]] = [
    (nn.SGD, "SGD", _sgd),
    (nn.AdaGrad, "Adagrad", _adagrad),
    (nn.RMSProp, "RMSprop", _rmsprop),
    (nn.Adam, "Adam", _adam),
    (nn.AdamW, "AdamW", _adam),
]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("ours", "theirs", "draw"), KINDS, ids=[name for _ours, name, _draw in KINDS])
def test_every_step_is_pytorchs(ours: Callable[..., nn.Optimizer], theirs: str, draw: Draw, seed: int) -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed; ten recorded steps are still compared")
    rng = np.random.default_rng(seed)
    options = draw(rng) | {"weight_decay": float(rng.choice([0, 0.1])), "maximize": bool(rng.integers(2))}
    start = rng.standard_normal((4, 3))
    parameter, tensor = nn.Parameter(start.copy()), torch.tensor(start, requires_grad=True)
    optimizer, reference = (
        ours([parameter], 0.01, **options),
        getattr(torch.optim, theirs)([tensor], lr=0.01, **options),
    )
    for step in range(STEPS):
        gradient = rng.standard_normal((4, 3)) * 10.0 ** rng.integers(-3, 2)
        rate = 0.01 / (1 + step / 50)
        optimizer.learning_rate = reference.param_groups[0]["lr"] = rate
        parameter.add_grad(gradient)
        tensor.grad = torch.tensor(gradient)
        optimizer.step()
        reference.step()
        np.testing.assert_allclose(parameter.value, tensor.detach().numpy(), rtol=1e-9, atol=1e-12, err_msg=str(step))
