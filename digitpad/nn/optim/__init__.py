"""Optimizers, and the other parts of a training step.

`optimizers` and `adam` turn gradients into changes of the weights, by the formulas in `updates`; `decays`, `cycles` and
`plateau` set the learning rate, `penalties` add to the gradients, `clipping` limits them, and `averaging` keeps a mean
of the weights.
"""

from digitpad.nn.optim.adam import Adam, AdamW
from digitpad.nn.optim.averaging import ExponentialMovingAverage
from digitpad.nn.optim.clipping import clip_gradient_norm, clip_gradient_value
from digitpad.nn.optim.cycles import CosineRestartsLR, CyclicLR, OneCycleLR
from digitpad.nn.optim.decays import (
    ConstantLR,
    CosineLR,
    ExponentialLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
    WarmUpLR,
)
from digitpad.nn.optim.optimizer import Optimizer
from digitpad.nn.optim.optimizers import SGD, AdaGrad, RMSProp
from digitpad.nn.optim.penalties import L1Penalty, L2Penalty
from digitpad.nn.optim.plateau import ReduceLROnPlateau
from digitpad.nn.optim.scheduler import Scheduler

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "ConstantLR",
    "CosineLR",
    "CosineRestartsLR",
    "CyclicLR",
    "ExponentialLR",
    "ExponentialMovingAverage",
    "L1Penalty",
    "L2Penalty",
    "MultiStepLR",
    "OneCycleLR",
    "Optimizer",
    "PolynomialLR",
    "RMSProp",
    "ReduceLROnPlateau",
    "Scheduler",
    "StepLR",
    "WarmUpLR",
    "clip_gradient_norm",
    "clip_gradient_value",
]
