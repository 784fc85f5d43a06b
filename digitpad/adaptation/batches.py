"""The batches of an adaptation: own drawings in ever new variants, then images that are replayed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.adaptation.hardest import Hardest
from digitpad.adaptation.samples import OwnSample, Variants
from digitpad.models.metadata import Preprocessing
from digitpad.nn import CrossEntropyLoss
from digitpad.nn.backend import Array
from digitpad.nn.functional import softmax
from digitpad.nn.losses import LossAndGradient, MSELoss
from digitpad.seeding import Purpose, generator

#: Share of a replayed target that is what the network answered before; the rest is the label.
_TRUST = 0.7
#: How much a change of the outputs for replayed images counts, compared with the cross-entropy.
_HOLD = 1.25


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The images of a step, and what the network should answer.

    Attributes
    ----------
    images
        Input of the network, (N, 1, 28, 28): own drawings, then replayed images.
    targets
        The wanted probabilities, (N, outputs).
    outputs
        What the network answered to the R replayed images before it changed, before softmax, (R, outputs before).
    held
        Whether it answered correctly, (R,): then the outputs are held.
    """

    images: NDArray[np.float32]
    targets: NDArray[np.float32]
    outputs: NDArray[np.float32]
    held: NDArray[np.bool_]


class ReplayLoss:
    """Cross-entropy, and how far the outputs for replayed images have moved.

    loss = cross-entropy + hold * R / N * mean of held * (output - output before)**2
                           over the R replayed images among the N

    The probabilities of an image that is read with certainty hardly change while the right output loses most of its
    lead; then it is misread all at once. The outputs show that early (Buzzega and others, "Dark experience for general
    continual learning", NeurIPS 2020).

    Parameters
    ----------
    before, held
        See `Batch.outputs` and `Batch.held`; they belong to the last images of the batch. Outputs of new classes are
        free.
    """

    def __init__(self, before: Array, held: Array) -> None:
        self._before, self._held = before, held
        self._cross_entropy, self._distance = CrossEntropyLoss(), MSELoss()

    def __call__(self, output: Array, targets: Array) -> LossAndGradient:
        """Return the loss of a batch and its gradient; see `digitpad.nn.losses`."""
        value, grad = self._cross_entropy(output, targets)
        replayed, classes = self._before.shape
        if not replayed:
            return LossAndGradient(value, grad)
        now = output[-replayed:, :classes]
        # An output that is free is where it should be.
        distance, pull = self._distance(now, np.where(self._held[:, np.newaxis], self._before, now))
        weight = np.float32(_HOLD * replayed / len(output))
        grad[-replayed:, :classes] += weight * pull
        return LossAndGradient(value + weight * distance, grad)


class Batches:
    """Makes the batches of an adaptation.

    Parameters
    ----------
    samples
        The drawings.
    variants
        Makes their variants.
    labels
        The classes of the outputs: those before, then new ones.
    hardest
        What is replayed; None replays nothing.
    prepared
        How the network wants its input.
    steps, own, replayed
        Number of batches, and of own drawings and replayed images in each, at least 1.
    seed
        Decides the order.
    """

    def __init__(
        self,
        samples: Sequence[OwnSample],
        variants: Variants,
        labels: Sequence[str],
        hardest: Hardest | None,
        prepared: Preprocessing,
        *,
        steps: int,
        own: int,
        replayed: int,
        seed: int,
    ) -> None:
        self._variants, self._prepared, self._steps, self._own, self._seed = variants, prepared, steps, own, seed
        self._replayed = replayed
        self._one_hot = np.eye(len(labels), dtype=np.float32)
        self._drawn = self._one_hot[[labels.index(sample.label) for sample in samples]]
        self._hardest = hardest
        if hardest is not None:
            self._targets, self._held = self._soft(hardest)
            self._order = generator(seed, Purpose.ORDER, 1).permutation(len(hardest.images))

    def make(self) -> Iterator[Batch]:
        """Make all batches in order."""
        for step in range(self._steps):
            images, targets = self._drawings(step)
            if self._hardest is None:
                yield Batch(images, targets, np.empty((0, 0), np.float32), np.empty(0, np.bool_))
                continue
            places = np.arange(step * self._replayed, (step + 1) * self._replayed) % len(self._order)
            chosen = self._order[places]
            yield Batch(
                np.concatenate([images, self._prepared.normalize(self._hardest.images[chosen])]),
                np.concatenate([targets, self._targets[chosen]]),
                self._hardest.outputs[chosen],
                self._held[chosen],
            )

    def _drawings(self, step: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the drawings of a step, and their targets."""
        count = len(self._drawn)
        places = range(step * self._own, (step + 1) * self._own)
        chosen = [(self._sample(*divmod(place, count)), place // count) for place in places]
        images = np.stack([self._variants.image(index, number) for index, number in chosen])[:, np.newaxis]
        return self._prepared.normalize(images), self._drawn[[index for index, _number in chosen]]

    def _sample(self, turn: int, place: int) -> int:
        """Return the sample at a place of a turn; in each turn, all are used once, in another order."""
        return int(generator(self._seed, Purpose.ORDER, 2, turn).permutation(len(self._drawn))[place])

    def _soft(self, hardest: Hardest) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return the targets of replayed images, and which of them the network read correctly.

        A target is the label, mixed with what the network answered if that was right.
        """
        targets = self._one_hot[hardest.truth]
        before = np.zeros_like(targets)
        before[:, : hardest.outputs.shape[1]] = softmax(hardest.outputs)
        right = before.argmax(axis=1) == hardest.truth
        targets[right] += np.float32(_TRUST) * (before[right] - targets[right])
        return targets, right
