"""The life of an answer: the probability of every class for one drawing, over all frames of a film."""

import itertools
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.evaluation.film.order import coarse_to_fine
from digitpad.reading.recognizer import Recognizer
from digitpad.training.film.reader import Film
from digitpad.translation import gettext as _

#: Number of frames between two results, of which the first has a few dozen points of the curve.
_AT_ONCE = 25


@dataclass(frozen=True, slots=True, eq=False)
class AnswerLife:
    """The answers to one drawing, by the frames that have been computed so far.

    Attributes
    ----------
    labels
        The classes.
    steps
        int64 (frames,): the steps of these frames, ascending.
    probabilities
        float32 (frames, classes): the probability of each class, given that the drawing shows one of them; each row
        adds up to 1. They are those of the plain layers, as in Draw and Features.
    no_digit
        float32 (frames,): the probability of "not a digit"; 0 for networks without that output.
    is_complete
        Whether all frames of the film have been computed.
    """

    labels: tuple[str, ...]
    steps: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    no_digit: NDArray[np.float32]
    is_complete: bool

    @property
    def readings(self) -> NDArray[np.int64]:
        """int64 (frames,): index of the most probable class of each frame."""
        readings: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return readings

    @property
    def changes(self) -> int:
        """How often the reading changed from one frame to the next."""
        return int((np.diff(self.readings) != 0).sum())

    def first_read_as(self, label: str) -> int | None:
        """Return the step of the first frame that reads the drawing as a class; None if no frame does."""
        found = np.flatnonzero(self.readings == self.labels.index(label))
        return int(self.steps[found[0]]) if len(found) else None

    def read_since(self) -> int:
        """Return the step from which on every frame reads the drawing as the last one does."""
        others = np.flatnonzero(self.readings != self.readings[-1])
        return int(self.steps[others[-1] + 1]) if len(others) else int(self.steps[0])

    def at(self, step: int) -> NDArray[np.float32]:
        """Return the probabilities (classes,) of the last frame at or before a step."""
        row: NDArray[np.float32] = self.probabilities[max(0, int(np.searchsorted(self.steps, step, side="right")) - 1)]
        return row

    def in_words(self, label: str) -> str:
        """Return when the drawing was first read as a class: "first read as 3 at step 214"."""
        step = self.first_read_as(label)
        if step is None:
            return _("never read as {label}").format(label=label)
        return _("first read as {label} at step {step:,}").format(label=label, step=step)


class AnswerFilm:
    """Reads drawings with all frames of a film. Used by one thread at a time.

    The weights of one frame after the other are copied into a single network, which takes less than a millisecond for
    `standard`.

    Parameters
    ----------
    film
        The film.

    Raises
    ------
    DigitpadError
        If the network does not tell classes apart, or the last frame cannot be read.
    """

    def __init__(self, film: Film) -> None:
        self._film = film
        self._recognizer = Recognizer(film.model(film.frames[-1]))

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes."""
        return self._recognizer.labels

    def lives(self, image: NDArray[np.float32]) -> Generator[AnswerLife, None, None]:
        """Read a drawing with every frame, from coarse to fine.

        Parameters
        ----------
        image
            float32 in [0, 1], (28, 28) for digits and (C, H, W) for pictures: prepared, as `Prediction.image`.

        Yields
        ------
        AnswerLife
            First with a few frames, spread over the run, then with more and more, and at last with all that can be
            read; frames that are thinned out meanwhile are left out.

        Raises
        ------
        DigitpadError
            If no frame can be read.
        ValueError
            If the image does not fit the network.
        """
        frames = self._film.frames
        found: dict[int, tuple[NDArray[np.float32], float]] = {}
        trouble: DigitpadError | None = None
        order = coarse_to_fine(len(frames))
        for start in range(0, len(order), _AT_ONCE):
            for index in order[start : start + _AT_ONCE]:
                try:
                    self._film.load_into(self._recognizer.model.network, frames[index])
                except DigitpadError as error:
                    trouble = error
                    continue
                prediction = self._recognizer.recognize_pixels(image)
                found[frames[index].step] = prediction.probabilities, prediction.no_digit
            if found:
                yield self._life(found, is_complete=start + _AT_ONCE >= len(order))
        if not found and trouble is not None:
            raise trouble

    def life(self, image: NDArray[np.float32]) -> AnswerLife:
        """Return the last result of `lives`."""
        *_others, last = self.lives(image)
        return last

    def _life(self, found: dict[int, tuple[NDArray[np.float32], float]], *, is_complete: bool) -> AnswerLife:
        steps = sorted(found)
        rows = np.stack([found[step][0] for step in steps])
        no_digit = np.array([found[step][1] for step in steps], np.float32)
        return AnswerLife(self.labels, np.array(steps, np.int64), rows, no_digit, is_complete)


def first_readings(life: AnswerLife) -> list[tuple[str, int]]:
    """Return each reading and the step at which it began, in order: the story of the answer."""
    story = []
    for reading, group in itertools.groupby(
        zip(life.readings.tolist(), life.steps.tolist(), strict=True), lambda p: p[0]
    ):
        story.append((life.labels[reading], next(group)[1]))
    return story
