"""Moments of a run, loaded in threads: frames of its film, the newest request first, and exact steps between them.

Each moment has a network of its own, which nothing changes afterwards: every view, and work that it does in a thread,
keeps the weights that it began with. Reading a frame of `standard` and making its network takes about two milliseconds.
"""

import contextlib
import re
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.errors import DigitpadError
from digitpad.gui.replay.run_timeline import RunTimeline, read_timeline
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workers.progress import StoppedError
from digitpad.gui.workspace.models import LoadedModel, Moment, at_moment
from digitpad.gui.workspace.page_reader import PageReader
from digitpad.models.model_file import Model, save_model
from digitpad.training.film.frame_file import FilmFrame
from digitpad.training.film.reader import Film
from digitpad.training.film.replay import ExactSteps, ReplayProgress
from digitpad.training.run import Run

_TIMELINE, _FRAME, _STEP = "timeline", "frame", "step"
_BETWEEN_NEWS = 0.05  # seconds


@dataclass(frozen=True, slots=True, eq=False)
class OpenedFilm:
    """A film and the course of its run, as of the last reading.

    Attributes
    ----------
    film, timeline
        Both of the same run.
    seconds
        The time that reading took.
    """

    film: Film
    timeline: RunTimeline
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class LoadedMoment:
    """A network of one moment, ready to be shown.

    Attributes
    ----------
    network
        The network, with its moment.
    reader
        Reads pages with it; prepared for capturing activations.
    """

    network: LoadedModel
    reader: PageReader

    @classmethod
    def of(cls, model: Model, moment: Moment) -> Self:
        """Prepare the network of a moment, in a thread."""
        network = at_moment(model, moment)
        reader = PageReader(network.reader)
        reader.prepare()
        return cls(network, reader)


class MomentLoader(QObject):
    """Reads from one run. Results of earlier requests are dropped.

    Parameters
    ----------
    folder
        The folder of the run.

    Signals
    -------
    opened
        An `OpenedFilm`, after each `read`.
    loaded
        A `LoadedMoment`.
    progressed
        A `ReplayProgress`, while steps are repeated.
    failed
        Why something could not be read, as a sentence.
    """

    opened = Signal(object)
    loaded = Signal(object)
    progressed = Signal(object)
    failed = Signal(str)

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._folder = folder
        self._film: Film | None = None
        self._exact: ExactSteps | None = None
        # Exact steps as model files, so that they can be evaluated like frames.
        self._files = tempfile.TemporaryDirectory(prefix="digitpad-", ignore_cleanup_errors=True)
        self._reader, self._frames, self._steps = (LatestWorker(self) for _ in range(3))
        for worker in (self._reader, self._frames, self._steps):
            worker.result_ready.connect(self._receive)

    @property
    def film(self) -> Film | None:
        """The film; None before it was opened."""
        return self._film

    def read(self) -> None:
        """Open the film, or look for new frames, and read the course of the run."""
        self._reader.ask(_TIMELINE, partial(_read, self._folder, self._film))

    def load_frame(self, frame: FilmFrame, timeline: RunTimeline) -> None:
        """Load a frame."""
        self.cancel()
        if self._film is not None:
            self._frames.ask(_FRAME, partial(_load, self._film, frame, timeline))

    def load_step(self, step: int, timeline: RunTimeline) -> None:
        """Load any step exactly, by repeating the training from the nearest checkpoint."""
        self.cancel()
        if self._exact is None:
            self._exact = ExactSteps(Run(self._folder))
        self._steps.ask(_STEP, partial(_repeat, self._exact, self._folder, step, timeline, Path(self._files.name)))

    def cancel(self) -> None:
        """Stop repeating steps and loading frames."""
        self._steps.forget(_STEP)
        self._frames.forget(_FRAME)

    @property
    def is_working(self) -> bool:
        """Whether a thread is at work, perhaps at something that is not needed any more."""
        return any(worker.busy for worker in (self._reader, self._frames, self._steps))

    def stop(self) -> None:
        """Stop everything, without waiting for its end."""
        self.cancel()
        self._reader.forget(_TIMELINE)

    def shut_down(self) -> None:
        """Stop everything and wait for its end."""
        for worker in (self._reader, self._frames, self._steps):
            worker.shut_down()
        if self._exact is not None:
            self._exact.close()
            self._exact = None
        self._files.cleanup()

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        result = outcome.result
        if outcome.trouble:
            self.failed.emit(outcome.trouble)
        elif isinstance(result, OpenedFilm):
            self._film = result.film
            self.opened.emit(result)
        elif isinstance(result, LoadedMoment):
            self.loaded.emit(result)
        elif isinstance(result, ReplayProgress):
            self.progressed.emit(result)


def _read(folder: Path, film: Film | None, _context: WorkContext) -> OpenedFilm:
    before = time.perf_counter()
    opened = Film.open(Run(folder)) if film is None else film
    timeline = read_timeline(opened)
    return OpenedFilm(opened, timeline, time.perf_counter() - before)


def _load(film: Film, frame: FilmFrame, timeline: RunTimeline, _context: WorkContext) -> LoadedMoment:
    moment = _moment(film.run.folder, frame.step, timeline, frame.path, is_exact=frame.is_exact)
    return LoadedMoment.of(film.model(frame), moment)


def _moment(folder: Path, step: int, timeline: RunTimeline, file: Path | None, *, is_exact: bool) -> Moment:
    layers = timeline.layers_at(step)
    if layers is None:
        return Moment(folder, step, is_exact, file)
    return Moment(folder, step, is_exact, file, layers.layers, layers.step)


def _finish(job: Generator[ReplayProgress, None, Model], context: WorkContext) -> Model:
    """Return what a job returns, and report its progress."""
    told_at = 0.0
    while not context.stopped():
        try:
            progress = next(job)
        except StopIteration as done:
            model: Model = done.value
            return model
        if time.monotonic() - told_at > _BETWEEN_NEWS:
            told_at = time.monotonic()
            context.show(progress)
    raise StoppedError


def _repeat(
    exact: ExactSteps, folder: Path, step: int, timeline: RunTimeline, files: Path, context: WorkContext
) -> LoadedMoment:
    """Repeat the training up to a step, unless it is stopped."""
    job = exact.at(step)
    with contextlib.closing(job):
        model = _finish(job, context)
    # The name of the file is that of the network in Evaluate.
    name = re.sub(r"[^\w ,.-]", "_", model.name)
    path = files / f"{name}.safetensors"
    # Weights that are not finite can be looked at, but not saved.
    with contextlib.suppress(DigitpadError):
        save_model(path, model)
    file = path if path.exists() else None
    return LoadedMoment.of(model, _moment(folder, step, timeline, file, is_exact=True))
