"""The CNN library: convolutional networks in plain NumPy, written to be read.

A network is a `Sequential` of named layers; a loss turns its output into one number and a gradient; `backward`
carries the gradient through the layers; an optimizer changes the parameters. Begin with `layer.py` and
`layers/linear.py`, then read `layers/convolution.py`.
"""

from digitpad.nn.architectures.plan import Architecture, build
from digitpad.nn.architectures.presets import ARCHITECTURES
from digitpad.nn.architectures.summary import NetworkSummary, summarize
from digitpad.nn.backend import Device, select_device
from digitpad.nn.engine.parallel import ParallelNetwork
from digitpad.nn.gradcheck import GradientError, check_layer
from digitpad.nn.initializers import (
    INITIALIZERS,
    Fans,
    constant,
    fans_of_convolution,
    he_normal,
    he_uniform,
    normal,
    uniform,
    xavier_normal,
    xavier_uniform,
)
from digitpad.nn.layer import Buffer, Layer, Parameter
from digitpad.nn.layers import (
    ELU,
    GELU,
    AttentionGate,
    AvgPool2D,
    BatchNorm2D,
    Concatenate,
    Conv2D,
    ConvTranspose2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    Identity,
    LeakyReLU,
    Linear,
    MaxPool2D,
    ReLU,
    Residual,
    Sigmoid,
    SiLU,
    SkipConnection,
    Softmax,
    Tanh,
)
from digitpad.nn.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    BinaryFocalLoss,
    CrossEntropyLoss,
    FocalLoss,
    LossAndGradient,
    MSELoss,
)
from digitpad.nn.network import Sequential
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
    "ARCHITECTURES",
    "ELU",
    "GELU",
    "INITIALIZERS",
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Architecture",
    "AttentionGate",
    "AvgPool2D",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm2D",
    "BinaryFocalLoss",
    "Buffer",
    "Concatenate",
    "ConstantLR",
    "Conv2D",
    "ConvTranspose2D",
    "CosineLR",
    "CrossEntropyLoss",
    "Device",
    "Dropout",
    "ExponentialMovingAverage",
    "Fans",
    "Flatten",
    "FocalLoss",
    "GlobalAveragePool2D",
    "GradientError",
    "Identity",
    "L1Penalty",
    "L2Penalty",
    "Layer",
    "LeakyReLU",
    "Linear",
    "LossAndGradient",
    "MSELoss",
    "MaxPool2D",
    "NetworkSummary",
    "OneCycleLR",
    "Optimizer",
    "ParallelNetwork",
    "Parameter",
    "RMSProp",
    "ReLU",
    "ReduceLROnPlateau",
    "Residual",
    "Scheduler",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SkipConnection",
    "Softmax",
    "StepLR",
    "Tanh",
    "WarmUpLR",
    "build",
    "check_layer",
    "clip_gradient_norm",
    "clip_gradient_value",
    "constant",
    "fans_of_convolution",
    "he_normal",
    "he_uniform",
    "normal",
    "select_device",
    "summarize",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
]
