"""Solutions as PyTorch programs that compute the same numbers in float64, gradients by automatic differentiation.

The names of their results are those of `numpy_code`.
"""

import numpy as np

from digitpad.copying.code import lines, literal
from digitpad.copying.numbers import exact
from digitpad.errors import DigitpadError
from digitpad.export.pytorch_classes import CLASSES, PADDED
from digitpad.export.pytorch_source import CHAIN, expression
from digitpad.lab.convolution import ConvolutionSolution
from digitpad.lab.losses import (
    BINARY,
    BINARY_FOCAL,
    CROSS_ENTROPY,
    FOCAL,
    LABEL_SMOOTHING,
    LIKELIHOOD,
    SQUARED,
    LossSolution,
)
from digitpad.lab.networks import NetworkSolution
from digitpad.lab.optimizers import Path, settings_of
from digitpad.nn import Sequential, build
from digitpad.nn.layer import Layer
from digitpad.translation import gettext as _

_ACTIVATIONS = {
    "relu": "F.relu(output)",
    "leaky-relu": "F.leaky_relu(output)",
    "elu": "F.elu(output)",
    "silu": "F.silu(output)",
    "gelu": "F.gelu(output)",
    "tanh": "torch.tanh(output)",
    "sigmoid": "torch.sigmoid(output)",
}


def convolution(solution: ConvolutionSolution) -> str:
    """Return a program for a convolution; its results are `output`, `activated`, `pooled` and the gradients."""
    problem = solution.problem
    (above, below), (left, right) = solution.padding
    learns = ", requires_grad=True" if problem.gradient is not None else ""
    kernels = "w.flip(2, 3)" if problem.mirrored else "w"
    program = [
        *_IMPORTS,
        "",
        f"x = torch.tensor({literal(problem.image)}, dtype=torch.float64{learns})",
        f"w = torch.tensor({literal(problem.kernels)}, dtype=torch.float64{learns})",
    ]
    if problem.bias is not None:
        program.append(f"b = torch.tensor({literal(problem.bias)}, dtype=torch.float64{learns})")
    bias = "b" if problem.bias is not None else "None"
    program += [
        "",
        f"padded = F.pad(x, ({left}, {right}, {above}, {below}))",
        f"stride, dilation, groups = {problem.stride}, {problem.dilation}, {problem.groups}",
        f"output = F.conv2d(padded[None], {kernels}, {bias}, stride, 0, dilation, groups)[0]",
        "print(output)",
    ]
    last = "output"
    if problem.activation is not None:
        program += [f"activated = {_ACTIVATIONS[problem.activation]}", "print(activated)"]
        last = "activated"
    if problem.pooling is not None:
        pool = "max_pool2d" if problem.pooling.kind == "max" else "avg_pool2d"
        program += [
            f"pooled = F.{pool}({last}[None], {problem.pooling.size}, stride={problem.pooling.stride})[0]",
            "print(pooled)",
        ]
        last = "pooled"
    if problem.gradient is not None:
        program += [
            "",
            f"{last}.backward(torch.tensor({literal(problem.gradient)}, dtype=torch.float64))",
            "grad_x, grad_w = x.grad, w.grad",
            "print(grad_x, grad_w)",
        ]
        if problem.bias is not None:
            program += ["grad_b = b.grad", "print(grad_b)"]
    return lines(program)


_IMPORTS = ["import torch", "from torch.nn import functional as F"]


def losses(solution: LossSolution) -> str:
    """Return a program for all losses of a problem; its results are `losses` and `gradients`, by name."""
    problem = solution.problem
    given = {"logits": "z", "probabilities": "p", "log_probabilities": "log_p", "outputs": "y"}[problem.given]
    alpha = problem.alpha
    shown = (
        f"torch.tensor({literal(np.array(alpha, np.float64))}, dtype=torch.float64)"
        if isinstance(alpha, tuple)
        else exact(float(alpha))
    )
    program = [
        *_IMPORTS,
        "",
        f"{given} = torch.tensor({literal(problem.values)}, dtype=torch.float64, requires_grad=True)",
        f"t = torch.tensor({literal(problem.rows)}, dtype=torch.float64)",
    ]
    if problem.targets.ndim == 1:
        program.append(f"target = torch.tensor({[int(target) for target in problem.targets]})")
    if problem.given == "probabilities" and CROSS_ENTROPY in solution.losses:
        program.append("z = p.detach().clamp(min=1e-300).log().requires_grad_()")
    if FOCAL in solution.losses or BINARY_FOCAL in solution.losses:
        program.append(f"alpha, gamma = {shown}, {exact(problem.gamma)}")
    program += ["losses, along = {}, {}", ""]
    target = "target" if problem.targets.ndim == 1 else "t"
    if LIKELIHOOD in solution.losses:
        indices = "target" if problem.targets.ndim == 1 else "t.argmax(dim=1)"
        program.append(f'losses["{LIKELIHOOD}"] = F.nll_loss(log_p, {indices})')
    if CROSS_ENTROPY in solution.losses:
        program += [
            f'losses["{CROSS_ENTROPY}"] = F.cross_entropy(z, {target})',
            f'losses["{LABEL_SMOOTHING}"] = F.cross_entropy(z, {target}, label_smoothing={exact(problem.smoothing)})',
            "log_p = F.log_softmax(z, dim=1)",
            f'losses["{FOCAL}"] = (t * alpha * (-torch.expm1(log_p)) ** gamma * -log_p).sum() / len(t)',
        ]
    if BINARY in solution.losses:
        weight = np.asarray(problem.pos_weight, np.float64)
        shown = f", pos_weight=torch.tensor({literal(weight.reshape(-1))}, dtype=torch.float64)"
        program += _binary(shown if np.any(weight != 1) else "", logits=problem.given == "logits")
    if SQUARED in solution.losses:
        predicted = given
        if problem.given == "logits":
            predicted = "torch.softmax(z, dim=1)" if CROSS_ENTROPY in solution.losses else "torch.sigmoid(z)"
        program.append(f'losses["{SQUARED}"] = F.mse_loss({predicted}, t)')
    along = {name: "z" if result.along == "logits" else given for name, result in solution.losses.items()}
    program += ["", *(f'along["{name}"] = {variable}' for name, variable in along.items())]
    return lines(
        program,
        "gradients = {",
        "    name: torch.autograd.grad(loss, along[name], retain_graph=True)[0] for name, loss in losses.items()",
        "}",
        "for name, value in losses.items():",
        "    print(name, value.item())",
    )


