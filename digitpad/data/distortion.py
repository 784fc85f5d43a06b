"""Distortions of batches of images: shift, rotation, shear, scale, elastic deformation, thickness, blur and noise.

The public functions change all images by the same amount, to measure robustness; `Augmentation` changes each image by
its own amount. Images are uint8 (N, C, H, W), ink 255 on background 0; pixels outside an image are background. All
geometric changes are one step: the source position of every pixel is computed, and the image is interpolated there
once.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

Images = NDArray[np.uint8]

#: Pixels between the random control points of an elastic deformation: about a third of a digit.
_ELASTIC_CELL = 7.0
#: Distance at which a Gaussian is truncated, in standard deviations.
_GAUSSIAN_REACH = 3.0


def rotated(images: Images, degrees: float) -> Images:
    """Rotate images (N, C, H, W) counterclockwise about their centre."""
    return _moved_alike(images, angle=math.radians(degrees))


def sheared(images: Images, degrees: float) -> Images:
    """Shear images (N, C, H, W) about their centre; the upper half moves to the right."""
    return _moved_alike(images, slant=math.radians(degrees))


def scaled(images: Images, factor: float) -> Images:
    """Scale the contents of images (N, C, H, W) about their centre.

    Raises
    ------
    DigitpadError
        If the factor is not greater than 0.
    """
    if not factor > 0:
        raise DigitpadError(
            _("Images cannot be scaled by {factor}; choose a factor greater than 0.").format(factor=factor)
        )
    return _moved_alike(images, factor=factor)


def shifted(images: Images, right: float, down: float) -> Images:
    """Shift the contents of images (N, C, H, W) by pixels; fractions of pixels are interpolated."""
    return _moved_alike(images, shift=(right, down))


def thickened(images: Images, pixels: float) -> Images:
    """Move the edges of strokes on images (N, C, H, W) outwards, or inwards if `pixels` is negative."""
    check_images(images)
    changed = images.astype(np.float32)
    thicken(changed, np.full(len(images), pixels))
    return to_bytes(changed)


def blurred(images: Images, sigma: float) -> Images:
    """Blur images (N, C, H, W) with a Gaussian with a standard deviation of `sigma` pixels."""
    check_images(images)
    return to_bytes(blur_each(images.astype(np.float32), np.full(len(images), sigma)))


def noisy(images: Images, std: float, rng: np.random.Generator) -> Images:
    """Add Gaussian noise to images (N, C, H, W); the standard deviation is a fraction of full ink."""
    check_images(images)
    return to_bytes(images + noise_like(images.shape, np.full(len(images), std), rng))


class Geometry(NamedTuple):
    """Shear, scale, rotation and shift of each image, applied in this order: (n,) each, and (2, n)."""

    angle: NDArray[np.float64]
    slant: NDArray[np.float64]
    factor: NDArray[np.float64]
    shift: NDArray[np.float64]


def check_images(images: Images) -> None:
    """Raise a DigitpadError if these are not images uint8 (N, C, H, W)."""
    if images.ndim != 4 or images.dtype != np.uint8:
        raise DigitpadError(
            _("Only byte images of shape (N, C, H, W) can be augmented, not {dtype} {shape}; convert them.").format(
                dtype=images.dtype, shape=images.shape
            )
        )


def _moved_alike(
    images: Images,
    *,
    angle: float = 0.0,
    slant: float = 0.0,
    factor: float = 1.0,
    shift: tuple[float, float] = (0.0, 0.0),
) -> Images:
    check_images(images)
    same = np.ones(len(images))
    amounts = Geometry(angle * same, slant * same, factor * same, np.array(shift)[:, np.newaxis] * same)
    return to_bytes(moved(images.astype(np.float32), amounts, None))


def moved(images: NDArray[np.float32], amounts: Geometry, bend: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Transform images; every pixel is interpolated bilinearly at its source position.

    Parameters
    ----------
    images
        (N, C, H, W).
    amounts
        The transformation of each image.
    bend
        float32 (2, N, H, W): additional displacement of the source position to the right and down, in pixels.
    """
    n, channels, height, width = images.shape
    x, y = _sources(amounts, height, width)
    if bend is not None:
        x += bend[0]
        y += bend[1]
    # A border of background, one pixel wide, stands for everything outside.
    padded = np.zeros((n, channels, height + 2, width + 2), np.float32)
    padded[:, :, 1:-1, 1:-1] = images
    np.clip(x, -1, width, out=x)
    np.clip(y, -1, height, out=y)
    # The pixel above and to the left; at the far border, the one before it, so that the border is one step away.
    column, row = np.floor(x), np.floor(y)
    np.minimum(column, width - 1, out=column)
    np.minimum(row, height - 1, out=row)
    right, down = np.subtract(x, column, out=x), np.subtract(y, row, out=y)

    flat, line, plane = padded.reshape(-1), width + 2, (height + 2) * (width + 2)
    corner = row.astype(np.intp)
    corner *= line
    corner += column.astype(np.intp)
    corner += (np.arange(n) * (channels * plane) + line + 1)[:, np.newaxis, np.newaxis]

    def look_up(step: int) -> NDArray[np.float32]:
        # No index is out of range; "clip" avoids NumPy's bounds check.
        return flat[step:].take(corner, mode="clip")

    looked_up = np.empty_like(images)
    for channel in range(channels):
        first = channel * plane
        above, below = look_up(first), look_up(first + line)
        for near, step in ((above, 1), (below, line + 1)):
            _go_over(near, look_up(first + step), right)
        _go_over(above, below, down)
        looked_up[:, channel] = above
    return looked_up


