"""From places in the plane to pixels: the same scale in both directions, and steady while the points move."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle in the plane.

    Attributes
    ----------
    left, bottom, right, top
        Its edges.
    """

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def of(cls, places: Values) -> "Bounds | None":
        """Return the rectangle around places (N, 2); None for no places."""
        if not len(places):
            return None
        (left, bottom), (right, top) = places.min(axis=0).tolist(), places.max(axis=0).tolist()
        return cls(left, bottom, right, top)

    def joined(self, other: "Bounds | None") -> "Bounds":
        """Return the rectangle around this one and another."""
        if other is None:
            return self
        return Bounds(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )


@dataclass(frozen=True, slots=True)
class Projection:
    """Maps the plane onto a part of a widget; the second axis points up.

    Attributes
    ----------
    scale
        Pixels for each unit.
    x, y
        The place in the plane that is in the middle.
    middle_x, middle_y
        The middle in pixels.
    """

    scale: float
    x: float
    y: float
    middle_x: float
    middle_y: float

    @classmethod
    def fitting(cls, bounds: Bounds, room: QRectF) -> "Projection":
        """Return the largest projection that shows all of a rectangle in a room."""
        wide, high = bounds.right - bounds.left, bounds.top - bounds.bottom
        scales = [length / extent for length, extent in ((room.width(), wide), (room.height(), high)) if extent > 0]
        middle = room.center()
        return cls(
            max(min(scales, default=1.0), 1e-12),
            (bounds.left + bounds.right) / 2,
            (bounds.bottom + bounds.top) / 2,
            middle.x(),
            middle.y(),
        )

    def pixels(self, places: Values) -> NDArray[np.float64]:
        """Return the pixels (N, 2) of places (N, 2)."""
        return np.stack(
            [
                self.middle_x + (places[:, 0].astype(np.float64) - self.x) * self.scale,
                self.middle_y - (places[:, 1].astype(np.float64) - self.y) * self.scale,
            ],
            axis=1,
        )

    def point(self, place: Values) -> QPointF:
        """Return the pixel of one place (2,)."""
        x, y = self.pixels(place[np.newaxis])[0].tolist()
        return QPointF(x, y)
