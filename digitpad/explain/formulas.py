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
        case layers.GELU(approximate="tanh"):
            formula = "x × (1 + tanh(√(2/π) × (x + 0.044715 × x³))) / 2", (), None
        case _:
            formula = _SMOOTH.get(type(activation), f"{type(activation).__name__}(x)"), (), None
    return formula


_SMOOTH: dict[type[Activation], str] = {
    layers.SiLU: "x / (1 + exp(−x))",
    layers.GELU: "x × (1 + erf(x / √2)) / 2",
    layers.Tanh: "tanh(x)",
    layers.Sigmoid: "1 / (1 + exp(−x))",
}
