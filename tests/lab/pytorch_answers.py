"""What PyTorch computes for the problems of the lab, in float64, gradients by automatic differentiation."""

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.lab.convolution_problem import ConvolutionProblem, resolve_padding
from digitpad.lab.losses import LossProblem, fitting
from digitpad.lab.optimizers import Recipe
from digitpad.lab.surfaces import Point, Surface

Answers = dict[str, NDArray[np.float64]]


def convolution_answers(problem: ConvolutionProblem) -> Answers:
    """Return "output", "last", and the gradients "x", "w" and, with a bias, "b"."""
    torch: Any = importlib.import_module("torch")
    functional = torch.nn.functional
    (above, below), (left, right) = resolve_padding(problem)
    x = torch.tensor(problem.image, requires_grad=True)
    w = torch.tensor(problem.kernels, requires_grad=True)
    b = None if problem.bias is None else torch.tensor(problem.bias, requires_grad=True)
    padded = functional.pad(x[None], (left, right, above, below))
    kernels = w.flip(2, 3) if problem.mirrored else w
    output = functional.conv2d(padded, kernels, b, problem.stride, 0, problem.dilation, problem.groups)
    last = output
    if problem.activation is not None:
        last = getattr(torch, problem.activation, None) or getattr(functional, problem.activation.replace("-", "_"))
        last = last(output)
    if problem.pooling is not None:
        pool = functional.max_pool2d if problem.pooling.kind == "max" else functional.avg_pool2d
        last = pool(last, problem.pooling.size, problem.pooling.stride)
    last.backward(torch.tensor(problem.gradient)[None])
    answers = {"output": output[0], "last": last[0], "x": x.grad, "w": w.grad}
    if b is not None:
        answers["b"] = b.grad
    return {name: value.detach().numpy() for name, value in answers.items()}


def loss_answers(problem: LossProblem) -> Answers:
    """Return each loss that fits by its name, and its gradient by that name and "/gradient"."""
    torch: Any = importlib.import_module("torch")
    functional = torch.nn.functional
    answers: Answers = {}
    rows = torch.tensor(problem.rows)
    targets = torch.tensor(problem.targets)
    alpha = torch.tensor(problem.alpha, dtype=torch.float64)
    for name in fitting(problem):
        values = problem.values
        softmax = name in {"cross_entropy", "label_smoothing", "focal_loss"}
        if softmax and problem.given == "probabilities":
            values = np.log(values)
        z = torch.tensor(values, requires_grad=True)
        binary = problem.given == "logits"
        if softmax:
            smoothing = problem.smoothing if name == "label_smoothing" else 0.0
            if name == "focal_loss":
                log_p = functional.log_softmax(z, dim=1)
                cost = (rows * alpha * (1 - log_p.exp()) ** problem.gamma * -log_p).sum() / len(values)
            else:
                cost = functional.cross_entropy(z, targets, label_smoothing=smoothing)
        elif name == "negative_log_likelihood":
            cost = functional.nll_loss(z, targets)
        elif name == "binary_cross_entropy" and binary:
            weight = torch.tensor(problem.pos_weight, dtype=torch.float64)
            cost = functional.binary_cross_entropy_with_logits(z, rows, pos_weight=weight)
        elif name == "binary_cross_entropy":
            cost = functional.binary_cross_entropy(z, rows)
        elif name == "binary_focal_loss":
            p = z.sigmoid() if binary else z
            log_p, log_q = (functional.logsigmoid(z), functional.logsigmoid(-z)) if binary else (p.log(), (1 - p).log())
            no, yes = alpha.reshape(-1)[0], alpha.reshape(-1)[-1]
            cost = (rows * yes * (1 - p) ** problem.gamma * -log_p + (1 - rows) * no * p**problem.gamma * -log_q).mean()
        else:
            predicted = z
            if problem.given == "logits":
                predicted = z.softmax(dim=1) if "cross_entropy" in fitting(problem) else z.sigmoid()
            cost = functional.mse_loss(predicted, rows)
        cost.backward()
        answers[name] = cost.detach().numpy()
        answers[f"{name}/gradient"] = z.grad.numpy()
    return answers


def path_answers(surface: Surface, recipe: Recipe, start: Point, steps: int) -> Answers:
    """Return "path", the start and the point after each step of PyTorch's optimizer of that name."""
    torch: Any = importlib.import_module("torch")
    kinds = {"adagrad": "Adagrad", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
    settings: dict[str, Any] = dict(recipe.settings) | ({"nesterov": True} if recipe.name == "nesterov" else {})
    position = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    kind = getattr(torch.optim, kinds.get(recipe.name, "SGD"))
    optimizer = kind([position], lr=recipe.learning_rate, **settings)
    path = [position.detach().clone()]
    for _step in range(steps):
        optimizer.zero_grad()
        value: Any = surface.value(position[0], position[1])
        value.backward()
        optimizer.step()
        path.append(position.detach().clone())
    return {"path": torch.stack(path).numpy()}
