"""What a layer is: a function that remembers enough to run backwards.

`forward` maps a batch to a batch. `backward` takes the gradient of the loss with respect to the layer's output,
adds the gradients of its own parameters into `Parameter.grad`, and returns the gradient with respect to its
input. Chaining the two over all layers is the whole of back-propagation (Rumelhart, Hinton and Williams, 1986).
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Self, TypeVar

from digitpad.nn.backend import Array, Device, Shape, array_module, to_device
from digitpad.nn.receptive_field import ReceptiveField

T = TypeVar("T")


class Buffer:
    """An array that is saved with a network but learned by no gradient, such as a running mean.

    Parameters
    ----------
    value
        The array. Replicas of a network share it, so it is always changed in place.
    """

    def __init__(self, value: Array) -> None:
        self._value = value

    @property
    def value(self) -> Array:
        """The array itself. Assigning copies numbers into it: shape and dtype stay, and replicas see the change.

        Raises
        ------
        ValueError
            If an array of another shape is assigned.
        """
        return self._value

    @value.setter
    def value(self, new: Array) -> None:
        self._copy("value", new, self._value)

    def move(self, transfer: Callable[[Array], Array]) -> None:
        """Replace the array by `transfer(array)`, its copy on another device."""
        self._value = transfer(self._value)

    def share(self) -> Self:
        """Return another of the same kind around the same array."""
        return type(self)(self._value)

    def _copy(self, name: str, new: Array, into: Array) -> None:
        new = array_module(into).asarray(new)
        if new.shape != into.shape:
            raise ValueError(
                f"{type(self).__name__}: {name} has shape {new.shape}; expected {into.shape}, which never changes"
            )
        into[...] = new

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shape={self._value.shape}, dtype={self._value.dtype})"


class Parameter(Buffer):
    """An array that training changes, with the gradient of the loss with respect to it.

    A parameter that is shared by a replica has the same value and a gradient of its own.

    Parameters
    ----------
    value
        The initial weights.
    """

    def __init__(self, value: Array) -> None:
        super().__init__(value)
        self._grad: Array | None = None
        # A gradient that was cleared is not filled with zeros only to have the next one added: it is overwritten.
        self._is_clear = False

    @property
    def grad(self) -> Array:
        """The sum of all gradients since the last `clear_grad`; same shape and dtype as `value`.

        Raises
        ------
        ValueError
            If an array of another shape is assigned.
        """
        memory = self.fresh_grad()
        if memory is not None:
            memory.fill(0)
        return self._memory()

    @grad.setter
    def grad(self, new: Array) -> None:
        self._copy("grad", new, self.grad)

    def add_grad(self, gradient: Array) -> None:
        """Add `gradient`, of the shape of `value`, into `grad`."""
        memory = self.fresh_grad()
        if memory is not None:
            memory[...] = gradient
        else:
            self._memory().__iadd__(gradient)

    def fresh_grad(self) -> Array | None:
        """Return the memory of `grad` for the first gradient since `clear_grad`, which the caller must write there.

        None if there is a gradient already, to which the next one has to be added.
        """
        if self._grad is not None and not self._is_clear:
            return None
        self._is_clear = False
        return self._memory()

    def clear_grad(self) -> None:
        """Set `grad` to zero."""
        self._is_clear = True

    def _memory(self) -> Array:
        if self._grad is None:
            self._grad = array_module(self._value).empty_like(self._value)
        return self._grad

    def move(self, transfer: Callable[[Array], Array]) -> None:
        """Replace the value by its copy on another device; the gradient starts anew there."""
        super().move(transfer)
        self._grad = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What one layer does to one sample.

    Parameters
    ----------
    name
        The layer's name in its network.
    layer
        The layer.
    input_shape, output_shape
        Shape of the sample before and after.
    field
        What one cell of the output sees of the image.
    parameters, multiply_adds
        How many numbers the layer learns and how many operations one sample costs, without its children's.
    """

    name: str
    layer: "Layer"
    input_shape: Shape
    output_shape: Shape
    field: ReceptiveField
    parameters: int
    multiply_adds: int


