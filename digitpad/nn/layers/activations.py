"""Activations: a bend in every number's path, without which layers would collapse into one."""

from typing import ClassVar

from digitpad.nn import checks
from digitpad.nn.backend import Array, array_module
from digitpad.nn.layer import Layer, recall


class ReLU(Layer):
    """The positive part, max(x, 0), of arrays of any shape.

    The gradient passes where x > 0; at exactly zero it is taken as 0, as PyTorch does. Source: Nair and Hinton,
    "Rectified linear units improve restricted Boltzmann machines", ICML 2010.
    """

    elementwise: ClassVar[bool] = True

    def __init__(self) -> None:
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return max(x, 0)."""
        out: Array = array_module(x).maximum(x, 0)
        if training:
            self._cache = out
        return out

    def backward(self, grad_output: Array) -> Array:
        """Return grad_output where the output was positive, else 0."""
        out = recall(self, self._cache)
        checks.upstream("ReLU", grad_output, out.shape)
        grad_input: Array = grad_output * (out > 0)
        return grad_input
