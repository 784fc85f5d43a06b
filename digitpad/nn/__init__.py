"""The CNN library: convolutional networks in plain NumPy, written to be read.

A network is a `Sequential` of named layers; a loss turns its output into one number and a gradient; `backward`
carries the gradient through the layers; an optimizer changes the parameters. Begin with `layer.py` and
`layers/linear.py`, then read `layers/convolution.py`.
"""

from digitpad.nn.architectures import Architecture, build
from digitpad.nn.initializers import he_normal, he_uniform, xavier_normal, xavier_uniform
from digitpad.nn.layer import Buffer, Layer, Parameter
from digitpad.nn.layers import Conv2D, Dropout, Flatten, Linear, MaxPool2D, ReLU
from digitpad.nn.losses import CrossEntropyLoss
from digitpad.nn.network import Sequential
from digitpad.nn.optimizers import SGD, Adam
from digitpad.nn.parallel import ParallelNetwork
from digitpad.nn.presets import ARCHITECTURES

__all__ = [
    "ARCHITECTURES",
    "SGD",
    "Adam",
    "Architecture",
    "Buffer",
    "Conv2D",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "Layer",
    "Linear",
    "MaxPool2D",
    "ParallelNetwork",
    "Parameter",
    "ReLU",
    "Sequential",
    "build",
    "he_normal",
    "he_uniform",
    "xavier_normal",
    "xavier_uniform",
]
