"""Make `training.json`: PyTorch's results for losses, optimizers and schedules.

Run by hand where PyTorch 2.13 is installed: `python tests/golden/make_training.py`. Numbers are float64, written so
that they come back bit for bit; the tests compare without PyTorch.
"""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

# Named at run time, so that the type checker does not ask for PyTorch, which is not among what digitpad installs.
torch: Any = importlib.import_module("torch")
functional, lr_scheduler = torch.nn.functional, torch.optim.lr_scheduler

TARGET = Path(__file__).with_name("training.json")

Tensor: TypeAlias = Any
Loss = Callable[[Tensor, Tensor], Tensor]


def losses() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    logits = torch.tensor(rng.standard_normal((5, 4)) * 3)
    # A few extreme ones: a loss that computes the softmax first returns infinity here.
    logits[4] = torch.tensor([200.0, -300.0, 0.0, 150.0])
    maps = torch.tensor(rng.standard_normal((2, 3, 2, 2)))
    indices = torch.tensor([3, 0, 1, 2, 3])
    map_indices = torch.tensor(rng.integers(0, 3, (2, 2, 2)))
    rows = torch.tensor(rng.dirichlet(np.ones(4), 5))
    yes = torch.tensor(rng.integers(0, 2, (5, 4)).astype(float))
    soft = torch.tensor(rng.random((5, 4)))
    probabilities = torch.tensor(rng.random((5, 4)))
    ends = probabilities.clone()
    ends[0], ends[1] = 0.0, 1.0
    weight = torch.tensor([0.5, 2.0, 1.0, 0.25])
    weight = weight.double()
    w = weight.tolist()

    def ce(**options: Any) -> Loss:
        return lambda x, t: functional.cross_entropy(x, t, **options)

    cases: list[tuple[str, dict[str, Any], Tensor, Tensor, Loss]] = [
        ("CrossEntropyLoss", {}, logits, indices, ce()),
        ("CrossEntropyLoss", {}, logits, rows, ce()),
        ("CrossEntropyLoss", {}, maps, map_indices, ce()),
        ("CrossEntropyLoss", {"label_smoothing": 0.1}, logits, indices, ce(label_smoothing=0.1)),
        ("CrossEntropyLoss", {"label_smoothing": 0.1}, logits, rows, ce(label_smoothing=0.1)),
        ("CrossEntropyLoss", {"weight": w}, logits, indices, ce(weight=weight)),
        ("CrossEntropyLoss", {"weight": w}, logits, rows, ce(weight=weight)),
        (
            "CrossEntropyLoss",
            {"weight": w, "label_smoothing": 0.2},
            logits,
            indices,
            ce(weight=weight, label_smoothing=0.2),
        ),
        ("BCEWithLogitsLoss", {}, logits, yes, functional.binary_cross_entropy_with_logits),
        (
            "BCEWithLogitsLoss",
            {"pos_weight": w, "weight": 0.5},
            logits,
            soft,
            lambda x, t: functional.binary_cross_entropy_with_logits(
                x, t, weight=torch.tensor(0.5).double(), pos_weight=weight
            ),
        ),
        ("BCELoss", {}, probabilities, soft, functional.binary_cross_entropy),
        ("BCELoss", {"weight": w}, ends, yes, lambda x, t: functional.binary_cross_entropy(x, t, weight=weight)),
        ("MSELoss", {}, logits, soft, functional.mse_loss),
        ("FocalLoss", {"alpha": 0.4, "gamma": 2.0}, logits, indices, lambda x, t: focal(x, t, 0.4, 2.0)),
        ("FocalLoss", {"alpha": w, "gamma": 0.5}, logits, indices, lambda x, t: focal(x, t, weight, 0.5)),
        ("BinaryFocalLoss", {"alpha": [0.75, 0.25]}, logits[:4], yes[:4], lambda x, t: binary_focal(x, t, 0.25, 2.0)),
        (
            "BinaryFocalLoss",
            {"alpha": [0.6, 0.4], "gamma": 1.5, "from_logits": False},
            probabilities,
            yes,
            lambda x, t: binary_focal(torch.logit(x), t, 0.4, 1.5),
        ),
    ]
    # Drawn last, so that the cases above keep their numbers.
    log_p = torch.log_softmax(torch.tensor(rng.standard_normal((5, 4))), dim=1)
    some = torch.tensor([3, -100, 1, -100, 0])
    map_weight = torch.tensor([2.0, 0.5, 1.0]).double()
    some_pixels = map_indices.clone()
    some_pixels[0, 1], some_pixels[1, 0, 0] = 2, 2

    def nll(**options: Any) -> Loss:
        return lambda x, t: functional.nll_loss(x, t, **options)

    cases += [
        ("NLLLoss", {}, log_p, indices, nll()),
        ("NLLLoss", {"weight": w, "ignore_index": -100}, log_p, some, nll(weight=weight)),
        (
            "NLLLoss",
            {"weight": map_weight.tolist(), "ignore_index": 2},
            maps,
            some_pixels,
            nll(weight=map_weight, ignore_index=2),
        ),
        ("CrossEntropyLoss", {"ignore_index": -100}, logits, some, ce()),
        ("CrossEntropyLoss", {"ignore_index": 2}, maps, some_pixels, ce(ignore_index=2)),
        (
            "CrossEntropyLoss",
            {"weight": w, "ignore_index": -100, "label_smoothing": 0.2},
            logits,
            some,
            ce(weight=weight, label_smoothing=0.2),
        ),
    ]
    for reduction in ("sum", "none"):
        given: dict[str, Any] = {"reduction": reduction}
        cases += [
            ("NLLLoss", {"weight": w, **given}, log_p, indices, nll(weight=weight, **given)),
            (
                "CrossEntropyLoss",
                {"weight": w, "ignore_index": -100, "label_smoothing": 0.2, **given},
                logits,
                some,
                ce(weight=weight, label_smoothing=0.2, **given),
            ),
            ("CrossEntropyLoss", {"label_smoothing": 0.1, **given}, logits, rows, ce(label_smoothing=0.1, **given)),
            ("CrossEntropyLoss", given, maps, map_indices, ce(**given)),
            (
                "BCEWithLogitsLoss",
                {"pos_weight": w, "weight": 0.5, **given},
                logits,
                soft,
                with_option(
                    functional.binary_cross_entropy_with_logits,
                    weight=torch.tensor(0.5).double(),
                    pos_weight=weight,
                    **given,
                ),
            ),
            (
                "BCELoss",
                {"weight": w, **given},
                probabilities,
                soft,
                with_option(functional.binary_cross_entropy, weight=weight, **given),
            ),
            ("MSELoss", given, logits, soft, with_option(functional.mse_loss, **given)),
            (
                "FocalLoss",
                {"alpha": w, "gamma": 0.5, **given},
                logits,
                indices,
                with_option(focal, alpha=weight, gamma=0.5, **given),
            ),
            (
                "BinaryFocalLoss",
                {"alpha": [0.75, 0.25], **given},
                logits[:4],
                yes[:4],
                with_option(binary_focal, alpha=0.25, gamma=2.0, **given),
            ),
        ]
    records = []
    for name, options, output, targets, loss in cases:
        x = output.clone().requires_grad_()
        value = loss(x, targets)
        # A weight for each loss, where there are several.
        upstream = torch.linspace(-1, 2, value.numel(), dtype=torch.float64).reshape(value.shape)
        (grad,) = torch.autograd.grad(value, x, upstream if value.ndim else None)
        record = {
            "loss": name,
            "options": options,
            "output": output.tolist(),
            "targets": targets.tolist(),
            "value": value.tolist(),
            "grad": grad.tolist(),
        }
        records.append(record | ({"grad_output": upstream.tolist()} if value.ndim else {}))
    return {"losses": records}


