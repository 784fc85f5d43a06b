"""How good a classifier is, in numbers."""

import numpy as np
from numpy.typing import NDArray


def confusion_matrix(labels: NDArray[np.integer], predicted: NDArray[np.integer], classes: int) -> NDArray[np.int64]:
    """Count how often each true class (row) was read as each class (column).

    Parameters
    ----------
    labels, predicted
        Class indices, (N,) each.
    classes
        How many classes there are.

    Returns
    -------
    NDArray
        (classes, classes); its sum is N.

    Raises
    ------
    ValueError
        If the lengths differ, or an index lies outside [0, classes).
    """
    if labels.shape != predicted.shape:
        raise ValueError(f"confusion_matrix: {labels.shape} labels and {predicted.shape} predictions; expected as many")
    for name, indices in (("labels", labels), ("predicted", predicted)):
        if indices.size and not 0 <= int(indices.min()) <= int(indices.max()) < classes:
            raise ValueError(f"confusion_matrix: {name} lie outside [0, {classes})")
    pairs = labels.astype(np.int64) * classes + predicted.astype(np.int64)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
