"""Dropout: training sets random values to zero, so that the network learns not to rely on any single one."""

from types import ModuleType
from typing import Any, ClassVar, Self

import numpy as np

from digitpad.nn.backend import Array, array_module, elementwise
from digitpad.nn.layer import Layer, require_cache


class Dropout(Layer):
    """Inverted dropout: in training each value is zeroed with probability `p`, and otherwise divided by 1 - p.

    The factor keeps the expected value: (1 - p) * x / (1 - p) = x. Inference therefore returns its input unchanged.

    The gradient. In training out = x * mask, where each number of the mask is 0 or 1 / (1 - p) and does not depend on
    x. So d out / d x is the mask, and grad_x = g * mask: a zeroed value receives no gradient.

    Parameters
    ----------
    p
        Probability of zeroing a value, in [0, 1).
    rng
        Random generator for the mask; None uses a fresh one that cannot be repeated.

    Raises
    ------
    TypeError, ValueError
        If `p` is not a number in [0, 1), or `rng` is not a generator.

    Notes
    -----
    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout", JMLR 2014.
    """

    elementwise: ClassVar[bool] = True

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator | None = None) -> None:
        self.p = self.check.real_number("p", p, low=0, high=1, open_high=True)
        self.rng = self.check.generator(rng)
        self._device_rng: Any = None
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return x * mask / (1 - p) in training, `x` itself otherwise."""
        self.check.samples(x)
        if not training:
            return x
        if self._as_in_inference:
            self._cache = array_module(x).ones_like(x)
            return x
        # Always drawn in float32, so that a seed drops the same values in either dtype; and drawn on the device of the
        # batch, since a mask from the host would have to be copied there at every step.
        drawn = self._source(array_module(x)).random(x.shape, dtype=np.float32)
        self._cache, dropped = _drop(x, drawn, self.p, 1 / (1 - self.p))
        return dropped

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output * mask / (1 - p), with the mask of the last training pass."""
        mask = require_cache(self, self._cache)
        self.check.upstream(grad_output, mask.shape)
        grad_input: Array = grad_output * mask
        return grad_input

    def replica(self) -> Self:
        """Return a copy with its own random stream, derived from the seed of this one."""
        twin = super().replica()
        twin.rng = self.rng.spawn(1)[0]
        twin._device_rng = None
        return twin

    def _source(self, library: ModuleType) -> Any:
        """Return the generator that draws on the device of `library`; a GPU's is seeded by the layer's generator."""
        if library is np:
            return self.rng
        if self._device_rng is None:
            self._device_rng = library.random.default_rng(int(self.rng.integers(2**63)))
        return self._device_rng


def dropouts(layer: Layer, prefix: str = "") -> dict[str, Dropout]:
    """Return all dropout layers in a layer, by name."""
    found: dict[str, Dropout] = {}
    for name, child in layer.children().items():
        if isinstance(child, Dropout):
            found[prefix + name] = child
        found |= dropouts(child, f"{prefix}{name}.")
    return found


@elementwise
def _drop(x: Array, drawn: Array, p: float, scale: float) -> tuple[Array, Array]:
    """Return the mask, which is `scale` where the drawn number is at least p and else 0, and x times the mask."""
    mask = (drawn >= p).astype(x.dtype) * scale
    return mask, x * mask
