"""Images whose label a model doubts.

Which labels are probably wrong is decided as in confident learning (C. Northcutt, L. Jiang and I. Chuang, "Confident
Learning: Estimating Uncertainty in Dataset Labels", Journal of Artificial Intelligence Research 70, 2021). A class has
a threshold of its own: the mean probability that the model gives it on the images that are labelled with it. An image
belongs to the most probable of the classes whose threshold its probabilities reach; if that is not its label, the label
is in doubt. A class that the model is rarely sure of thus needs less to be believed than one that it always is sure of.

The method assumes probabilities for images that the model was not trained on. A model that was trained on wrong labels
until it fits them doubts fewer of them.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitpad.inspection.readings import Readings


@dataclass(frozen=True, slots=True, eq=False)
class Suspects:
    """Images that are probably mislabelled, the largest loss of the given label first.

    Attributes
    ----------
    indices
        int64 (M,): indices of the images.
    believed
        int64 (M,): index of the class that the model believes instead.
    probabilities
        float32 (M,): the probability that it gives to that class.
    thresholds
        float64 (classes,): the threshold of each class; infinite for classes without images.
    """

    indices: NDArray[np.int64]
    believed: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    thresholds: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.indices)

    def of(self, indices: NDArray[np.int64]) -> "Suspects":
        """Return those of these images that are probably mislabelled."""
        chosen = np.isin(self.indices, indices)
        return replace(
            self,
            indices=self.indices[chosen],
            believed=self.believed[chosen],
            probabilities=self.probabilities[chosen],
        )


def hardest_first(readings: Readings) -> NDArray[np.int64]:
    """Return the indices of all images, int64 (N,), by descending loss of the given label."""
    return np.argsort(-readings.losses, kind="stable")


def mislabelled(readings: Readings) -> Suspects:
    """Return the images whose label is in doubt, see the top of this module."""
    probabilities = np.exp(readings.log_probabilities)
    thresholds = np.full(len(readings.labels), np.inf)
    for label in np.unique(readings.targets).tolist():
        thresholds[label] = probabilities[readings.targets == label, label].mean(dtype=np.float64)
    confident = np.where(probabilities >= thresholds, probabilities, np.float32(-1))
    believed: NDArray[np.int64] = confident.argmax(axis=1)
    doubtful = np.flatnonzero((confident.max(axis=1) >= 0) & (believed != readings.targets))
    doubtful = doubtful[np.argsort(-readings.losses[doubtful], kind="stable")]
    return Suspects(doubtful, believed[doubtful], probabilities[doubtful, believed[doubtful]], thresholds)
