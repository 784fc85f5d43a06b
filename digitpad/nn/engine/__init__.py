"""The fast path: fused layers and data-parallel processes, equal to the plain layers up to rounding.

`fused` replaces layers by faster ones on the same parameters, and `parallel` splits a batch over processes that use
them. `one_image` computes all activations of a single image, which equal those of the plain layers exactly.
"""

from digitpad.nn.engine.fused import fuse
from digitpad.nn.engine.one_image import OneImage
from digitpad.nn.engine.parallel import ParallelNetwork

__all__ = ["OneImage", "ParallelNetwork", "fuse"]
