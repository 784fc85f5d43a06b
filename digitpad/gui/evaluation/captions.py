"""What is written under an image: what it is, what it was read as, and how surely."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad.evaluation import Disturbance
from digitpad.gui.evaluation.gallery import Caption
from digitpad.gui.widgets.percent import sureness


def caption_of(truth: str, labels: Sequence[str], log_probabilities: NDArray[np.float32], name: str) -> Caption:
    """Return the caption of one image.

    Parameters
    ----------
    truth
        What it is.
    labels, log_probabilities
        The classes, and what the network answered, (classes,).
    name
        What the image is called.
    """
    best = int(log_probabilities.argmax())
    read, sure = labels[best], sureness(float(np.exp(log_probabilities[best])))
    if read == truth:
        return Caption(truth, sure, wrong=False, words=f"{name}: {truth}, read correctly, {sure}")
    own = sureness(float(np.exp(log_probabilities[labels.index(truth)])))
    words = f"{name}: {truth}, read as {read}, {sure}; {own} for {truth}"
    return Caption(f"{truth} → {read}", sure, wrong=True, words=words)


def words_for_amount(disturbance: Disturbance, amount: float) -> str:
    """Return an amount of a disturbance in words, such as "turned by 30°"."""
    if amount == disturbance.untouched:
        return "Unchanged"
    match disturbance:
        case Disturbance.SHIFT:
            return f"Moved by {amount:g} px"
        case Disturbance.ROTATION:
            return f"Turned by {amount:g}°"
        case Disturbance.SCALE:
            return f"{amount:g} times as large"
        case Disturbance.STROKE_WIDTH:
            return f"Strokes {'bolder' if amount > 0 else 'thinner'} by {abs(amount):g} px"
        case Disturbance.NOISE:
            return f"Noise of {amount:g}"
