"""The whole of learning a hand: adapt, read MNIST and other writers before and after, and cross-validate."""

import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from enum import StrEnum

from digitpad.adaptation.following import followed
from digitpad.adaptation.hardest import finding_hardest
from digitpad.adaptation.judging import BeforeAfter, compare_own, compare_read, cross_validating, read_own
from digitpad.adaptation.learning import AdaptationSettings, Adapted, adapting
from digitpad.adaptation.replay import Replay
from digitpad.adaptation.samples import OwnSamples, Variants
from digitpad.adaptation.start import check_adaptable
from digitpad.data.dataset import Dataset
from digitpad.evaluation import Evaluation, evaluating
from digitpad.models.model_file import Model
from digitpad.reading.recognizer import Recognizer
from digitpad.training.settings import default_threads

_MOST_FRAME_BYTES = 128 << 20


class Stage(StrEnum):
    """The stages of learning a hand."""

    LEARNING = "learning"
    READING = "reading"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is: steps of an adaptation, or images that are read."""

    stage: Stage
    done: int
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class BaseReadings:
    """What a model reads before it is adapted; worth keeping, because it is the same for every adaptation."""

    mnist: Evaluation
    writers: Evaluation


@dataclass(frozen=True, slots=True, eq=False)
class LearnedHand:
    """An adapted model with its figures; nothing is kept yet.

    Attributes
    ----------
    base
        The model before.
    adapted
        The adapted model.
    own
        The drawings that it has learned from.
    settings
        The settings.
    mine
        These drawings, each read by a model that has not learned from it; None for a single drawing, which cannot be
        checked.
    mnist
        The 10,000 test digits of MNIST.
    writers
        Pen ink of other writers, which is not replayed.
    base_readings
        What the model read before.
    """

    base: Model
    adapted: Adapted
    own: OwnSamples
    settings: AdaptationSettings
    mine: BeforeAfter | None
    mnist: BeforeAfter
    writers: BeforeAfter
    base_readings: BaseReadings


def learning_hand(
    model: Model,
    own: OwnSamples,
    replay: Replay,
    settings: AdaptationSettings,
    *,
    base_readings: BaseReadings | None = None,
    films: bool = False,
) -> Generator[Progress, None, LearnedHand]:
    """Adapt a model to some drawings, and measure what that changes; the caller may stop at any time.

    Parameters
    ----------
    model
        The model, which is not changed.
    own
        The drawings.
    replay
        See `preparing_replay`.
    settings
        The settings.
    base_readings
        What the model reads before, from an earlier call with the same model and replay.
    films
        Whether to keep the weights of the steps.

    Yields
    ------
    Progress
        The progress of each stage, in order.

    Returns
    -------
    LearnedHand
        The adapted model, and the figures.

    Raises
    ------
    DigitpadError
        If the model cannot learn these drawings, see `check_adaptable`.
    """
    check_adaptable(model, own)
    variants = Variants(own.samples, settings.seed)
    distance = _frame_distance(model, settings.steps)
    start, hardest = Progress(Stage.LEARNING, 0, settings.steps), None
    yield start
    begun = time.perf_counter()
    if settings.replays:
        finding = finding_hardest(model, replay, settings.threads or default_threads())
        hardest = yield from followed(finding, lambda _read: start)
    seconds_before = time.perf_counter() - begun
    job = adapting(
        model,
        own.samples,
        replay,
        settings,
        variants=variants,
        hardest=hardest,
        keep_frame=lambda step: films and (step % distance == 0 or step == settings.steps),
    )
    adapted = yield from followed(job, lambda step: Progress(Stage.LEARNING, step.step, settings.steps))
    adapted = replace(adapted, seconds=seconds_before + adapted.seconds)
    if base_readings is None:
        base_readings = yield from reading_before(model, replay)
    after = Recognizer(adapted.model)
    mnist = yield from _reading(after, replay.mnist)
    writers = yield from _reading(after, replay.writers)
    mine = None
    if len(own.samples) > 1:
        checking = cross_validating(model, own.samples, replay, settings, variants, hardest)
        answers = yield from followed(checking, lambda place: Progress(Stage.CHECKING, *place))
        mine = compare_own(own.samples, read_own(Recognizer(model), own.samples), answers, own.name)
    return LearnedHand(
        model,
        adapted,
        own,
        settings,
        mine,
        compare_read(replay.mnist, base_readings.mnist, mnist),
        compare_read(replay.writers, base_readings.writers, writers),
        base_readings,
    )


def reading_before(model: Model, replay: Replay) -> Generator[Progress, None, BaseReadings]:
    """Read MNIST and other writers with a model before it is adapted; the caller may stop at any time."""
    recognizer = Recognizer(model)
    mnist = yield from _reading(recognizer, replay.mnist)
    writers = yield from _reading(recognizer, replay.writers)
    return BaseReadings(mnist, writers)


def _reading(recognizer: Recognizer, dataset: Dataset) -> Generator[Progress, None, Evaluation]:
    job = evaluating(recognizer, dataset)
    return (yield from followed(job, lambda done: Progress(Stage.READING, done, len(dataset))))


def _frame_distance(model: Model, steps: int) -> int:
    """Return the number of steps between two frames of a film, so that all of them fit into the memory for them."""
    size = sum(int(array.nbytes) for array in model.network.state_dict().values())
    return max(1, -(-(steps + 1) * size // _MOST_FRAME_BYTES))
