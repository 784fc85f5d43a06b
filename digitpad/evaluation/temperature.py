"""Temperature scaling: calibrates the probabilities of a network with one number that divides the logits.

After training, networks are usually overconfident, or underconfident with label smoothing. Dividing the logits by a
temperature changes the confidence but not the predicted class. The temperature is fitted on validation images and then
built into the last layer, so that the calibrated probabilities are available wherever the network is used, exported
files included. Source: Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.
"""

import math

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.nn import Linear
from digitpad.nn.functional import log_softmax
from digitpad.translation import gettext as _

#: The range of temperatures; a network that needs another one has not learned anything.
_COLDEST, _HOTTEST = 0.05, 20.0
_ACCURACY = 1e-4


def fit_temperature(logits: NDArray[np.floating], targets: NDArray[np.int64]) -> float:
    """Return the temperature that minimizes the cross-entropy of validation images.

    Parameters
    ----------
    logits
        (N, classes): the logits of validation images.
    targets
        int64 (N,): the true classes.

    Returns
    -------
    float
        Greater than 1 for an overconfident network.

    Raises
    ------
    DigitpadError
        If there are no images, or all are read correctly, so that the cross-entropy has no minimum.
    """
    if not len(targets) or (logits.argmax(axis=1) == targets).all():
        raise DigitpadError(
            _("A temperature cannot be fitted without mistakes on validation images; use more validation images.")
        )
    exact = logits.astype(np.float64)

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(exact / math.exp(log_temperature))
        return float(-scaled[np.arange(len(targets)), targets].mean())

    # The loss has a single minimum, so golden-section search finds it.
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
    """Return a copy of a model whose logits are divided by a temperature, through weights and bias of the last layer.

    Raises
    ------
    DigitpadError
        If its last layer is not linear.
    """
    copy = model.copy()
    last = list(copy.network.layers.values())[-1]
    if not isinstance(last, Linear):
        raise DigitpadError(
            _("{model} does not end in a linear layer, so temperature scaling does not apply to it.").format(
                model=model.name
            )
        )
    for parameter in last.parameters():
        parameter.value /= np.float32(temperature)
    return copy
