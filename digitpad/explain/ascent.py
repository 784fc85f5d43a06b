"""What a unit looks for, drawn by the network itself: a picture that climbs the unit's slope.

Left alone the climb ends in a speckle that no eye can read. So after each step the ink fades a little and is smoothed
a little, which only what keeps exciting the unit survives (Yosinski, Clune, Nguyen, Fuchs and Lipson, "Understanding
neural networks through deep visualization", 2015).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitpad.explain.dependencies import Cell, as_maps
from digitpad.explain.frame import Inspector, Values
from digitpad.explain.parts import part_of

MEANING = "A picture that excites this unit strongly, found by climbing its slope from faint noise."
CAUTION = (
    "It is one of many such pictures, kept smooth by hand; nothing like it need ever be drawn, and what the unit does "
    "with real digits is another question."
)

_STEPS = 80
_STRIDE = 1.0
_FADE = 0.01
_SMOOTH = 0.15
#: The last steps are left alone, so that the picture is as exciting as it can be near where smoothing brought it.
_PLAIN_SHARE = 0.15
_NOISE = 0.1
_TRIES = 8


@dataclass(frozen=True, slots=True, eq=False)
class AscentStep:
    """How far a climb has come.

    Attributes
    ----------
    done, total
        Steps.
    cell
        The number that is climbed.
    pixels
        float32 (C, H, W) in [0, 1]: the picture.
    value
        The number for this very picture, by the plain layers.
    stuck
        Whether there is no slope to climb: the unit answers the same to everything near.
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
    """Draw a picture that excites a unit, by gradient ascent on the number in the middle of its map.

    Parameters
    ----------
    inspector
        Of the network.
    layer, unit
        The activation, and its map or unit.
    steps
        How long to climb.
    seed
        Of the noise at the start.

    Yields
    ------
    AscentStep
        After each step; stop asking to stop it.

    Raises
    ------
    ValueError
        If there is no such unit.
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
    """A number of the network as a function of the picture."""

    def __init__(self, inspector: Inspector, cell: Cell) -> None:
        self._inspector = inspector
        self._cell = cell
        self._part = part_of(inspector.probe(), inspector.structure[cell.layer].name)

    def at(self, pixels: Values) -> tuple[float, Values]:
        """Return the number for a picture, and its slope for each pixel."""
        output = self._part.forward(self._inspector.prepare(pixels[np.newaxis]), training=True)
        upstream = np.zeros_like(output)
        place = self._cell.index if output.ndim == 4 else self._cell.index[:1]
        upstream[(0, *place)] = 1
        slope: Values = self._part.backward(upstream)[0] / np.float32(self._inspector.metadata.preprocessing.std)
        return float(output[(0, *place)]), slope

    def start(self, rng: np.random.Generator) -> tuple[Values, Values]:
        """Return a picture of noise where there is a slope, or if none was found the last one tried, and the slope."""
        pixels = slope = np.zeros(self._inspector.input_shape, np.float32)
        for attempt in range(_TRIES):
            # A unit behind a ReLU may be off, and flat, for faint noise: then it is made stronger.
            pixels = (rng.random(self._inspector.input_shape) * min(1, _NOISE * 2**attempt)).astype(np.float32)
            _, slope = self.at(pixels)
            if slope.any():
                break
        return pixels, slope


def _blurred(pixels: Values) -> Values:
    """Return each channel smoothed by 1, 2, 1 in both directions; the edges are continued."""
    padded = np.pad(pixels, ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / np.float32(4)
    smooth: Values = (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]) / np.float32(4)
    return smooth
