"""The CNN library: convolutional networks in NumPy, written to be read like a textbook.

A network is a `Sequential` of named layers. `forward` turns a batch into outputs, a loss turns these into one number
and a gradient, `backward` carries the gradient back through the layers, and an optimizer changes the parameters:

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> network = Sequential([("fc1", Linear(2, 16, rng=rng)), ("tanh", Tanh()), ("fc2", Linear(16, 2, rng=rng))])
>>> loss, optimizer = CrossEntropyLoss(), Adam(network.parameters(), learning_rate=0.05)
>>> x, labels = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32), np.array([0, 1, 1, 0])  # exclusive or
>>> for _ in range(100):
...     value, gradient = loss(network.forward(x, training=True), labels)
...     network.parameter_gradients(gradient)
...     optimizer.step()
>>> network.forward(x).argmax(axis=1).tolist()
[0, 1, 1, 0]

Start reading with `layer.py`, which says what a layer is, and `layers/linear.py`, the simplest one with parameters;
then `reference.py`, `correlation.py` and `layers/convolution.py`, the chapter on convolution.
`docs/reading-the-network.md` goes through all files in order. The packages are `layers`, `losses`, `optim` (optimizers,
schedules), `architectures` (networks as data) and `engine` (the same computations, faster); their public names are all
exported here.
"""

from digitpad.nn.architectures import ARCHITECTURES, Architecture, NetworkSummary, build, summarize
from digitpad.nn.backend import Device, select_device
from digitpad.nn.engine import ParallelNetwork
from digitpad.nn.gradcheck import GradientError, check_layer
from digitpad.nn.initializers import (
    INITIALIZERS,
    Fans,
    constant,
    fan_in_uniform,
    fans_of_convolution,
    he_normal,
    he_uniform,
    normal,
    uniform,
    xavier_normal,
    xavier_uniform,
)
from digitpad.nn.layer import Layer
from digitpad.nn.layers import (
    ELU,
    GELU,
    SELU,
    AdaptiveAvgPool2D,
    AttentionGate,
    AvgPool2D,
    BatchNorm2D,
    Concatenate,
    Conv2D,
    ConvTranspose2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    GroupNorm,
    Hardsigmoid,
    Hardswish,
    Identity,
    LayerNorm,
    LeakyReLU,
    Linear,
    MaxPool2D,
    Mish,
    Pad2D,
    PReLU,
    ReLU,
    Residual,
    Sigmoid,
    SiLU,
    SkipConnection,
    Softmax,
    Tanh,
    Upsample2D,
)
from digitpad.nn.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    BinaryFocalLoss,
    CrossEntropyLoss,
    FocalLoss,
    LossAndGradient,
    MSELoss,
    NLLLoss,
)
from digitpad.nn.network import Sequential
from digitpad.nn.optim import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    ConstantLR,
    CosineLR,
    CosineRestartsLR,
    CyclicLR,
    ExponentialLR,
    ExponentialMovingAverage,
    L1Penalty,
    L2Penalty,
    MultiStepLR,
    OneCycleLR,
    Optimizer,
    PolynomialLR,
    ReduceLROnPlateau,
    RMSProp,
    Scheduler,
    StepLR,
    WarmUpLR,
    clip_gradient_norm,
    clip_gradient_value,
)
from digitpad.nn.parameter import Buffer, Parameter

__all__ = [
    "ARCHITECTURES",
    "ELU",
    "GELU",
    "INITIALIZERS",
    "SELU",
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "AdaptiveAvgPool2D",
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
    "CosineRestartsLR",
    "CrossEntropyLoss",
    "CyclicLR",
    "Device",
    "Dropout",
    "ExponentialLR",
    "ExponentialMovingAverage",
    "Fans",
    "Flatten",
    "FocalLoss",
    "GlobalAveragePool2D",
    "GradientError",
    "GroupNorm",
    "Hardsigmoid",
    "Hardswish",
    "Identity",
    "L1Penalty",
    "L2Penalty",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LossAndGradient",
    "MSELoss",
    "MaxPool2D",
    "Mish",
    "MultiStepLR",
    "NLLLoss",
    "NetworkSummary",
    "OneCycleLR",
    "Optimizer",
    "PReLU",
    "Pad2D",
    "ParallelNetwork",
    "Parameter",
    "PolynomialLR",
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
    "Upsample2D",
    "WarmUpLR",
    "build",
    "check_layer",
    "clip_gradient_norm",
    "clip_gradient_value",
    "constant",
    "fan_in_uniform",
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
