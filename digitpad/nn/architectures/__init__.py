"""Networks as data, and operations on whole networks.

`plan` describes a network as data and builds it, `presets` holds the plans that come with the program, `summary` lists
shapes and costs, `folding` merges batch normalization into convolutions, and `weights` finds the plan that weights fit.
"""

from digitpad.nn.architectures.folding import fold_batch_norm
from digitpad.nn.architectures.plan import Architecture, LayerSpec, build
from digitpad.nn.architectures.presets import ARCHITECTURES
from digitpad.nn.architectures.summary import LayerSummary, NetworkSummary, summarize
from digitpad.nn.architectures.weights import load_matching

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "LayerSpec",
    "LayerSummary",
    "NetworkSummary",
    "build",
    "fold_batch_norm",
    "load_matching",
    "summarize",
]
