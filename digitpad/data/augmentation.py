"""More hands than were asked: every image a little turned, moved, slanted, bent, bolder or fainter, by chance.

What a network should read does not change when a digit leans or a pen is broader, and the surest way to tell it is
to show it so. An `Augmentation` says how strongly; `apply` changes a whole batch at once. The functions below it change
images by one known amount, to measure how much of each a network bears.

Images are bytes (N, C, H, W) throughout, ink 255 on background 0, and what comes from outside an image is background.
Turning, scaling, slanting, moving and bending are one step: for every pixel, the place that it comes from is computed,
and the image is looked up there between its pixels, so that they are interpolated once.
"""

import json
import math
from dataclasses import asdict, dataclass, fields
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError

Images = NDArray[np.uint8]

#: Pixels between the points at which an elastic deformation is drawn by chance: about a third of a digit.
_ELASTIC_CELL = 7.0
#: Images that are changed at a time: what lies between is small enough to be used again while it is near. It is part
#: of what a seed means, for each such group draws its own chance.
_CHUNK = 32
#: So far from its middle a Gaussian is taken for zero, in standard deviations.
_GAUSSIAN_REACH = 3.0


class Limit(NamedTuple):
    """The largest value that a strength can take, and its unit."""

    most: float
    unit: str


LIMITS: dict[str, Limit] = {
    "rotation": Limit(180.0, "°"),
    "shift": Limit(28.0, "px"),
    "scale": Limit(0.9, ""),
    "shear": Limit(60.0, "°"),
    "elastic": Limit(5.0, "px"),
    "thickness": Limit(3.0, "px"),
    "blur": Limit(5.0, "px"),
    "noise": Limit(1.0, ""),
}
"""The range of every strength, from 0, by its name."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How strongly images are changed by chance; 0 leaves that change out.

    Parameters
    ----------
    rotation
        Degrees that an image is turned by at most, either way.
    shift
        Pixels that it is moved by at most, in each direction.
    scale
        Share by which it grows or shrinks at most: 0.1 for 0.9 to 1.1 times its size.
    shear
        Degrees that it is slanted by at most, either way.
    elastic
        Pixels that its points are moved by, each its own way and neighbours alike: the standard deviation.
    thickness
        Pixels that the edge of a stroke moves by at most, outwards or inwards.
    blur
        Pixels of the widest blur's standard deviation.
    noise
        Standard deviation of the strongest noise, as a share of full ink.

    Raises
    ------
    DigitpadError
        If a strength is no finite number, below 0, or above its limit.

    Notes
    -----
    Each image has its own amounts, evenly spread between nothing (or the opposite) and the strength. Elastic
    deformation after Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural Networks Applied to Visual
    Document Analysis", ICDAR 2003, drawn on a coarse grid with cubic B-splines between instead of smoothed by a
    Gaussian, which is the same to the eye and a hundredth of the work.
    """

    rotation: float = 0.0
    shift: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    elastic: float = 0.0
    thickness: float = 0.0
    blur: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        for name, (most, unit) in LIMITS.items():
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (number and math.isfinite(value) and 0 <= value <= most):
                raise DigitpadError(
                    f"The augmentation's {name} must be a number from 0 to {most:g}{unit and ' ' + unit}, not {value}."
                )
            object.__setattr__(self, name, float(value))

    def __bool__(self) -> bool:
        """Whether anything is changed at all."""
        return any(getattr(self, name) > 0 for name in LIMITS)

    def apply(self, images: Images, rng: np.random.Generator) -> Images:
        """Change every image of a batch by chance.

        Parameters
        ----------
        images
            Bytes (N, C, H, W). All channels of an image are changed alike, but for noise.
        rng
            The source of chance; the same state gives the same images.

        Returns
        -------
        NDArray[uint8]
            (N, C, H, W), in memory of its own.
        """
        _check(images)
        changed = np.empty_like(images)
        for start in range(0, len(images), _CHUNK):
            changed[start : start + _CHUNK] = self._apply(images[start : start + _CHUNK], rng)
        return changed

    def _apply(self, images: Images, rng: np.random.Generator) -> Images:
        n = len(images)
        changed = images.astype(np.float32)
        if self.thickness:
            _thicken(changed, rng.uniform(-self.thickness, self.thickness, n))
        if self.rotation or self.shift or self.scale or self.shear or self.elastic:
            amounts = _Geometry(
                np.radians(rng.uniform(-self.rotation, self.rotation, n)),
                np.radians(rng.uniform(-self.shear, self.shear, n)),
                rng.uniform(1 - self.scale, 1 + self.scale, n),
                rng.uniform(-self.shift, self.shift, (2, n)),
            )
            bend = _elastic_field(n, images.shape[2:], self.elastic, rng) if self.elastic else None
            changed = _moved(changed, amounts, bend)
        if self.blur:
            changed = _blurred(changed, rng.uniform(0, self.blur, n))
        if self.noise:
            changed += _noise(images.shape, rng.uniform(0, self.noise, n), rng)
        return _to_bytes(changed)

    def to_json(self) -> str:
        """Return the strengths as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote; strengths that are left out are 0.

        Raises
        ------
        DigitpadError
            If the text is no JSON object, or names or values are not an augmentation's.
        """
        try:
            strengths = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise DigitpadError(f"An augmentation could not be read ({error}); write it as a JSON object.") from error
        if not isinstance(strengths, dict):
            raise DigitpadError("An augmentation is a JSON object, with a number for each strength; write it so.")
        known = [field.name for field in fields(cls)]
        unknown = [name for name in strengths if name not in known]
        if unknown:
            raise DigitpadError(f"There is no augmentation called {unknown[0]!r}; choose of: {', '.join(known)}.")
        return cls(**strengths)