def _go_over(values: NDArray[np.float32], others: NDArray[np.float32], share: NDArray[np.float32]) -> None:
    """Interpolate from `values` to `others`, in place; `others` are overwritten."""
    others -= values
    others *= share
    values += others


def _sources(amounts: Geometry, height: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the source column and row of each pixel, (N, H, W) each: the inverse of the transformation."""
    angle, slant, factor, shift = (values[..., np.newaxis, np.newaxis] for values in amounts)
    sine, cosine, lean = np.sin(angle), np.cos(angle), np.tan(slant)
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    from_x = np.arange(width) - middle_x - shift[0]
    from_y = np.arange(height)[:, np.newaxis] - middle_y - shift[1]

    def sum_of(across: NDArray[np.float64], along: NDArray[np.float64]) -> NDArray[np.float32]:
        return across.astype(np.float32) + along.astype(np.float32)

    return (
        sum_of((cosine + lean * sine) / factor * from_x + middle_x, (lean * cosine - sine) / factor * from_y),
        sum_of(sine / factor * from_x + middle_y, cosine / factor * from_y),
    )


def elastic_field(n: int, size: tuple[int, ...], strength: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return smooth random displacements, float32 (2, n, H, W), with a standard deviation of `strength` pixels."""
    down, right = (_spline_weights(side) for side in size)
    grid = rng.standard_normal((2, n, down.shape[1], right.shape[1]), np.float32)
    grid *= np.float32(strength)
    field: NDArray[np.float32] = down @ (grid @ right.T)
    return field


def _spline_weights(side: int) -> NDArray[np.float32]:
    """Return the matrix (side, points) of cubic B-splines that interpolates random values, with unit variance."""
    cells = max(1, round(side / _ELASTIC_CELL))
    place = (np.arange(side) + 0.5) * (cells / side)
    distance = np.abs(place[:, np.newaxis] - np.arange(-1, cells + 2))
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.maximum(2 - distance, 0) ** 3 / 6
    weights = np.where(distance < 1, near, far)
    weights /= np.sqrt((weights**2).sum(axis=1, keepdims=True))
    single: NDArray[np.float32] = weights.astype(np.float32)
    return single


def thicken(images: NDArray[np.float32], amounts: NDArray[np.float64]) -> None:
    """Move the edges of strokes by `amounts` (n,) pixels, in place.

    One pixel is a dilation (or erosion) with a disc of radius 1, the pixel and its four neighbours. A fraction of a
    pixel interpolates between the image and that.
    """
    rest = np.abs(amounts).astype(np.float32)
    outwards, inwards = amounts > 0, amounts < 0
    while (rest > 0).any():
        share = np.minimum(rest, 1)
        for chosen, extreme in ((outwards, np.maximum), (inwards, np.minimum)):
            which = np.flatnonzero(chosen & (share > 0))
            if which.size:
                before = images[which]
                after = before.copy()
                extreme(after[..., 1:, :], before[..., :-1, :], out=after[..., 1:, :])
                extreme(after[..., :-1, :], before[..., 1:, :], out=after[..., :-1, :])
                extreme(after[..., 1:], before[..., :-1], out=after[..., 1:])
                extreme(after[..., :-1], before[..., 1:], out=after[..., :-1])
                after -= before
                after *= share[which, np.newaxis, np.newaxis, np.newaxis]
                before += after
                images[which] = before
        rest -= share


def blur_each(images: NDArray[np.float32], sigmas: NDArray[np.float64]) -> NDArray[np.float32]:
    """Blur each image with its own Gaussian, vertically and then horizontally."""
    radius = math.ceil(_GAUSSIAN_REACH * float(sigmas.max(initial=0.0)))
    if radius == 0:
        return images
    away = np.arange(-radius, radius + 1)
    # The bound avoids a division by zero for sigma 0, whose Gaussian is 1 in the centre and 0 elsewhere.
    taps = np.exp(-0.5 * (away / np.maximum(sigmas, 0.01)[:, np.newaxis]) ** 2)
    taps /= taps.sum(axis=1, keepdims=True)
    weights = taps.astype(np.float32)[:, :, np.newaxis, np.newaxis, np.newaxis]
    height, width = images.shape[2:]
    for border, axis, length in (((radius, radius), 2, height), ((radius, radius), 3, width)):
        padded = np.pad(images, [border if each == axis else (0, 0) for each in range(4)])
        images = np.zeros_like(images)
        for tap in range(2 * radius + 1):
            part = slice(tap, tap + length)
            images += weights[:, tap] * (padded[:, :, part] if axis == 2 else padded[..., part])
    return images


def noise_like(shape: tuple[int, ...], stds: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return noise for uint8 images, float32 of `shape`, with a standard deviation in [0, 1] for each image."""
    noise = rng.standard_normal(shape, np.float32)
    noise *= (255 * stds).astype(np.float32)[:, np.newaxis, np.newaxis, np.newaxis]
    return noise


def to_bytes(images: NDArray[np.float32]) -> Images:
    """Round images to uint8; the floats are changed in place."""
    np.rint(images, out=images)
    np.clip(images, 0, 255, out=images)
    return images.astype(np.uint8)
