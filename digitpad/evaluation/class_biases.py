"""Class biases: correct a network whose training data show some classes more often than the images that it reads.

A number for each class is added to its logit. The numbers are fitted on validation images, like a temperature, and then
built into the last layer. Source: Alexandari, Kundaje and Shrikumar, "Maximum Likelihood with Bias-Corrected
Calibration is Hard-To-Beat at Label Shift Adaptation", ICML 2020.
"""

import numpy as np
from numpy.typing import NDArray

from digitpad.models.model_file import Model
from digitpad.nn import Linear
from digitpad.nn.functional import softmax

#: Newton's method converges in a few steps, because the loss is convex.
_MOST_STEPS, _ACCURACY = 50, 1e-9


def fit_class_biases(
    logits: NDArray[np.floating], targets: NDArray[np.int64], decay: float = 3.0
) -> NDArray[np.float64]:
    """Return the biases that minimize the cross-entropy of validation images, with a penalty on their squares.

    Parameters
    ----------
    logits
        (N, classes): the logits of validation images.
    targets
        int64 (N,): the true classes.
    decay
        Strength of the penalty, in images: with few mistakes to learn from, the biases stay small.

    Returns
    -------
    NDArray
        float64 (classes,), with a mean of 0.

    Raises
    ------
    ValueError
        If there are no images, or `decay` is not positive.
    """
    if not len(targets) or decay <= 0:
        raise ValueError(f"fit_class_biases: {len(targets)} images and a decay of {decay}; both must be positive")
    exact, classes = logits.astype(np.float64), logits.shape[1]
    shown = np.bincount(targets, minlength=classes)
    biases = np.zeros(classes)
    for _step in range(_MOST_STEPS):
        predicted = softmax(exact + biases)
        gradient = predicted.sum(axis=0) - shown + decay * biases
        curvature = np.diag(predicted.sum(axis=0) + decay) - predicted.T @ predicted
        change = np.linalg.solve(curvature, gradient)
        biases -= change
        if np.abs(change).max() < _ACCURACY:
            break
    centred: NDArray[np.float64] = biases - biases.mean()
    return centred


def with_class_biases(model: Model, biases: NDArray[np.floating]) -> Model:
    """Return a copy of a model with `biases`, one for each of its first outputs, added to the bias of the last layer.

    Raises
    ------
    ValueError
        If its last layer is not linear, or has no bias.
    """
    copy = model.copy()
    last = list(copy.network.layers.values())[-1]
    if not isinstance(last, Linear) or last.bias is None:
        raise ValueError(f"with_class_biases: {model.name} does not end in a linear layer with biases")
    last.bias.value[: len(biases)] += biases.astype(np.float32)
    return copy
