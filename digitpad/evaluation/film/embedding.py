"""t-SNE: places points in the plane so that neighbours stay neighbours, by the optional library openTSNE.

Unlike a projection, t-SNE has no axes: only who is near whom has a meaning. A new point, such as that of the drawing,
is placed between its nearest neighbours, without moving them; this takes less than a millisecond.

Source: van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 2008.
"""

from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitpad.evaluation.film.points import principal_axes
from digitpad.extras import required
from digitpad.translation import gettext as _

Values = NDArray[np.float32]

FEWEST = 4
"""The smallest number of points that can be placed."""

#: Steps with exaggerated attraction, which forms the clusters, and without; and steps between two results.
_EARLY, _LATE, _AT_ONCE = 250, 500, 25
_EXAGGERATION, _MOMENTUM = 12.0, 0.8
_PERPLEXITY = 30.0
#: Distances are computed among this many principal components, which removes noise and makes them quick.
_COMPONENTS = 50
_NEIGHBOURS = 10


class EmbeddingProgress(NamedTuple):
    """How far an embedding is: steps done, and in all."""

    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Embedding:
    """Points that t-SNE has placed.

    Attributes
    ----------
    places
        float32 (images, 2): the place of each image.
    values
        float32 (images, features): the points in the space of the layer.
    """

    places: Values
    values: Values

    @cached_property
    def _squares(self) -> Values:
        squares: Values = np.einsum("nf,nf->n", self.values, self.values)
        return squares

    def place(self, point: Values) -> Values:
        """Return the place (2,) of another point (features,): the median of its ten nearest neighbours' places."""
        # |v - p|² without |p|², which is the same for all: one product instead of a copy of all values.
        distances = self._squares - 2 * (self.values @ point)
        nearest = distances.argsort(kind="stable")[:_NEIGHBOURS]
        place: Values = np.median(self.places[nearest], axis=0).astype(np.float32)
        return place


def embedding(values: Values, *, seed: int = 0) -> Generator[EmbeddingProgress, None, Embedding]:
    """Place points with t-SNE. It starts from their principal components, so that similar points look similar.

    Parameters
    ----------
    values
        float32 (images, features), at least four images.
    seed
        Seed of openTSNE.

    Yields
    ------
    EmbeddingProgress
        After some steps.

    Returns
    -------
    Embedding
        The points.

    Raises
    ------
    DigitpadError
        If openTSNE is not installed.
    ValueError
        If there are fewer than four images.
    """
    count = len(values)
    if count < FEWEST:
        raise ValueError(f"an embedding needs at least {FEWEST} points, not {count}")
    opentsne = required("openTSNE", "embedding", _("Placing points with t-SNE"))
    centered = values - values.mean(axis=0)
    axes, _squares = principal_axes(centered, min(_COMPONENTS, *values.shape))
    reduced = centered @ axes.T.astype(np.float32)
    yield EmbeddingProgress(0, _EARLY + _LATE)
    # One thread: the others belong to a training, or to the window.
    affinities = opentsne.affinity.PerplexityBasedNN(
        reduced, perplexity=min(_PERPLEXITY, (count - 1) / 3), method="exact", n_jobs=1, random_state=seed
    )
    # Spread so little that the first steps decide, as openTSNE's own start does.
    start = reduced[:, :2].astype(np.float64)
    start *= 1e-4 / max(float(start[:, 0].std()), 1e-12)
    placed = opentsne.TSNEEmbedding(
        start, affinities, negative_gradient_method="bh", n_jobs=1, random_state=seed, learning_rate="auto"
    )
    for done in range(_AT_ONCE, _EARLY + _LATE + 1, _AT_ONCE):
        exaggeration = _EXAGGERATION if done <= _EARLY else None
        placed = placed.optimize(_AT_ONCE, exaggeration=exaggeration, momentum=_MOMENTUM)
        yield EmbeddingProgress(done, _EARLY + _LATE)
    return Embedding(np.array(placed, np.float32), values)
