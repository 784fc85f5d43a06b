"""A choice between two fused forms by the number of images, which is known only when a batch comes."""

from digitpad.nn.backend import Array
from digitpad.nn.engine.fused.layouts import LEAST_IMAGES
from digitpad.nn.layer import Layer


class ByBatch(Layer):
    """`many` for batches of at least `LEAST_IMAGES`, else `few`; both on the same parameters.

    Parameters
    ----------
    few, many
        Fused forms of the same layers.
    """

    def __init__(self, few: Layer, many: Layer) -> None:
        self.few, self.many = few, many
        self._chosen = few

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        self._chosen = self.many if len(x) >= LEAST_IMAGES else self.few
        return self._chosen.forward(x, training=training)

    def backward(self, grad_output: Array) -> Array:
        """Call `backward` of the form that the last batch took."""
        return self._chosen.backward(grad_output)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`, in memory that the next call overwrites."""
        return self._chosen.input_gradient(grad_output)

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of the parameters."""
        self._chosen.parameter_gradients(grad_output)
