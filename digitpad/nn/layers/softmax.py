"""Softmax: numbers of any size become probabilities. Unlike an activation, each output depends on a row of inputs."""

from digitpad.nn import functional
from digitpad.nn.backend import Array, Shape
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.receptive_field import ReceptiveField


class Softmax(Layer):
    """Probabilities that sum to one along an axis: p[i] = exp(x[i]) / sum over j of exp(x[j]).

    A cross-entropy loss works from logits and needs no softmax before it.

    The gradient. x[j] occurs in the numerator of p[j] alone and in the denominator of every p[i], so by the quotient
    rule d p[i] / d x[j] = p[i] * ((1 if i == j else 0) - p[j]). Summed over i with the upstream gradient g:

    grad_x[j] = p[j] * (g[j] - sum over i of g[i] * p[i])

    Parameters
    ----------
    axis
        The axis of the classes; 1 is the channels', and -1 the last. The batch, axis 0, is excluded, since samples are
        independent.

    Raises
    ------
    TypeError, ValueError
        If `axis` is 0 or not a whole number; when called, if the batch has no such axis.
    """

    def __init__(self, axis: int = 1) -> None:
        from_the_end = type(axis) is int and axis < 0
        self.axis = axis if from_the_end else self.check.whole_number("axis", axis)
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return softmax(x) along the axis."""
        self.check.samples(x)
        self.output_shape(x.shape[1:])
        out = functional.softmax(x, axis=self.axis)
        if training:
            self._cache = out
        return out

    def input_gradient(self, grad_output: Array) -> Array:
        """Return out * (grad_output - sum(grad_output * out)), with the sum along the axis."""
        out = require_cache(self, self._cache)
        self.check.upstream(grad_output, out.shape)
        weighted = grad_output * out
        grad_input: Array = weighted - out * weighted.sum(axis=self.axis, keepdims=True)
        return grad_input

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the input.

        Raises
        ------
        ValueError
            If the input has no such axis.
        """
        if not -len(input_shape) <= self.axis <= len(input_shape):
            raise ValueError(
                f"{self.check.owner}: axis is {self.axis}; expected one of the input's, at most {len(input_shape)}"
            )
        return input_shape

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the field unchanged for an axis of channels, or the whole image for an axis of rows or columns."""
        return field if self.axis in {1, -3} else field.everything()
