"""Solutions as NumPy programs that compute the same numbers, with loops and sums as in a textbook.

The programs need nothing but NumPy. The names of their results are those of `pytorch_code`.
"""

import re

import numpy as np

from digitpad.copying.code import lines, literal
from digitpad.copying.numbers import exact
from digitpad.errors import DigitpadError
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
from digitpad.lab.networks import NetworkSolution, Row
from digitpad.lab.numpy_updates import update_lines
from digitpad.lab.optimizers import Path, settings_of
from digitpad.nn import layers
from digitpad.nn.layers.sample_normalization import SampleNorm
from digitpad.translation import gettext as _

#: Activations of an array x, and their derivatives.
_ACTIVATIONS = {
    "relu": ("np.maximum(x, 0)", "(x > 0).astype(float)"),
    "leaky-relu": ("np.where(x > 0, x, 0.01 * x)", "np.where(x > 0, 1, 0.01)"),
    "elu": ("np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)", "np.where(x > 0, 1, np.exp(np.minimum(x, 0)))"),
    "silu": ("x * sigmoid(x)", "sigmoid(x) * (1 + x * (1 - sigmoid(x)))"),
    "gelu": ("x * normal(x)", "normal(x) + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)"),
    "tanh": ("np.tanh(x)", "1 - np.tanh(x) ** 2"),
    "sigmoid": ("sigmoid(x)", "sigmoid(x) * (1 - sigmoid(x))"),
}
_SIGMOID = ["", "", "def sigmoid(x):", "    return 0.5 * (1 + np.tanh(x / 2))", "", ""]
_NORMAL = [
    "",
    "",
    "def normal(x):  # the normal distribution's cumulative probability",
    "    return 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))",
    "",
    "",
]


def convolution(solution: ConvolutionSolution) -> str:
    """Return a program for a convolution; its results are `output`, `activated`, `pooled` and the gradients."""
    problem = solution.problem
    (above, below), (left, right) = solution.padding
    activation = problem.activation
    program = ["import math", "", "import numpy as np"] if activation == "gelu" else ["import numpy as np"]
    if activation in {"silu", "sigmoid"}:
        program += _SIGMOID
    if activation == "gelu":
        program += _NORMAL
    program += [
        "",
        f"x = np.array({literal(problem.image)}, dtype=float)",
        f"w = np.array({literal(problem.kernels)}, dtype=float)",
        "b = np.zeros(len(w))" if problem.bias is None else f"b = np.array({literal(problem.bias)}, dtype=float)",
        f"stride, dilation, groups = {problem.stride}, {problem.dilation}, {problem.groups}",
        "",
        f"padded = np.pad(x, ((0, 0), ({above}, {below}), ({left}, {right})))",
        "kernels = w[:, :, ::-1, ::-1]  # mirrored" if problem.mirrored else "kernels = w",
        "per_group, height, width = w.shape[1:]",
        "rows = (padded.shape[1] - dilation[0] * (height - 1) - 1) // stride[0] + 1",
        "columns = (padded.shape[2] - dilation[1] * (width - 1) - 1) // stride[1] + 1",
        "",
        "",
        "def under(o, r, c):  # the part of the padded input under kernel o at this place",
        "    first = o // (len(w) // groups) * per_group",
        "    top, left = r * stride[0], c * stride[1]",
        "    return (",
        "        slice(first, first + per_group),",
        "        slice(top, top + dilation[0] * (height - 1) + 1, dilation[0]),",
        "        slice(left, left + dilation[1] * (width - 1) + 1, dilation[1]),",
        "    )",
        "",
        "",
        "output = np.zeros((len(w), rows, columns))",
        "for o, r, c in np.ndindex(output.shape):",
        "    output[o, r, c] = np.sum(padded[under(o, r, c)] * kernels[o]) + b[o]",
        "print(output)",
    ]
    last = "output"
    if activation is not None:
        program += ["", f"activated = {_on_output(_ACTIVATIONS[activation][0])}", "print(activated)"]
        last = "activated"
    if problem.pooling is not None:
        size, step = problem.pooling.size, problem.pooling.stride
        keep = "max" if problem.pooling.kind == "max" else "mean"
        shape = solution.last.shape
        program += [
            "",
            f"pooled = np.zeros({shape})",
            "for o, r, c in np.ndindex(pooled.shape):",
            f"    top, left = r * {step[0]}, c * {step[1]}",
            f"    window = {last}[o, top : top + {size[0]}, left : left + {size[1]}]",
            f"    pooled[o, r, c] = window.{keep}()",
            "print(pooled)",
        ]
    if problem.gradient is not None:
        program += _convolution_backward(solution, last)
    return lines(program)