def _binary(pos_weight: str, *, logits: bool) -> list[str]:
    if logits:
        call = f"F.binary_cross_entropy_with_logits(z, t{pos_weight})"
        logarithms = "log_yes, log_no = F.logsigmoid(z), F.logsigmoid(-z)"
        yes = "yes = torch.sigmoid(z)"
    else:
        call = "F.binary_cross_entropy(p, t)"
        logarithms = "log_yes, log_no = p.log().clamp(min=-100), (1 - p).log().clamp(min=-100)"
        yes = "yes = p"
    return [
        f'losses["{BINARY}"] = {call}',
        logarithms,
        yes,
        "alpha_no, alpha_yes = (alpha[0], alpha[1]) if torch.is_tensor(alpha) else (alpha, alpha)",
        f'losses["{BINARY_FOCAL}"] = (',
        "    t * alpha_yes * (1 - yes) ** gamma * -log_yes + (1 - t) * alpha_no * yes**gamma * -log_no",
        ").mean()",
    ]


def network(solution: NetworkSolution) -> str:
    """Return a program that constructs a network; its results are `model`, and `table` with shapes and parameters.

    Raises
    ------
    DigitpadError
        If a layer does not fit, or has no counterpart in PyTorch.
    """
    if solution.misfit is not None:
        raise DigitpadError(
            _("{layer} does not fit; correct it, then copy the network.").format(layer=solution.misfit.name)
        )
    chain = build(solution.plan)
    try:
        body = [f'    ("{name}", {expression(name, layer, {}, 1)}),' for name, layer in chain.layers.items()]
    except ValueError as error:
        raise DigitpadError(str(error)) from error
    kinds = {type(layer) for layer in _all(chain)}
    texts = [text for kind, text in CLASSES.items() if kind in kinds]
    texts += [PADDED] if any("PaddedConv2d(" in line for line in body) else []
    classes = [f"\n\n{text.rstrip()}" for text in texts]
    nested = any(isinstance(layer, Sequential) for layer in _all(chain)[1:])
    shape = ", ".join(str(side) for side in solution.plan.input_shape)
    return lines(
        "from collections import OrderedDict",
        "",
        "import torch",
        "from torch import nn",
        classes,
        [f"\n\n{CHAIN.rstrip()}"] if nested else [],
        ["", ""] if classes or nested else [""],
        "model = nn.Sequential(OrderedDict([",
        body,
        "])).eval()",
        "table = {}",
        f"x = torch.zeros(1, {shape})",
        "for name, layer in model.named_children():",
        "    x = layer(x)",
        "    table[name] = (tuple(x.shape[1:]), sum(p.numel() for p in layer.parameters()))",
        "    print(name, *table[name])",
        "print(sum(p.numel() for p in model.parameters()))",
    )


def _all(layer: Layer) -> list[Layer]:
    return [layer] + [inner for child in layer.children().values() for inner in _all(child)]


def optimizer(path: Path) -> str:
    """Return a program for the path of an optimizer; its result is `path`, the points from the start on."""
    settings = settings_of(path)
    kinds = {"adagrad": "Adagrad", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
    kind = kinds.get(path.recipe.name, "SGD")
    # Python's own numbers and switches are written as PyTorch reads them.
    given: dict[str, object] = {name: value for name, value in settings.items() if name != "learning_rate"}
    if "beta1" in given:
        given = {"betas": (given.pop("beta1"), given.pop("beta2")), **given}
    if path.recipe.name == "nesterov":
        given["nesterov"] = True
    if kind == "SGD" and not given["momentum"]:
        del given["momentum"]
    more = "".join(f", {name}={value!r}" for name, value in given.items())
    start = path.moments[0].point
    return lines(
        "import torch",
        "",
        "",
        f"def f(x, y):\n    return {path.surface.code}",
        "",
        "",
        f"p = torch.tensor([{exact(start[0])}, {exact(start[1])}], dtype=torch.float64, requires_grad=True)",
        f"optimizer = torch.optim.{kind}([p], lr={exact(settings['learning_rate'])}{more})",
        "path = [p.detach().clone()]",
        f"for t in range(1, {len(path.moments)}):",
        "    optimizer.zero_grad()",
        "    f(*p).backward()",
        "    optimizer.step()",
        "    path.append(p.detach().clone())",
        "print(p, f(*p))",
    )
