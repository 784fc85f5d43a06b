"""Parts of the programs that numbers can be copied as."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.copying.numbers import exact

NUMPY, PYTORCH = "numpy", "pytorch"
IMPORTS = {NUMPY: ["import numpy as np"], PYTORCH: ["import torch"]}


def number(value: float) -> str:
    """Return a number as source code with all its digits, also one that is not finite."""
    return exact(value) if math.isfinite(value) else f'float("{value}")'


def literal(array: NDArray[Any], indent: int = 0) -> str:
    """Return nested lists of numbers as source code, a row of a matrix in each line.

    Every number is exact: one of float64 has all its digits, one of float32 as many as tell it from its neighbours.
    """
    if array.ndim == 1:
        return f"[{', '.join(_written(value) for value in array)}]"
    space = " " * (indent + 4)
    rows = "".join(f"{space}{literal(part, indent + 4)},\n" for part in array)
    return f"[\n{rows}{' ' * indent}]"


def _written(value: np.generic) -> str:
    # The shortest text of a float32, read as a Python float, is that number again once it is rounded to float32.
    return number(float(str(value)) if isinstance(value, np.float32) else float(value))


def array_of(form: str, array: NDArray[Any]) -> str:
    """Return the expression of an array in one of the forms that are programs; its numbers keep their type."""
    if form == NUMPY:
        return f"np.array({literal(array)}, dtype=np.{array.dtype})"
    return f"torch.tensor({literal(array)}, dtype=torch.{array.dtype})"


def array_programs(comment: str, **arrays: NDArray[Any]) -> dict[str, Callable[[], str]]:
    """Return programs that define arrays and print them, by form.

    Parameters
    ----------
    comment
        What the arrays are, in the first line.
    **arrays
        The arrays by the names of their variables.
    """
    return {form: partial(_defining, form, comment, arrays) for form in (NUMPY, PYTORCH)}


def _defining(form: str, comment: str, arrays: Mapping[str, NDArray[Any]]) -> str:
    body = [f"{name} = {array_of(form, array)}" for name, array in arrays.items()]
    return lines(IMPORTS[form], "", f"# {comment}", body, f"print({', '.join(arrays)})")


def lines(*parts: str | Sequence[str]) -> str:
    """Return lines, given one by one or in sequences, as a program."""
    flat = [line for part in parts for line in ([part] if isinstance(part, str) else part)]
    return "\n".join(flat) + "\n"