def with_option(loss: Callable[..., Tensor], **options: Any) -> Loss:
    """Return a loss with its options fixed."""
    return lambda x, t: loss(x, t, **options)


def focal(x: Tensor, y: Tensor, alpha: float | Tensor, gamma: float, reduction: str = "mean") -> Tensor:
    """Write the paper's equation 5 down, and let PyTorch differentiate it."""
    log_p = functional.log_softmax(x, dim=1).gather(1, y[:, None])[:, 0]
    factor = alpha[y] if isinstance(alpha, torch.Tensor) else alpha
    return reduced(factor * (1 - log_p.exp()) ** gamma * -log_p, reduction)


def binary_focal(x: Tensor, t: Tensor, alpha: float, gamma: float, reduction: str = "mean") -> Tensor:
    """Follow torchvision's `sigmoid_focal_loss`."""
    p = torch.sigmoid(x)
    cross_entropy = functional.binary_cross_entropy_with_logits(x, t, reduction="none")
    p_t = p * t + (1 - p) * (1 - t)
    return reduced((alpha * t + (1 - alpha) * (1 - t)) * (1 - p_t) ** gamma * cross_entropy, reduction)


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """Return the mean or sum of losses, or themselves."""
    return losses if reduction == "none" else getattr(losses, reduction)()


