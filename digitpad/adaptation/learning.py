"""The steps of an adaptation: own drawings in every batch, and something that protects what the network knows.

Replay is the protection that digitpad uses: most images of a batch are of the kinds that the network knows, those that
are hardest for it, and its outputs for them are held (`batches`). Elastic weight consolidation
(`consolidation`) needs no images but knows less; `docs/learning-a-hand.md` compares the two. Without protection, the
network forgets; that is there to be looked at.
"""

import math
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from digitpad.adaptation.batches import Batches, ReplayLoss
from digitpad.adaptation.consolidation import Consolidation, measure_importance
from digitpad.adaptation.following import finish
from digitpad.adaptation.hardest import Hardest, finding_hardest
from digitpad.adaptation.replay import Replay
from digitpad.adaptation.samples import OwnSample, Variants
from digitpad.adaptation.start import StartingNetwork, starting_network
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.nn import Adam, ParallelNetwork, Sequential
from digitpad.nn.backend import Array
from digitpad.seeding import Purpose, generator
from digitpad.training.events import StepCompleted
from digitpad.training.prefetch import prefetched
from digitpad.training.settings import default_threads
from digitpad.translation import gettext as _

#: Batches that are made ahead of the training.
_AHEAD = 4
#: With at least this many misread drawings, the weights go the whole share of the way; with none, only this part of it.
_MISREAD = 3
_GENTLE = 0.6
#: Images of other kinds from which a new class is told apart at the start, and which say how much a weight matters.
_OTHERS = 300


class Protection(StrEnum):
    """What keeps a network from forgetting."""

    REPLAY = "replay"
    CONSOLIDATION = "consolidation"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class AdaptationSettings:
    """Everything that an adaptation depends on, besides the model and the drawings.

    Attributes
    ----------
    steps
        Number of steps.
    own, replayed
        Numbers of own drawings and of replayed images in a batch.
    learning_rate
        The learning rate of Adam in the first step; it falls to a tenth along half a cosine.
    protection
        What keeps the network from forgetting.
    share
        For `Protection.REPLAY`: the weights are before + share * (trained - before), in (0, 1]. Between two networks
        of which one was trained from the other, most of what is new is known, and little that is old is lost
        (Wortsman and others, "Robust fine-tuning of zero-shot models", CVPR 2022). If the model misreads fewer than
        three of the drawings, the share is smaller, down to 0.6 times this one. Other protections use 1.
    strength
        For `Protection.CONSOLIDATION`: the factor of its penalty.
    seed
        Decides all random choices.
    threads
        Threads that share a batch; None uses `default_threads()`. It affects the last bits of the weights.

    Raises
    ------
    DigitpadError
        If a number is out of range.
    """

    steps: int = 60
    own: int = 32
    replayed: int = 96
    learning_rate: float = 6e-4
    protection: Protection = Protection.REPLAY
    share: float = 0.9
    strength: float = 3e4
    seed: int = 0
    threads: int | None = None

    @property
    def replays(self) -> bool:
        """Whether a batch has replayed images."""
        return self.protection is Protection.REPLAY and self.replayed > 0

    def __post_init__(self) -> None:
        counts = 1 <= self.steps <= 10_000 and self.own >= 1 and self.replayed >= 0
        if not (counts and 0 < self.learning_rate < 1 and 0 < self.share <= 1):
            raise DigitpadError(
                _("An adaptation takes from 1 to 10,000 steps with at least one drawing each; change the settings.")
            )


@dataclass(frozen=True, slots=True, eq=False)
class Adapted:
    """The result of an adaptation.

    Attributes
    ----------
    model
        The adapted model; its metadata are those of the model before, with the classes that were added.
    steps
        Its steps, in order.
    frames
        The weights after some steps, by the number of steps, from 0 to the last; empty if they were not kept. Those of
        the last step are the weights of the model.
    seconds
        How long it took.
    share
        How far the weights are on the way from those before to those trained, in (0, 1].
    """

    model: Model
    steps: tuple[StepCompleted, ...]
    frames: Mapping[int, Mapping[str, Array]] = field(default_factory=dict)
    seconds: float = 0.0
    share: float = 1.0


