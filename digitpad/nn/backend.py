"""The array library: NumPy on the processor, CuPy on an NVIDIA GPU.

The same layer code runs on both, because CuPy has NumPy's functions under the same names. Code that needs a function
asks `array_module` for the library of its array; nothing else in `digitpad.nn` distinguishes the two. `select_device`
chooses a device, `Layer.to` moves a network, `to_device` and `to_numpy` move arrays. `elementwise` lets a GPU compute a
chain of small operations in one pass over its memory.
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
"""A NumPy array, or a CuPy array, which has the same methods."""

Shape: TypeAlias = tuple[int, ...]

P = ParamSpec("P")
T = TypeVar("T")

_HOST_ARRAYS = (np.ndarray, np.generic)

DEVICES = ("auto", "cpu", "cuda")
"""The choices of `select_device`."""

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
    """Where arrays are stored and computed with.

    Attributes
    ----------
    name
        `cpu` or `cuda`.
    library
        NumPy or CuPy.
    note
        Why an existing GPU is not used, in one line; otherwise empty.
    """

    name: str
    library: ModuleType
    note: str = ""


CPU = Device("cpu", np)
"""The processor, which is always available."""


def select_device(choice: str = "auto") -> Device:
    """Choose where to compute.

    A GPU is only used after it has run one small kernel and one matrix product: a driver that is too old, a missing
    compiler or a library that does not load do not show before.

    Parameters
    ----------
    choice
        `cpu`; `cuda`, an NVIDIA GPU through CuPy; or `auto`, the GPU if it works, otherwise the CPU. If there is a GPU
        that fails, `note` says why.

    Raises
    ------
    ValueError
        If `choice` is none of these, or is `cuda` without a working GPU.
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
        If `array` is not an array of either, such as a list or a PyTorch tensor.
    """
    if isinstance(array, _HOST_ARRAYS):
        return np
    # A CuPy array only exists after CuPy has been imported, so it does not have to be imported here.
    cupy = sys.modules.get("cupy")
    if cupy is not None and (isinstance(array, cupy.ndarray) or _stands_in_for_an_array(array)):
        return cupy
    raise TypeError(
        f"digitpad.nn computes on NumPy or CuPy arrays, not on {type(array).__module__}.{type(array).__name__}; "
        "convert it first, for example with numpy.asarray."
    )


def _stands_in_for_an_array(value: object) -> bool:
    """Return whether `value` is one of the placeholders with which `cupy.fuse` calls a function to record it."""
    return type(value).__module__.startswith("cupy._core.")


def elementwise(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function of arrays so that a GPU computes it in one pass over its memory.

    On the processor the function runs as it is. On a GPU each of its operations would be a separate kernel that reads
    and writes whole arrays; CuPy compiles a single kernel instead, on the first call with each combination of dtypes.

    Parameters
    ----------
    function
        Takes arrays, of which the first argument is one, and Python numbers, all by position; returns arrays, or
        changes given arrays in place. All numbers have to be arguments: others would be compiled in with their value at
        the first call, and the sum of two of them would count as float64.
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
    """Return the device of an array.

    Raises
    ------
    TypeError
        If it is not an array of NumPy or CuPy.
    """
    library = array_module(array)
    return CPU if library is np else Device("cuda", library)


def to_device(array: Array, device: Device) -> Array:
    """Return `array` itself if it is on `device`, otherwise a copy there.

    Raises
    ------
    TypeError
        If it is not an array of NumPy or CuPy.
    """
    if array_module(array) is device.library:
        return array
    if device.library is np:
        return to_numpy(array)
    moved: Array = device.library.asarray(array)
    return moved


def to_numpy(array: object) -> NDArray[Any]:
    """Return `array` as a NumPy array, copied from the GPU if necessary."""
    if isinstance(array, _HOST_ARRAYS):
        return np.asarray(array)
    fetched: NDArray[Any] = array_module(array).asnumpy(array)
    return fetched


class _Trial(contextlib.AbstractContextManager["_Trial"]):
    """A `with` block that may fail in any way; the reason is kept in one line.

    CuPy and the libraries below it raise dozens of exception types, some derived directly from `Exception`. Here all of
    them mean that the GPU cannot be used.
    """

    trouble = ""
    #: Whether there is a GPU and it failed.
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
    """There is no GPU to try."""


def _working_cupy() -> ModuleType:
    """Return CuPy after a trial computation.

    Raises
    ------
    Exception
        Anything that CuPy and the libraries below it raise when a part is missing or broken.
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
    """Yield the name, the GPU's result and the right result of each trial, in small whole numbers, which are exact."""
    host = np.arange(12, dtype=np.float32).reshape(3, 4)
    device = cupy.asarray(host)
    yield "a small kernel", device * 2 + 1, host * 2 + 1
    yield "a matrix product", device @ device.T, host @ host.T
