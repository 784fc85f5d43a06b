"""What a layer is: a function that remembers enough to be differentiated.

`forward` maps a batch x to an output. Going backward, a layer receives g, the gradient of the loss with respect to that
output, and the chain rule asks two things of it:

- `input_gradient`: the gradient with respect to x, which is what the layer before receives as its own g;
- `parameter_gradients`: the gradients with respect to its parameters, which are added into `Parameter.grad`.

`backward` does both. Calling `forward` from the first layer to the last and `backward` from the last to the first is
all there is to backpropagation (Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors",
Nature 323, 1986).
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self, TypeVar

from digitpad.nn.backend import Array, Device, Shape, to_device
from digitpad.nn.checks import Checked
from digitpad.nn.parameter import Buffer, Parameter
from digitpad.nn.receptive_field import ReceptiveField

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Visit:
    """What one layer does to one sample: shapes, cost and receptive field.

    Parameters
    ----------
    name
        The layer's name in its network.
    layer
        The layer.
    input_shape, output_shape
        Shape of the sample before and after.
    field
        The receptive field of one cell of the output.
    parameters, multiply_adds
        Number of trained values, and of multiply-add operations for one sample; both without the layer's children.
    """

    name: str
    layer: "Layer"
    input_shape: Shape
    output_shape: Shape
    field: ReceptiveField
    parameters: int
    multiply_adds: int


class Layer(Checked):
    """One step of a network.

    A layer keeps its parameters and buffers in attributes of type `Parameter` and `Buffer`, and the layers that it
    consists of in attributes of type `Layer` (or in a mapping, which it then returns from `children`). What it
    remembers for going backward is in `_cache`, which only `forward(x, training=True)` sets.

    A new kind of layer defines `forward`, `input_gradient`, and if it has parameters `parameter_gradients`;
    `output_shape`, `multiply_adds` and `receptive_field` where the defaults below are not right for it.
    """

    #: Whether each value of the output depends on the input's value at the same place alone.
    elementwise: ClassVar[bool] = False

    #: Set in the layers of a `probe`: whether `forward(x, training=True)` computes what inference computes, and whether
    #: `backward` adds the gradients of the parameters.
    _as_in_inference: bool = False
    _learns: bool = True

    _cache: object | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Compute the output for a batch.

        Parameters
        ----------
        x
            The batch; its first axis counts the samples.
        training
            Whether to behave as in training (dropout drops values, batch normalization uses the statistics of the
            batch) and to remember what the gradients need. Inference does not change the layer.
        """
        raise NotImplementedError

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient of the loss with respect to the last training input.

        Parameters
        ----------
        grad_output
            Gradient of the loss with respect to the output, in the output's shape.

        Raises
        ------
        RuntimeError
            If `forward(x, training=True)` has not been called.
        """
        raise NotImplementedError

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of the loss with respect to the parameters into `Parameter.grad`.

        Called on its own for the first layer of a network, whose input gradient is not needed.

        Parameters
        ----------
        grad_output
            As for `input_gradient`.

        Raises
        ------
        RuntimeError
            As for `input_gradient`.
        """
        # A layer without parameters has nothing to add.

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of the parameters, and return the gradient with respect to the last training input.

        Layers that get both from one computation override this: containers, batch normalization, fused layers.

        Parameters
        ----------
        grad_output
            As for `input_gradient`.

        Raises
        ------
        RuntimeError
            As for `input_gradient`.
        """
        if self._learns:
            self.parameter_gradients(grad_output)
        return self.input_gradient(grad_output)

    def trace(self, x: Array, record: dict[str, Array], name: str, *, training: bool = False) -> Array:
        """Run `forward` and store the output in `record` under `name`; containers store their children's too."""
        output = self.forward(x, training=training)
        record[name] = output
        return output

    def trace_backward(self, grad_output: Array, record: dict[str, Array], name: str) -> Array:
        """Run `backward` and store `grad_output` in `record` under `name`; containers store their children's too.

        The gradient with respect to a layer's output thus has the name that `trace` gives the output itself.
        """
        record[name] = grad_output
        return self.backward(grad_output)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of one output sample for one input sample of `input_shape` (no batch axis).

        Raises
        ------
        ValueError
            If the layer does not accept such a sample.
        """
        return input_shape

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the number of multiply-add operations for one sample of `input_shape`."""
        return 0

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the receptive field of an output cell, given that of an input cell."""
        return field

    def visit(self, name: str, input_shape: Shape, field: ReceptiveField) -> Iterator["Visit"]:
        """Yield what each layer does to one sample, in the order of computation.

        Parameters
        ----------
        name
            The layer's name. Containers yield their children as `name.child`, and then themselves if they compute
            something of their own, such as the sum of branches.
        input_shape
            Shape of the input sample.
        field
            The receptive field of one cell of the input.

        Raises
        ------
        ValueError
            If a layer does not accept such a sample.
        """
        yield Visit(
            name,
            self,
            input_shape,
            self.output_shape(input_shape),
            self.receptive_field(field),
            sum(value.value.size for value in vars(self).values() if isinstance(value, Parameter)),
            0 if self.children() else self.multiply_adds(input_shape),
        )

    def children(self) -> dict[str, "Layer"]:
        """Return the layers that this one consists of, by name; most layers have none."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Layer)}

    def named_parameters(self) -> dict[str, Parameter]:
        """Return the parameters by name; those of children are called `child.name`."""
        return dict(self._named(Parameter))

    def named_buffers(self) -> dict[str, Buffer]:
        """Return the buffers by name, like `named_parameters`."""
        return {name: value for name, value in self._named(Buffer) if not isinstance(value, Parameter)}

    def parameters(self) -> list[Parameter]:
        """Return the parameters in the order of the network."""
        return list(self.named_parameters().values())

    def buffers(self) -> list[Buffer]:
        """Return the buffers in the order of the network."""
        return list(self.named_buffers().values())

    def replica(self) -> Self:
        """Return a copy for another thread: it shares the values and has its own gradients and cache."""
        twin = copy.copy(self)
        twin._cache = None
        for name, value in vars(self).items():
            if isinstance(value, Buffer):
                setattr(twin, name, value.share())
            elif isinstance(value, Layer):
                setattr(twin, name, value.replica())
        return twin

    def probe(self, *, learns: bool = False) -> Self:
        """Return a replica that differentiates inference, for explanations such as saliency maps.

        Its `forward(x, training=True)` remembers what the gradients need but computes what inference computes: dropout
        passes every value on, batch normalization uses its running statistics and leaves them as they are. PyTorch does
        the same in `eval()` mode.

        Parameters
        ----------
        learns
            Whether `backward` also adds the gradients of the parameters, which the input gradient does not need.
        """
        twin = self.replica()
        for layer in twin._descendants():
            layer._as_in_inference = True
            layer._learns = learns
        return twin

    def to(self, device: Device) -> Self:
        """Move all parameters and buffers to a device, and return the layer itself.

        The gradients there start at zero. Create replicas and optimizers after the move: they keep the arrays that they
        were created with.

        Parameters
        ----------
        device
            As `select_device` returns it.
        """
        for stored in dict(self._named(Buffer)).values():
            stored.move(lambda array: to_device(array, device))
        return self

    def _descendants(self) -> Iterator["Layer"]:
        yield self
        for child in self.children().values():
            yield from child._descendants()

    def _named(self, kind: type[T]) -> Iterator[tuple[str, T]]:
        for name, value in vars(self).items():
            if isinstance(value, kind):
                yield name, value
        for child_name, child in self.children().items():
            for name, inner in child._named(kind):
                yield f"{child_name}.{name}", inner


def require_cache(owner: Layer, cache: T | None) -> T:
    """Return what a layer remembered in `forward`.

    Raises
    ------
    RuntimeError
        If `cache` is None because `forward(x, training=True)` has not been called.
    """
    if cache is None:
        name = owner.check.owner
        raise RuntimeError(f"{name}.backward: nothing to go back through; call {name}.forward(x, training=True) first")
    return cache


class NamedErrors:
    """A `with` block whose ValueErrors and TypeErrors begin with the name of a layer.

    Parameters
    ----------
    name
        The layer's name in its network.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ValueError | TypeError):
            raise type(error)(f"{self._name}: {error}") from error
