"""Data augmentation: random changes of the training images, for drawings and for photographs.

The label of a digit does not change when it is slanted or drawn with a broader pen, and that of a photograph does not
change when it is mirrored, cropped or lit differently; training on such variants teaches the network this invariance.
An `Augmentation` contains the strengths; `apply` changes a whole batch at once.
"""

import math
from dataclasses import asdict, dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from digitpad.data.distortion import (
    Geometry,
    Images,
    blur_each,
    blurred,
    check_images,
    elastic_field,
    moved,
    noise_like,
    noisy,
    rotated,
    scaled,
    sheared,
    shifted,
    thicken,
    thickened,
    to_bytes,
)
from digitpad.data.photo_distortion import cropped, lighten, random_crops, saturate
from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, dump_json, parse_json, shown, to_record
from digitpad.translation import gettext as _

__all__ = [
    "LIMITS",
    "PHOTO_STRENGTHS",
    "USUAL_STRENGTHS",
    "Augmentation",
    "Images",
    "Limit",
    "blurred",
    "noisy",
    "rotated",
    "scaled",
    "sheared",
    "shifted",
    "thickened",
]

#: Number of images changed at a time, small enough for intermediate arrays to stay in the cache. The result of a seed
#: depends on it, since random numbers are drawn per group.
_CHUNK = 32


class Limit(NamedTuple):
    """Maximum value of a strength, and its unit."""

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
    "flip": Limit(1.0, ""),
    "crop": Limit(0.95, ""),
    "stretch": Limit(1.0, ""),
    "brightness": Limit(0.9, ""),
    "contrast": Limit(0.9, ""),
    "saturation": Limit(1.0, ""),
}
"""The maximum of every strength by its name; the minimum is 0."""

USUAL_STRENGTHS = {"rotation": 10, "shift": 1.5, "scale": 0.1, "shear": 10, "elastic": 0.6, "thickness": 0.4}
"""The strengths for "usual" in `parse`: digits still look handwritten."""