def rotated(images: Images, degrees: float) -> Images:
    """Turn images (N, C, H, W) about their middle, anticlockwise as one sees them."""
    return _moved_alike(images, angle=math.radians(degrees))


def sheared(images: Images, degrees: float) -> Images:
    """Slant images (N, C, H, W) about their middle, the upper half to the right."""
    return _moved_alike(images, slant=math.radians(degrees))


def scaled(images: Images, factor: float) -> Images:
    """Enlarge what is on images (N, C, H, W) about their middle; below 1 it shrinks.

    Raises
    ------
    DigitpadError
        If the factor is not above 0.
    """
    if not factor > 0:
        raise DigitpadError(f"Images cannot be scaled by {factor}; choose a factor above 0.")
    return _moved_alike(images, factor=factor)


def shifted(images: Images, right: float, down: float) -> Images:
    """Move what is on images (N, C, H, W), by pixels; parts of pixels are interpolated."""
    return _moved_alike(images, shift=(right, down))


def thickened(images: Images, pixels: float) -> Images:
    """Move the edges of strokes on images (N, C, H, W) outwards; inwards if `pixels` is below 0."""
    _check(images)
    changed = images.astype(np.float32)
    _thicken(changed, np.full(len(images), pixels))
    return _to_bytes(changed)


def blurred(images: Images, sigma: float) -> Images:
    """Blur images (N, C, H, W) with a Gaussian whose standard deviation is `sigma` pixels."""
    _check(images)
    return _to_bytes(_blurred(images.astype(np.float32), np.full(len(images), sigma)))


def noisy(images: Images, std: float, rng: np.random.Generator) -> Images:
    """Add Gaussian noise to images (N, C, H, W), its standard deviation a share of full ink."""
    _check(images)
    return _to_bytes(images + _noise(images.shape, np.full(len(images), std), rng))


class _Geometry(NamedTuple):
    """How each image is slanted, scaled, turned and then moved: (n,) each, and (2, n)."""

    angle: NDArray[np.float64]
    slant: NDArray[np.float64]
    factor: NDArray[np.float64]
    shift: NDArray[np.float64]


def _check(images: Images) -> None:
    if images.ndim != 4 or images.dtype != np.uint8:
        raise DigitpadError(
            f"Only images as bytes of shape (N, C, H, W) can be augmented, not {images.dtype} {images.shape}; "
            "convert them."
        )


def _moved_alike(
    images: Images,
    *,
    angle: float = 0.0,
    slant: float = 0.0,
    factor: float = 1.0,
    shift: tuple[float, float] = (0.0, 0.0),
) -> Images:
    _check(images)
    same = np.ones(len(images))
    amounts = _Geometry(angle * same, slant * same, factor * same, np.array(shift)[:, np.newaxis] * same)
    return _to_bytes(_moved(images.astype(np.float32), amounts, None))


