"""Layers that do not fit where they stand: why, and what would fit."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digitpad.lab.unweighted import build_unweighted
from digitpad.nn.architectures.plan import LayerSpec
from digitpad.nn.backend import Shape
from digitpad.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Misfit:
    """A layer that cannot stand where it is.

    Attributes
    ----------
    index
        Its place among the planned layers.
    name
        Its name.
    reason
        Why it does not fit, in the user's language.
    fit
        The layers that would fit in its place, if there is an obvious change; None otherwise.
    """

    index: int
    name: str
    reason: str
    fit: tuple[LayerSpec, ...] | None


def misfit_of(index: int, spec: LayerSpec, shape: Shape, error: Exception) -> Misfit:
    """Return what is wrong with a planned layer.

    Parameters
    ----------
    index, spec
        Its place and its plan.
    shape
        Shape of the sample that it receives.
    error
        What building it raised.
    """
    return Misfit(index, str(spec.get("name", "")), _reason(spec, shape, error), _fit(spec, shape))


def _reason(spec: LayerSpec, shape: Shape, error: Exception) -> str:
    """Return why a layer does not fit, in the user's language; what `digitpad.nn` says for rarer cases."""
    kind, size = spec.get("type"), "×".join(str(side) for side in shape)
    flat = math.prod(shape)
    if kind == "Linear" and len(shape) == 3:
        return _("A linear layer takes a vector, but here are maps of {size}; put a Flatten before it.").format(
            size=size
        )
    if kind == "Linear" and spec.get("in_features") != flat:
        return _("It takes {have} numbers, but here are {flat}.").format(have=spec.get("in_features"), flat=flat)
    if kind in _IMAGE_KINDS and len(shape) != 3:
        return _("It takes maps with rows and columns, but here is a vector of {flat}.").format(flat=flat)
    channels = spec.get("in_channels", spec.get("num_features", spec.get("num_channels")))
    if kind in _IMAGE_KINDS and isinstance(channels, int) and channels != shape[0]:
        return _("It takes {have} channels, but here are {need}.").format(have=channels, need=shape[0])
    sides = _sides(spec.get("kernel_size"))
    if kind in _IMAGE_KINDS and sides is not None and "expected it to fit" in str(error):
        return _("Its window of {window} does not fit maps of {size} with this padding and dilation.").format(
            window="×".join(str(side) for side in sides), size=size
        )
    return str(error).removeprefix(f"{spec.get('name')}: ")


_IMAGE_KINDS = {"Conv2D", "ConvTranspose2D", "MaxPool2D", "AvgPool2D", "GlobalAveragePool2D", "BatchNorm2D"}
_IMAGE_KINDS |= {"AdaptiveAvgPool2D", "GroupNorm", "Pad2D", "Upsample2D"}


def _fit(spec: LayerSpec, shape: Shape) -> tuple[LayerSpec, ...] | None:
    """Return the layers nearest to a plan that do fit on `shape`."""
    candidates: list[Sequence[LayerSpec]] = []
    kind, name = spec.get("type"), str(spec.get("name", ""))
    if kind == "Linear":
        linear = {**spec, "in_features": math.prod(shape)}
        flat = {"name": f"flatten_{name}", "type": "Flatten"}
        candidates.append((linear,) if len(shape) == 1 else (flat, linear))
    if len(shape) == 3 and kind in _IMAGE_KINDS:
        changed: dict[str, Any] = {**spec}
        for key in ("in_channels", "num_features", "num_channels"):
            if key in changed:
                changed[key] = shape[0]
        candidates.append((changed,))
        sides = _sides(changed.get("kernel_size"))
        if sides is not None:
            largest = tuple(min(side, room) for side, room in zip(sides, shape[1:], strict=True))
            candidates.append(
                (
                    {**changed, "kernel_size": largest, "dilation": 1}
                    if "dilation" in changed
                    else {**changed, "kernel_size": largest},
                )
            )
    for candidate in candidates:
        if tuple(candidate) != (spec,) and _builds(candidate, shape):
            return tuple(candidate)
    return None


def _sides(value: object) -> tuple[int, int] | None:
    if isinstance(value, int) and value > 0:
        return value, value
    if (
        isinstance(value, tuple | list)
        and len(value) == 2
        and all(isinstance(side, int) and side > 0 for side in value)
    ):
        return int(value[0]), int(value[1])
    return None


def _builds(specs: Sequence[Mapping[str, Any]], shape: Shape) -> bool:
    try:
        build_unweighted(specs, shape)
    except (TypeError, ValueError):
        return False
    return True
