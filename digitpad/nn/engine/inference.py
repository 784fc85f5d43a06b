"""Inference of batches of any size in limited memory."""

from digitpad.nn.backend import Array, array_module
from digitpad.nn.checks import Checks
from digitpad.nn.network import Sequential

#: The largest number of images that are processed at once, which limits the memory.
_MOST_AT_ONCE = 64


def predict(network: Sequential, x: Array) -> Array:
    """Return the output of `network` for the batch `x`, computed a few images at a time.

    Raises
    ------
    NotFiniteError
        If `x` has NaN or infinity.
    """
    Checks("ParallelNetwork").finite("x", x)
    starts = range(0, max(len(x), 1), _MOST_AT_ONCE)
    parts = [network.forward(x[start : start + _MOST_AT_ONCE]).copy() for start in starts]
    result: Array = array_module(x).concatenate(parts)
    return result
