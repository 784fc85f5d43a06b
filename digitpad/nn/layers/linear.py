"""The fully connected layer: every output is a weighted sum of all inputs.

out = x @ weight.T + bias
"""

import numpy as np

from digitpad.nn import initializers
from digitpad.nn.backend import Array, DTypeLike, Shape
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.parameter import Parameter
from digitpad.nn.receptive_field import ReceptiveField


class Linear(Layer):
    """Weighted sums of vectors: (N, in_features) to (N, out_features).

    out[n, o] = sum over i of x[n, i] * weight[o, i], plus bias[o]

    The gradient. weight[o, i] multiplies x[n, i] in out[n, o] and occurs nowhere else; x[n, i] occurs in every output
    of its sample. With g the gradient with respect to out, the chain rule therefore gives

    grad_weight[o, i] = sum over n of g[n, o] * x[n, i],  or g.T @ x
    grad_bias[o]      = sum over n of g[n, o]
    grad_x[n, i]      = sum over o of g[n, o] * weight[o, i],  or g @ weight

    The sums over the batch stay sums: losses divide by the number of samples already.

    Parameters
    ----------
    in_features, out_features
        Length of the vectors before and after.
    bias
        Whether a trained value is added to each output.
    initializer
        Draws the initial weights: a name, or a function of `digitpad.nn.initializers`. Biases start at zero.
    rng
        Random generator for the initial weights; None uses a fresh one that cannot be repeated.
    dtype
        float32, or float64 for gradient checks.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.

    Notes
    -----
    `weight` has PyTorch's shape (out_features, in_features), `bias` (out_features,).
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        initializer: initializers.InitializerSpec = "he_normal",
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.in_features = self.check.whole_number("in_features", in_features)
        self.out_features = self.check.whole_number("out_features", out_features)
        fans = initializers.Fans(self.in_features, self.out_features)
        draw = initializers.resolve(self.check.owner, initializer)
        dtype = self.check.precision(dtype)
        shape = (self.out_features, self.in_features)
        self.weight = Parameter(draw(shape, fans, self.check.generator(rng), dtype))
        self.bias = Parameter(np.zeros(self.out_features, dtype)) if self.check.flag("bias", bias) else None
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return x @ weight.T + bias for `x` (N, in_features)."""
        self.check.batch(x, (self.in_features,), like=self.weight.value)
        out: Array = x @ self.weight.value.T
        if self.bias is not None:
            out += self.bias.value
        if training:
            self._cache = x
        return out

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output @ weight."""
        self._input_of(grad_output)
        grad_input: Array = grad_output @ self.weight.value
        return grad_input

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add grad_output.T @ x (weight) and the sum of grad_output over the batch (bias)."""
        x = self._input_of(grad_output)
        self.weight.add_grad(grad_output.T @ x)
        if self.bias is not None:
            self.bias.add_grad(grad_output.sum(axis=0))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (out_features,).

        Raises
        ------
        ValueError
            If a sample is not (in_features,).
        """
        if input_shape != (self.in_features,):
            raise ValueError(f"{self.check.owner}: the input shape is {input_shape}; expected ({self.in_features},)")
        return (self.out_features,)

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return one operation for each weight."""
        self.output_shape(input_shape)
        return self.in_features * self.out_features

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the whole image, since every output depends on every input."""
        return field.everything()

    def _input_of(self, grad_output: Array) -> Array:
        """Return the last training input, after checking that `grad_output` belongs to it."""
        x = require_cache(self, self._cache)
        self.check.upstream(grad_output, (len(x), self.out_features))
        return x
