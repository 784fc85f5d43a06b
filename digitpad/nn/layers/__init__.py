"""The layers, one idea per file.

How to add a layer:

1. Write the class in the file of its idea, derived from `Layer` (`Activation` for an elementwise function). Its
   docstring opens with the idea and the formula, derives the gradient, and describes the arguments, with PyTorch's
   names and defaults, and the source.
2. Check arguments in `__init__` with `self.check`, which puts the class name into the messages. Write an `__init__`
   even if a base class has a suitable one: for an unknown argument Python names the class that defines it.
3. Define `forward`, which sets `self._cache` only in training; `input_gradient`; and, for a layer with parameters,
   `parameter_gradients`. Override `output_shape`, `multiply_adds` and `receptive_field` unless it is elementwise.
4. Add it to `__all__` here and in `digitpad.nn`; plans, `digitpad gradcheck` and the summary find it there.
5. Add a row to `tests/nn/layers/cases.py`, which runs the gradient checks and all tests of what every layer
   guarantees, and run `tests/golden/make_layers.py` for PyTorch's numbers.
6. Add its operator to `digitpad.export`, and a fused form in `digitpad.nn.engine.fused` if a preset trains with it.
"""

from digitpad.nn.layers.activations import ELU, GELU, SELU, LeakyReLU, Mish, ReLU, Sigmoid, SiLU, Tanh
from digitpad.nn.layers.attention import AttentionGate
from digitpad.nn.layers.branches import Concatenate, Residual, SkipConnection
from digitpad.nn.layers.convolution import Conv2D, ConvTranspose2D
from digitpad.nn.layers.dropout import Dropout
from digitpad.nn.layers.hard_activations import Hardsigmoid, Hardswish
from digitpad.nn.layers.linear import Linear
from digitpad.nn.layers.normalization import BatchNorm2D
from digitpad.nn.layers.padding import Pad2D
from digitpad.nn.layers.pooling import AvgPool2D, GlobalAveragePool2D, MaxPool2D
from digitpad.nn.layers.prelu import PReLU
from digitpad.nn.layers.resampling import AdaptiveAvgPool2D, Upsample2D
from digitpad.nn.layers.sample_normalization import GroupNorm, LayerNorm
from digitpad.nn.layers.softmax import Softmax
from digitpad.nn.layers.structure import Flatten, Identity

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "AdaptiveAvgPool2D",
    "AttentionGate",
    "AvgPool2D",
    "BatchNorm2D",
    "Concatenate",
    "Conv2D",
    "ConvTranspose2D",
    "Dropout",
    "Flatten",
    "GlobalAveragePool2D",
    "GroupNorm",
    "Hardsigmoid",
    "Hardswish",
    "Identity",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool2D",
    "Mish",
    "PReLU",
    "Pad2D",
    "ReLU",
    "Residual",
    "SiLU",
    "Sigmoid",
    "SkipConnection",
    "Softmax",
    "Tanh",
    "Upsample2D",
]
