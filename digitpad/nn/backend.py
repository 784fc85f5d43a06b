"""Which array library computes, and how arrays reach it.

The same layer code runs on NumPy and on CuPy, because both answer to the same function names. A function
that needs one asks `array_module` which library its array belongs to; nothing else in `digitpad.nn` knows
that there are two.
"""

import sys
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array: TypeAlias = NDArray[Any]
"""A NumPy array, or a CuPy array, which offers the same methods."""

Shape: TypeAlias = tuple[int, ...]

__all__ = ["Array", "DTypeLike", "Shape", "array_module", "to_numpy"]


def array_module(array: object) -> ModuleType:
    """Return the library (`numpy` or `cupy`) that `array` belongs to.

    Raises
    ------
    TypeError
        If `array` is no array of either, such as a list or a PyTorch tensor.
    """
    if isinstance(array, np.ndarray | np.generic):
        return np
    # An array of CuPy can only exist once CuPy has been imported, so there is no need to import it here.
    cupy = sys.modules.get("cupy")
    if cupy is not None and isinstance(array, cupy.ndarray):
        return cupy
    raise TypeError(
        f"digitpad.nn computes on NumPy or CuPy arrays, not on {type(array).__module__}.{type(array).__name__}; "
        "convert it first, for example with numpy.asarray."
    )


def to_numpy(array: object) -> NDArray[Any]:
    """Return `array` as a NumPy array, copied from the device if it lies there."""
    if isinstance(array, np.ndarray):
        return array
    fetched: NDArray[Any] = array_module(array).asnumpy(array)
    return fetched