def optimizers() -> dict[str, Any]:
    rng = np.random.default_rng(2)
    start = [rng.standard_normal((3, 2)), rng.standard_normal(3)]
    gradients = [[rng.standard_normal(a.shape) * 10.0 ** rng.integers(-3, 2) for a in start] for _ in range(10)]
    gradients[4] = [np.zeros_like(a) for a in start]
    makers: list[tuple[str, dict[str, Any], Callable[[list[Tensor]], Any]]] = [
        ("SGD", {"learning_rate": 0.1}, lambda p: torch.optim.SGD(p, 0.1)),
        ("SGD", {"learning_rate": 0.1, "momentum": 0.9}, lambda p: torch.optim.SGD(p, 0.1, momentum=0.9)),
        (
            "SGD",
            {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
            lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
        ),
        (
            "SGD",
            {"learning_rate": 0.1, "momentum": 0.9, "dampening": 0.3},
            lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, dampening=0.3),
        ),
        (
            "SGD",
            {"learning_rate": 0.1, "weight_decay": 0.2, "maximize": True},
            lambda p: torch.optim.SGD(p, 0.1, weight_decay=0.2, maximize=True),
        ),
        (
            "SGD",
            {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.2},
            lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True, weight_decay=0.2),
        ),
        ("AdaGrad", {"learning_rate": 0.05}, lambda p: torch.optim.Adagrad(p, 0.05)),
        (
            "AdaGrad",
            {
                "learning_rate": 0.05,
                "lr_decay": 0.1,
                "initial_accumulator_value": 0.5,
                "weight_decay": 0.2,
                "maximize": True,
            },
            lambda p: torch.optim.Adagrad(
                p, 0.05, lr_decay=0.1, initial_accumulator_value=0.5, weight_decay=0.2, maximize=True
            ),
        ),
        ("RMSProp", {"learning_rate": 0.01}, lambda p: torch.optim.RMSprop(p, 0.01)),
        (
            "RMSProp",
            {"learning_rate": 0.01, "alpha": 0.9, "eps": 1e-4, "momentum": 0.5},
            lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.9, eps=1e-4, momentum=0.5),
        ),
        (
            "RMSProp",
            {"learning_rate": 0.01, "centered": True, "weight_decay": 0.2},
            lambda p: torch.optim.RMSprop(p, 0.01, centered=True, weight_decay=0.2),
        ),
        (
            "RMSProp",
            {"learning_rate": 0.01, "centered": True, "momentum": 0.7, "maximize": True},
            lambda p: torch.optim.RMSprop(p, 0.01, centered=True, momentum=0.7, maximize=True),
        ),
        ("Adam", {}, torch.optim.Adam),
        (
            "Adam",
            {"learning_rate": 0.01, "amsgrad": True, "weight_decay": 0.2},
            lambda p: torch.optim.Adam(p, 0.01, amsgrad=True, weight_decay=0.2),
        ),
        (
            "Adam",
            {"learning_rate": 0.01, "betas": [0.8, 0.99], "eps": 1e-3},
            lambda p: torch.optim.Adam(p, 0.01, betas=(0.8, 0.99), eps=1e-3),
        ),
        ("AdamW", {}, torch.optim.AdamW),
        (
            "AdamW",
            {"learning_rate": 0.05, "weight_decay": 0.5},
            lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.5),
        ),
        (
            "AdamW",
            {"learning_rate": 0.05, "weight_decay": 0.5, "amsgrad": True, "maximize": True},
            lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.5, amsgrad=True, maximize=True),
        ),
    ]
    records = []
    for name, options, make in makers:
        parameters = [torch.tensor(a, requires_grad=True) for a in start]
        optimizer = make(parameters)
        steps = []
        for gradient in gradients:
            for parameter, grad in zip(parameters, gradient, strict=True):
                parameter.grad = torch.tensor(grad)
            optimizer.step()
            steps.append([parameter.tolist() for parameter in parameters])
        records.append({"optimizer": name, "options": options, "steps": steps})
    return {
        "start": [a.tolist() for a in start],
        "gradients": [[g.tolist() for g in gradient] for gradient in gradients],
        "optimizers": records,
    }


