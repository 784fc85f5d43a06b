"""A network: named layers, applied one after the other.

`Sequential` is a layer itself, so networks can be nested. The chain rule for layers in a row is a loop: each layer's
input gradient is the output gradient of the layer before. `forward(x, capture=True)` returns the output of every layer
by name beside the result, so what the program shows is what the network computed.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, Self, overload

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.layer import Layer, NamedErrors, Visit
from digitpad.nn.parameter import Buffer
from digitpad.nn.receptive_field import ReceptiveField


class Sequential(Layer):
    """Layers that are applied one after the other.

    Parameters
    ----------
    layers
        Pairs of name and layer, or a mapping. Names are unique, not empty and contain no dot; parameters are
        then called `name.weight`, as in PyTorch.

    Raises
    ------
    TypeError, ValueError
        If there are no layers, one is not a `Layer`, or a name cannot be used.
    """

    def __init__(self, layers: Iterable[tuple[str, Layer]] | Mapping[str, Layer]) -> None:
        self.layers: dict[str, Layer] = {}
        for name, layer in layers.items() if isinstance(layers, Mapping) else layers:
            if not name or "." in name or name in self.layers:
                raise ValueError(f"{self.check.owner}: layer name is {name!r}; expected a new name without a dot")
            if not isinstance(layer, Layer):
                raise TypeError(f"{self.check.owner}: layer {name!r} is {layer!r}; expected a Layer")
            self.layers[name] = layer
        if not self.layers:
            raise ValueError(f"{self.check.owner}: layers is empty; expected at least one layer")

    @overload
    def forward(self, x: Array, *, training: bool = False, capture: Literal[False] = False) -> Array: ...

    @overload
    def forward(
        self, x: Array, *, training: bool = False, capture: Literal[True]
    ) -> tuple[Array, dict[str, Array]]: ...

    def forward(
        self, x: Array, *, training: bool = False, capture: bool = False
    ) -> Array | tuple[Array, dict[str, Array]]:
        """Apply all layers to the batch `x`.

        Parameters
        ----------
        x
            The batch.
        training
            See `Layer.forward`.
        capture
            Whether to return every named activation too, in the order of computation; the layers inside a
            container `block` are called `block.name`.

        Returns
        -------
        Array or (Array, dict)
            The output, with `capture` also the activations by name.

        Raises
        ------
        NotFiniteError
            If a layer receives NaN or infinity, or in inference the output has one (in training the loss checks it):
            a weight or the batch is damaged or far too large. On the host only, see `checks.on_host`.
        """
        record: dict[str, Array] = {}
        with without_warnings():
            if capture:
                x = self._trace_children(x, record, "", training=training)
            else:
                for name, layer in self.layers.items():
                    with NamedErrors(name):
                        x = layer.forward(x, training=training)
        if not training:
            self.check.finite("output", x)
        return (x, record) if capture else x

    @overload
    def backward(self, grad_output: Array, *, capture: Literal[False] = False) -> Array: ...

    @overload
    def backward(self, grad_output: Array, *, capture: Literal[True]) -> tuple[Array, dict[str, Array]]: ...

    def backward(self, grad_output: Array, *, capture: bool = False) -> Array | tuple[Array, dict[str, Array]]:
        """Go back through all layers, last to first.

        Parameters
        ----------
        grad_output
            Gradient of the loss with respect to the output.
        capture
            Whether to return the gradient with respect to every named activation too, from the last to the first,
            under the names of `forward`.

        Returns
        -------
        Array or (Array, dict)
            The gradient with respect to the input, with `capture` also the gradients by name.
        """
        if capture:
            record: dict[str, Array] = {}
            return self._trace_children_backward(grad_output, record, ""), record
        for layer in reversed(self.layers.values()):
            grad_output = layer.backward(grad_output)
        return grad_output

    def input_gradient(self, grad_output: Array) -> Array:
        """Go back through all layers, leaving the gradients of their parameters as they are."""
        for layer in reversed(self.layers.values()):
            grad_output = layer.input_gradient(grad_output)
        return grad_output

    def parameter_gradients(self, grad_output: Array) -> None:
        """Go back through all layers, without the input gradient of the first, which training does not need."""
        first, *rest = self.layers.values()
        for layer in reversed(rest):
            grad_output = layer.backward(grad_output)
        first.parameter_gradients(grad_output)

    def trace(self, x: Array, record: dict[str, Array], name: str, *, training: bool = False) -> Array:
        """Run all layers, storing the output of each as `name.child`, and the last one's also as `name`."""
        output = self._trace_children(x, record, f"{name}.", training=training)
        record[name] = output
        return output

    def trace_backward(self, grad_output: Array, record: dict[str, Array], name: str) -> Array:
        """Go back through all layers, storing gradients under the names that `trace` gives the outputs."""
        record[name] = grad_output
        return self._trace_children_backward(grad_output, record, f"{name}.")

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of an output sample.

        Raises
        ------
        ValueError
            If a layer does not accept the output of the layer before it; the message begins with the layer's name.
        """
        for name, layer in self.layers.items():
            with NamedErrors(name):
                input_shape = layer.output_shape(input_shape)
        return input_shape

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the sum over all layers."""
        total = 0
        for layer in self.layers.values():
            total += layer.multiply_adds(input_shape)
            input_shape = layer.output_shape(input_shape)
        return total

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the receptive field of a cell of the output."""
        for layer in self.layers.values():
            field = layer.receptive_field(field)
        return field

    def visit(self, name: str, input_shape: Shape, field: ReceptiveField) -> Iterator[Visit]:
        """Yield what each layer does; names begin with `name.` unless `name` is empty."""
        for child_name, layer in self.layers.items():
            with NamedErrors(child_name):
                yield from layer.visit(f"{name}.{child_name}" if name else child_name, input_shape, field)
            input_shape = layer.output_shape(input_shape)
            field = layer.receptive_field(field)

    def children(self) -> dict[str, Layer]:
        """Return the layers by name."""
        return self.layers

    def replica(self) -> Self:
        """Return a copy for another thread: it shares weights and has its own gradients, caches and random streams."""
        twin = copy.copy(self)
        twin.layers = {name: layer.replica() for name, layer in self.layers.items()}
        return twin

    def state_dict(self) -> dict[str, Array]:
        """Return all parameters and buffers by name: the arrays themselves, not copies."""
        return {name: stored.value for name, stored in self._stored().items()}

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Copy arrays into all parameters and buffers, or change nothing if one does not match.

        Raises
        ------
        ValueError
            If names or shapes differ; the message lists every missing, extra and misshapen tensor.
        """
        stored = self._stored()
        problems = [f"{name} is missing" for name in stored if name not in state]
        problems += [f"{name} is not part of this network" for name in state if name not in stored]
        problems += [
            f"{name} has shape {tuple(state[name].shape)}, expected {own.value.shape}"
            for name, own in stored.items()
            if name in state and tuple(state[name].shape) != own.value.shape
        ]
        if problems:
            raise ValueError(f"the weights do not fit the network: {'; '.join(problems)}")
        for name, own in stored.items():
            own.value = state[name]

    def _stored(self) -> dict[str, Buffer]:
        return dict(self._named(Buffer))

    def _trace_children(self, x: Array, record: dict[str, Array], prefix: str, *, training: bool) -> Array:
        for name, layer in self.layers.items():
            with NamedErrors(name):
                x = layer.trace(x, record, prefix + name, training=training)
        return x

    def _trace_children_backward(self, grad_output: Array, record: dict[str, Array], prefix: str) -> Array:
        for name, layer in reversed(self.layers.items()):
            grad_output = layer.trace_backward(grad_output, record, prefix + name)
        return grad_output


def without_warnings() -> np.errstate:
    """Return a `with` block in which NumPy does not warn of overflow: the next check reports it, once and by name.

    If the caller has chosen something other than a warning, such as an error, that choice stays.
    """
    settings = np.geterr()
    if settings["over"] == "warn":
        settings["over"] = "ignore"
    if settings["invalid"] == "warn":
        settings["invalid"] = "ignore"
    if settings["divide"] == "warn":
        settings["divide"] = "ignore"
    return np.errstate(**settings)
