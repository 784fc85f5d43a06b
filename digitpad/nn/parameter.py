"""Parameters and buffers: the arrays of a layer that belong to the network, and are saved with it.

A parameter is changed by training and has a gradient; a buffer is only kept, such as the running mean of batch
normalization. Both hold an array that never changes its shape or dtype: assigning to `value` copies numbers into it, so
that every replica and every optimizer sees the change.
"""

from collections.abc import Callable
from typing import Self

from digitpad.nn.backend import Array, array_module


class Buffer:
    """An array that is saved with a network but not trained by gradients, such as a running mean.

    Parameters
    ----------
    value
        The array. Replicas of a network share it, so it is always changed in place.
    """

    def __init__(self, value: Array) -> None:
        self._value = value

    @property
    def value(self) -> Array:
        """The array itself. Assigning copies the new values into it, so its shape and dtype never change.

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

    def live_in(self, memory: Array, *, copied: bool = True) -> None:
        """Replace the array by other memory of its shape and type, such as memory that several processes share.

        Parameters
        ----------
        memory
            The new array.
        copied
            Whether to copy the values into it; otherwise they are those that it has.
        """
        if copied:
            memory[...] = self._value
        self._value = memory

    def share(self) -> Self:
        """Return a new object of the same class that holds the same array."""
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
    """An array that training changes, together with the gradient of the loss with respect to it.

    A replica's parameter shares the value and has its own gradient.

    Parameters
    ----------
    value
        The initial weights.
    """

    def __init__(self, value: Array) -> None:
        super().__init__(value)
        self._grad: Array | None = None
        # Clearing only sets this flag: the next gradient overwrites the old one, which saves writing zeros.
        self._is_clear = False

    @property
    def grad(self) -> Array:
        """The sum of all gradients since the last `clear_grad`; same shape and dtype as `value`.

        Raises
        ------
        ValueError
            If an array of another shape is assigned.
        """
        self.ensure_grad()
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
        """Return the memory of `grad` if it is clear, for the caller to write the first gradient into.

        Returns
        -------
        Array or None
            None if `grad` already holds a gradient, to which the next one has to be added.
        """
        if self._grad is not None and not self._is_clear:
            return None
        self._is_clear = False
        return self._memory()

    def keep_gradient_in(self, memory: Array) -> None:
        """Use some memory of the shape and type of the value for the gradient, which is zero now."""
        self._grad, self._is_clear = memory, True

    def ensure_grad(self) -> None:
        """Write zeros into the memory of `grad` if it is clear."""
        memory = self.fresh_grad()
        if memory is not None:
            memory.fill(0)

    def clear_grad(self) -> None:
        """Set `grad` to zero."""
        self._is_clear = True

    def _memory(self) -> Array:
        if self._grad is None:
            self._grad = array_module(self._value).empty_like(self._value)
        return self._grad

    def move(self, transfer: Callable[[Array], Array]) -> None:
        """Replace the value by its copy on another device; the gradient there starts at zero."""
        super().move(transfer)
        self._grad = None