def schedules() -> dict[str, Any]:
    def sgd(learning_rate: float) -> Any:
        return torch.optim.SGD([torch.zeros(1, requires_grad=True)], learning_rate, momentum=0.9)

    def run(optimizer: Any, step: Callable[[int], object], count: int) -> list[list[float]]:
        course = []
        for index in range(count):
            course.append([optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]])
            optimizer.step()
            step(index)
        return course

    def follow(make: Callable[[Any], Any], count: int) -> list[list[float]]:
        optimizer = sgd(0.2)
        scheduler = make(optimizer)
        return run(optimizer, lambda _index: scheduler.step(), count)

    def warm_up(optimizer: Any) -> Any:
        climb = lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=5)
        cosine = lr_scheduler.CosineAnnealingLR(optimizer, 10)
        return lr_scheduler.SequentialLR(optimizer, [climb, cosine], [5])

    figures = [1.0, 0.9, 0.9, 0.95, 0.91, 0.5, 0.49999, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4, 0.41, 0.42, 0.43, 0.44, 0.45]
    optimizer = sgd(0.2)
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, cooldown=1, min_lr=0.03)
    return {
        "schedules": {
            "step": follow(lambda o: lr_scheduler.StepLR(o, 4, gamma=0.5), 13),
            "cosine": follow(lambda o: lr_scheduler.CosineAnnealingLR(o, 12, eta_min=0.01), 13),
            "multi_step": follow(lambda o: lr_scheduler.MultiStepLR(o, [3, 4, 9], gamma=0.5), 13),
            "exponential": follow(lambda o: lr_scheduler.ExponentialLR(o, 0.8), 13),
            "polynomial": follow(lambda o: lr_scheduler.PolynomialLR(o, 10, power=1.7), 13),
            "restarts": follow(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3, 2, eta_min=0.01), 30),
            "even_restarts": follow(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 5), 17),
            "triangular": follow(lambda o: lr_scheduler.CyclicLR(o, 0.02, 0.2, 4, cycle_momentum=False), 25),
            "triangular2": follow(
                lambda o: lr_scheduler.CyclicLR(
                    o, 0.02, 0.2, 3, 5, mode="triangular2", base_momentum=0.8, max_momentum=0.95
                ),
                27,
            ),
            "exp_range": follow(
                lambda o: lr_scheduler.CyclicLR(
                    o, 0.02, 0.2, 4, 2, mode="exp_range", gamma=0.9, base_momentum=0.7, max_momentum=0.9
                ),
                20,
            ),
            "one_cycle": follow(
                lambda o: lr_scheduler.OneCycleLR(o, 0.2, total_steps=17, base_momentum=0.8, max_momentum=0.95), 17
            ),
            "warm_up": follow(warm_up, 15),
            "plateau": run(optimizer, lambda index: plateau.step(figures[index]), len(figures)),
        },
        "plateau_figures": figures,
    }


def clipping() -> dict[str, Any]:
    rng = np.random.default_rng(3)
    gradients = [rng.standard_normal((3, 2)), rng.standard_normal(3)]
    records = []
    for max_norm in (0.5, 100.0):
        parameters = [torch.zeros(g.shape).double().requires_grad_() for g in gradients]
        for parameter, grad in zip(parameters, gradients, strict=True):
            parameter.grad = torch.tensor(grad)
        norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        clipped = [p.grad.tolist() for p in parameters if p.grad is not None]
        records.append({"max_norm": max_norm, "norm": norm.item(), "clipped": clipped})
    return {"clipping": {"gradients": [g.tolist() for g in gradients], "cases": records}}


def main() -> None:
    """Write the file."""
    assert torch.__version__.startswith("2.13."), torch.__version__
    data = {"torch": torch.__version__.partition("+")[0], **losses(), **optimizers(), **schedules(), **clipping()}
    TARGET.write_text(json.dumps(data) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
