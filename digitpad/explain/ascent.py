"""The preferred input of a unit, found by gradient ascent on its activation.

Without regularization, gradient ascent ends in high-frequency noise. So after each step the image is decayed and
blurred a little, which only structures survive that keep exciting the unit (Yosinski, Clune, Nguyen, Fuchs and Lipson,
"Understanding neural networks through deep visualization", 2015).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitpad.data.dataset import by_channel
from digitpad.explain.dependencies import Cell, as_maps
from digitpad.explain.frame import Inspector, Values
from digitpad.explain.parts import part_of
from digitpad.translation import gettext_noop

#: To be translated where they are shown.
MEANING = gettext_noop("An image that excites this unit strongly, found by gradient ascent from weak noise.")
CAUTION = gettext_noop(
    "It is one of many such images, smoothed by regularization. It need not resemble any digit, and it does not tell "
    "how the unit responds to real digits."
)

_STEPS = 80
_STRIDE = 1.0
_FADE = 0.01
_SMOOTH = 0.15
#: Share of the steps, at the end, without regularization: they climb to the nearest maximum.
_PLAIN_SHARE = 0.15
_NOISE = 0.1
_TRIES = 8


@dataclass(frozen=True, slots=True, eq=False)
class AscentStep:
    """The state of a gradient ascent after one step.

    Attributes
    ----------
    done, total
        Number of steps so far, and in total.
    cell
        The cell whose activation is maximized.
    pixels
        float32 (C, H, W) in [0, 1]: the image.
    value
        The activation for this image, computed by the plain layers.
    stuck
        Whether the gradient is zero, so that the ascent makes no progress.
    """

    done: int
    total: int
    cell: Cell
    pixels: Values
    value: float
    stuck: bool


def climb(
    inspector: Inspector,
    layer: str,
    unit: int,
    *,
    steps: int = _STEPS,
    seed: int = 0,
) -> Iterator[AscentStep]:
    """Find an image that excites a unit, by gradient ascent on the cell in the centre of its map.

    Parameters
    ----------
    inspector
        Inspector of the network.
    layer, unit
        The activation, and its map or unit.
    steps
        Number of steps.
    seed
        Seed of the initial noise.

    Yields
    ------
    AscentStep
        The state after each step; the caller may stop at any time.

    Raises
    ------
    ValueError
        If the unit does not exist.
    """
    shape = as_maps(inspector.structure[layer].shape) if layer in inspector.structure else (0, 0, 0)
    if not 0 <= unit < shape[0]:
        raise ValueError(f"climb: layer and unit are {layer!r} and {unit}; expected a unit of the network")
    cell = Cell(layer, unit, shape[1] // 2, shape[2] // 2)
    hill = _Hill(inspector, cell)
    rng = np.random.default_rng(seed)
    pixels, slope = hill.start(rng)
    for step in range(steps):
        length = float(np.linalg.norm(slope))
        if length > 0:
            pixels = pixels + np.float32(_STRIDE / length) * slope
        if step < (1 - _PLAIN_SHARE) * steps:
            pixels = np.float32(1 - _FADE) * (pixels + np.float32(_SMOOTH) * (_blurred(pixels) - pixels))
        pixels = np.clip(pixels, 0, 1, dtype=np.float32)
        value, slope = hill.at(pixels)
        yield AscentStep(step + 1, steps, cell, pixels, value, stuck=not slope.any())


class _Hill:
    """The activation of a cell as a function of the image."""

    def __init__(self, inspector: Inspector, cell: Cell) -> None:
        self._inspector = inspector
        self._cell = cell
        self._part = part_of(inspector.probe(), inspector.structure[cell.layer].name)

    def at(self, pixels: Values) -> tuple[float, Values]:
        """Return the activation for an image, and its gradient with respect to the pixels."""
        output = self._part.forward(self._inspector.prepare(pixels[np.newaxis]), training=True)
        upstream = np.zeros_like(output)
        place = self._cell.index if output.ndim == 4 else self._cell.index[:1]
        upstream[(0, *place)] = 1
        slope: Values = self._part.backward(upstream)[0] / by_channel(self._inspector.metadata.preprocessing.std)
        return float(output[(0, *place)]), slope

    def start(self, rng: np.random.Generator) -> tuple[Values, Values]:
        """Return an image of noise and its gradient, nonzero if one of several strengths of noise gives one."""
        pixels = slope = np.zeros(self._inspector.input_shape, np.float32)
        for attempt in range(_TRIES):
            # A unit after a ReLU may be 0, with a zero gradient, for weak noise: then stronger noise is tried.
            pixels = (rng.random(self._inspector.input_shape) * min(1, _NOISE * 2**attempt)).astype(np.float32)
            _, slope = self.at(pixels)
            if slope.any():
                break
        return pixels, slope


def _blurred(pixels: Values) -> Values:
    """Return each channel blurred with the kernel (1, 2, 1) / 4 in both directions; edges are replicated."""
    padded = np.pad(pixels, ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / np.float32(4)
    smooth: Values = (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]) / np.float32(4)
    return smooth
