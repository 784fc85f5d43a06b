"""The images of a replay that a model reads with the least certainty: those are forgotten first.

Most images lie far from the borders between the classes, and an adaptation moves few of them across. So only those with
the smallest margins are replayed, together with what the network answered to them before.

Pen ink of other writers as they drew it is among them only if the network misreads it or nearly does. Then it often has
the manner that is new to the network, so it shows more of what the user's own drawings show. To a network that knows
this ink, it would teach nothing, and take the place of MNIST's digits.
"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.adaptation.replay import CLASSES, Replay
from digitpad.models.model_file import Model
from digitpad.nn import ParallelNetwork

#: Number of images that are replayed, the margin below which pen ink is among them, and the number of images that are
#: read at once.
_HARDEST = 3000
_NARROW = 3.0
_AT_ONCE = 200


@dataclass(frozen=True, slots=True, eq=False)
class Hardest:
    """The hardest images of a replay for a model, the hardest first.

    Attributes
    ----------
    images
        The images, uint8 (N, 1, 28, 28).
    truth
        The index of the right output of each, int64 (N,).
    outputs
        What the network answers before it changes, before softmax, float32 (N, outputs).
    """

    images: NDArray[np.uint8]
    truth: NDArray[np.int64]
    outputs: NDArray[np.float32]


def finding_hardest(model: Model, replay: Replay, threads: int) -> Generator[int, None, Hardest]:
    """Find the images of a replay with the smallest margins; the caller may stop between two groups of images.

    Parameters
    ----------
    model
        The model, which is not changed.
    replay
        The replay.
    threads
        The number of threads that read it.

    Yields
    ------
    int
        How many images have been read.

    Returns
    -------
    Hardest
        Images of the classes that the model has.
    """
    labels, prepared = model.metadata.labels, model.metadata.preprocessing
    columns = np.array([labels.index(name) if name in labels else -1 for name in CLASSES])
    digits = columns[np.concatenate([replay.labels, replay.ink.labels])]
    usable = np.flatnonzero(digits >= 0)
    images, truth = np.concatenate([replay.images, replay.ink.pixels])[usable], digits[usable]
    parts = []
    with ParallelNetwork(model.network.replica(), threads) as parallel:
        for at in range(0, len(images), _AT_ONCE):
            some = images[at : at + _AT_ONCE]
            parts.append(parallel.predict(prepared.normalize(some)))
            yield at + len(some)
    outputs = np.concatenate(parts)
    lead = margins(outputs, truth)
    wanted = np.flatnonzero((usable < len(replay.labels)) | (lead < _NARROW))
    order = wanted[np.argsort(lead[wanted], kind="stable")][:_HARDEST]
    return Hardest(images[order], truth[order], outputs[order])


def margins(outputs: NDArray[np.float32], truth: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the right output of each image minus the largest of the others, (N,); below 0 it is misread."""
    rows, others = np.arange(len(truth)), outputs.copy()
    others[rows, truth] = -np.inf
    lead: NDArray[np.float32] = outputs[rows, truth] - others.max(axis=1)
    return lead