def _moved(images: NDArray[np.float32], amounts: _Geometry, bend: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Look every pixel up where it comes from, between four pixels (bilinear interpolation).

    Parameters
    ----------
    images
        (N, C, H, W).
    amounts
        How each image is moved.
    bend
        float32 (2, N, H, W): pixels that the place is off to the right and down, beside that.
    """
    n, channels, height, width = images.shape
    x, y = _sources(amounts, height, width)
    if bend is not None:
        x += bend[0]
        y += bend[1]
    # A border of background, one pixel wide, answers for all that lies outside.
    padded = np.zeros((n, channels, height + 2, width + 2), np.float32)
    padded[:, :, 1:-1, 1:-1] = images
    np.clip(x, -1, width, out=x)
    np.clip(y, -1, height, out=y)
    # The pixel to the left above; on the border's far side, the one before, from which the border is one step.
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
        # No place is out of range; "clip" only spares NumPy the search for one that is.
        return flat[step:].take(corner, mode="clip")

    moved = np.empty_like(images)
    for channel in range(channels):
        first = channel * plane
        above, below = look_up(first), look_up(first + line)
        for near, step in ((above, 1), (below, line + 1)):
            _go_over(near, look_up(first + step), right)
        _go_over(above, below, down)
        moved[:, channel] = above
    return moved


def _go_over(values: NDArray[np.float32], others: NDArray[np.float32], share: NDArray[np.float32]) -> None:
    """Move `values` by a share of the way to `others`, in place; `others` are used up."""
    others -= values
    others *= share
    values += others


def _sources(amounts: _Geometry, height: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the column and the row that each pixel comes from, (N, H, W) each: the inverse of how images are moved."""
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


def _elastic_field(n: int, size: tuple[int, ...], strength: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return smooth displacements by chance, float32 (2, n, H, W), with a standard deviation of `strength` pixels."""
    down, right = (_spline_weights(side) for side in size)
    grid = rng.standard_normal((2, n, down.shape[1], right.shape[1]), np.float32)
    grid *= np.float32(strength)
    field: NDArray[np.float32] = down @ (grid @ right.T)
    return field


def _spline_weights(side: int) -> NDArray[np.float32]:
    """Return the matrix (side, points) that draws a smooth line through chance: cubic B-splines, unit variance."""
    cells = max(1, round(side / _ELASTIC_CELL))
    place = (np.arange(side) + 0.5) * (cells / side)
    distance = np.abs(place[:, np.newaxis] - np.arange(-1, cells + 2))
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.maximum(2 - distance, 0) ** 3 / 6
    weights = np.where(distance < 1, near, far)
    weights /= np.sqrt((weights**2).sum(axis=1, keepdims=True))
    single: NDArray[np.float32] = weights.astype(np.float32)
    return single


def _thicken(images: NDArray[np.float32], amounts: NDArray[np.float64]) -> None:
    """Move the edges of strokes by `amounts` (n,) pixels, in place.

    By one pixel: each becomes the brightest (or, inwards, the darkest) of itself and its four neighbours, the disc of
    radius 1. By a part of a pixel: so much of the way from the image to that.
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


def _blurred(images: NDArray[np.float32], sigmas: NDArray[np.float64]) -> NDArray[np.float32]:
    """Blur each image with a Gaussian of its own, down and then across."""
    radius = math.ceil(_GAUSSIAN_REACH * float(sigmas.max(initial=0.0)))
    if radius == 0:
        return images
    away = np.arange(-radius, radius + 1)
    # The bound keeps a sigma of nothing from dividing by zero; its Gaussian is 1 in the middle and 0 beside it.
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


def _noise(shape: tuple[int, ...], stds: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return noise for bytes, float32 of `shape`, each image's with a standard deviation of its own in [0, 1]."""
    noise = rng.standard_normal(shape, np.float32)
    noise *= (255 * stds).astype(np.float32)[:, np.newaxis, np.newaxis, np.newaxis]
    return noise


def _to_bytes(images: NDArray[np.float32]) -> Images:
    np.rint(images, out=images)
    np.clip(images, 0, 255, out=images)
    return images.astype(np.uint8)
