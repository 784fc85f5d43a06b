"""What the strip shows of a run, read from its folder: the loss, epochs, changes and bookmarks. Free of Qt."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from digitpad.training.changes import Change, changes_in_words
from digitpad.training.events import LayersMeasured
from digitpad.training.film.bookmarks import Bookmark, read_bookmarks
from digitpad.training.film.frame_file import FilmFrame
from digitpad.training.film.reader import Film

_POINTS = 600  # of the curve: about two pixels each


@dataclass(frozen=True, slots=True, eq=False)
class RunTimeline:
    """The course of a run, as of the last reading.

    Attributes
    ----------
    frames
        The frames of its film, in order of steps.
    last
        The last step that can be looked at: that of the last frame, or the last one in the history.
    steps, losses
        int64 (n,) and float32 (n,): the loss of every batch.
    epochs
        The last step of each epoch.
    changes
        Where settings were changed, described as on the curves.
    layers
        Its layer diagnostics, in order of steps.
    bookmarks
        The user's bookmarks, in order of steps.
    """

    frames: tuple[FilmFrame, ...] = ()
    last: int = 0
    steps: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    losses: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))
    epochs: tuple[int, ...] = ()
    changes: tuple[Change, ...] = ()
    layers: tuple[LayersMeasured, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()

    def index(self, step: int) -> int | None:
        """Return the index of the frame of exactly this step; None if there is none."""
        place = self.index_before(step + 1)
        return place if place >= 0 and self.frames[place].step == step else None

    def index_before(self, step: int) -> int:
        """Return the index of the last frame before a step; -1 if there is none."""
        return bisect_right(self.frames, step - 1, key=lambda frame: frame.step) - 1

    def nearest(self, step: float) -> int:
        """Return the index of the frame nearest to a step."""
        before = max(0, self.index_before(int(step) + 1))
        near = range(before, min(before + 2, len(self.frames)))
        return min(near, key=lambda place: abs(self.frames[place].step - step))

    def loss(self, step: int) -> float | None:
        """Return the loss of the batch of a step, before its update; None if it is not known."""
        place = int(np.searchsorted(self.steps, step))
        if place < len(self.steps) and self.steps[place] == step and np.isfinite(self.losses[place]):
            return float(self.losses[place])
        return None

    def layers_at(self, step: int) -> LayersMeasured | None:
        """Return the last layer diagnostics at or before a step; None before the first."""
        place = bisect_right(self.layers, step, key=lambda measured: measured.step)
        return self.layers[place - 1] if place else None

    def with_bookmarks(self, bookmarks: Sequence[Bookmark]) -> "RunTimeline":
        """Return the same with other bookmarks."""
        return replace(self, bookmarks=tuple(bookmarks))

    def curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the loss as a curve of a few hundred points, each the mean of a bin of steps: steps, and losses."""
        finite = np.isfinite(self.losses)
        steps, losses = self.steps[finite].astype(np.float64), self.losses[finite].astype(np.float64)
        if len(steps) <= _POINTS:
            return steps, losses
        starts = np.linspace(0, len(steps), _POINTS, endpoint=False).astype(np.int64)
        counts = np.diff([*starts, len(steps)])
        return np.add.reduceat(steps, starts) / counts, np.add.reduceat(losses, starts) / counts


def read_timeline(film: Film) -> RunTimeline:
    """Read the course of a run; its film is refreshed before.

    Raises
    ------
    DigitpadError
        If its history cannot be read.
    """
    run = film.run
    film.refresh()
    history = run.history()
    steps = np.array([step.step for step in history.steps], np.int64)
    return RunTimeline(
        frames=film.frames,
        last=max(film.frames[-1].step, int(steps[-1]) if len(steps) else 0),
        steps=steps,
        losses=np.array([step.loss for step in history.steps], np.float32),
        epochs=tuple(epoch.step for epoch in history.epochs),
        changes=tuple(changes_in_words(run.info.plan, history.changes)),
        layers=tuple(history.layers),
        bookmarks=tuple(read_bookmarks(run)),
    )
