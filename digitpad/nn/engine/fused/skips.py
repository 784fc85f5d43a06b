"""Skip connections and attention gates of a U-Net, in memory that is reused in every step.

The maps of a skip and of the body, or of a skip and its signal, are parts of each pixel. In the order of memory that
the convolutions use (see `layouts.py`), joining them copies long runs, and weighting the skip by alpha needs no copy.
"""

from collections.abc import Callable

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused.layouts import CHANNELS_LAST, IMAGES_LAST, Order, order_of
from digitpad.nn.engine.fused.normalization import few_lines
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import AttentionGate, SkipConnection


class FusedSkipConnection(Layer):
    """`connection` with another body.

    Parameters
    ----------
    connection
        The layer to replace.
    body
        Its body, already fused.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, connection: SkipConnection, body: Layer, scratch: Workspace) -> None:
        self.body = body
        self._joined_shape = connection.joined_shape
        self._own = scratch.sibling()
        self._order = CHANNELS_LAST
        self._cache: tuple[int, Shape] | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the maps of `x` (N, C, H, W) and those of the body, in memory that the next call overwrites."""
        body = self.body.forward(x, training=training)
        channels = x.shape[1]
        shape = self._joined_shape([x.shape[1:], body.shape[1:]])
        self._order = order = order_of(body)
        n, (_, height, width) = len(x), shape
        joined = self._own.empty("out", (height, width, *order.pixel(n, shape[0])))
        for part, maps in zip((x, body), _divided(joined, order, channels), strict=True):
            np.copyto(maps, order.image(part))
        self._cache = (channels, (n, *shape)) if training else None
        return order.batch(joined)

    def backward(self, grad_output: Array) -> Array:
        """Call `backward` of the body, and return the sum of its input gradient and the skip's."""
        return self._go_back(grad_output, self.body.backward)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`, in memory that the next call overwrites."""
        return self._go_back(grad_output, self.body.input_gradient)

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of the parameters of the body."""
        self.body.parameter_gradients(self._parts(grad_output)[1])

    def _go_back(self, grad_output: Array, through_body: Callable[[Array], Array]) -> Array:
        of_skip, of_body = self._parts(grad_output)
        of_skip, of_body = self._order.image(of_skip), self._order.image(through_body(of_body))
        total = np.add(of_skip, of_body, out=self._own.empty("total", of_skip.shape))
        return self._order.batch(total)

    def _parts(self, grad_output: Array) -> tuple[Array, Array]:
        """Return the gradients of the skip and of the body's output, (N, C, H, W), views."""
        channels, shape = require_cache(self, self._cache)
        SkipConnection.check.upstream(grad_output, shape)
        return grad_output[:, :channels], grad_output[:, channels:]


class FusedAttentionGate(Layer):
    """`gate` for a batch of many images, on its parameters.

    Parameters
    ----------
    gate
        The layer to replace.
    theta, phi, psi
        Its convolutions, already fused.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, gate: AttentionGate, theta: Layer, phi: Layer, psi: Layer, scratch: Workspace) -> None:
        self.gate, self.theta, self.phi, self.psi = gate, theta, phi, psi
        self._own, self._scratch = scratch.sibling(), scratch
        self._cache: tuple[Array, Array, Array] | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the weighted skip and the signal for `x` (N, C, H, W), in memory that the next call overwrites."""
        gate = self.gate
        channels = gate.skip_channels + gate.signal_channels
        gate.check.unseen_batch(x, (channels, None, None), like=gate.parameters()[0].value)
        image = IMAGES_LAST.contiguous(x, self._own, "image")
        skip, signal = _divided(image, IMAGES_LAST, gate.skip_channels)
        theta, phi = (
            IMAGES_LAST.image(layer.forward(IMAGES_LAST.batch(part), training=training))
            for layer, part in ((self.theta, skip), (self.phi, signal))
        )
        compared = self._own.empty("compared", theta.shape)
        zeros = np.zeros(compared.shape[2:], compared.dtype)
        for some, _ in few_lines(compared):
            here = np.add(theta[some], phi[some], out=compared[some])
            np.maximum(here, zeros, out=here)
        weighed = self.psi.forward(IMAGES_LAST.batch(compared), training=training)
        alpha = IMAGES_LAST.image(gate.alpha.forward(weighed, training=training))
        out = self._own.empty("out", image.shape)
        gated, passed = _divided(out, IMAGES_LAST, gate.skip_channels)
        np.multiply(skip, alpha, out=gated)
        np.copyto(passed, signal)
        self._cache = (image, compared, alpha) if training else None
        return IMAGES_LAST.batch(out)

    def backward(self, grad_output: Array) -> Array:
        """Call `backward` once in every part, and return the gradient with respect to skip and signal."""
        return self._go_back(grad_output, lambda layer, gradient: layer.backward(gradient))

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient with respect to skip and signal, in memory that the next call overwrites."""
        return self._go_back(grad_output, lambda layer, gradient: layer.input_gradient(gradient))

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of the three convolutions, each of which needs the input gradient of those behind it."""
        self.backward(grad_output)

    def _go_back(self, grad_output: Array, step: Callable[[Layer, Array], Array]) -> Array:
        """Return the gradient with respect to skip and signal (see `AttentionGate`); `step` goes through one part."""
        image, compared, alpha = require_cache(self, self._cache)
        gate = self.gate
        gate.check.upstream(grad_output, IMAGES_LAST.batch(image).shape)
        skip, _ = _divided(image, IMAGES_LAST, gate.skip_channels)
        grad_gated, grad_signal = _divided(IMAGES_LAST.image(grad_output), IMAGES_LAST, gate.skip_channels)
        grad_alpha = self._own.empty("grad_alpha", alpha.shape)
        for some, _ in few_lines(skip):
            product = self._scratch.empty("product", skip[some].shape)
            np.multiply(grad_gated[some], skip[some], out=product)
            np.add.reduce(product, axis=2, keepdims=True, out=grad_alpha[some])
        grad_weighed = gate.alpha.input_gradient(IMAGES_LAST.batch(grad_alpha))
        grad_relu = IMAGES_LAST.image(step(self.psi, grad_weighed))
        grad_compared = self._own.empty("grad_compared", compared.shape)
        np.multiply(grad_relu, compared > 0, out=grad_compared)
        of_skip, of_signal = (
            IMAGES_LAST.image(step(layer, IMAGES_LAST.batch(grad_compared))) for layer in (self.theta, self.phi)
        )
        grad = self._own.empty("grad", image.shape)
        to_skip, to_signal = _divided(grad, IMAGES_LAST, gate.skip_channels)
        for some, _ in few_lines(grad):
            np.multiply(grad_gated[some], alpha[some], out=to_skip[some])
            to_skip[some] += of_skip[some]
            np.add(grad_signal[some], of_signal[some], out=to_signal[some])
        return IMAGES_LAST.batch(grad)


def _divided(image: Array, order: Order, channels: int) -> tuple[Array, Array]:
    """Return the first channels of an image in this order of memory, and the others, views."""
    first, others = np.split(image, [channels], axis=order.axes.index(1))
    return first, others
