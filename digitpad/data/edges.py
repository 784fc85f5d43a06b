"""Gaussian blur of images, and Canny's edge detector.

Source: Canny, "A Computational Approach to Edge Detection", 1986, with the thresholds of scikit-image.
"""

import math

import numpy as np
from numpy.typing import NDArray

_REACH = 4.0
_WEAK, _STRONG = 0.1, 0.2


def gaussian(images: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Blur images (N, H, W); beyond its border an image continues with the pixels there."""
    reach = math.ceil(_REACH * sigma)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps /= taps.sum()
    blurred = images
    for axis in (1, 2):
        padded = np.pad(blurred, [(reach, reach) if each == axis else (0, 0) for each in range(3)], mode="edge")
        length = images.shape[axis]
        parts = (
            np.float32(tap) * (padded[:, at : at + length] if axis == 1 else padded[:, :, at : at + length])
            for at, tap in enumerate(taps)
        )
        blurred = sum(parts, start=np.zeros_like(images))
    return blurred


def canny(images: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return the edges of images (N, H, W) in [0, 1]: lines of one pixel, where the brightness changes most."""
    smooth = gaussian(images, 1.0)
    down, right = _sobel(smooth), np.swapaxes(_sobel(np.swapaxes(smooth, 1, 2)), 1, 2)
    size = np.hypot(down, right)
    # An edge is steeper than its neighbours on both sides, across the edge; they are interpolated between pixels.
    steep = (size > _neighbour(size, down, right)) & (size >= _neighbour(size, -down, -right))
    steep[:, [0, -1]] = steep[:, :, [0, -1]] = False
    weak, edges = steep & (size >= _WEAK), steep & (size >= _STRONG)
    # Weak edges count where they continue strong ones.
    while True:
        grown = weak & _spread(edges)
        if (grown == edges).all():
            return edges
        edges = grown


def _sobel(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the derivative downwards, smoothed across."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    change = padded[:, 2:] - padded[:, :-2]
    sums: NDArray[np.float32] = change[:, :, :-2] + 2 * change[:, :, 1:-1] + change[:, :, 2:]
    return sums


def _neighbour(size: NDArray[np.float32], down: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return, for each pixel, the size one step further in the direction (down, right), interpolated linearly."""
    padded = np.pad(size, ((0, 0), (1, 1), (1, 1)))
    n, height, width = size.shape
    image, row, column = np.ogrid[:n, 1 : height + 1, 1 : width + 1]
    step_down, step_right = np.sign(down).astype(np.intp), np.sign(right).astype(np.intp)
    is_steep = np.abs(down) >= np.abs(right)
    longer = np.maximum(np.maximum(np.abs(down), np.abs(right)), np.float32(1e-12))
    share = np.minimum(np.abs(down), np.abs(right)) / longer
    straight = padded[image, row + np.where(is_steep, step_down, 0), column + np.where(is_steep, 0, step_right)]
    diagonal = padded[image, row + step_down, column + step_right]
    between: NDArray[np.float32] = share * diagonal + (1 - share) * straight
    return between


def _spread(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels that are edges or touch one, also at a corner."""
    padded = np.pad(edges, ((0, 0), (1, 1), (1, 1)))
    rows = padded[:, :-2] | padded[:, 1:-1] | padded[:, 2:]
    spread: NDArray[np.bool_] = rows[:, :, :-2] | rows[:, :, 1:-1] | rows[:, :, 2:]
    return spread
