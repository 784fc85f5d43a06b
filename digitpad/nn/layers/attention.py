"""Attention: one part of a network decides how much each place of another part counts."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from digitpad.nn.backend import Array, DTypeLike, Shape, array_module
from digitpad.nn.layer import Layer, Visit, require_cache
from digitpad.nn.layers.activations import ReLU, Sigmoid
from digitpad.nn.layers.convolution import Conv2D
from digitpad.nn.layers.normalization import BatchNorm2D
from digitpad.nn.network import Sequential
from digitpad.nn.receptive_field import ReceptiveField


class AttentionGate(Layer):
    """The additive attention gate of the attention U-Net: a signal weights every place of a skip.

    The input holds both, as a `SkipConnection` returns them: the channels of the skip, then those of the signal.

    alpha = sigmoid(psi(relu(theta(skip) + phi(signal))))
    out = skip * alpha, followed by the signal unchanged

    theta, phi and psi are 1x1 convolutions, so the input (N, skip_channels + signal_channels, H, W) keeps its shape,
    and alpha is a single map (N, 1, H, W) in (0, 1) that can be shown. On request each of the three is followed by
    batch normalization, which keeps the sum of theta and phi in the range where relu and sigmoid are not constant.

    The gradient. Let g be the gradient with respect to skip * alpha, and h that with respect to the signal's channels.
    The product rule gives g * alpha for the skip, and for alpha, which weights all channels of its place, the sum over
    the channels of g * skip. The latter goes back through sigmoid, psi and relu to the sum theta(skip) + phi(signal);
    theta's input gradient is added to g * alpha, phi's to h.

    Parameters
    ----------
    skip_channels
        Number of channels that are weighted.
    signal_channels
        Number of channels that decide.
    inner_channels
        Number of maps in which the two are compared; None means half of `skip_channels`, at least one.
    batch_norm
        Whether theta, phi and psi are each a convolution with a bias, `conv`, followed by batch normalization, `norm`.
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
    Source: Oktay et al., "Attention U-Net: learning where to look for the pancreas", MIDL 2018, equations 1 and 2.
    There the signal is coarser than the skip, and alpha is enlarged to fit; here, as in most U-Nets with this gate, the
    signal has been enlarged already and both have one size.
    """

    def __init__(
        self,
        skip_channels: int,
        signal_channels: int,
        inner_channels: int | None = None,
        batch_norm: bool = False,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.skip_channels = self.check.whole_number("skip_channels", skip_channels)
        self.signal_channels = self.check.whole_number("signal_channels", signal_channels)
        self.inner_channels = self.check.whole_number(
            "inner_channels",
            max(1, self.skip_channels // 2) if inner_channels is None else inner_channels,
        )
        self.batch_norm = self.check.flag("batch_norm", batch_norm)
        rng = self.check.generator(rng)
        dtype = self.check.precision(dtype)

        def part(channels: int, maps: int, **options: Any) -> Conv2D | Sequential:
            conv = Conv2D(channels, maps, 1, rng=rng, dtype=dtype, **options)
            return Sequential([("conv", conv), ("norm", BatchNorm2D(maps, dtype=dtype))]) if batch_norm else conv

        # theta and phi are added, so one bias is enough. As in most such gates, each convolution before a
        # normalization has one, although the mean takes it away.
        self.theta = part(self.skip_channels, self.inner_channels, bias=self.batch_norm)
        self.phi = part(self.signal_channels, self.inner_channels)
        self.relu = ReLU()
        self.psi = part(self.inner_channels, 1, initializer="xavier_normal")
        self.alpha = Sigmoid()
        self._cache: tuple[Array, Array] | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Weight the skip by the signal; the formula is above."""
        return self.trace(x, {}, "", training=training)

    def trace(self, x: Array, record: dict[str, Array], name: str, *, training: bool = False) -> Array:
        """Run the gate, storing its parts as `name.theta` ... `name.alpha` and the output as `name`."""
        channels = self.skip_channels + self.signal_channels
        self.check.batch(x, (channels, None, None), like=self.parameters()[0].value)
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

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient with respect to skip and signal; the formula is above."""
        return self._go_back(grad_output, lambda _, layer, gradient: layer.input_gradient(gradient))

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of the three convolutions, each of which needs the input gradient of those behind it."""
        self.backward(grad_output)

    def backward(self, grad_output: Array) -> Array:
        """Call `backward` once in every part, and return the gradient with respect to skip and signal."""
        return self._go_back(grad_output, lambda _, layer, gradient: layer.backward(gradient))

    def trace_backward(self, grad_output: Array, record: dict[str, Array], name: str) -> Array:
        """Run `backward`, storing the gradients of the parts under the names that `trace` gives their outputs."""
        record[name] = grad_output
        return self._go_back(
            grad_output,
            lambda layer_name, layer, gradient: layer.trace_backward(gradient, record, f"{name}.{layer_name}"),
        )

    def _go_back(self, grad_output: Array, step: Callable[[str, Layer, Array], Array]) -> Array:
        """Return the gradient with respect to skip and signal; `step` goes back through one part."""
        skip, alpha = require_cache(self, self._cache)
        channels = self.skip_channels + self.signal_channels
        self.check.upstream(grad_output, (len(skip), channels, *skip.shape[2:]))
        grad_gated, grad_signal = grad_output[:, : self.skip_channels], grad_output[:, self.skip_channels :]
        grad_alpha = (grad_gated * skip).sum(axis=1, keepdims=True)
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
            If the channels are not those of skip and signal together.
        """
        self.check.image_shape(input_shape, self.skip_channels + self.signal_channels)
        return input_shape

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the sum over theta, phi and psi."""
        image = self.output_shape(input_shape)[1:]
        theta = self.theta.multiply_adds((self.skip_channels, *image))
        phi = self.phi.multiply_adds((self.signal_channels, *image))
        return theta + phi + self.psi.multiply_adds((self.inner_channels, *image))

    def visit(self, name: str, input_shape: Shape, field: ReceptiveField) -> Iterator[Visit]:
        """Yield what each part does, and then the weighting."""
        image = self.output_shape(input_shape)[1:]
        inner = (self.inner_channels, *image)
        yield from self.theta.visit(f"{name}.theta", (self.skip_channels, *image), field)
        yield from self.phi.visit(f"{name}.phi", (self.signal_channels, *image), field)
        yield from self.relu.visit(f"{name}.relu", inner, field)
        yield from self.psi.visit(f"{name}.psi", inner, field)
        yield from self.alpha.visit(f"{name}.alpha", (1, *image), field)
        yield from super().visit(name, input_shape, field)
