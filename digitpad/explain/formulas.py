"""The formula of each activation function, for one number x."""

from digitpad.explain.arithmetic import Summand
from digitpad.nn import layers
from digitpad.nn.layers.activations import Activation

Formula = tuple[str, tuple[Summand, ...], bool | None]


def pointwise_formula(activation: Activation, x: float) -> Formula:
    """Return the formula that applies to `x`, its constants, and whether `x` passes (for ReLU and similar functions).

    Parameters
    ----------
    activation
        The layer.
    x
        The input.
    """
    positive = x > 0
    formula: Formula
    match activation:
        case layers.ReLU():
            formula = "max(x, 0)", (), positive
        case layers.LeakyReLU() | layers.ELU() if positive:
            formula = "x", (), True
        case layers.LeakyReLU(negative_slope=slope):
            formula = "slope × x", (Summand("slope", slope),), False
        case layers.ELU(alpha=alpha):
            formula = "α × (exp(x) − 1)", (Summand("α", alpha),), False
        case layers.SELU(scale=scale) if positive:
            formula = "λ × x", (Summand("λ", scale),), None
        case layers.SELU(alpha=alpha, scale=scale):
            formula = "λ × α × (exp(x) − 1)", (Summand("λ", scale), Summand("α", alpha)), None
        case layers.Hardsigmoid() | layers.Hardswish() if x <= _HARD:
            formula = "0", (), None
        case layers.Hardsigmoid() | layers.Hardswish() if x >= -_HARD:
            formula = "1" if isinstance(activation, layers.Hardsigmoid) else "x", (), None
        case layers.GELU(approximate="tanh"):
            formula = "x × (1 + tanh(√(2/π) × (x + 0.044715 × x³))) / 2", (), None
        case _:
            formula = _SMOOTH.get(type(activation), f"{type(activation).__name__}(x)"), (), None
    return formula


def learned_formula(prelu: layers.PReLU, channel: int, x: float) -> Formula:
    """Return the same for a ReLU with a learned slope.

    Parameters
    ----------
    prelu
        The layer.
    channel
        The map or unit of the input.
    x
        The input.
    """
    if x > 0:
        return "x", (), True
    weights = prelu.weight.value
    return "slope × x", (Summand("slope", float(weights[channel if len(weights) > 1 else 0])),), False


#: The point from which Hardsigmoid and Hardswish are 0; they stop bending at its negative.
_HARD = -3.0

_SMOOTH: dict[type[Activation], str] = {
    layers.SiLU: "x / (1 + exp(−x))",
    layers.Mish: "x × tanh(log(1 + exp(x)))",
    layers.Hardsigmoid: "(x + 3) / 6",
    layers.Hardswish: "x × (x + 3) / 6",
    layers.GELU: "x × (1 + erf(x / √2)) / 2",
    layers.Tanh: "tanh(x)",
    layers.Sigmoid: "1 / (1 + exp(−x))",
}
