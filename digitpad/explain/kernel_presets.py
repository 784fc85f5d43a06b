"""Kernels from the textbooks of image processing, in the size of the kernel that they replace.

Each has its textbook numbers: a blur's weights add up to 1, those of an edge detector to 0. A preset that is defined as
3 x 3 is set into the middle of a larger kernel, with zeros around it.
"""

import re

import numpy as np
from numpy.typing import NDArray

PRESETS = ("identity", "blur", "edges", "sobel-x", "sobel-y", "emboss")

_SMALL = {
    # The discrete Laplacian over all eight neighbours.
    "edges": ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    # Derivative across, smoothing down: strong where ink begins (positive) or ends (negative) from left to right.
    "sobel-x": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "sobel-y": ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "emboss": ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
}


def preset(name: str, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    """Return a textbook kernel.

    Parameters
    ----------
    name
        One of `PRESETS`.
    shape
        Height and width of the kernel.

    Returns
    -------
    NDArray
        float32 (height, width); None if the preset needs a larger kernel than that.

    Raises
    ------
    ValueError
        If the preset is unknown.
    """
    if name not in PRESETS:
        raise ValueError(f"preset: name is {name!r}; expected one of {', '.join(PRESETS)}")
    height, width = shape
    kernel = np.zeros(shape, np.float32)
    if name == "identity":
        kernel[(height - 1) // 2, (width - 1) // 2] = 1
    elif name == "blur":
        kernel[...] = 1 / (height * width)
    elif height < 3 or width < 3:
        return None
    else:
        top, left = (height - 3) // 2, (width - 3) // 2
        kernel[top : top + 3, left : left + 3] = _SMALL[name]
    return kernel


def parse_kernel(text: str, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    """Return the kernel that a text describes, such as one that was copied from a spreadsheet or from NumPy.

    Parameters
    ----------
    text
        Numbers row by row, separated by spaces, tabs, commas, semicolons or line breaks; brackets are ignored. A single
        number fills the whole kernel.
    shape
        Height and width of the kernel.

    Returns
    -------
    NDArray
        float32 (height, width); None if the text is not that many finite numbers.
    """
    words = re.sub(r"[\[\](){},;|]", " ", text).replace("\N{MINUS SIGN}", "-").split()
    try:
        values = [float(word) for word in words]
    except ValueError:
        return None
    if any(abs(value) > float(np.finfo(np.float32).max) for value in values):
        return None
    numbers = np.array(values, np.float32)
    height, width = shape
    if numbers.size == 1:
        numbers = np.repeat(numbers, height * width)
    if numbers.size != height * width or not np.isfinite(numbers).all():
        return None
    return numbers.reshape(shape)