def adapting(
    model: Model,
    samples: Sequence[OwnSample],
    replay: Replay,
    settings: AdaptationSettings,
    *,
    variants: Variants | None = None,
    hardest: Hardest | None = None,
    keep_frame: Callable[[int], bool] = lambda _step: False,
) -> Generator[StepCompleted, None, Adapted]:
    """Train a copy of a model on some drawings; the caller may stop between two steps.

    Parameters
    ----------
    model
        The model, which is not changed; see `digitpad.adaptation.start.check_adaptable`.
    samples
        The drawings to learn from, at least one.
    replay
        Images that keep the network from forgetting.
    settings
        The settings.
    variants
        Makes variants of the samples; None makes new ones with the seed of the settings.
    hardest
        What `finding_hardest` returns for this model and replay; None finds them, if they are needed.
    keep_frame
        Whether to keep the weights after a number of steps.

    Yields
    ------
    StepCompleted
        After each step.

    Returns
    -------
    Adapted
        The result: the same for the same arguments and number of threads.
    """
    begun = time.perf_counter()
    prepared = model.metadata.preprocessing
    others = replay.images[:: max(1, len(replay.images) // _OTHERS)]
    drawn = prepared.normalize(np.stack([sample.image for sample in samples])[:, np.newaxis])
    shown = [sample.label for sample in samples]
    start = starting_network(model, drawn, shown, prepared.normalize(others), settings.seed)
    threads = settings.threads or default_threads()
    if not settings.replays:
        hardest = None
    elif hardest is None:
        hardest = finish(finding_hardest(model, replay, threads))
    batches = Batches(
        samples,
        Variants(samples, settings.seed) if variants is None else variants,
        start.labels,
        hardest,
        prepared,
        steps=settings.steps,
        own=settings.own,
        replayed=settings.replayed,
        seed=settings.seed,
    )
    frames: dict[int, Mapping[str, Array]] = {}
    steps: list[StepCompleted] = []
    with ParallelNetwork(start.network, threads) as parallel:
        guard = _guard(settings, start, prepared.normalize(others))
        optimizer = Adam(start.network.parameters(), settings.learning_rate)
        before = _copied(start.network)
        # Of new classes, the model before has no outputs.
        best = parallel.predict(drawn)[:, : len(model.metadata.labels)].argmax(axis=1)
        share = _share(settings, sum(start.labels[one] != label for one, label in zip(best, shown, strict=True)))
        if keep_frame(0):
            frames[0] = before
        for number, batch in enumerate(prefetched(batches.make, _AHEAD), start=1):
            step_begun = time.perf_counter()
            optimizer.learning_rate = _rate(settings, number)
            value, logits = parallel.training_step(batch.images, batch.targets, ReplayLoss(batch.outputs, batch.held))
            if not math.isfinite(value):
                raise DigitpadError(_("The adaptation diverged; use a smaller learning rate."))
            if guard is not None:
                guard.add_gradients()
            optimizer.step(parallel.run)
            hits = logits.argmax(axis=1) == batch.targets.argmax(axis=1)
            steps.append(
                StepCompleted(
                    step=number,
                    epoch=1,
                    epochs=1,
                    batch=number,
                    batches=settings.steps,
                    images=len(batch.images),
                    loss=float(value),
                    accuracy=float(hits.mean()),
                    learning_rate=optimizer.learning_rate,
                    seconds=time.perf_counter() - step_begun,
                )
            )
            if keep_frame(number):
                frames[number] = _between(before, start.network, share)
            yield steps[-1]
    start.network.load_state_dict(_between(before, start.network, share))
    return Adapted(adapted_model(model, start), tuple(steps), frames, time.perf_counter() - begun, share)


def _share(settings: AdaptationSettings, misread: int) -> float:
    """Return how far the weights go; if the drawings are read well, there is little to win and as much to lose."""
    if settings.protection is not Protection.REPLAY:
        return 1.0
    return settings.share * (_GENTLE + (1 - _GENTLE) * min(1.0, misread / _MISREAD))


def _rate(settings: AdaptationSettings, number: int) -> float:
    """Return the learning rate of a step, counted from 1."""
    fallen = (1 + math.cos(math.pi * (number - 1) / settings.steps)) / 2
    return settings.learning_rate * (0.1 + 0.9 * fallen)


def adapted_model(model: Model, start: StartingNetwork) -> Model:
    """Return the model with a trained network and its classes."""
    return Model(start.network, start.architecture, replace(model.metadata, labels=start.labels), model.name)


def _guard(settings: AdaptationSettings, start: StartingNetwork, known: Array) -> Consolidation | None:
    if settings.protection is not Protection.CONSOLIDATION:
        return None
    rng = generator(settings.seed, Purpose.DATA)
    return Consolidation(start.network, measure_importance(start.network, known, rng), settings.strength)


def _copied(network: Sequential) -> dict[str, Array]:
    return {name: array.copy() for name, array in network.state_dict().items()}


def _between(before: Mapping[str, Array], network: Sequential, share: float) -> dict[str, Array]:
    """Return the weights at a share of the way from those before to those of a network."""
    if share == 1:
        return _copied(network)
    now = network.state_dict()
    return {name: before[name] + np.asarray(share, now[name].dtype) * (now[name] - before[name]) for name in now}