def _on_output(formula: str) -> str:
    """Return the formula of an activation with `output` for x, which is a word of its own in it."""
    return re.sub(r"\bx\b", "output", formula)


def _convolution_backward(solution: ConvolutionSolution, before_pooling: str) -> list[str]:
    """Return the lines of the backward pass."""
    problem = solution.problem
    if problem.gradient is None:
        return []
    (above, _below), (left, _right) = solution.padding
    height, width = problem.image.shape[1:]
    program = ["", f"gradient = np.array({literal(problem.gradient)}, dtype=float)"]
    if problem.pooling is not None:
        size, step = problem.pooling.size, problem.pooling.stride
        program += [
            f"grad_pooled, gradient = gradient, np.zeros_like({before_pooling})",
            "for o, r, c in np.ndindex(grad_pooled.shape):",
            f"    top, left = r * {step[0]}, c * {step[1]}",
            f"    place = (o, slice(top, top + {size[0]}), slice(left, left + {size[1]}))",
        ]
        if problem.pooling.kind == "max":
            program += [
                f"    window = {before_pooling}[place]",
                "    winner = np.unravel_index(window.argmax(), window.shape)",
                "    gradient[place][winner] += grad_pooled[o, r, c]",
            ]
        else:
            program.append(f"    gradient[place] += grad_pooled[o, r, c] / {size[0] * size[1]}")
    if problem.activation is not None:
        program.append(f"gradient = gradient * ({_on_output(_ACTIVATIONS[problem.activation][1])})")
    mirrored = "[:, :, ::-1, ::-1]" if problem.mirrored else ""
    return [
        *program,
        "grad_padded, grad_kernels = np.zeros_like(padded), np.zeros_like(w)",
        "for o, r, c in np.ndindex(output.shape):",
        "    grad_padded[under(o, r, c)] += gradient[o, r, c] * kernels[o]",
        "    grad_kernels[o] += gradient[o, r, c] * padded[under(o, r, c)]",
        f"grad_x = grad_padded[:, {above} : {above + height}, {left} : {left + width}]",
        f"grad_w = grad_kernels{mirrored}",
        "grad_b = gradient.sum(axis=(1, 2))",
        "print(grad_x, grad_w, grad_b)",
    ]


def losses(solution: LossSolution) -> str:
    """Return a program for all losses of a problem; its results are `losses` and `gradients`, by name."""
    problem = solution.problem
    given = {"logits": "z", "probabilities": "p", "log_probabilities": "log_p", "outputs": "y"}[problem.given]
    program = [
        "import numpy as np",
        "",
        f"{given} = np.array({literal(problem.values)}, dtype=float)",
        f"t = np.array({literal(problem.rows)}, dtype=float)",
        "n = len(t)",
        "losses, gradients = {}, {}",
    ]
    alpha = problem.alpha
    if FOCAL in solution.losses or BINARY_FOCAL in solution.losses:
        shown = f"np.array({literal(np.array(alpha, np.float64))})" if isinstance(alpha, tuple) else exact(float(alpha))
        program.append(f"alpha, gamma = {shown}, {exact(problem.gamma)}")
        program += [
            "",
            "",
            "def focal(log_q):  # the focal loss without alpha, and its derivative along log q",
            "    q, rest = np.exp(log_q), -np.expm1(log_q)",
            "    fraction = np.where(rest > 0, log_q / np.where(rest > 0, rest, 1), -1)",
            "    return -(rest**gamma) * log_q, rest**gamma * (gamma * q * fraction - 1)",
            "",
        ]
    if LIKELIHOOD in solution.losses:
        program += [f'losses["{LIKELIHOOD}"] = -(t * log_p).sum() / n', f'gradients["{LIKELIHOOD}"] = -t / n']
    if CROSS_ENTROPY in solution.losses:
        program += _softmax_losses(solution)
    if BINARY in solution.losses:
        program += _binary_losses(solution)
    if SQUARED in solution.losses:
        program += _squared_loss(solution)
    return lines(program, "", "for name, value in losses.items():", "    print(name, value)")


