"""The captions of images: the true class, the predicted class and its probability."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from digitpad.evaluation import Disturbance
from digitpad.gui.evaluation.gallery import Caption
from digitpad.gui.widgets.percent import sureness


def caption_of(truth: str, labels: Sequence[str], log_probabilities: NDArray[np.float32], name: str) -> Caption:
    """Return the caption of one image.

    Parameters
    ----------
    truth
        The true class.
    labels, log_probabilities
        The classes, and the logarithms of their predicted probabilities, (classes,).
    name
        Name of the image.
    """
    best = int(log_probabilities.argmax())
    read, confidence = labels[best], sureness(float(np.exp(log_probabilities[best])))
    if read == truth:
        words = QCoreApplication.translate("Captions", "{image}: {label}, read correctly, {probability}")
        words = words.format(image=name, label=truth, probability=confidence)
        return Caption((truth,), confidence, wrong=False, words=words)
    own = sureness(float(np.exp(log_probabilities[labels.index(truth)])))
    words = QCoreApplication.translate(
        "Captions", "{image}: {label}, read as {read}, {probability}; probability of {label}: {own}"
    ).format(image=name, label=truth, read=read, probability=confidence, own=own)
    return Caption((truth, read), confidence, wrong=True, words=words)


def words_for_amount(disturbance: Disturbance, amount: float) -> str:
    """Return a title for an amount of a disturbance, such as "Rotated by 30°"."""
    if amount == disturbance.untouched:
        return QCoreApplication.translate("Captions", "Unchanged")
    shown = abs(amount) if disturbance is Disturbance.STROKE_WIDTH else amount
    return _amount_text(disturbance, bolder=amount > 0).format(amount=f"{shown:g}")


def _amount_text(disturbance: Disturbance, *, bolder: bool) -> str:
    match disturbance:
        case Disturbance.SHIFT:
            return QCoreApplication.translate("Captions", "Shifted by {amount} px")
        case Disturbance.ROTATION:
            return QCoreApplication.translate("Captions", "Rotated by {amount}°")
        case Disturbance.SCALE:
            return QCoreApplication.translate("Captions", "Scaled by {amount}")
        case Disturbance.STROKE_WIDTH:
            if bolder:
                return QCoreApplication.translate("Captions", "Strokes bolder by {amount} px")
            return QCoreApplication.translate("Captions", "Strokes thinner by {amount} px")
        case Disturbance.NOISE:
            return QCoreApplication.translate("Captions", "Noise with σ = {amount}")
