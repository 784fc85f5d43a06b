"""Data augmentation: random rotation, shift, scale, shear, elastic deformation, thickness, blur and noise.

The label of a digit does not change when it is slanted or drawn with a broader pen; training on such variants teaches
the network this invariance. An `Augmentation` contains the strengths; `apply` changes a whole batch at once.
"""

import math
from dataclasses import asdict, dataclass
from typing import NamedTuple, Self

import numpy as np

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
from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, dump_json, parse_json, shown, to_record
from digitpad.translation import gettext as _

__all__ = [
    "LIMITS",
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
}
"""The maximum of every strength by its name; the minimum is 0."""

USUAL_STRENGTHS = {"rotation": 10, "shift": 1.5, "scale": 0.1, "shear": 10, "elastic": 0.6, "thickness": 0.4}
"""The strengths for "usual" in `parse`: digits still look handwritten."""


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
        """Parse `usual`, `none`, or strengths such as `rotation=10,shift=2`.

        Raises
        ------
        DigitpadError
            If it is none of these.
        """
        named = {"usual": USUAL_STRENGTHS, "none": {}}
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
                        "The augmentation must be usual, none, or strengths such as rotation=10,shift=2, not {text}."
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
