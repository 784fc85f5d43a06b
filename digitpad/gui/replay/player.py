"""The player: which moment of a run the workspace looks at, and how it goes from one to the next."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitpad.errors import DigitpadError
from digitpad.gui.replay.moments import LoadedMoment, MomentLoader, OpenedFilm
from digitpad.gui.replay.run_timeline import RunTimeline
from digitpad.gui.workspace.look import Look
from digitpad.gui.workspace.models import LoadedModel, Moment, Source
from digitpad.gui.workspace.workspace import Workspace
from digitpad.training.film.bookmarks import Bookmark, write_bookmarks
from digitpad.training.film.reader import Film
from digitpad.training.film.replay import ReplayProgress
from digitpad.training.run import Run

#: Frames per second, by what the user chooses.
SPEEDS = {"0.25": 2.5, "0.5": 5.0, "1": 10.0, "2": 20.0, "4": 40.0}
_LEAST_BETWEEN_READINGS = 1000  # milliseconds, while the run is in training
_SHARE_OF_READING = 0.05  # of the time


class Player(QObject):
    """Replays one run.

    The workspace looks at one moment after the other: the next one is shown when the views have the answer of the one
    before, and of those that were asked for meanwhile only the newest counts. So moving the slider never builds up a
    queue, however large the network is.

    Parameters
    ----------
    folder
        The folder of the run.
    workspace
        Shows the moments.

    Signals
    -------
    opened
        The film can be shown.
    timeline_changed
        There are new frames, steps or bookmarks.
    moved
        Another step is wanted or shown, or playing began or ended.
    repeating
        A `ReplayProgress`, while steps are repeated; None when that ends.
    failed
        An error, as a sentence.
    """

    opened = Signal()
    timeline_changed = Signal()
    moved = Signal()
    repeating = Signal(object)
    failed = Signal(str)

    def __init__(self, folder: Path, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self.folder = folder
        self._workspace = workspace
        self._before = workspace.looked_at
        self._timeline = RunTimeline()
        self._wanted: int | None = None  # the index of the frame to be loaded next
        self._loading = self._repeating = False
        self._sought: LoadedModel | None = None  # the network that the views do not show yet
        self._step = 0
        self._speed = "1"
        self._was_training = self.is_training
        self._goes_to_end = False
        self._loader = MomentLoader(folder, self)
        self._loader.opened.connect(self._take_film)
        self._loader.loaded.connect(self._take_moment)
        self._loader.progressed.connect(self._take_progress)
        self._loader.failed.connect(self._fail)
        workspace.published.connect(self._look_made)
        workspace.networks_changed.connect(self._networks_changed)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        self._readings = QTimer(self)
        self._readings.setSingleShot(True)
        self._readings.timeout.connect(self._loader.read)
        self._loader.read()

    # State

    @property
    def timeline(self) -> RunTimeline:
        """The course of the run, as of the last reading."""
        return self._timeline

    @property
    def film(self) -> Film | None:
        """The film; None before it was opened."""
        return self._loader.film

    @property
    def step(self) -> int:
        """The step that is wanted: the place of the slider's handle."""
        return self._step

    @property
    def moment(self) -> Moment | None:
        """The moment of this run that the workspace looks at; None while it looks at another network."""
        network = self._workspace.looked_at
        moment = None if network is None else network.moment
        return moment if moment is not None and moment.run == self.folder else None

    @property
    def is_training(self) -> bool:
        """Whether the run is being trained in this window."""
        network = self._workspace.in_training
        return network is not None and network.path.resolve() == self.folder.resolve()

    @property
    def is_live(self) -> bool:
        """Whether the workspace looks at the run as it is being trained."""
        network = self._workspace.looked_at
        return self.is_training and network is not None and network.source is Source.IN_TRAINING

    @property
    def is_playing(self) -> bool:
        """Whether the film is played."""
        return self._clock.isActive()

    @property
    def is_repeating(self) -> bool:
        """Whether steps are being repeated."""
        return self._repeating

    @property
    def is_settled(self) -> bool:
        """Whether the views show the moment that is wanted."""
        return self._wanted is None and not self._loading and self._sought is None and not self.is_repeating

    @property
    def speed(self) -> str:
        """The speed of playing, one of `SPEEDS`."""
        return self._speed

    @speed.setter
    def speed(self, name: str) -> None:
        self._speed = name
        self._clock.setInterval(round(1000 / SPEEDS[name]))

    # Going to a moment

    def go_to_frame(self, index: int) -> None:
        """Show a frame; one beyond the ends is the first or the last."""
        if not self._timeline.frames:
            return
        self._wanted = min(max(index, 0), len(self._timeline.frames) - 1)
        self._move(self._timeline.frames[self._wanted].step)
        self._load_wanted()

    def go_near(self, step: float) -> None:
        """Show the frame nearest to a step."""
        if self._timeline.frames:
            self.go_to_frame(self._timeline.nearest(step))

    def go_to_step(self, step: int) -> None:
        """Show a step exactly: its frame if that is exact, otherwise by repeating the training."""
        step = min(max(step, 0), self._timeline.last)
        index = self._timeline.index(step)
        if index is not None and self._timeline.frames[index].is_exact:
            self.go_to_frame(index)
            return
        self.pause()
        self._wanted, self._loading, self._sought = None, False, None
        self._repeating = True
        self._loader.load_step(step, self._timeline)
        self._move(step)
        self.repeating.emit(ReplayProgress(0, 0))

    @Slot()
    def next_frame(self) -> None:
        """Show the frame after the step that is wanted; after the last one, the run in training."""
        index = self._timeline.index_before(self._step + 1) + 1
        if index < len(self._timeline.frames):
            self.go_to_frame(index)
        elif self.is_training:
            self.go_live()

    @Slot()
    def previous_frame(self) -> None:
        """Show the frame before the step that is wanted."""
        self.go_to_frame(self._timeline.index_before(self._step))

    @Slot()
    def next_step(self) -> None:
        """Show the next step exactly."""
        if self._step < self._timeline.last:
            self.go_to_step(self._step + 1)

    @Slot()
    def previous_step(self) -> None:
        """Show the step before exactly."""
        if self._step > 0:
            self.go_to_step(self._step - 1)

    @Slot()
    def first(self) -> None:
        """Show the first frame."""
        self.go_to_frame(0)

    @Slot()
    def go_to_end(self) -> None:
        """Show the run in training, or the last frame."""
        if self.is_training:
            self.go_live()
        else:
            self.go_to_frame(len(self._timeline.frames) - 1)

    @Slot()
    def go_live(self) -> None:
        """Look at the run as it is being trained."""
        self.pause()
        self.cancel()
        self._workspace.look_at_training()
        self._move(self._timeline.last)

    @Slot()
    def cancel(self) -> None:
        """Stop repeating steps; the moment that is shown stays."""
        was_repeating = self._repeating
        self._loader.cancel()
        self._wanted, self._loading, self._repeating = None, False, False
        if was_repeating:
            self._stay()

    # Playing

    @Slot()
    def play_or_pause(self) -> None:
        """Play from the step that is wanted, or from the start if that is the last one; or pause."""
        if self.is_playing:
            self.pause()
        elif self._timeline.frames:
            if self._step >= self._timeline.frames[-1].step:
                self.go_to_frame(0)
            self.speed = self._speed
            self._clock.start()
            self.moved.emit()

    @Slot()
    def pause(self) -> None:
        """Stop playing."""
        if self._clock.isActive():
            self._clock.stop()
            self.moved.emit()

    @Slot()
    def _tick(self) -> None:
        """Show the next frame, unless the views are still busy with the one before."""
        if not self.is_settled:
            return
        index = self._timeline.index_before(self._step + 1) + 1
        if index < len(self._timeline.frames):
            self.go_to_frame(index)
        else:
            self.pause()

    # Bookmarks

    def bookmark(self) -> Bookmark | None:
        """Return the bookmark of the step that is wanted; None if it has none."""
        return next((one for one in self._timeline.bookmarks if one.step == self._step), None)

    def save_bookmark(self, step: int, note: str | None) -> None:
        """Save a bookmark with a note, replacing the one of the same step; None deletes that one."""
        kept = [one for one in self._timeline.bookmarks if one.step != step]
        try:
            saved = write_bookmarks(Run(self.folder), [*kept, *([] if note is None else [Bookmark(step, note)])])
        except DigitpadError as error:
            self.failed.emit(str(error))
            return
        self._timeline = self._timeline.with_bookmarks(saved)
        self.timeline_changed.emit()

    @Slot()
    def next_bookmark(self) -> None:
        """Go to the next bookmark, as exactly as it was set."""
        self._go_to_bookmark(min((one.step for one in self._timeline.bookmarks if one.step > self._step), default=None))

    @Slot()
    def previous_bookmark(self) -> None:
        """Go to the bookmark before."""
        self._go_to_bookmark(max((one.step for one in self._timeline.bookmarks if one.step < self._step), default=None))

    def _go_to_bookmark(self, step: int | None) -> None:
        if step is not None:
            self.go_to_mark(step)

    def go_to_mark(self, step: int) -> None:
        """Go to a step: to its frame if there is one, otherwise exactly."""
        index = self._timeline.index(step)
        if index is None:
            self.go_to_step(step)
        else:
            self.go_to_frame(index)

    # The end

    @property
    def is_working(self) -> bool:
        """Whether a thread is at work, perhaps at something that is not needed any more."""
        return self._loader.is_working

    def shut_down(self) -> None:
        """Wait for the end of all threads, after `stop`."""
        self._loader.shut_down()

    def stop(self, *, restore: bool) -> None:
        """Stop everything, without waiting for its end.

        Parameters
        ----------
        restore
            Whether the workspace then looks at what it looked at before, or at the network in training.
        """
        self._clock.stop()
        self._readings.stop()
        self._workspace.published.disconnect(self._look_made)
        self._workspace.networks_changed.disconnect(self._networks_changed)
        self._loader.stop()
        if not restore or self.moment is None:
            return
        if self._workspace.in_training is not None:
            self._workspace.look_at_training()
        elif self._before is not None and self._before.source is not Source.IN_TRAINING:
            self._workspace.look_by(self._before)
        else:
            self._workspace.look_at_in_use()

    # Results

    @Slot(object)
    def _take_film(self, opened: OpenedFilm) -> None:
        first = not self._timeline.frames
        self._timeline = opened.timeline
        if first or self.is_live:
            self._step = self._timeline.last
        if self.is_training:
            pause = max(_LEAST_BETWEEN_READINGS, round(1000 * opened.seconds / _SHARE_OF_READING))
            self._readings.start(pause)
        if first:
            self.opened.emit()
        self.timeline_changed.emit()
        if (first and not self.is_live) or self._goes_to_end:
            self._goes_to_end = False
            self.go_to_frame(len(self._timeline.frames) - 1)

    def _load_wanted(self) -> None:
        """Load the frame that is wanted, when the views have the answer of the one before."""
        if self._wanted is None or self._loading or self._sought is not None:
            return
        frame = self._timeline.frames[self._wanted]
        self._wanted, self._loading = None, True
        if self._repeating:
            self._repeating = False
            self.repeating.emit(None)
        self._loader.load_frame(frame, self._timeline)

    @Slot(object)
    def _take_moment(self, loaded: LoadedMoment) -> None:
        self._loading = self._repeating = False
        self._sought = loaded.network
        self.repeating.emit(None)
        self._workspace.look_by(loaded.network, reader=loaded.reader)
        self.moved.emit()

    @Slot(object)
    def _look_made(self, look: Look) -> None:
        """Go on when the views have the answer of the moment."""
        if self._sought is not None and look.network is self._sought and not look.is_reading:
            self._sought = None
            self._load_wanted()

    @Slot()
    def _networks_changed(self) -> None:
        """Follow a training, and notice when another network is shown."""
        if self._sought is not None and self._workspace.looked_at is not self._sought:
            self._sought = None
            self._load_wanted()
        if self.is_training != self._was_training:
            # The training has begun, or ended: its last frames are there now. Who looked at it sees the last one.
            network = self._workspace.looked_at
            self._goes_to_end = (
                self._was_training
                and network is not None
                and network.path.resolve() == self.folder.resolve()
                and network.moment is None
            )
            self._was_training = self.is_training
            self._readings.start(0)
        self.moved.emit()

    @Slot(object)
    def _take_progress(self, progress: ReplayProgress) -> None:
        self.repeating.emit(progress)

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self._loading = self._repeating = False
        self.pause()
        self.failed.emit(sentence)
        if self._timeline.frames:
            self._stay()
            # A frame may have been thinned out.
            self._readings.start(0)

    def _stay(self) -> None:
        """Put the handle back to the moment that is shown."""
        self.repeating.emit(None)
        moment = self.moment
        self._move(self._step if moment is None else moment.step)

    def _move(self, step: int) -> None:
        self._step = step
        self.moved.emit()
