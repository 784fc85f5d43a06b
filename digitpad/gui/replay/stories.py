"""What the charts show, computed in the background: the life of the answer, and what was learned when."""

import time
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitpad.evaluation.film.answers import AnswerFilm, AnswerLife
from digitpad.evaluation.film.classes import ClassAccuracies, following_classes, validation_sample
from digitpad.gui.replay.player import Player
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workers.progress import StoppedError
from digitpad.gui.workspace.look import Look
from digitpad.gui.workspace.workspace import Workspace
from digitpad.training.film.reader import Film
from digitpad.training.run import Run

ANSWER, CLASSES, NONE = "answer", "classes", "none"
_REST = 60  # milliseconds that the pen rests before the film is read again
_GROWS = 3000  # milliseconds between two readings of a film that grows
_BETWEEN_NEWS = 0.2  # seconds between two results of the classes


class Stories(QObject):
    """Follows the drawing and the film of a player.

    Signals
    -------
    life_changed
        An `AnswerLife`, first with a few frames; None without a drawing.
    classes_changed
        `ClassAccuracies`, with more and more frames.
    failed
        Why a chart cannot be shown, as a sentence.
    """

    life_changed = Signal(object)
    classes_changed = Signal(object)
    failed = Signal(str)

    def __init__(self, player: Player, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._player = player
        self._kind = NONE
        self._pixels: NDArray[np.float32] | None = None
        self._reader: _AnswerReader | None = None
        self._frames = 0
        self._awaited: set[str] = set()
        self._workspace = workspace
        self._lives, self._classes = LatestWorker(self), LatestWorker(self)
        self._lives.result_ready.connect(self._receive_life)
        self._classes.result_ready.connect(self._receive_classes)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._read_answers)
        workspace.published.connect(self._take_look)
        player.timeline_changed.connect(self._film_changed)

    @property
    def busy(self) -> bool:
        """Whether something is being computed."""
        return self._soon.isActive() or bool(self._awaited)

    def follow(self, kind: str) -> None:
        """Compute one of the stories: `ANSWER`, `CLASSES` or `NONE`."""
        self._kind = kind
        self._forget()
        self._classes.forget(CLASSES)
        self._awaited.clear()
        self._soon.stop()
        self._pixels = None
        if kind == ANSWER:
            self._take_look(self._workspace.look)
        elif kind == CLASSES:
            self._count_classes()

    @property
    def is_working(self) -> bool:
        """Whether a thread is at work, perhaps at something that is not needed any more."""
        return self._lives.busy or self._classes.busy

    def stop(self) -> None:
        """Stop everything, without waiting for its end."""
        self._workspace.published.disconnect(self._take_look)
        self._player.timeline_changed.disconnect(self._film_changed)
        self.follow(NONE)

    def shut_down(self) -> None:
        """Wait for the end of all threads, after `stop`."""
        self._lives.shut_down()
        self._classes.shut_down()

    @Slot(object)
    def _take_look(self, look: Look) -> None:
        """Follow the drawing; the network that reads it is another matter."""
        if self._kind != ANSWER or look.is_reading or look.error:
            return
        pixels = look.pixels if look.reading is not None or look.not_finite else None
        if pixels is None:
            if self._pixels is not None or look.page.is_blank:
                self._pixels = None
                self._soon.stop()
                self._forget()
                self.life_changed.emit(None)
            return
        if self._pixels is None or not np.array_equal(pixels, self._pixels):
            self._pixels = pixels
            self._forget()
            self._soon.start(_REST)

    @Slot()
    def _film_changed(self) -> None:
        """Take in new frames."""
        frames = len(self._player.timeline.frames)
        if frames == self._frames:
            return
        self._frames = frames
        if self._kind == CLASSES and CLASSES not in self._awaited:
            self._count_classes()
        elif self._kind == ANSWER and self._pixels is not None and not self._soon.isActive():
            self._soon.start(_GROWS)
        elif self._kind == ANSWER and self._pixels is None:
            self._take_look(self._workspace.look)

    @Slot()
    def _read_answers(self) -> None:
        film = self._player.film
        if film is None or self._pixels is None:
            return
        if self._reader is None:
            self._reader = _AnswerReader(film)
        self._awaited.add(ANSWER)
        self._lives.ask(ANSWER, partial(self._reader.read, self._pixels))

    def _count_classes(self) -> None:
        film = self._player.film
        if film is not None:
            self._awaited.add(CLASSES)
            self._classes.ask(CLASSES, partial(_follow_classes, film, self._player.folder))

    def _forget(self) -> None:
        self._awaited.discard(ANSWER)
        self._lives.forget(ANSWER)

    @Slot(object)
    def _receive_life(self, outcome: Outcome) -> None:
        if outcome.final:
            self._awaited.discard(ANSWER)
        if outcome.trouble:
            self.failed.emit(outcome.trouble)
        elif isinstance(outcome.result, AnswerLife):
            self.life_changed.emit(outcome.result)

    @Slot(object)
    def _receive_classes(self, outcome: Outcome) -> None:
        if outcome.final:
            self._awaited.discard(CLASSES)
        if outcome.trouble:
            self.failed.emit(outcome.trouble)
        elif isinstance(outcome.result, ClassAccuracies):
            self.classes_changed.emit(outcome.result)


class _AnswerReader:
    """Reads drawings with all frames; its network is made once, in the thread that uses it."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self._answers: AnswerFilm | None = None

    def read(self, pixels: NDArray[np.float32], context: WorkContext) -> AnswerLife | None:
        """Report the life of an answer, coarse to fine, and return all of it."""
        if self._answers is None:
            self._answers = AnswerFilm(self._film)
        life = None
        for life in self._answers.lives(pixels):
            if context.stopped():
                raise StoppedError
            context.show(life)
        return life


def _follow_classes(film: Film, folder: Path, context: WorkContext) -> ClassAccuracies | None:
    """Report the accuracies of the classes, coarse to fine, and return all of them."""
    images = validation_sample(Run(folder), film)
    told_at, classes = 0.0, None
    for classes in following_classes(film, images):
        if context.stopped():
            raise StoppedError
        if time.monotonic() - told_at > _BETWEEN_NEWS:
            told_at = time.monotonic()
            context.show(classes)
    return classes
