"""Metrics: accuracy, the confusion matrix, and the overlap of masks."""

import numpy as np
from numpy.typing import NDArray


def accuracy(labels: NDArray[np.integer], predicted: NDArray[np.integer]) -> float:
    """Return the fraction of correct predictions, in [0, 1].

    Parameters
    ----------
    labels, predicted
        Class indices of one shape, such as (N,).

    Raises
    ------
    ValueError
        If the shapes differ, or the arrays are empty.
    """
    _check_alike("accuracy", labels, predicted)
    return int((labels == predicted).sum()) / labels.size


def confusion_matrix(labels: NDArray[np.integer], predicted: NDArray[np.integer], classes: int) -> NDArray[np.int64]:
    """Count how often each true class (row) was predicted as each class (column).

    Parameters
    ----------
    labels, predicted
        Class indices, (N,) each.
    classes
        The number of classes.

    Returns
    -------
    NDArray
        (classes, classes); its sum is N.

    Raises
    ------
    ValueError
        If the lengths differ, or an index is outside [0, classes).
    """
    if labels.shape != predicted.shape:
        raise ValueError(f"confusion_matrix: {labels.shape} labels and {predicted.shape} predictions; expected as many")
    for name, indices in (("labels", labels), ("predicted", predicted)):
        if indices.size and not 0 <= int(indices.min()) <= int(indices.max()) < classes:
            raise ValueError(f"confusion_matrix: {name} lie outside [0, {classes})")
    pairs = labels.astype(np.int64) * classes + predicted.astype(np.int64)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def per_class_accuracy(confusion: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the recall of each class: the fraction of its samples that were predicted correctly.

    Parameters
    ----------
    confusion
        (classes, classes), see `confusion_matrix`.

    Returns
    -------
    NDArray
        (classes,), in [0, 1]; NaN for a class without samples.

    Raises
    ------
    ValueError
        If `confusion` is not square.
    """
    if confusion.ndim != 2 or confusion.shape[0] != confusion.shape[1]:
        raise ValueError(f"per_class_accuracy: confusion has shape {confusion.shape}; expected (classes, classes)")
    samples = confusion.sum(axis=1)
    shares = np.full(len(confusion), np.nan)
    np.divide(confusion.diagonal(), samples, out=shares, where=samples > 0)
    return shares


def intersection_over_union(truth: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> float:
    """Return the overlap of two masks: the number of cells in both over that in either, in [0, 1].

    Parameters
    ----------
    truth, predicted
        Boolean masks of one shape. A batch is treated as one large mask.

    Returns
    -------
    float
        1 for two empty masks, which are equal.

    Raises
    ------
    TypeError, ValueError
        If the masks are not boolean, their shapes differ, or they are empty arrays.
    """
    _check_alike("intersection_over_union", truth, predicted)
    for name, mask in (("truth", truth), ("predicted", predicted)):
        if mask.dtype != np.bool_:
            raise TypeError(
                f"intersection_over_union: {name} has dtype {mask.dtype}; expected bool, such as probabilities > 0.5"
            )
    union = int((truth | predicted).sum())
    return int((truth & predicted).sum()) / union if union else 1.0


def _check_alike(owner: str, truth: NDArray[np.generic], predicted: NDArray[np.generic]) -> None:
    if truth.shape != predicted.shape or truth.size == 0:
        raise ValueError(
            f"{owner}: the shapes are {truth.shape} and {predicted.shape}; expected the same, with at least one element"
        )
