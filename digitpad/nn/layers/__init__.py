"""The layers, one idea a file."""

from digitpad.nn.layers.activations import ReLU
from digitpad.nn.layers.convolution import Conv2D
from digitpad.nn.layers.dropout import Dropout
from digitpad.nn.layers.linear import Linear
from digitpad.nn.layers.pooling import MaxPool2D
from digitpad.nn.layers.structure import Flatten

__all__ = ["Conv2D", "Dropout", "Flatten", "Linear", "MaxPool2D", "ReLU"]
