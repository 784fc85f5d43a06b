"""Parts of the programs that a solution can be copied as."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad.lab.numbers import exact


def literal(array: NDArray[np.float64], indent: int = 0) -> str:
    """Return nested lists of numbers as source code, a row of a matrix in each line; every number is exact."""
    if array.ndim == 1:
        return f"[{', '.join(exact(float(value)) for value in array)}]"
    space = " " * (indent + 4)
    rows = "".join(f"{space}{literal(part, indent + 4)},\n" for part in array)
    return f"[\n{rows}{' ' * indent}]"


def lines(*parts: str | Sequence[str]) -> str:
    """Return lines, given one by one or in sequences, as a program."""
    flat = [line for part in parts for line in ([part] if isinstance(part, str) else part)]
    return "\n".join(flat) + "\n"
