"""The layers, one idea a file."""

from digitpad.nn.layers.activations import ELU, GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softmax, Tanh
from digitpad.nn.layers.attention import AttentionGate
from digitpad.nn.layers.branches import Concatenate, Residual, SkipConnection
from digitpad.nn.layers.convolution import Conv2D, ConvTranspose2D
from digitpad.nn.layers.dropout import Dropout
from digitpad.nn.layers.linear import Linear
from digitpad.nn.layers.normalization import BatchNorm2D
from digitpad.nn.layers.pooling import AvgPool2D, GlobalAveragePool2D, MaxPool2D
from digitpad.nn.layers.structure import Flatten, Identity

__all__ = [
    "ELU",
    "GELU",
    "AttentionGate",
    "AvgPool2D",
    "BatchNorm2D",
    "Concatenate",
    "Conv2D",
    "ConvTranspose2D",
    "Dropout",
    "Flatten",
    "GlobalAveragePool2D",
    "Identity",
    "LeakyReLU",
    "Linear",
    "MaxPool2D",
    "ReLU",
    "Residual",
    "SiLU",
    "Sigmoid",
    "SkipConnection",
    "Softmax",
    "Tanh",
]
