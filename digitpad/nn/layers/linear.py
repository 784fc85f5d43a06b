"""The fully connected layer: every output is a weighted sum of all inputs.

out = x @ weight.T + bias
"""

import numpy as np

from digitpad.nn import checks, initializers
from digitpad.nn.backend import Array, DTypeLike, Shape
from digitpad.nn.layer import Layer, Parameter, require_cache
from digitpad.nn.receptive_field import ReceptiveField


class Linear(Layer):
    """Weighted sums of vectors (N, in_features), to (N, out_features).

    Parameters
    ----------
    in_features, out_features
        Length of the vectors before and after.
    bias
        Whether a learned number is added to each output.
    initializer
        Draws the weights; a name or a function of `digitpad.nn.initializers`. Biases start at zero.
    rng
        Source of the first weights; None draws unrepeatable ones.
    dtype
        float32, or float64 for gradient checks.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot work.

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
        self.in_features = checks.whole_number("Linear", "in_features", in_features)
        self.out_features = checks.whole_number("Linear", "out_features", out_features)
        fans = initializers.Fans(self.in_features, self.out_features)
        draw = initializers.resolve("Linear", initializer)
        dtype = checks.precision("Linear", dtype)
        shape = (self.out_features, self.in_features)
        self.weight = Parameter(draw(shape, fans, checks.generator("Linear", rng), dtype))
        self.bias = Parameter(np.zeros(self.out_features, dtype)) if checks.flag("Linear", "bias", bias) else None
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Compute x @ weight.T + bias for `x` (N, in_features)."""
        checks.batch("Linear", x, (self.in_features,), like=self.weight.value)
        out: Array = x @ self.weight.value.T
        if self.bias is not None:
            out += self.bias.value
        if training:
            self._cache = x
        return out

    def backward(self, grad_output: Array) -> Array:
        """Return grad_output @ weight."""
        if self._learns:
            self.backward_parameters(grad_output)
        else:
            checks.upstream("Linear", grad_output, (len(require_cache(self, self._cache)), self.out_features))
        grad_input: Array = grad_output @ self.weight.value
        return grad_input

    def backward_parameters(self, grad_output: Array) -> None:
        """Add grad_output.T @ x (weight) and the sum of grad_output over the batch (bias)."""
        x = require_cache(self, self._cache)
        checks.upstream("Linear", grad_output, (len(x), self.out_features))
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
            raise ValueError(f"Linear: the input shape is {input_shape}; expected ({self.in_features},)")
        return (self.out_features,)

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return one per weight."""
        self.output_shape(input_shape)
        return self.in_features * self.out_features

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the whole image: every output sees every input."""
        return field.everything()
