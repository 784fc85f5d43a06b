"""Random problems for the tests of the lab."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.lab.convolution import solve
from digitpad.lab.convolution_problem import ACTIVATIONS, ConvolutionProblem, PaddingChoice, PoolingSettings
from digitpad.lab.losses import LossProblem
from digitpad.lab.optimizers import OPTIMIZERS, Recipe
from digitpad.lab.surfaces import SURFACES, Point, Surface


def random_convolution(rng: np.random.Generator) -> ConvolutionProblem:
    """Return a convolution with random settings and a gradient for the backward pass."""
    groups = int(rng.choice([1, 1, 2, 3]))
    channels = groups * int(rng.integers(1, 3))
    kernels = groups * int(rng.integers(1, 3))
    paddings: list[PaddingChoice] = ["valid", "same", "full", 2, (1, 0), ((0, 1), (2, 0))]
    settings = ConvolutionProblem(
        image=rng.normal(size=(channels, *rng.integers(5, 9, 2))),
        kernels=rng.normal(size=(kernels, channels // groups, *rng.integers(1, 4, 2))),
        bias=rng.normal(size=kernels) if rng.random() < 0.7 else None,
        padding=paddings[rng.integers(len(paddings))],
        stride=(int(rng.integers(1, 4)), int(rng.integers(1, 4))),
        dilation=(int(rng.integers(1, 3)), int(rng.integers(1, 3))),
        groups=groups,
        mirrored=bool(rng.integers(2)),
        activation=[None, *ACTIVATIONS][rng.integers(1 + len(ACTIVATIONS))],
    )
    sides = solve(settings).output.shape[1:]
    pooling = None
    if min(sides) >= 2 and rng.random() < 0.6:
        step = int(rng.integers(1, 3))
        pooling = PoolingSettings(str(rng.choice(["max", "average"])), (2, 2), (step, step))
    pooled = ConvolutionProblem(**{**_fields(settings), "pooling": pooling})
    return ConvolutionProblem(**{**_fields(pooled), "gradient": rng.normal(size=solve(pooled).last.shape)})


def random_loss(rng: np.random.Generator, kind: int) -> LossProblem:
    """Return logits, probabilities or outputs with random targets; `kind` from 0 to 6."""
    samples, classes = int(rng.integers(1, 4)), int(rng.integers(2, 5))
    values = 3 * rng.normal(size=(samples, classes))
    labels = rng.integers(0, classes, samples)
    rows = np.eye(classes)[labels]
    gamma, smoothing = float(rng.uniform(0, 3)), float(rng.uniform(0, 0.5))
    match kind:
        case 0:
            alphas = tuple(float(alpha) for alpha in rng.random(classes))
            return LossProblem(values=values, targets=labels, alpha=alphas, gamma=gamma, smoothing=smoothing)
        case 1:
            return LossProblem(values=values, targets=rows, alpha=0.3, gamma=gamma, smoothing=smoothing)
        case 2:
            return LossProblem(values=values, targets=rng.random((samples, classes)), alpha=(0.7, 0.2), gamma=gamma)
        case 3:
            shares = np.exp(values)
            shares /= shares.sum(axis=1, keepdims=True)
            return LossProblem(values=shares, targets=rows, given="probabilities", alpha=0.4, gamma=gamma)
    return _later_loss(rng, kind, values, labels)


def _later_loss(
    rng: np.random.Generator, kind: int, values: NDArray[np.float64], labels: NDArray[np.int64]
) -> LossProblem:
    samples, classes = values.shape
    match kind:
        case 5:
            log_p = values - np.log(np.exp(values).sum(axis=1, keepdims=True))
            return LossProblem(values=log_p, targets=labels, given="log_probabilities")
        case 6:
            weights = tuple(float(rng.uniform(0.2, 5)) for _class in range(classes))
            return LossProblem(values=values, targets=rng.random((samples, classes)), pos_weight=weights)
    return LossProblem(values=values, targets=5 * rng.normal(size=values.shape), given="outputs")


def random_path(rng: np.random.Generator) -> tuple[Surface, Recipe, Point]:
    """Return a function, an optimizer with random options, and where it starts."""
    name = str(rng.choice(list(OPTIMIZERS)))
    momentum, decay = float(rng.uniform(0, 0.95)), float(rng.choice([0.0, 0.1]))
    options: dict[str, dict[str, float | tuple[float, float]]] = {
        "momentum": {"momentum": momentum, "dampening": float(rng.choice([0.0, 0.6]))},
        "nesterov": {"momentum": momentum + 0.01},
        "adagrad": {"lr_decay": float(rng.choice([0.0, 0.1])), "initial_accumulator_value": float(rng.uniform())},
        "rmsprop": {
            "alpha": float(rng.uniform(0.8, 0.99)),
            "momentum": float(rng.choice([0.0, momentum])),
            "centered": bool(rng.integers(2)),
            # Near 0 a rounded variance would be divided by.
            "eps": 1e-3,
        },
        "adam": {"betas": (momentum, float(rng.uniform(0.8, 0.999))), "amsgrad": bool(rng.integers(2))},
    }
    settings = options.get({"adamw": "adam"}.get(name, name), {})
    settings |= {"weight_decay": decay, "maximize": bool(rng.random() < 0.2)}
    surface = SURFACES[str(rng.choice(["bowl", "valley", "saddle"]))]
    start = rng.normal(size=2)
    return surface, Recipe(name, float(rng.uniform(0.001, 0.1)), settings), (float(start[0]), float(start[1]))


def _fields(problem: ConvolutionProblem) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in ConvolutionProblem.__dataclass_fields__}
