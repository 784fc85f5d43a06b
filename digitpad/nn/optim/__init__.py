"""Optimizers, and the other parts of a training step.

`optimizers` turn gradients into changes of the weights, by the formulas in `updates`; `schedulers` set the learning
rate, `penalties` add to the gradients, `clipping` limits them, and `averaging` keeps a mean of the weights.
"""

from digitpad.nn.optim.averaging import ExponentialMovingAverage
from digitpad.nn.optim.clipping import clip_gradient_norm, clip_gradient_value
from digitpad.nn.optim.optimizers import SGD, AdaGrad, Adam, AdamW, Optimizer, RMSProp
from digitpad.nn.optim.penalties import L1Penalty, L2Penalty
from digitpad.nn.optim.schedulers import (
    ConstantLR,
    CosineLR,
    OneCycleLR,
    ReduceLROnPlateau,
    Scheduler,
    StepLR,
    WarmUpLR,
)

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "ConstantLR",
    "CosineLR",
    "ExponentialMovingAverage",
    "L1Penalty",
    "L2Penalty",
    "OneCycleLR",
    "Optimizer",
    "RMSProp",
    "ReduceLROnPlateau",
    "Scheduler",
    "StepLR",
    "WarmUpLR",
    "clip_gradient_norm",
    "clip_gradient_value",
]
