"""Which array library computes, and how arrays reach it.

The same layer code runs on NumPy and on CuPy, because both answer to the same function names. A function
that needs one asks `array_module` which library its array belongs to; nothing else in `digitpad.nn` knows
that there are two. `select_device` chooses, `Layer.to` moves a network, `to_device` and `to_numpy` move arrays.
`elementwise` spares a GPU the passes over memory that a chain of small operations would take.
"""

import contextlib
import functools
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType, TracebackType
from typing import Any, ParamSpec, TypeAlias, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array: TypeAlias = NDArray[Any]
"""A NumPy array, or a CuPy array, which offers the same methods."""

Shape: TypeAlias = tuple[int, ...]

P = ParamSpec("P")
T = TypeVar("T")

_HOST_ARRAYS = (np.ndarray, np.generic)

DEVICES = ("auto", "cpu", "cuda")
"""What `select_device` takes."""

__all__ = [
    "CPU",
    "DEVICES",
    "Array",
    "DTypeLike",
    "Device",
    "Shape",
    "array_module",
    "device_of",
    "elementwise",
    "select_device",
    "to_device",
    "to_numpy",
]


@dataclass(frozen=True, slots=True)
class Device:
    """Where arrays lie and sums are done.

    Attributes
    ----------
    name
        `cpu` or `cuda`.
    library
        NumPy or CuPy.
    note
        Why it is not the GPU that is there, in one line; else empty.
    """

    name: str
    library: ModuleType
    note: str = ""


CPU = Device("cpu", np)
"""The processor, which is always there."""


def select_device(choice: str = "auto") -> Device:
    """Choose where to compute.

    A GPU is believed only once it has run one small kernel and one matrix product: a driver that is too old, a
    missing compiler or a library that does not load all show there and not before.

    Parameters
    ----------
    choice
        `cpu`; `cuda`, an NVIDIA GPU by way of CuPy; or `auto`, the GPU if it works, else the CPU. If there is a GPU
        and it fails, `note` says why.

    Raises
    ------
    ValueError
        If `choice` is none of these, or `cuda` and there is no GPU that works.
    """
    if choice not in DEVICES:
        raise ValueError(f"select_device: choice is {choice!r}; expected one of {', '.join(DEVICES)}")
    if choice == "cpu":
        return CPU
    trial = _Trial()
    with trial:
        return Device("cuda", _working_cupy())
    if choice == "cuda":
        raise ValueError(f"select_device: choice is 'cuda', and {trial.trouble}; expected a GPU that works")
    return Device("cpu", np, f"{trial.trouble}, so the CPU computes" if trial.failed else "")


def array_module(array: object) -> ModuleType:
    """Return the library (`numpy` or `cupy`) that `array` belongs to.

    Raises
    ------
    TypeError
        If `array` is no array of either, such as a list or a PyTorch tensor.
    """
    if isinstance(array, _HOST_ARRAYS):
        return np
    # An array of CuPy can only exist once CuPy has been imported, so there is no need to import it here.
    cupy = sys.modules.get("cupy")
    if cupy is not None and (isinstance(array, cupy.ndarray) or _stands_in_for_an_array(array)):
        return cupy
    raise TypeError(
        f"digitpad.nn computes on NumPy or CuPy arrays, not on {type(array).__module__}.{type(array).__name__}; "
        "convert it first, for example with numpy.asarray."
    )


def _stands_in_for_an_array(value: object) -> bool:
    """Tell whether `value` is what `cupy.fuse` calls a function with, to see what it does to arrays."""
    return type(value).__module__.startswith("cupy._core.")


def elementwise(function: Callable[P, T]) -> Callable[P, T]:
    """Let a GPU do a whole chain of elementwise operations in one pass over its memory.

    On the processor the function runs as it stands. On a GPU each of its operations would be a kernel of its own that
    reads whole arrays and writes one; CuPy makes a single kernel of them, the first time that it meets their dtypes.

    Parameters
    ----------
    function
        Takes arrays, the first argument being one, and Python's numbers, all by position; returns arrays, or changes
        some of those given in place. Numbers that it takes from elsewhere would be compiled in as they are at the
        first call, and a sum of two numbers counts as float64: both are therefore left to the caller.
    """
    compiled: dict[ModuleType, Callable[P, T]] = {}

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        library = array_module(args[0])
        if library is np:
            return function(*args, **kwargs)
        if library not in compiled:
            compiled[library] = library.fuse(function)
        return compiled[library](*args, **kwargs)

    return call


def device_of(array: Array) -> Device:
    """Return where an array lies.

    Raises
    ------
    TypeError
        If it is no array of NumPy or CuPy.
    """
    library = array_module(array)
    return CPU if library is np else Device("cuda", library)


def to_device(array: Array, device: Device) -> Array:
    """Return `array` as it is if it lies on `device`, else a copy there.

    Raises
    ------
    TypeError
        If it is no array of NumPy or CuPy.
    """
    if array_module(array) is device.library:
        return array
    if device.library is np:
        return to_numpy(array)
    moved: Array = device.library.asarray(array)
    return moved


def to_numpy(array: object) -> NDArray[Any]:
    """Return `array` as a NumPy array, copied from the device if it lies there."""
    if isinstance(array, _HOST_ARRAYS):
        return np.asarray(array)
    fetched: NDArray[Any] = array_module(array).asnumpy(array)
    return fetched


class _Trial(contextlib.AbstractContextManager["_Trial"]):
    """Let a block fail in whatever way, and keep the reason in one line.

    The libraries below CuPy raise dozens of exceptions of their own, some of them derived from nothing but
    `Exception`; each means the same here, that this GPU is not to be used.
    """

    trouble = ""
    #: Whether there was something to try, and it failed.
    failed = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        said = lines[0] if lines else type(error).__name__
        self.failed = not isinstance(error, _NoGpuError)
        self.trouble = f"the GPU failed a trial ({said})" if self.failed else said
        return True


class _NoGpuError(Exception):
    """There is none to try."""


def _working_cupy() -> ModuleType:
    """Return CuPy, having seen it compute.

    Raises
    ------
    Exception
        Whatever CuPy and what lies below it raise when something is missing or broken.
    """
    if "cupy" not in sys.modules and importlib.util.find_spec("cupy") is None:
        raise _NoGpuError("CuPy is not installed (pip install 'digitpad[gpu]')")
    cupy: Any = importlib.import_module("cupy")
    if not cupy.is_available():
        raise _NoGpuError("CuPy finds no GPU")
    for asked, computed, expected in _trials(cupy):
        if not np.array_equal(cupy.asnumpy(computed), expected):
            raise ArithmeticError(f"{asked} came out wrong")
    library: ModuleType = cupy
    return library


def _trials(cupy: Any) -> Iterator[tuple[str, object, Array]]:
    """Yield what is asked of a GPU, what it answers and what is right, in small whole numbers, which are exact."""
    host = np.arange(12, dtype=np.float32).reshape(3, 4)
    device = cupy.asarray(host)
    yield "a small kernel", device * 2 + 1, host * 2 + 1
    yield "a matrix product", device @ device.T, host @ host.T
