"""Divides a picture into pieces: connected parts from left to right, cut along seams where digits touch."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from digitpad.data.components import component_boxes, connected_components
from digitpad.data.images import image_to_digit
from digitpad.reading.pieces import FAR, Layout, Run, distances_between, line_height
from digitpad.reading.seams import seams_through

#: Pixels with more ink than this are connected; less ink is the soft edge of a line.
_INK = 0.3
#: Digits are segmented at one to two times this height in pixels: more would only take longer.
_HEIGHT = 96
#: Parts smaller than this in both dimensions, in heights of the line, are specks.
_SPECK = 0.06
#: Parts wider than the second, in heights of the line, may be several digits that touch. So may parts of a number that
#: are wider than the first, unless they are likely one digit.
_NARROW, _WIDE = 0.5, 0.85
#: Minimum height of such a part, in heights of the line.
_TALL = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Some pixels of the picture: a mask, and its first row and column. `cut` is the cost of its left seam."""

    component: int
    nth: int
    left: int
    top: int
    mask: NDArray[np.bool_]
    cut: float

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, the latter two excluded."""
        return self.left, self.top, self.left + self.mask.shape[1], self.top + self.mask.shape[0]


class PicturePieces:
    """The pieces of a picture.

    Parameters
    ----------
    ink
        (H, W) in [0, 1], ink 1, as from `digitpad.data.images.read_image`.
    are_digits
        Tells which parts, given the ink of each, are likely one digit; narrow parts of a number that are not are cut.
        Without it, no narrow part is cut.
    """

    def __init__(
        self,
        ink: NDArray[np.float32],
        are_digits: Callable[[Sequence[NDArray[np.float32]]], Sequence[bool]] | None = None,
    ) -> None:
        labels, count = connected_components(ink > _INK)
        found, height = _line_in(labels, count)
        # Number of pixels of the picture per pixel of the reduced one, along each side.
        self._scale = max(1, int(height / _HEIGHT))
        if self._scale > 1:
            ink = np.asarray(PIL.Image.fromarray(ink).reduce(self._scale), np.float32)
            labels, count = connected_components(ink > _INK)
            found, height = _line_in(labels, count)
        self._ink = ink
        self._height = height
        # Crops that are used twice.
        self._crops: dict[tuple[_Part, ...], NDArray[np.float32]] = {}
        wholes = []
        for component, (left, top, right, bottom) in found.items():
            mask = labels[top:bottom, left:right] == component + 1
            wholes.append(_Part(component, 0, left, top, mask, math.nan))
        to_cut = self._joined(wholes, are_digits)
        placed: list[tuple[int, int, _Part]] = []
        for whole in wholes:
            middle = 0
            for part in _cut(whole, ink, height) if whole.component in to_cut else [whole]:
                # The pieces of a part keep their order, even if a short one lies between the ends of another.
                middle = max(middle, part.box[0] + part.box[2])
                placed.append((middle, part.box[0], part))
        self._parts = [part for _, _, part in sorted(placed, key=lambda one: one[:2])]

    def _joined(
        self,
        wholes: Sequence[_Part],
        are_digits: Callable[[Sequence[NDArray[np.float32]]], Sequence[bool]] | None,
    ) -> set[int]:
        """Return the components that may be several digits."""
        widths = {whole.component: whole.mask.shape[1] / self._height for whole in wholes}
        wide = {component for component, width in widths.items() if width > _WIDE}
        # A low part is a minus, or a stroke of a digit.
        tall = [whole for whole in wholes if whole.mask.shape[0] >= _TALL * self._height]
        narrow = [whole for whole in tall if _NARROW < widths[whole.component] <= _WIDE]
        if are_digits is None or not narrow or len(wholes) == 1:
            # A narrow part alone is one digit, or none.
            return wide
        self._crops = {(whole,): self._crop([whole]) for whole in narrow}
        surely = are_digits(list(self._crops.values()))
        return wide | {whole.component for whole, one in zip(narrow, surely, strict=True) if not one}

    @cached_property
    def layout(self) -> Layout:
        """The layout of the pieces, in pixels of the picture."""
        boxes = np.array([part.box for part in self._parts], np.float64).reshape(-1, 4)
        cuts = np.full(max(len(self._parts) - 1, 0), math.nan)
        for place, (one, other) in enumerate(zip(self._parts, self._parts[1:], strict=False)):
            if one.component == other.component and abs(one.nth - other.nth) == 1:
                cuts[place] = max(one, other, key=lambda part: part.nth).cut
        distances = distances_between(lambda piece: _outline(self._parts[piece]), boxes, FAR * self._height)
        return Layout(boxes * self._scale, distances * self._scale, cuts, self._height * self._scale)

    def key(self, run: Run) -> bytes:
        """Return the pixels of these pieces, as bytes."""
        parts = tuple(self._parts[slice(*run)])
        if parts not in self._crops:
            self._crops[parts] = self._crop(parts)
        return key_of(self._crops[parts])

    def pictures(self, runs: Sequence[Run]) -> NDArray[np.float32]:
        """Return the pieces of each run as the input of a network, (runs, 28, 28) in [0, 1]."""
        digits = []
        for run in runs:
            parts = tuple(self._parts[slice(*run)])
            crop = self._crops.pop(parts, None)
            digits.append(image_to_digit(self._crop(parts) if crop is None else crop))
        return np.stack(digits)

    def owner(self, place: int, owners: NDArray[np.intp]) -> int:
        """Return the owner of most pixels of a piece, given the owner of each pixel of the picture (below 0: none)."""
        return int(self.owned((place, place + 1), owners).argmax())

    def owned(self, run: Run, owners: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the number of pixels of some pieces that belong to each owner; see `owner`."""
        reduced = owners[:: self._scale, :: self._scale]
        counts = np.zeros(max(int(owners.max()) + 1, 1), np.intp)
        for part in self._parts[slice(*run)]:
            left, top, right, bottom = part.box
            whose = reduced[top:bottom, left:right][part.mask]
            counts += np.bincount(whose[whose >= 0], minlength=len(counts))
        return counts

    def _crop(self, parts: Sequence[_Part]) -> NDArray[np.float32]:
        """Return only the ink of some parts, including soft edges, with a margin."""
        margin = 2 + math.ceil(self._height / 30)
        left, top = min(part.left for part in parts) - margin, min(part.top for part in parts) - margin
        right, bottom = max(part.box[2] for part in parts) + margin, max(part.box[3] for part in parts) + margin
        own = np.zeros((bottom - top, right - left), np.bool_)
        for part in parts:
            x, y = part.left - left, part.top - top
            own[y : y + part.mask.shape[0], x : x + part.mask.shape[1]] |= part.mask
        # The soft edge around its pixels: as far as the line is soft, but without pixels of other parts.
        near = _within(own, margin - 2)
        crop = np.zeros(own.shape, np.float32)
        height, width = self._ink.shape
        inside = np.s_[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
        target = np.s_[
            max(-top, 0) : max(-top, 0) + min(bottom, height) - max(top, 0),
            max(-left, 0) : max(-left, 0) + min(right, width) - max(left, 0),
        ]
        crop[target] = self._ink[inside]
        crop[~near | ((crop > _INK) & ~own)] = 0.0
        return crop


def key_of(crop: NDArray[np.float32]) -> bytes:
    """Return the key of the ink of some pieces; see `PicturePieces.key`."""
    return crop.tobytes() + bytes(repr(crop.shape), "ascii")


def _line_in(labels: NDArray[np.intp], count: int) -> tuple[dict[int, tuple[int, int, int, int]], float]:
    """Return the boxes of all parts except specks, by their index from 0, and the height of their line."""
    boxes = component_boxes(labels, count)
    if not len(boxes):
        return {}, 1.0
    size = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    # A long, low part, or many dots, may seem to belong to a line that is higher than any of them.
    height = min(line_height(boxes.astype(np.float64)), float(size.max()) / _SPECK - 1e-6)
    kept = np.flatnonzero(size > _SPECK * height)
    found = {
        number: (int(box[0]), int(box[1]), int(box[2]), int(box[3]))
        for number, box in zip(kept.tolist(), boxes[kept], strict=True)
    }
    return found, line_height(boxes[kept].astype(np.float64))


def _within(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Dilate a mask by a square of `reach` pixels to each side; the cost does not depend on the reach."""
    sums = np.zeros((mask.shape[0] + 1 + 2 * reach, mask.shape[1] + 1 + 2 * reach), np.int32)
    sums[1:, 1:] = np.pad(mask, reach).cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
    side = 2 * reach + 1
    near: NDArray[np.bool_] = (
        sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    ) > 0
    return near


def _outline(part: _Part) -> NDArray[np.float64]:
    """Return the leftmost and rightmost pixel of each row, (m, 2), which determine distances to neighbours."""
    rows = np.flatnonzero(part.mask.any(axis=1))
    first = part.mask[rows].argmax(axis=1)
    last = part.mask.shape[1] - part.mask[rows, ::-1].argmax(axis=1)
    x, y = np.concatenate([first, last]) + part.left, np.concatenate([rows, rows]) + part.top + 0.5
    return np.stack([x, y], axis=1).astype(np.float64)


def _cut(part: _Part, ink: NDArray[np.float32], height: float) -> list[_Part]:
    """Cut a part along the seams with the lowest cost."""
    left, top, right, bottom = part.box
    columns = np.arange(part.mask.shape[1])
    pieces: list[_Part] = []
    rest = part.mask
    before = math.nan
    for seam in seams_through(ink[top:bottom, left:right], part.mask, height):
        side = rest & (columns < seam.columns[:, np.newaxis])
        if side.any():
            pieces.append(_trimmed(part, len(pieces), side, before))
            rest = rest & ~side
            before = seam.cost
    return [*pieces, _trimmed(part, len(pieces), rest, before)] if rest.any() else pieces


def _trimmed(part: _Part, nth: int, mask: NDArray[np.bool_], cut: float) -> _Part:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    inner = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _Part(part.component, nth, part.left + int(columns[0]), part.top + int(rows[0]), inner, cut)
