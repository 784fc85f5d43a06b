"""The page on the canvas, and its history.

A page is immutable: an opened picture, if there is one, the strokes over it, and the size of the sheet. Each
operation replaces the page by a new one, so undo and redo are two stacks of pages that share their strokes. This
module does not depend on Qt; the canvas widget only shows and edits a sketch.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.gui.canvas.erasing import erase_segment

Stroke = NDArray[np.float32]
Point = tuple[float, ...]

#: Limits of the history: the number of steps, and the bytes of opened pictures.
_MOST_STEPS = 1000
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, eq=False)
class InkStroke:
    """One pen movement.

    Attributes
    ----------
    points
        (n, 2) or (n, 3) float32: x, y in canvas units and, from a pressure-sensitive pen, the pressure in [0, 1].
    width
        Line width, in canvas units.
    """

    points: Stroke
    width: float


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An opened image, which determines the size of its page: one pixel is one canvas unit.

    Attributes
    ----------
    ink
        (H, W) float32 with ink 1 and background 0.
    name
        Its name.
    prepared
        Whether it is a (28, 28) image of a dataset, as a network receives it; it is not cropped or centred again.
    photograph
        (H, W, 3) uint8: the image in which the ink was found, in RGB; None if there is only the ink.
    source
        The file that it was read from; None for anything else.
    encoded
        The contents of a JPEG, which a network for pictures decodes in the size that it needs, as the command line
        does; None for anything else.
    """

    ink: NDArray[np.float32]
    name: str
    prepared: bool = False
    photograph: NDArray[np.uint8] | None = None
    source: Path | None = None
    encoded: bytes | None = None

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels, which are canvas units."""
        return float(self.ink.shape[1]), float(self.ink.shape[0])

    @property
    def nbytes(self) -> int:
        """Size in memory, in bytes."""
        photograph = 0 if self.photograph is None else self.photograph.nbytes
        return self.ink.nbytes + photograph + len(self.encoded or b"")


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One state of the canvas.

    Attributes
    ----------
    strokes
        The ink, in the order it was drawn.
    picture
        An opened image; the strokes lie over it and add to its ink.
    size
        Width and height of the canvas that an opened drawing was made on; None for the canvas itself.
    """

    strokes: tuple[InkStroke, ...] = ()
    picture: Picture | None = None
    size: tuple[float, float] | None = None

    @property
    def is_blank(self) -> bool:
        """Whether the page is empty."""
        return not self.strokes and self.picture is None

    @property
    def sheet(self) -> tuple[float, float] | None:
        """Width and height of the sheet in canvas units: the picture's own, or `size`."""
        return self.size if self.picture is None else self.picture.size


def _forget_the_oldest(history: list[tuple[str, Page]]) -> None:
    """Remove the oldest steps of a history whose pages take too much memory; the newest stays."""
    counted: set[int] = set()
    total = 0
    for kept, (_name, page) in enumerate(reversed(history), start=1):
        picture = page.picture
        # Pages share their strokes and pictures.
        if picture is not None and id(picture) not in counted:
            counted.add(id(picture))
            total += picture.nbytes
        if kept > 1 and (total > _MOST_BYTES or kept > _MOST_STEPS):
            del history[: 1 - kept]
            return


