"""The captions of images: the true class, the predicted class and its probability."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from digitpad.gui.widgets.percent import sureness
from digitpad.gui.workspace.gallery import Caption


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
