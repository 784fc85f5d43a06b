"""All activations of one image, as the plain layers compute them, without preparing each layer again.

For a single small image, the plain layers spend most of their time on checks, shapes and memory. `OneImage` does this
work once, for one network and one shape: it keeps the padded image of each convolution and a matrix for the patches,
and then calls the same functions of NumPy on the same operands. Its activations are therefore those of
`network.forward(x, capture=True)` bit for bit. Weights are read at every call and may change in between.
"""

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from digitpad.nn.backend import Array, Shape, array_module
from digitpad.nn.correlation import as_matrix, kernel_matrix, patches_in_order
from digitpad.nn.functional import pad
from digitpad.nn.layer import Layer
from digitpad.nn.layers import Conv2D, Dropout, Flatten, Linear, MaxPool2D
from digitpad.nn.layers.activations import Activation
from digitpad.nn.network import Sequential, without_warnings

Step: TypeAlias = Callable[[Array], Array]
"""Computes one layer."""

#: Number of values of the largest matrix of patches that is kept. With larger ones, preparing a layer takes no
#: noticeable part of its time.
_MOST_VALUES = 1 << 20


class OneImage:
    """Computes all activations of a network for single images of one shape.

    For use by one thread.

    Parameters
    ----------
    network
        The network. Its weights may change afterwards; its layers may not be replaced or moved to another device.
    sample_shape
        Shape of one image, (C, H, W).

    Raises
    ------
    ValueError
        If the network does not accept such an image.
    """

    def __init__(self, network: Sequential, sample_shape: Shape) -> None:
        network.output_shape(sample_shape)
        self._network = network
        self._shape = (1, *sample_shape)
        self._steps: list[tuple[str, Layer, Step | None]] = []
        values = [parameter.value for parameter in network.parameters()]
        dtypes = {value.dtype for value in values}
        if len(dtypes) == 1 and array_module(values[0]) is np:
            self._dtype = dtypes.pop()
            self._steps = list(_steps(network, "", sample_shape, np.empty(_MOST_VALUES, self._dtype)))

    def forward(self, x: Array) -> tuple[Array, dict[str, Array]]:
        """Return what `network.forward(x, capture=True)` returns.

        Parameters
        ----------
        x
            The image, (1, C, H, W). Other batches are passed to the network itself.

        Returns
        -------
        (Array, dict)
            The output, and the activations by name, in memory that no later call overwrites.

        Raises
        ------
        TypeError, ValueError
            As for `Sequential.forward`.
        """
        if not self._steps or x.shape != self._shape or x.dtype != self._dtype:
            return self._network.forward(x, capture=True)
        try:
            return self._forward(x)
        except ValueError:
            # A number is not finite. The network says in which layer.
            return self._network.forward(x, capture=True)

    def _forward(self, x: Array) -> tuple[Array, dict[str, Array]]:
        record: dict[str, Array] = {}
        with without_warnings():
            for name, layer, step in self._steps:
                x = layer.trace(x, record, name) if step is None else step(x)
                record[name] = x
        self._network.check.finite("output", x)
        return x, record


def _steps(network: Sequential, prefix: str, shape: Shape, patches: Array) -> Iterator[tuple[str, Layer, Step | None]]:
    """Yield the name of each layer, the layer, and a faster function if there is one, in the order of `trace`."""
    for child, layer in network.layers.items():
        name = prefix + child
        if isinstance(layer, Sequential):
            yield from _steps(layer, f"{name}.", shape, patches)
            yield name, layer, _same
        else:
            yield name, layer, _prepared(layer, shape, patches)
        shape = layer.output_shape(shape)