class Layer:
    """One step of a network.

    A layer states its parameters as attributes of type `Parameter` (and `Buffer`), and so the layers that it is
    made of; one that keeps those in a mapping names them in `children`. Everything that is remembered for
    `backward` lies in `_cache`, and is set only when training.
    """

    #: Whether the layer computes each output value from the input value at the same place alone.
    elementwise: ClassVar[bool] = False

    #: Whether `forward(x, training=True)` answers as in inference; and whether `backward` adds up the gradients of
    #: parameters. Both are as in training, but for the layers of a `probe`.
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
            Whether to behave as in training (dropout drops, batch-norm uses the batch's statistics) and to
            remember what `backward` needs. Inference writes no state.
        """
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient with respect to the last training input, and add those of the parameters.

        Parameters
        ----------
        grad_output
            Gradient of the loss with respect to the output; the output's shape.

        Raises
        ------
        RuntimeError
            If no `forward(x, training=True)` came before.
        """
        raise NotImplementedError

    def backward_parameters(self, grad_output: Array) -> None:
        """Add the gradients of the parameters only: all that the first layer of a network is asked for.

        Layers whose input gradient is dear override this.
        """
        self.backward(grad_output)

    def trace(self, x: Array, record: dict[str, Array], name: str, *, training: bool = False) -> Array:
        """Run `forward` and note the output in `record` under `name`; containers note their children's too."""
        output = self.forward(x, training=training)
        record[name] = output
        return output

    def trace_backward(self, grad_output: Array, record: dict[str, Array], name: str) -> Array:
        """Run `backward` and note `grad_output` in `record` under `name`; containers note their children's too.

        The gradient with respect to a layer's output then stands under the name that `trace` gave the output itself.
        """
        record[name] = grad_output
        return self.backward(grad_output)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of one output sample for one input sample of `input_shape` (no batch axis).

        Raises
        ------
        ValueError
            If the layer cannot work on such a sample.
        """
        return input_shape

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the number of multiply-add operations for one sample of `input_shape`."""
        return 0

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return what part of the image an output cell sees, where an input cell sees `field`."""
        return field

    def visit(self, name: str, input_shape: Shape, field: ReceptiveField) -> Iterator["Visit"]:
        """Yield what each layer does to one sample, in the order of computation.

        Parameters
        ----------
        name
            What to call this layer; containers call their children `name.child` and yield those, and then
            themselves if they do something of their own, such as adding up branches.
        input_shape
            Shape of the sample that goes in.
        field
            What one cell that goes in sees of the image.

        Raises
        ------
        ValueError
            If a layer cannot work on such a sample.
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
        """Return the layers that this one is made of, by name; most have none."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Layer)}

    def named_parameters(self) -> dict[str, Parameter]:
        """Return the parameters by name; those of children are called `child.name`."""
        return dict(self._named(Parameter))

    def named_buffers(self) -> dict[str, Buffer]:
        """Return the buffers (state that no gradient changes) by name, like `named_parameters`."""
        return {name: value for name, value in self._named(Buffer) if not isinstance(value, Parameter)}

    def parameters(self) -> list[Parameter]:
        """Return the parameters in the order of the network."""
        return list(self.named_parameters().values())

    def buffers(self) -> list[Buffer]:
        """Return the buffers in the order of the network."""
        return list(self.named_buffers().values())

    def replica(self) -> Self:
        """Return a copy for another thread: it shares values, but has gradients and caches of its own."""
        twin = copy.copy(self)
        twin._cache = None
        for name, value in vars(self).items():
            if isinstance(value, Buffer):
                setattr(twin, name, value.share())
            elif isinstance(value, Layer):
                setattr(twin, name, value.replica())
        return twin

    def probe(self, *, learns: bool = False) -> Self:
        """Return a replica for looking into answers, whose gradients are those of inference.

        Its `forward(x, training=True)` remembers what `backward` needs, but answers as without `training`: dropout
        passes everything on, batch-norm uses its running statistics and leaves them alone. It is what PyTorch does
        in `eval()` mode.

        Parameters
        ----------
        learns
            Whether `backward` also adds up the gradients of the parameters, which the input's gradient alone does not
            need.
        """
        twin = self.replica()
        for layer in twin._descendants():
            layer._as_in_inference = True
            layer._learns = learns
        return twin

    def to(self, device: Device) -> Self:
        """Move all parameters and buffers to a device, and return the layer itself.

        Gradients start anew there. Replicas and optimizers hold on to the arrays that they were made with, so they
        are made after the move.

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
    """Return what a layer remembered in `forward`, or say that there was none.

    Raises
    ------
    RuntimeError
        If `cache` is None: nothing was remembered.
    """
    if cache is None:
        name = type(owner).__name__
        raise RuntimeError(f"{name}.backward: nothing to go back through; call {name}.forward(x, training=True) first")
    return cache


class NamedErrors:
    """Put the name of a layer before what a ValueError or TypeError of the block says.

    Parameters
    ----------
    name
        The layer's.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ValueError | TypeError):
            raise type(error)(f"{self._name}: {error}") from error