class Sketch:
    """A page with its history, and the stroke or erasure in progress.

    `page` is the current page, including the unfinished stroke. A finished operation can be undone and has a short name
    ("draw", "erase") for the menu.
    """

    def __init__(self) -> None:
        self._page = Page()
        self._undo: list[tuple[str, Page]] = []
        self._redo: list[tuple[str, Page]] = []
        self._live: list[Point] = []
        self._live_width = 0.0
        self._before_erasing: Page | None = None

    @property
    def page(self) -> Page:
        """The page to show, including the unfinished stroke."""
        live = self.live_stroke
        if live is None:
            return self._page
        return replace(self._page, strokes=(*self._page.strokes, live))

    @property
    def settled(self) -> Page:
        """The page without the unfinished stroke."""
        return self._page

    @property
    def live_stroke(self) -> InkStroke | None:
        """The unfinished stroke, or None between strokes."""
        if not self._live:
            return None
        return InkStroke(np.array(self._live, dtype=np.float32), self._live_width)

    @property
    def has_gesture(self) -> bool:
        """Whether a stroke of the pen or the eraser is in progress."""
        return bool(self._live) or self._before_erasing is not None

    @property
    def undo_name(self) -> str | None:
        """The step that undo would undo; None if there is none."""
        return self._undo[-1][0] if self._undo else None

    @property
    def redo_name(self) -> str | None:
        """The step that redo would redo; None if there is none."""
        return self._redo[-1][0] if self._redo else None

    def begin_stroke(self, point: Point, width: float) -> None:
        """Put the pen down.

        Parameters
        ----------
        point
            x, y and optionally pressure. All points of a stroke have the same number of values.
        width
            Line width, in canvas units.
        """
        self.end_stroke()
        self._live = [point]
        self._live_width = width

    def extend_stroke(self, point: Point) -> None:
        """Move the pen; does nothing if no stroke is in progress."""
        if self._live:
            self._live.append(point)

    def end_stroke(self) -> None:
        """Lift the pen; the stroke becomes part of the page."""
        live = self.live_stroke
        if live is None:
            return
        self._live = []
        self._put("draw", replace(self._page, strokes=(*self._page.strokes, live)))

    def begin_erasing(self) -> None:
        """Start erasing: everything erased until `end_erasing` is one step of the history."""
        self.end_stroke()
        self._before_erasing = self._page

    def erase(self, start: Point, end: Point, radius: float) -> bool:
        """Erase the ink that a round eraser touches on its path.

        Parameters
        ----------
        start, end
            Start and end of the eraser's centre, in canvas units.
        radius
            The eraser's radius in canvas units.

        Returns
        -------
        bool
            Whether any ink was erased.
        """
        kept: list[InkStroke] = []
        changed = False
        for stroke in self._page.strokes:
            pieces = erase_segment(stroke.points, start, end, radius + stroke.width / 2)
            if pieces is None:
                kept.append(stroke)
            else:
                changed = True
                kept.extend(InkStroke(piece, stroke.width) for piece in pieces)
        if changed:
            self._page = replace(self._page, strokes=tuple(kept))
        return changed

    def end_erasing(self) -> None:
        """Lift the eraser; if nothing was erased, no step is added."""
        before, self._before_erasing = self._before_erasing, None
        if before is not None and before is not self._page:
            self._undo.append(("erase", before))
            _forget_the_oldest(self._undo)
            self._redo.clear()

    def cancel(self) -> None:
        """Discard the gesture in progress."""
        if self._before_erasing is not None:
            self._page, self._before_erasing = self._before_erasing, None
        self._live = []

    def put(self, name: str, page: Page) -> None:
        """Replace the page as one step called `name`, such as "clear" or "open seven.png"."""
        self._finish_gesture()
        if page.is_blank and self._page.is_blank:
            return
        self._put(name, page)

    def undo(self) -> bool:
        """Undo the last step; False if there is none."""
        self._finish_gesture()
        return self._step(self._undo, self._redo)

    def redo(self) -> bool:
        """Redo the last undone step; False if there is none."""
        self._finish_gesture()
        return self._step(self._redo, self._undo)

    def _finish_gesture(self) -> None:
        self.end_stroke()
        self.end_erasing()

    def _put(self, name: str, page: Page) -> None:
        self._undo.append((name, self._page))
        _forget_the_oldest(self._undo)
        self._redo.clear()
        self._page = page

    def _step(self, source: list[tuple[str, Page]], target: list[tuple[str, Page]]) -> bool:
        if not source:
            return False
        name, page = source.pop()
        target.append((name, self._page))
        self._page = page
        return True
