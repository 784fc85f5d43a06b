"""Percentages that can be believed: one number, by which logits are divided, makes a network as sure as it is right.

Networks come out of training too sure of themselves, or with smoothed labels not sure enough. Dividing the logits by
a temperature changes no reading, only how sure it is. The temperature that fits is found on images that the network
has not learned from, and then built into its last layer, so that every place that computes with the network, here or
in an exported file, has the calibrated percentages. Source: Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern
Neural Networks", ICML 2017.
"""

import math

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.nn import Linear
from digitpad.nn.functional import log_softmax

#: Between these the temperature is looked for; a network that needs another has not learned anything.
_COLDEST, _HOTTEST = 0.05, 20.0
_ACCURACY = 1e-4


def fit_temperature(logits: NDArray[np.floating], targets: NDArray[np.int64]) -> float:
    """Return the temperature at which the cross-entropy of held-out images is least.

    Parameters
    ----------
    logits
        (N, classes), of images that were not learned from.
    targets
        int64 (N,): the classes that are true.

    Returns
    -------
    float
        Above 1 for a network that is too sure.

    Raises
    ------
    DigitpadError
        If there are no images, or all are read rightly, so that nothing says how sure is too sure.
    """
    if not len(targets) or (logits.argmax(axis=1) == targets).all():
        raise DigitpadError("Without mistakes on held-out images no temperature can be fitted; hold out more images.")
    exact = logits.astype(np.float64)

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(exact / math.exp(log_temperature))
        return float(-scaled[np.arange(len(targets)), targets].mean())

    # The loss has one valley: golden-section search closes in on its floor.
    low, high = math.log(_COLDEST), math.log(_HOTTEST)
    golden = (math.sqrt(5) - 1) / 2
    left, right = high - golden * (high - low), low + golden * (high - low)
    left_loss, right_loss = loss(left), loss(right)
    while high - low > _ACCURACY:
        if left_loss < right_loss:
            high, right, right_loss = right, left, left_loss
            left = high - golden * (high - low)
            left_loss = loss(left)
        else:
            low, left, left_loss = left, right, right_loss
            right = low + golden * (high - low)
            right_loss = loss(right)
    return math.exp((low + high) / 2)


def with_temperature(model: Model, temperature: float) -> Model:
    """Return a copy of a model whose logits are divided by a temperature, by weights and bias of its last layer.

    Raises
    ------
    DigitpadError
        If its last layer is not linear.
    """
    copy = model.copy()
    last = list(copy.network.layers.values())[-1]
    if not isinstance(last, Linear):
        raise DigitpadError(f"{model.name} does not end in a linear layer, so it cannot take a temperature.")
    for parameter in last.parameters():
        parameter.value /= np.float32(temperature)
    return copy
