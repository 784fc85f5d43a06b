"""Attention: let one part of a network say where another should be listened to."""

from collections.abc import Iterator

import numpy as np

from digitpad.nn import checks
from digitpad.nn.backend import Array, DTypeLike, Shape, array_module
from digitpad.nn.layer import Layer, Visit, require_cache
from digitpad.nn.layers.activations import ReLU, Sigmoid
from digitpad.nn.layers.convolution import Conv2D
from digitpad.nn.receptive_field import ReceptiveField


class AttentionGate(Layer):
    """The additive attention gate of the attention U-Net: a signal weighs every place of a skip.

    The input holds both, as `SkipConnection` leaves them: the skip's channels first, the signal's behind.

    alpha = sigmoid(psi(relu(theta(skip) + phi(signal))))
    out = skip * alpha, and behind it the signal as it was

    theta, phi and psi are 1x1 convolutions, so the input (N, skip_channels + signal_channels, H, W) keeps its
    shape, and alpha is one map (N, 1, H, W) in (0, 1) that can be looked at.

    Parameters
    ----------
    skip_channels
        Number of channels that are weighed.
    signal_channels
        Number of channels that decide.
    inner_channels
        Number of maps in which the two are compared; None means half of the skip's, at least one.
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
    Source: Oktay et al., "Attention U-Net: learning where to look for the pancreas", MIDL 2018, equations 1 and 2.
    There the signal is coarser than the skip and alpha is enlarged to fit; here, as in most U-Nets that adopted
    the gate, the signal has come up already and both are of one size.
    """

    def __init__(
        self,
        skip_channels: int,
        signal_channels: int,
        inner_channels: int | None = None,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.skip_channels = checks.whole_number("AttentionGate", "skip_channels", skip_channels)
        self.signal_channels = checks.whole_number("AttentionGate", "signal_channels", signal_channels)
        self.inner_channels = checks.whole_number(
            "AttentionGate",
            "inner_channels",
            max(1, self.skip_channels // 2) if inner_channels is None else inner_channels,
        )
        rng = checks.generator("AttentionGate", rng)
        # The bias of phi serves both summands.
        self.theta = Conv2D(self.skip_channels, self.inner_channels, 1, bias=False, rng=rng, dtype=dtype)
        self.phi = Conv2D(self.signal_channels, self.inner_channels, 1, rng=rng, dtype=dtype)
        self.relu = ReLU()
        self.psi = Conv2D(self.inner_channels, 1, 1, initializer="xavier_normal", rng=rng, dtype=dtype)
        self.alpha = Sigmoid()
        self._cache: tuple[Array, Array] | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Weigh the skip by the signal; see the formula above."""
        return self.trace(x, {}, "", training=training)

    def trace(self, x: Array, record: dict[str, Array], name: str, *, training: bool = False) -> Array:
        """Run the gate, noting its parts as `name.theta` ... `name.alpha`, and the output as `name`."""
        channels = self.skip_channels + self.signal_channels
        checks.batch("AttentionGate", x, (channels, None, None), like=self.theta.weight.value)
        skip, signal = x[:, : self.skip_channels], x[:, self.skip_channels :]

        def step(layer_name: str, layer: Layer, value: Array) -> Array:
            return layer.trace(value, record, f"{name}.{layer_name}", training=training)

        compared = step("theta", self.theta, skip) + step("phi", self.phi, signal)
        alpha = step("alpha", self.alpha, step("psi", self.psi, step("relu", self.relu, compared)))
        out: Array = array_module(x).empty_like(x)
        out[:, : self.skip_channels] = skip * alpha
        out[:, self.skip_channels :] = signal
        if training:
            self._cache = skip, alpha
        record[name] = out
        return out

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient with respect to skip and signal, which reach the output past alpha and through it."""
        return self.trace_backward(grad_output, {}, "")

    def trace_backward(self, grad_output: Array, record: dict[str, Array], name: str) -> Array:
        """Run `backward`, noting the gradients of the parts under the names that `trace` gives them."""
        skip, alpha = require_cache(self, self._cache)
        channels = self.skip_channels + self.signal_channels
        checks.upstream("AttentionGate", grad_output, (len(skip), channels, *skip.shape[2:]))
        grad_gated, grad_signal = grad_output[:, : self.skip_channels], grad_output[:, self.skip_channels :]
        # One alpha weighs all channels of its place, so their gradients add up.
        grad_alpha = (grad_gated * skip).sum(axis=1, keepdims=True)

        def step(layer_name: str, layer: Layer, gradient: Array) -> Array:
            return layer.trace_backward(gradient, record, f"{name}.{layer_name}")

        record[name] = grad_output
        grad_compared = step("relu", self.relu, step("psi", self.psi, step("alpha", self.alpha, grad_alpha)))
        grad_input: Array = array_module(grad_output).empty_like(grad_output)
        grad_input[:, : self.skip_channels] = grad_gated * alpha + step("theta", self.theta, grad_compared)
        grad_input[:, self.skip_channels :] = grad_signal + step("phi", self.phi, grad_compared)
        return grad_input

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the input.

        Raises
        ------
        ValueError
            If the channels are not skip and signal together.
        """
        checks.image_shape("AttentionGate", input_shape, self.skip_channels + self.signal_channels)
        return input_shape

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the sum over the three convolutions."""
        image = self.output_shape(input_shape)[1:]
        return sum(layer.multiply_adds((layer.in_channels, *image)) for layer in (self.theta, self.phi, self.psi))

    def visit(self, name: str, input_shape: Shape, field: ReceptiveField) -> Iterator[Visit]:
        """Yield what each part does, and then the weighing."""
        image = self.output_shape(input_shape)[1:]
        inner = (self.inner_channels, *image)
        yield from self.theta.visit(f"{name}.theta", (self.skip_channels, *image), field)
        yield from self.phi.visit(f"{name}.phi", (self.signal_channels, *image), field)
        yield from self.relu.visit(f"{name}.relu", inner, field)
        yield from self.psi.visit(f"{name}.psi", inner, field)
        yield from self.alpha.visit(f"{name}.alpha", (1, *image), field)
        yield from super().visit(name, input_shape, field)