def _softmax_losses(solution: LossSolution) -> list[str]:
    problem = solution.problem
    start = ["", "z = np.log(np.maximum(p, 1e-300))"] if problem.given == "probabilities" else [""]
    return [
        *start,
        "m = z.max(axis=1, keepdims=True)",
        "log_sum_exp = m + np.log(np.exp(z - m).sum(axis=1, keepdims=True))",
        "log_p = z - log_sum_exp",
        "softmax = np.exp(log_p)",
        "",
        f'losses["{CROSS_ENTROPY}"] = -(t * log_p).sum() / n',
        f'gradients["{CROSS_ENTROPY}"] = (softmax * t.sum(axis=1, keepdims=True) - t) / n',
        "",
        f"smoothing = {exact(problem.smoothing)}",
        "smooth = t * (1 - smoothing) + smoothing / t.shape[1]",
        f'losses["{LABEL_SMOOTHING}"] = -(smooth * log_p).sum() / n',
        f'gradients["{LABEL_SMOOTHING}"] = (softmax * smooth.sum(axis=1, keepdims=True) - smooth) / n',
        "",
        "cost, slope = focal(log_p)",
        f'losses["{FOCAL}"] = (t * alpha * cost).sum() / n',
        "s = t * alpha * slope / n",
        f'gradients["{FOCAL}"] = s - softmax * s.sum(axis=1, keepdims=True)',
    ]


def _binary_losses(solution: LossSolution) -> list[str]:
    logits = solution.problem.given == "logits"
    start = (
        ["log_yes, log_no = -np.logaddexp(0, -z), -np.logaddexp(0, z)", "yes = np.exp(log_yes)"]
        if logits
        else [
            "log_yes, log_no = (np.log(np.maximum(q, 1e-300)).clip(-100) for q in (p, 1 - p))",
            "yes = p",
        ]
    )
    weight = np.asarray(solution.problem.pos_weight, np.float64)
    if np.any(weight != 1):
        factors = exact(float(weight)) if weight.ndim == 0 else f"np.array({literal(weight)})"
        start = ["", f"pos_weight = {factors}", *start]
    slope = "yes - t" if logits else "(p - t) / np.maximum(p * (1 - p), 1e-12)"
    yes_slope, no_slope = (
        ("(1 - yes)", "-yes") if logits else ("1 / np.maximum(p, 1e-12)", "-1 / np.maximum(1 - p, 1e-12)")
    )
    cost = "t * log_yes"
    if np.any(weight != 1):
        cost, slope = "pos_weight * t * log_yes", "(1 - t) * yes - pos_weight * t * (1 - yes)"
    return [
        "",
        *start,
        f'losses["{BINARY}"] = -({cost} + (1 - t) * log_no).mean()',
        f'gradients["{BINARY}"] = ({slope}) / t.size',
        "",
        "alpha_no, alpha_yes = np.ravel(alpha)[0], np.ravel(alpha)[-1]",
        "cost_yes, slope_yes = focal(log_yes)",
        "cost_no, slope_no = focal(log_no)",
        f'losses["{BINARY_FOCAL}"] = (t * alpha_yes * cost_yes + (1 - t) * alpha_no * cost_no).mean()',
        f'gradients["{BINARY_FOCAL}"] = (',
        f"    t * alpha_yes * slope_yes * ({yes_slope}) + (1 - t) * alpha_no * slope_no * ({no_slope})",
        ") / t.size",
    ]


def _squared_loss(solution: LossSolution) -> list[str]:
    if solution.problem.given != "logits":
        name = "p" if solution.problem.given == "probabilities" else "y"
        return [
            "",
            f'losses["{SQUARED}"] = (({name} - t) ** 2).mean()',
            f'gradients["{SQUARED}"] = 2 * ({name} - t) / t.size',
        ]
    if CROSS_ENTROPY in solution.losses:
        return [
            "",
            f'losses["{SQUARED}"] = ((softmax - t) ** 2).mean()',
            "s = 2 * (softmax - t) / t.size * softmax",
            f'gradients["{SQUARED}"] = s - softmax * s.sum(axis=1, keepdims=True)',
        ]
    return [
        "",
        f'losses["{SQUARED}"] = ((yes - t) ** 2).mean()',
        f'gradients["{SQUARED}"] = 2 * (yes - t) / t.size * yes * (1 - yes)',
    ]


