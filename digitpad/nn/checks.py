"""Checks: what cannot work is refused at once, by name.

Every message has the same form, class, argument, value, expectation, as in `Conv2D: stride is 0; expected a whole
number of at least 1`. A class derived from `Checked` asks `self.check`, which puts the name of the class first.
Arguments are checked when a layer is built, arrays when it is called.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from digitpad.nn.backend import Array, DTypeLike, Shape, array_module
from digitpad.nn.functional import Padding, output_size


class NotFiniteError(ValueError):
    """An array holds NaN or infinity: bad data came in, or training has diverged."""


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks of one class or function.

    Parameters
    ----------
    owner
        The name that every message begins with.
    """

    owner: str

    def whole_number(self, name: str, value: object, *, least: int = 1) -> int:
        """Return `value` as an int of at least `least`.

        Raises
        ------
        TypeError, ValueError
            If it is not a whole number, or too small.
        """
        expected = f"{self.owner}: {name} is {value!r}; expected a whole number of at least {least}"
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise TypeError(expected)
        if value < least:
            raise ValueError(expected)
        return int(value)

    def pair(self, name: str, value: object, *, least: int = 1) -> tuple[int, int]:
        """Return `value`, one whole number or two (height, width), as two.

        Raises
        ------
        TypeError, ValueError
            If it is neither, or a number is too small.
        """
        if isinstance(value, tuple | list):
            if len(value) != 2:
                raise ValueError(f"{self.owner}: {name} is {value!r}; expected one number, or two (height, width)")
            return (
                self.whole_number(f"{name}[0]", value[0], least=least),
                self.whole_number(f"{name}[1]", value[1], least=least),
            )
        number = self.whole_number(name, value, least=least)
        return number, number

    def sides(self, name: str, value: object) -> Padding:
        """Return `value` as ((above, below), (left, right)): one whole number, two (rows, columns), or two pairs.

        Raises
        ------
        TypeError, ValueError
            If it is none of these, or a number is negative.
        """
        if isinstance(value, tuple | list) and len(value) == 2 and any(isinstance(end, tuple | list) for end in value):
            rows, columns = (self.pair(f"{name}[{axis}]", ends, least=0) for axis, ends in enumerate(value))
            return rows, columns
        across = self.pair(name, value, least=0)
        return (across[0], across[0]), (across[1], across[1])

    def flag(self, name: str, value: object) -> bool:
        """Return `value`, which is True or False.

        Raises
        ------
        TypeError
            If it is anything else.
        """
        if not isinstance(value, bool | np.bool):
            raise TypeError(f"{self.owner}: {name} is {value!r}; expected True or False")
        return bool(value)

    def choice(self, name: str, value: object, known: tuple[str, ...]) -> str:
        """Return `value`, which is one of some words.

        Raises
        ------
        ValueError
            If it is anything else.
        """
        if not isinstance(value, str) or value not in known:
            expected = " or ".join(f'"{word}"' for word in known)
            raise ValueError(f"{self.owner}: {name} is {value!r}; expected {expected}")
        return value

    def precision(self, dtype: DTypeLike) -> np.dtype[Any]:
        """Return the dtype of a layer's parameters.

        Raises
        ------
        TypeError
            If it is neither float32 nor float64.
        """
        expected = f"{self.owner}: dtype is {dtype!r}; expected float32 or float64"
        try:
            kind = np.dtype(dtype)
        except TypeError as error:
            raise TypeError(expected) from error
        if kind not in {np.dtype(np.float32), np.dtype(np.float64)}:
            raise TypeError(expected)
        return kind

    def real_number(self, name: str, value: object, *, low: float, high: float, open_high: bool = False) -> float:
        """Return `value` as a float in [low, high], or in [low, high) if `open_high`.

        Raises
        ------
        TypeError, ValueError
            If it is not a real number, or outside.
        """
        closing = ")" if open_high else "]"
        expected = f"{self.owner}: {name} is {value!r}; expected a number in [{low:g}, {high:g}{closing}"
        if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
            raise TypeError(expected)
        # Written so that a NaN, which compares false with everything, is refused.
        if not (low <= value < high if open_high else low <= value <= high):
            raise ValueError(expected)
        return float(value)

    def generator(self, rng: object) -> np.random.Generator:
        """Return `rng`, or a fresh generator with an unpredictable seed if it is None.

        Raises
        ------
        TypeError
            If it is anything else, such as a seed.
        """
        if rng is None:
            return np.random.default_rng()
        if not isinstance(rng, np.random.Generator):
            raise TypeError(
                f"{self.owner}: rng is {rng!r}; expected a generator, such as numpy.random.default_rng(0), or None"
            )
        return rng

    def samples(self, x: Array, *, like: Array | None = None) -> None:
        """Check that `x` is a batch of floating-point arrays, of any shape and any values.

        Parameters
        ----------
        x
            The batch.
        like
            The weights of the layer, which have to be of the same dtype and on the same device.

        Raises
        ------
        TypeError
            If `x` is not an array of floating-point numbers, or not of the dtype and device of the weights.
        ValueError
            If the batch is empty.
        """
        library = array_module(x)
        if x.dtype.kind != "f":
            raise TypeError(f"{self.owner}: x has dtype {x.dtype}; expected floating-point numbers, such as float32")
        if like is not None and x.dtype != like.dtype:
            raise TypeError(f"{self.owner}: x has dtype {x.dtype}; expected {like.dtype}, the dtype of the weights")
        if like is not None and library is not array_module(like):
            home = array_module(like).__name__
            raise TypeError(
                f"{self.owner}: x is an array of {library.__name__}; expected {home}, where the weights are"
            )
        if x.size == 0:
            raise ValueError(f"{self.owner}: x is an empty batch, shape {x.shape}; expected at least one sample")

    def batch(self, x: Array, sample_shape: tuple[int | None, ...], *, like: Array | None = None) -> None:
        """Check that `x` is a batch of finite floating-point arrays of `sample_shape` (None: any size).

        Reading the values takes a hundredth of the time of a convolution. Elementwise layers, where it would matter,
        use `samples`, and pass a NaN on to the next layer that checks.

        Raises
        ------
        TypeError
            If `x` is not an array of floating-point numbers, or not of the dtype and device of the weights `like`.
        NotFiniteError
            If it holds NaN or infinity (on the host only, see `on_host`).
        ValueError
            If the shape differs or the batch is empty.
        """
        self.unseen_batch(x, sample_shape, like=like)
        self.finite("x", x)

    def unseen_batch(self, x: Array, sample_shape: tuple[int | None, ...], *, like: Array | None = None) -> None:
        """Check all that `batch` checks except the values.

        Raises
        ------
        TypeError, ValueError
            As `batch` does.
        """
        self.samples(x, like=like)
        actual = x.shape[1:]
        if len(actual) != len(sample_shape) or any(map(_differ, sample_shape, actual)):
            expected = ("N", *("any" if size is None else str(size) for size in sample_shape))
            raise ValueError(f"{self.owner}: x has shape {x.shape}; expected ({', '.join(expected)})")

    def finite(self, name: str, x: Array) -> None:
        """Check that `x` holds neither NaN nor infinity (on the host only, see `on_host`).

        Raises
        ------
        NotFiniteError
            If it does.
        """
        if on_host(x) and not _all_finite(x):
            place = tuple(int(index) for index in np.argwhere(~np.isfinite(x))[0])
            raise NotFiniteError(f"{self.owner}: {name} is {x[place]} at index {place}; expected finite numbers")

    def between(self, name: str, x: Array, low: float, high: float) -> None:
        """Check that every value of `x` lies in [low, high] (on the host only, see `on_host`).

        Raises
        ------
        ValueError
            If a value is outside, or is NaN.
        """
        if on_host(x) and not ((x >= low) & (x <= high)).all():
            place = tuple(int(index) for index in np.argwhere(~((x >= low) & (x <= high)))[0])
            raise ValueError(
                f"{self.owner}: {name} is {x[place]} at index {place}; expected numbers in [{low:g}, {high:g}]"
            )

    def class_indices(self, name: str, labels: Array, classes: int) -> None:
        """Check that `labels` are whole numbers in [0, classes); the range on the host only, see `on_host`.

        Raises
        ------
        TypeError, ValueError
            If they are not.
        """
        if labels.dtype.kind not in "iu":
            raise TypeError(f"{self.owner}: {name} have dtype {labels.dtype}; expected whole numbers, such as int64")
        if on_host(labels) and labels.size and not 0 <= int(labels.min()) <= int(labels.max()) < classes:
            raise ValueError(
                f"{self.owner}: {name} lie in [{int(labels.min())}, {int(labels.max())}]; expected class indices in "
                f"[0, {classes})"
            )

    def upstream(self, grad_output: Array, output_shape: Shape) -> None:
        """Check that an upstream gradient has floating-point numbers and the shape of the output it belongs to.

        Raises
        ------
        TypeError
            If it is not an array of floating-point numbers: with whole numbers, further gradients would be rounded.
        ValueError
            If it has another shape, which broadcasting would hide.
        """
        array_module(grad_output)
        if grad_output.dtype.kind != "f":
            raise TypeError(
                f"{self.owner}: grad_output has dtype {grad_output.dtype}; "
                "expected floating-point numbers, such as float32"
            )
        if grad_output.shape != output_shape:
            raise ValueError(
                f"{self.owner}: grad_output has shape {grad_output.shape}; expected {output_shape}, the output's"
            )

    def groups(self, value: object, in_channels: int, out_channels: int) -> int:
        """Return the number of channel groups, which must divide both channel counts.

        Raises
        ------
        TypeError, ValueError
            If it is not a positive whole number, or does not divide both.
        """
        number = self.whole_number("groups", value)
        if in_channels % number or out_channels % number:
            raise ValueError(
                f"{self.owner}: groups is {number}; expected a divisor of in_channels {in_channels} "
                f"and out_channels {out_channels}"
            )
        return number

    def padding(
        self, value: object, kernel: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]
    ) -> Padding:
        """Return the padding as ((above, below), (left, right)).

        `"same"` puts the extra row or column of an even kernel below and to the right, as PyTorch does.

        Raises
        ------
        TypeError, ValueError
            If it is not a number, a pair, two pairs or a known word, or is `"same"` with a stride other than 1.
        """
        if not isinstance(value, str):
            return self.sides("padding", value)
        reach = (dilation[0] * (kernel[0] - 1), dilation[1] * (kernel[1] - 1))
        if value == "valid":
            return (0, 0), (0, 0)
        if value == "full":
            return (reach[0], reach[0]), (reach[1], reach[1])
        if value == "same":
            if stride != (1, 1):
                raise ValueError(f'{self.owner}: padding is "same" with stride {stride}; expected stride 1 for "same"')
            return (reach[0] // 2, reach[0] - reach[0] // 2), (reach[1] // 2, reach[1] - reach[1] // 2)
        raise ValueError(f'{self.owner}: padding is {value!r}; expected a number, a pair, "valid", "same" or "full"')

    def output_padding(self, value: object, stride: tuple[int, int], dilation: tuple[int, int]) -> tuple[int, int]:
        """Return the rows and columns that a transposed convolution adds below and to the right.

        Raises
        ------
        TypeError, ValueError
            If it is not a number or a pair, or at least as large as both stride and dilation: no kernel reaches so far.
        """
        rows, columns = self.pair("output_padding", value, least=0)
        if rows >= max(stride[0], dilation[0]) or columns >= max(stride[1], dilation[1]):
            raise ValueError(
                f"{self.owner}: output_padding is {value!r}; expected less than stride {stride} or dilation {dilation}"
            )
        return rows, columns

    def image_shape(self, shape: Shape, channels: int | None = None) -> None:
        """Check that a sample's shape is (C, H, W), with that many channels if given.

        Raises
        ------
        ValueError
            If it is not.
        """
        if len(shape) != 3 or (channels is not None and shape[0] != channels):
            wanted = "C" if channels is None else channels
            raise ValueError(f"{self.owner}: the input shape is {shape}; expected ({wanted}, H, W)")

    def window_fits(
        self,
        shape: Shape,
        kernel: tuple[int, int],
        stride: tuple[int, int],
        padding: Padding,
        dilation: tuple[int, int] = (1, 1),
    ) -> tuple[int, int]:
        """Return the number of rows and columns of places of a window on a sample (C, H, W).

        Raises
        ------
        ValueError
            If the kernel is larger than the padded image.
        """
        rows = output_size(shape[1], kernel[0], stride[0], padding[0], dilation[0])
        columns = output_size(shape[2], kernel[1], stride[1], padding[1], dilation[1])
        if rows < 1 or columns < 1:
            padded = (shape[1] + sum(padding[0]), shape[2] + sum(padding[1]))
            spread = "" if dilation == (1, 1) else f" with dilation {dilation}"
            raise ValueError(
                f"{self.owner}: kernel_size is {kernel}{spread}; "
                f"expected it to fit the padded image, {padded[0]} x {padded[1]}"
            )
        return rows, columns


class Checked:
    """A class whose messages begin with its own name; a derived class gets `check` under the derived name."""

    check: ClassVar[Checks]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # A private class serves a public one: its underscore is of no use to the reader of a message.
        cls.check = Checks(cls.__name__.lstrip("_"))


def _differ(expected: int | None, actual: int) -> bool:
    return expected is not None and expected != actual


def on_host(x: Array) -> bool:
    """Return whether the values of `x` can be read without waiting for a GPU.

    Reading a value from a GPU means waiting, at every step of training, until everything before it is computed. Shapes
    and dtypes are therefore checked everywhere, values only on the host; on a GPU they show in the loss.
    """
    return isinstance(x, np.ndarray)


def _all_finite(x: NDArray[np.floating[Any]]) -> bool:
    """Return whether every number is finite; the sum of squares tells in half the time, unless it overflows."""
    flat = x.ravel("K")
    return math.isfinite(np.vdot(flat, flat)) or bool(np.isfinite(x).all())
