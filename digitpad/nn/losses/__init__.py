"""Losses: one number for how wrong the network is, and its gradient, along which training goes down.

A loss is called with the network's output and the targets, and returns the value and the gradient with respect to the
output, which share most of their computation. Unless `reduction` says otherwise, losses average over the batch, so the
gradient is already divided by the number of samples. They work from logits, which are exact where probabilities round
to 0 or 1; those that accept probabilities or their logarithms say so.
"""

from digitpad.nn.losses.binary import BCELoss, BCEWithLogitsLoss
from digitpad.nn.losses.classification import CrossEntropyLoss, NLLLoss
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
    "NLLLoss",
]
