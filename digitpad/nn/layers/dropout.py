"""Dropout: in training, silence a random part of the values, so that none can be relied upon alone."""

from types import ModuleType
from typing import Any, ClassVar, Self

import numpy as np

from digitpad.nn import checks
from digitpad.nn.backend import Array, array_module, elementwise
from digitpad.nn.layer import Layer, require_cache


class Dropout(Layer):
    """Inverted dropout: in training each value becomes 0 with probability `p`, else grows by 1 / (1 - p).

    That keeps the expected sum the same, so inference returns its input as it is.

    Parameters
    ----------
    p
        Probability of silencing a value, in [0, 1).
    rng
        Source of the choices; None makes unrepeatable ones.

    Raises
    ------
    TypeError, ValueError
        If `p` is no number in [0, 1), or `rng` no generator.

    Notes
    -----
    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout", JMLR 2014.
    """

    elementwise: ClassVar[bool] = True

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator | None = None) -> None:
        self.p = checks.real_number("Dropout", "p", p, low=0, high=1, open_high=True)
        self.rng = checks.generator("Dropout", rng)
        self._device_rng: Any = None
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return x * mask / (1 - p) in training, `x` itself otherwise."""
        checks.samples("Dropout", x)
        if not training:
            return x
        if self._as_in_inference:
            self._cache = array_module(x).ones_like(x)
            return x
        # Drawn in float32 whatever the dtype, so that the same seed drops the same values; and drawn where the batch
        # lies, for a mask from elsewhere would have to be carried over at every step.
        drawn = self._source(array_module(x)).random(x.shape, dtype=np.float32)
        self._cache, dropped = _drop(x, drawn, self.p, 1 / (1 - self.p))
        return dropped

    def backward(self, grad_output: Array) -> Array:
        """Return grad_output * mask / (1 - p), with the mask of the last training pass."""
        mask = require_cache(self, self._cache)
        checks.upstream("Dropout", grad_output, mask.shape)
        grad_input: Array = grad_output * mask
        return grad_input

    def replica(self) -> Self:
        """Return a copy that draws from a stream of its own, derived from this one's seed."""
        twin = super().replica()
        twin.rng = self.rng.spawn(1)[0]
        twin._device_rng = None
        return twin

    def _source(self, library: ModuleType) -> Any:
        """Return the generator that draws on the device of `library`; a GPU's is seeded from this layer's own."""
        if library is np:
            return self.rng
        if self._device_rng is None:
            self._device_rng = library.random.default_rng(int(self.rng.integers(2**63)))
        return self._device_rng


@elementwise
def _drop(x: Array, drawn: Array, p: float, scale: float) -> tuple[Array, Array]:
    """Return the mask, `scale` where the number drawn is at least p and else 0, and x times the mask."""
    mask = (drawn >= p).astype(x.dtype) * scale
    return mask, x * mask