def _prepared(layer: Layer, shape: Shape, patches: Array) -> Step | None:
    """Return a function that computes what `layer` computes for one sample of `shape`; None if there is no faster one.

    Classes are compared exactly, because a derived class may compute something else.
    """
    kind = type(layer)
    if isinstance(layer, Conv2D) and kind is Conv2D:
        step = _Convolution(layer, shape, patches)
        return step if step.fits else None
    if isinstance(layer, MaxPool2D) and kind is MaxPool2D:
        return _MaxPooling(layer, shape)
    if isinstance(layer, Linear) and kind is Linear:
        return _Linear(layer)
    if isinstance(layer, Activation) and kind.forward is Activation.forward:
        return layer.function
    if kind is Flatten:
        return _flatten
    return _same if kind is Dropout else None


class _Convolution:
    """A convolution that keeps its padded image; all convolutions of a network share the memory of `patches`.

    Attributes
    ----------
    fits
        Whether the patches are copied into a matrix, and fit into that memory. Otherwise it may not be called.
    """

    def __init__(self, layer: Conv2D, shape: Shape, patches: Array) -> None:
        self._layer = layer
        window = layer.window
        out_channels, *places = layer.output_shape(shape)
        self._places = rows, columns = places[0], places[1]
        _, height, width = shape
        self._padded = pad(np.zeros((1, *shape), patches.dtype), window.padding)
        (top, _), (left, _) = window.padding
        self._inside = self._padded[:, :, top : top + height, left : left + width]
        self._view, by_tap = patches_in_order(self._padded, window, (rows, columns))
        # Without a copy, as for a 1x1 kernel, the plain layer multiplies a matrix in another order of memory, whose
        # sums may be rounded differently. Such a layer is left as it is.
        copied = self._view.size <= patches.size and not np.shares_memory(as_matrix(self._view, by_tap), self._padded)
        self.fits = copied
        if copied:
            self._patches = patches[: self._view.size].reshape(self._view.shape)
            self._matrix = as_matrix(self._patches, by_tap)
        self._biases = np.empty((columns, out_channels), patches.dtype)

    def __call__(self, x: Array) -> Array:
        layer = self._layer
        layer.check.finite("x", x)
        rows, columns = self._places
        self._inside[...] = x
        np.copyto(self._patches, self._view)
        cells = self._matrix @ kernel_matrix(layer.weight.value, layer.window)
        if layer.bias is not None and len(cells) == 1:
            # Row by row, since a loop over a few channels for each place would take twice as long.
            self._biases[...] = layer.bias.value
            cells.reshape(rows, -1)[...] += self._biases.reshape(-1)
        y: Array = cells.transpose(1, 0, 2).reshape(1, rows, columns, -1).transpose(0, 3, 1, 2)
        if layer.bias is not None and len(cells) > 1:
            y += layer.bias.value[:, None, None]
        return y


class _MaxPooling:
    """Max pooling whose slices are known."""

    def __init__(self, layer: MaxPool2D, shape: Shape) -> None:
        self._layer = layer
        _, rows, columns = layer.output_shape(shape)
        self._padding = layer.reached_padding(shape[1:])
        self._rows, self._columns = (
            [slice(cell * apart, cell * apart + step * places, step) for cell in range(size)]
            for size, step, apart, places in zip(
                layer.kernel_size, layer.stride, layer.dilation, (rows, columns), strict=True
            )
        )

    def __call__(self, x: Array) -> Array:
        self._layer.check.finite("x", x)
        padded = pad(x, self._padding, value=-math.inf)
        first, *others = self._rows
        of_columns = padded[:, :, first]
        for some in others:
            of_columns = np.maximum(of_columns, padded[:, :, some])
        first, *others = self._columns
        largest: Array = of_columns[..., first]
        for some in others:
            largest = np.maximum(largest, of_columns[..., some])
        return largest


class _Linear:
    """A linear layer, without its checks of shape and type."""

    def __init__(self, layer: Linear) -> None:
        self._layer = layer

    def __call__(self, x: Array) -> Array:
        layer = self._layer
        layer.check.finite("x", x)
        out: Array = x @ layer.weight.value.T
        if layer.bias is not None:
            out += layer.bias.value
        return out


def _flatten(x: Array) -> Array:
    return x.reshape(len(x), -1)


def _same(x: Array) -> Array:
    return x