PHOTO_STRENGTHS = {"flip": 0.5, "crop": 0.45, "stretch": 0.2, "brightness": 0.2, "contrast": 0.2}
"""The strengths for "photo" in `parse`: things are still recognizable on a photograph."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Strengths of random changes of images; 0 disables a change.

    Parameters
    ----------
    rotation
        Maximum rotation in degrees, in either direction.
    shift
        Maximum shift in pixels, in each direction.
    scale
        Maximum relative change of the size: 0.1 for 0.9 to 1.1 times the size.
    shear
        Maximum shear in degrees, in either direction.
    elastic
        Standard deviation of a smooth random displacement of points, in pixels.
    thickness
        Maximum outward displacement of stroke edges, in pixels; inwards it is half, so that thin strokes are kept.
    blur
        Maximum standard deviation of the blur, in pixels.
    noise
        Maximum standard deviation of the noise, as a fraction of full ink.
    flip
        Share of the images that are mirrored horizontally.
    crop
        Maximum share of the area that is cut away; the rest is enlarged to the size of the image.
    stretch
        Maximum relative change of the aspect ratio of that rest: 0.25 for 4:5 to 5:4 of a square.
    brightness, contrast
        Maximum relative change of the brightness, and of the differences from the mean grey of the image.
    saturation
        Maximum relative change of the differences between a colour and its grey; without effect on grey images.

    Raises
    ------
    DigitpadError
        If a strength is not finite, below 0, or above its limit.

    Notes
    -----
    Each image has its own amounts, uniformly distributed between 0 (or the negative strength) and the strength. Elastic
    deformation after Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural Networks Applied to Visual
    Document Analysis", ICDAR 2003, sampled on a coarse grid and interpolated by cubic B-splines instead of smoothed by
    a Gaussian, which looks the same and takes a hundredth of the time.
    """

    rotation: float = 0.0
    shift: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    elastic: float = 0.0
    thickness: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    flip: float = 0.0
    crop: float = 0.0
    stretch: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0

    def __post_init__(self) -> None:
        for name, (most, unit) in LIMITS.items():
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (number and math.isfinite(value) and 0 <= value <= most):
                raise DigitpadError(
                    _(
                        "The augmentation strength {name} must be a number from 0 to {most:g}{unit}, not {value}."
                    ).format(name=name, most=most, unit=unit and f" {unit}", value=shown(value))
                )
            object.__setattr__(self, name, float(value))

    def __bool__(self) -> bool:
        """Whether any strength is nonzero."""
        return any(getattr(self, name) > 0 for name in LIMITS)

    def apply(self, images: Images, rng: np.random.Generator) -> Images:
        """Change every image of a batch at random.

        Parameters
        ----------
        images
            Bytes (N, C, H, W). All channels of an image are changed in the same way, except for noise.
        rng
            Random generator; the same state gives the same images.

        Returns
        -------
        NDArray[uint8]
            (N, C, H, W), a new array.
        """
        check_images(images)
        changed = np.empty_like(images)
        for start in range(0, len(images), _CHUNK):
            changed[start : start + _CHUNK] = self._apply(images[start : start + _CHUNK], rng)
        return changed

    def _apply(self, images: Images, rng: np.random.Generator) -> Images:
        n = len(images)
        changed = images.astype(np.float32)
        if self.thickness:
            thicken(changed, rng.uniform(-self.thickness / 2, self.thickness, n))
        if self.rotation or self.shift or self.scale or self.shear or self.elastic:
            amounts = Geometry(
                np.radians(rng.uniform(-self.rotation, self.rotation, n)),
                np.radians(rng.uniform(-self.shear, self.shear, n)),
                rng.uniform(1 - self.scale, 1 + self.scale, n),
                rng.uniform(-self.shift, self.shift, (2, n)),
            )
            bend = elastic_field(n, images.shape[2:], self.elastic, rng) if self.elastic else None
            changed = moved(changed, amounts, bend)
        if self.flip or self.crop or self.stretch:
            height, width = images.shape[2:]
            crops = random_crops(n, (height, width), crop=self.crop, stretch=self.stretch, flip=self.flip, rng=rng)
            changed = cropped(changed, crops)
        if self.brightness or self.contrast:
            lighten(changed, _factors(self.brightness, n, rng), _factors(self.contrast, n, rng))
        if self.saturation:
            saturate(changed, _factors(self.saturation, n, rng))
        if self.blur:
            changed = blur_each(changed, rng.uniform(0, self.blur, n))
        if self.noise:
            changed += noise_like(images.shape, rng.uniform(0, self.noise, n), rng)
        return to_bytes(changed)

    def __str__(self) -> str:
        """Return the nonzero strengths in the format of `parse`."""
        return ",".join(f"{name}={getattr(self, name):g}" for name in LIMITS if getattr(self, name)) or "none"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `usual`, `photo`, `none`, or strengths such as `rotation=10,shift=2`.

        Raises
        ------
        DigitpadError
            If it is none of these.
        """
        named = {"usual": USUAL_STRENGTHS, "photo": PHOTO_STRENGTHS, "none": {}}
        if text in named:
            return cls.from_dict(named[text])
        strengths: dict[str, object] = {}
        for part in text.split(","):
            name, _equals, value = part.partition("=")
            try:
                strengths[name.strip()] = float(value)
            except ValueError as error:
                raise DigitpadError(
                    _(
                        "The augmentation must be usual, photo, none, or strengths such as rotation=10,shift=2, "
                        "not {text}."
                    ).format(text=shown(text))
                ) from error
        return cls.from_dict(strengths)

    def to_json(self) -> str:
        """Return the strengths as one line of JSON."""
        return dump_json(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Parse the result of `to_json`; omitted strengths are 0.

        Raises
        ------
        DigitpadError
            If the text is not a JSON object, or a name or value is invalid.
        """
        try:
            strengths = parse_json(text)
        except JSONError as error:
            raise DigitpadError(
                _("An augmentation could not be read ({reason}); write it as a JSON object.").format(reason=error)
            ) from error
        return cls.from_dict(strengths)

    @classmethod
    def from_dict(cls, strengths: object) -> Self:
        """Make an augmentation from strengths by name; omitted ones are 0. Raises like `from_json`."""
        if not isinstance(strengths, dict):
            raise DigitpadError(_("An augmentation must be a JSON object with a number for each strength."))
        try:
            return to_record(cls, strengths, noun=_("augmentation"))
        except JSONError as error:
            raise DigitpadError(
                _("An augmentation cannot be used: {reason}; correct it.").format(reason=error)
            ) from error


def _factors(strength: float, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return n random factors around 1."""
    return rng.uniform(1 - strength, 1 + strength, n)