def network(solution: NetworkSolution) -> str:
    """Return a program that counts a network's shapes, parameters and fields; its result is `table`, by layer.

    Raises
    ------
    DigitpadError
        If the network has branches, which this table has no columns for.
    """
    if len(solution.rows) != len(solution.plan.layers):
        raise DigitpadError(
            _("A network with branches or a layer that does not fit has no NumPy table; copy it as PyTorch code.")
        )
    body = [f"    {_numpy_row(row)}," for row in solution.rows]
    return lines(
        "import math",
        "",
        "# name, kind, output channels, kernel, stride, padding, dilation, input channels of a kernel, bias",
        "layers = [",
        body,
        "]",
        f"shape = {solution.plan.input_shape}",
        "jump, field = (1, 1), (1, 1)",
        "table = {}",
        "for name, kind, channels, kernel, stride, padding, dilation, inputs, bias in layers:",
        "    before = shape",
        "    parameters = multiply_adds = 0",
        '    if kind in ("conv", "pool"):',
        "        sides = tuple(",
        "            (side + sum(pad) - d * (k - 1) - 1) // s + 1",
        "            for side, pad, d, k, s in zip(shape[1:], padding, dilation, kernel, stride)",
        "        )",
        "        field = tuple(f + (k - 1) * d * j for f, k, d, j in zip(field, kernel, dilation, jump))",
        "        jump = tuple(j * s for j, s in zip(jump, stride))",
        '        shape = (channels if kind == "conv" else shape[0], *sides)',
        '    elif kind in ("flatten", "mean"):',
        '        shape = (math.prod(shape) if kind == "flatten" else shape[0],)',
        '    if kind == "conv":',
        "        weights = math.prod(kernel) * inputs * channels",
        "        parameters = weights + (channels if bias else 0)",
        "        multiply_adds = math.prod(shape) * math.prod(kernel) * inputs",
        '    elif kind == "linear":',
        "        parameters = shape[0] * channels + (channels if bias else 0)",
        "        multiply_adds = shape[0] * channels",
        "        shape = (channels,)",
        '    elif kind == "slopes":',
        "        parameters = channels",
        '    elif kind == "norm":',
        "        parameters = 2 * shape[0] if bias else 0",
        "        multiply_adds = math.prod(shape)",
        "    table[name] = dict(",
        "        output=shape, parameters=parameters, multiply_adds=multiply_adds,",
        "        activation_bytes=4 * math.prod(shape),",
        "    )",
        "    if len(shape) == 3:",
        '        table[name]["receptive_field"] = field',
        "    print(name, table[name])",
    )


def _numpy_row(row: Row) -> str:
    """Return the line of one layer."""
    one = ((1, 1), (1, 1), ((0, 0), (0, 0)), (1, 1), 0)
    match row.layer:
        case layers.Conv2D() as conv:
            window = (conv.kernel_size, conv.stride, conv.padding, conv.dilation, conv.in_channels // conv.groups)
            facts: tuple[object, ...] = ("conv", conv.out_channels, *window, conv.bias is not None)
        case layers.MaxPool2D() | layers.AvgPool2D() as pool:
            padding = pool.reached_padding(row.input_shape[1:])
            facts = ("pool", 0, pool.kernel_size, pool.stride, padding, pool.dilation, 0, False)
        case layers.Linear() as linear:
            facts = ("linear", linear.out_features, *one, linear.bias is not None)
        case layers.BatchNorm2D() as norm:
            facts = ("norm", 0, *one, norm.weight is not None)
        case layers.Flatten():
            facts = ("flatten", 0, *one, False)
        case layers.GlobalAveragePool2D():
            facts = ("mean", 0, *one, False)
        case layers.PReLU() as prelu:
            facts = ("slopes", prelu.num_parameters, *one, False)
        case layer if layer.elementwise or (row.input_shape == row.output_shape and not isinstance(layer, SampleNorm)):
            facts = ("same", 0, *one, False)
        case _:
            raise DigitpadError(
                _("{layer} has no row in a NumPy table; copy the network as PyTorch code.").format(layer=row.name)
            )
    return repr((row.name, *facts))


def optimizer(path: Path) -> str:
    """Return a program for the path of an optimizer; its result is `path`, the points from the start on."""
    settings = settings_of(path)
    rate = exact(settings["learning_rate"])
    switches = {"amsgrad", "centered", "maximize"}
    named = [f"{name} = {exact(settings[name])}" for name in settings if name not in {"learning_rate", *switches}]
    start = path.moments[0].point
    return lines(
        "import numpy as np",
        "",
        "",
        f"def f(x, y):\n    return {path.surface.code}",
        "",
        "",
        f"def gradient(x, y):\n    return np.array([{', '.join(path.surface.gradient_code)}])",
        "",
        "",
        f"rate = {rate}",
        named,
        f"p = np.array([{exact(start[0])}, {exact(start[1])}], dtype=float)",
        "v, s = np.zeros(2), np.zeros(2)",
        "s += initial_accumulator_value" if "initial_accumulator_value" in settings else [],
        "m = np.zeros(2)" if "centered" in settings else [],
        "largest = np.zeros(2)" if "amsgrad" in settings else [],
        "path = [p]",
        f"for t in range(1, {len(path.moments)}):",
        "    g = gradient(*p)",
        [f"    {line}" for line in update_lines(path.recipe.name, settings)],
        "    path.append(p)",
        "print(p, f(*p))",
    )
