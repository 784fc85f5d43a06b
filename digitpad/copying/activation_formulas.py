"""The formulas of the activations of `digitpad.nn` as NumPy expressions of x."""

from digitpad.copying.code import number
from digitpad.errors import DigitpadError
from digitpad.nn import layers
from digitpad.nn.layers.activations import Activation
from digitpad.translation import gettext as _


def numpy_formula(layer: Activation) -> str:
    """Return the formula of an activation; it needs `np`, and `math` for a GELU that is not approximated.

    Raises
    ------
    DigitpadError
        If the layer has no formula.
    """
    match layer:
        case layers.LeakyReLU(negative_slope=slope):
            return f"np.where(x > 0, x, {number(slope)} * x)"
        case layers.ELU(alpha=alpha):
            return f"np.where(x > 0, x, {number(alpha)} * np.expm1(np.minimum(x, 0)))"
        case layers.SELU(alpha=alpha, scale=scale):
            return f"{number(scale)} * np.where(x > 0, x, {number(alpha)} * np.expm1(np.minimum(x, 0)))"
        case layers.GELU(approximate="tanh"):
            return "x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2"
    formula = _FORMULAS.get(type(layer))
    if formula is None:
        text = _("{layer} has no NumPy formula here; copy it as text or as PyTorch code.")
        raise DigitpadError(text.format(layer=type(layer).__name__))
    return formula


_FORMULAS: dict[type[Activation], str] = {
    layers.ReLU: "np.maximum(x, 0)",
    layers.SiLU: "x / (1 + np.exp(-x))",
    layers.GELU: "x * (1 + np.vectorize(math.erf)(x / np.sqrt(2))) / 2",
    layers.Mish: "x * np.tanh(np.logaddexp(0, x))",
    layers.Hardsigmoid: "np.clip(x + 3, 0, 6) / 6",
    layers.Hardswish: "x * np.clip(x + 3, 0, 6) / 6",
    layers.Tanh: "np.tanh(x)",
    layers.Sigmoid: "0.5 * (1 + np.tanh(x / 2))",
}
