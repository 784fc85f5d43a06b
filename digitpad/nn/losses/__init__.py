"""Losses: one number for how wrong the network is, and the gradient that makes it less.

A loss is called with the network's output and the targets, and returns both at once, because they share their
work. All of them average over the batch, so a gradient is already divided by the number of samples. They work from
logits, where nothing has been rounded away yet; the two that can take probabilities say so.
"""

from digitpad.nn.losses.binary import BCELoss, BCEWithLogitsLoss
from digitpad.nn.losses.classification import CrossEntropyLoss
from digitpad.nn.losses.focal import BinaryFocalLoss, FocalLoss
from digitpad.nn.losses.loss import Loss, LossAndGradient
from digitpad.nn.losses.regression import MSELoss

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "BinaryFocalLoss",
    "CrossEntropyLoss",
    "FocalLoss",
    "Loss",
    "LossAndGradient",
    "MSELoss",
]
