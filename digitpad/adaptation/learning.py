"""The steps of an adaptation: own drawings in every batch, and something that protects what the network knows.

Replay is the protection that digitpad uses: half of the images of a batch are of the kinds that the network knows,
and their targets are what the network answered before, corrected where that was wrong. Elastic weight consolidation
(`consolidation`) needs no images but knows less; `docs/learning-a-hand.md` compares the two. Without protection, the
network forgets; that is there to be looked at.
"""

import math
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from digitpad.adaptation.consolidation import Consolidation, measure_importance
from digitpad.adaptation.replay import CLASSES, Replay
from digitpad.adaptation.samples import OwnSample, Variants
from digitpad.adaptation.start import StartingNetwork, starting_network
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.nn import Adam, CrossEntropyLoss, ParallelNetwork, Sequential
from digitpad.nn.backend import Array
from digitpad.nn.functional import softmax
from digitpad.seeding import Purpose, generator
from digitpad.training.events import StepCompleted
from digitpad.training.prefetch import prefetched
from digitpad.training.settings import default_threads
from digitpad.translation import gettext as _

#: Batches that are made ahead of the training.
_AHEAD = 4
#: Images of other kinds from which a new class is told apart at the start.
_OTHERS = 300
#: Share of a replayed target that is what the network answered before; the rest is the label.
_TRUST = 0.7


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
        For `Protection.REPLAY`: the weights are before + share * (trained - before), in (0, 1]. Halfway between two
        networks of which one was trained from the other, most of what is new is known, and little that is old is lost
        (Wortsman and others, "Robust fine-tuning of zero-shot models", CVPR 2022). Other protections use 1.
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
    replayed: int = 32
    learning_rate: float = 3e-4
    protection: Protection = Protection.REPLAY
    share: float = 0.5
    strength: float = 3e4
    seed: int = 0
    threads: int | None = None

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
    """

    model: Model
    steps: tuple[StepCompleted, ...]
    frames: Mapping[int, Mapping[str, Array]] = field(default_factory=dict)
    seconds: float = 0.0


def adapting(
    model: Model,
    samples: Sequence[OwnSample],
    replay: Replay,
    settings: AdaptationSettings,
    *,
    variants: Variants | None = None,
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
    start = starting_network(
        model,
        prepared.normalize(np.stack([sample.image for sample in samples])[:, np.newaxis]),
        [sample.label for sample in samples],
        prepared.normalize(others),
        settings.seed,
    )
    variants = Variants(samples, settings.seed) if variants is None else variants
    threads = settings.threads or default_threads()
    batches = _Batches(model, start, samples, variants, replay, settings)
    frames: dict[int, Mapping[str, Array]] = {}
    steps: list[StepCompleted] = []
    with ParallelNetwork(start.network, threads) as parallel:
        batches.answer(parallel)
        guard = _guard(settings, start, batches)
        optimizer, loss = Adam(start.network.parameters(), settings.learning_rate), CrossEntropyLoss()
        before = _copied(start.network)
        share = settings.share if settings.protection is Protection.REPLAY else 1.0
        if keep_frame(0):
            frames[0] = before
        for number, (images, targets) in enumerate(prefetched(batches.make, _AHEAD), start=1):
            step_begun = time.perf_counter()
            optimizer.learning_rate = _rate(settings, number)
            value, logits = parallel.training_step(images, targets, loss)
            if not math.isfinite(value):
                raise DigitpadError(_("The adaptation diverged; use a smaller learning rate."))
            if guard is not None:
                guard.add_gradients()
            optimizer.step(parallel.run)
            hits = logits.argmax(axis=1) == targets.argmax(axis=1)
            steps.append(
                StepCompleted(
                    step=number,
                    epoch=1,
                    epochs=1,
                    batch=number,
                    batches=settings.steps,
                    images=len(images),
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
    return Adapted(adapted_model(model, start), tuple(steps), frames, time.perf_counter() - begun)


def _rate(settings: AdaptationSettings, number: int) -> float:
    """Return the learning rate of a step, counted from 1."""
    fallen = (1 + math.cos(math.pi * (number - 1) / settings.steps)) / 2
    return settings.learning_rate * (0.1 + 0.9 * fallen)


class _Batches:
    """Makes the batches of an adaptation."""

    def __init__(
        self,
        model: Model,
        start: StartingNetwork,
        samples: Sequence[OwnSample],
        variants: Variants,
        replay: Replay,
        settings: AdaptationSettings,
    ) -> None:
        self._prepared = model.metadata.preprocessing
        self._labels, self._variants, self._settings = start.labels, variants, settings
        self._own = np.array([self._labels.index(sample.label) for sample in samples])
        usable = np.array([CLASSES[label] in self._labels for label in replay.labels])
        order = generator(settings.seed, Purpose.ORDER, 1).permutation(np.flatnonzero(usable))
        count = settings.replayed * settings.steps
        chosen = order[np.arange(count) % len(order)] if settings.protection is Protection.REPLAY else order[:0]
        self._replayed = self._prepared.normalize(replay.images[chosen[: len(order)]])
        columns = np.array([self._labels.index(name) if name in self._labels else 0 for name in CLASSES])
        self._truth = columns[replay.labels[chosen[: len(order)]]]
        self._targets = np.empty((0, len(self._labels)), np.float32)
        self.known = self._prepared.normalize(replay.images[order[:_OTHERS]])

    def answer(self, parallel: ParallelNetwork) -> None:
        """Let the network say what it answers to the replayed images before it changes."""
        one_hot = np.eye(len(self._labels), dtype=np.float32)
        self._targets = one_hot[self._truth]
        if not len(self._replayed):
            return
        before = softmax(parallel.predict(self._replayed))
        right = before.argmax(axis=1) == self._truth
        self._targets[right] += np.float32(_TRUST) * (before[right] - self._targets[right])

    def make(self) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Make all batches in order: own drawings first, then replayed images, with their targets."""
        settings, count = self._settings, len(self._own)
        one_hot = np.eye(len(self._labels), dtype=np.float32)
        for step in range(settings.steps):
            places = range(step * settings.own, (step + 1) * settings.own)
            chosen = [(self._sample(*divmod(place, count)), place // count) for place in places]
            own = np.stack([self._variants.image(index, number) for index, number in chosen])[:, np.newaxis]
            targets = one_hot[self._own[[index for index, _number in chosen]]]
            images = self._prepared.normalize(own)
            if len(self._replayed):
                again = np.arange(step * settings.replayed, (step + 1) * settings.replayed) % len(self._replayed)
                images = np.concatenate([images, self._replayed[again]])
                targets = np.concatenate([targets, self._targets[again]])
            yield images, targets

    def _sample(self, turn: int, place: int) -> int:
        """Return the sample at a place of a turn; in each turn, all are used once, in another order."""
        return int(generator(self._settings.seed, Purpose.ORDER, 2, turn).permutation(len(self._own))[place])


def adapted_model(model: Model, start: StartingNetwork) -> Model:
    """Return the model with a trained network and its classes."""
    return Model(start.network, start.architecture, replace(model.metadata, labels=start.labels), model.name)


def _guard(settings: AdaptationSettings, start: StartingNetwork, batches: _Batches) -> Consolidation | None:
    if settings.protection is not Protection.CONSOLIDATION:
        return None
    rng = generator(settings.seed, Purpose.DATA)
    return Consolidation(start.network, measure_importance(start.network, batches.known, rng), settings.strength)


def _copied(network: Sequential) -> dict[str, Array]:
    return {name: array.copy() for name, array in network.state_dict().items()}


def _between(before: Mapping[str, Array], network: Sequential, share: float) -> dict[str, Array]:
    """Return the weights at a share of the way from those before to those of a network."""
    if share == 1:
        return _copied(network)
    now = network.state_dict()
    return {name: before[name] + np.asarray(share, now[name].dtype) * (now[name] - before[name]) for name in now}
