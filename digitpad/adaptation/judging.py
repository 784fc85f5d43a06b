"""Before and after: what an adapted model reads differently, of one's own drawings and of everybody else's.

A drawing that a model has learned from says nothing about the next one. So one's own drawings are divided into folds,
and each is read by a model that was adapted to the other folds only.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from digitpad.adaptation.following import followed
from digitpad.adaptation.hardest import Hardest
from digitpad.adaptation.learning import AdaptationSettings, adapting
from digitpad.adaptation.replay import Replay
from digitpad.adaptation.samples import OwnSample, Variants
from digitpad.data.dataset import NO_DIGIT, Dataset
from digitpad.evaluation import Evaluation
from digitpad.models.model_file import Model
from digitpad.reading.recognizer import Recognizer
from digitpad.seeding import Purpose, generator
from digitpad.training.events import StepCompleted

FOLDS = 5
"""The largest number of parts that one's own drawings are divided into."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """An image, and what it is read as before and after.

    Attributes
    ----------
    index
        Its index among the images that were read.
    image
        The image, uint8 (28, 28).
    label
        What it shows.
    before, after
        What it is read as; `NO_DIGIT` if it is refused.
    """

    index: int
    image: NDArray[np.uint8]
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, eq=False)
class BeforeAfter:
    """How the same images are read before and after.

    Attributes
    ----------
    name
        Name of the images.
    count
        Number of images, at least 1.
    right_before, right_after
        Number of images that are read correctly.
    improved, worsened
        Images that are read correctly only after, and only before.
    still_wrong
        Images that are read wrongly before and after.
    refused_before, refused_after
        Number of images that are refused as "not a digit"; of MNIST and others, right answers may be among them.
    """

    name: str
    count: int
    right_before: int
    right_after: int
    improved: tuple[Change, ...]
    worsened: tuple[Change, ...]
    still_wrong: tuple[Change, ...]
    refused_before: int = 0
    refused_after: int = 0

    @property
    def before(self) -> float:
        """The share that is read correctly before."""
        return self.right_before / self.count

    @property
    def after(self) -> float:
        """The share that is read correctly after."""
        return self.right_after / self.count


def read_own(recognizer: Recognizer, samples: Sequence[OwnSample]) -> list[str]:
    """Return what drawings are read as, as the window reads them; `NO_DIGIT` for those that are refused."""
    images = [sample.image.astype(np.float32) / np.float32(255) for sample in samples]
    readings = recognizer.recognize_all(np.stack(images))
    return [NO_DIGIT if reading.rejected else reading.label for reading in readings]


def cross_validating(
    model: Model,
    samples: Sequence[OwnSample],
    replay: Replay,
    settings: AdaptationSettings,
    variants: Variants,
    hardest: Hardest | None = None,
) -> Generator[tuple[int, int], None, list[str]]:
    """Read each drawing with a model that was adapted to others; the caller may stop between two steps.

    Parameters
    ----------
    model, samples, replay, settings, variants, hardest
        As for `adapting`; at least two samples, and the variants are those of all samples.

    Yields
    ------
    (int, int)
        The number of steps taken, and of all folds together.

    Returns
    -------
    list of str
        What each sample is read as; see `read_own`.
    """
    folds = folds_of([sample.label for sample in samples], settings.seed)
    count = int(folds.max()) + 1
    answers = [""] * len(samples)
    for fold in range(count):
        known, asked = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        mine = [samples[at] for at in known]
        job = adapting(model, mine, replay, settings, variants=variants.of(known), hardest=hardest)
        adapted = yield from followed(job, partial(_place, fold, count, settings.steps))
        read = read_own(Recognizer(adapted.model), [samples[at] for at in asked])
        for at, answer in zip(asked, read, strict=True):
            answers[at] = answer
    return answers


def _place(fold: int, folds: int, steps: int, step: StepCompleted) -> tuple[int, int]:
    return fold * steps + step.step, folds * steps


def folds_of(labels: Sequence[str], seed: int) -> NDArray[np.int64]:
    """Return the fold of each drawing, from 0: those with the same label are spread over the folds.

    Parameters
    ----------
    labels
        What the drawings show, at least two of them.
    seed
        Decides the order.
    """
    order = generator(seed, Purpose.DATA, 2).permutation(len(labels))
    by_label = sorted(order.tolist(), key=lambda index: labels[index])
    folds = np.empty(len(labels), np.int64)
    folds[by_label] = np.arange(len(labels)) % min(FOLDS, len(labels))
    return folds


def compare_own(samples: Sequence[OwnSample], before: Sequence[str], after: Sequence[str], name: str) -> BeforeAfter:
    """Compare what one's own drawings are read as before and after."""
    changes = [
        Change(index, sample.image, sample.label, first, second)
        for index, (sample, first, second) in enumerate(zip(samples, before, after, strict=True))
    ]
    return BeforeAfter(
        name,
        len(samples),
        sum(one.before == one.label for one in changes),
        sum(one.after == one.label for one in changes),
        tuple(one for one in changes if one.before != one.label == one.after),
        tuple(one for one in changes if one.before == one.label != one.after),
        tuple(one for one in changes if one.label not in {one.before, one.after}),
        sum(one.before == NO_DIGIT for one in changes),
        sum(one.after == NO_DIGIT for one in changes),
    )


def compare_read(dataset: Dataset, before: Evaluation, after: Evaluation) -> BeforeAfter:
    """Compare how a dataset is read before and after; as in Evaluate, by the best of the classes."""
    truth = [dataset.classes[label] for label in dataset.labels]
    first = [before.labels[index] for index in before.predicted]
    second = [after.labels[index] for index in after.predicted]

    def changes(which: NDArray[np.bool_]) -> tuple[Change, ...]:
        return tuple(
            Change(int(at), dataset.pixels[at, 0], truth[at], first[at], second[at]) for at in np.flatnonzero(which)
        )

    return BeforeAfter(
        dataset.name,
        len(dataset),
        int(before.correct.sum()),
        int(after.correct.sum()),
        changes(~before.correct & after.correct),
        changes(before.correct & ~after.correct),
        changes(~before.correct & ~after.correct),
        0 if before.refused is None else int(before.refused.sum()),
        0 if after.refused is None else int(after.refused.sum()),
    )
