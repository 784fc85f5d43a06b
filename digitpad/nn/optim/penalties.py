"""Penalties: a price on large weights, so that a network explains its data with small ones.

A penalty is called with the network after the backward pass; it adds its gradient into every `Parameter.grad` and
returns its value, which belongs to the loss. Biases cost nothing by default: they move a function without making
it steeper.
"""

import fnmatch
import math
from collections.abc import Sequence

from digitpad.nn.backend import Array, array_module
from digitpad.nn.checks import Checked
from digitpad.nn.layer import Layer, Parameter


class Penalty(Checked):
    """What both penalties share: their strength, and which parameters they spare.

    Parameters
    ----------
    strength
        Factor of the whole, at least 0.
    spare
        Patterns of the names of parameters that cost nothing. A pattern is compared with the whole name, such as
        `conv1.bias`, and with its last part; `*` stands for anything: `("bias", "bn*")` spares all biases, and
        everything of the layers whose names begin with `bn`.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot work.
    """

    def __init__(self, strength: float, spare: Sequence[str] = ("bias",)) -> None:
        self.strength = self.check.real_number("strength", strength, low=0, high=math.inf, open_high=True)
        if isinstance(spare, str) or not all(isinstance(pattern, str) for pattern in spare):
            raise TypeError(
                f'{self.check.owner}: spare is {spare!r}; expected a sequence of patterns, such as ("bias",)'
            )
        self.spare = tuple(spare)

    def __call__(self, network: Layer) -> Array:
        """Add the penalty's gradient into the parameters' and return its value, a scalar on their device.

        Raises
        ------
        ValueError
            If the network has no parameter that is not spared.
        """
        penalised = [p for name, p in network.named_parameters().items() if not self.spares(name)]
        if not penalised:
            raise ValueError(f"{self.check.owner}: spare is {self.spare}; expected some parameter not to be spared")
        values = [self._add(parameter) for parameter in penalised]
        return sum(values[1:], start=values[0])

    def spares(self, name: str) -> bool:
        """Return whether the parameter of that name costs nothing."""
        last = name.rpartition(".")[2]
        return any(fnmatch.fnmatchcase(name, p) or fnmatch.fnmatchcase(last, p) for p in self.spare)

    def spared(self, network: Layer) -> list[str]:
        """Return the names of the network's parameters that cost nothing."""
        return [name for name in network.named_parameters() if self.spares(name)]

    def _add(self, parameter: Parameter) -> Array:
        """Add the gradient for one parameter, and return its part of the value."""
        raise NotImplementedError


class L1Penalty(Penalty):
    """strength * sum of |w|, with gradient strength * sign(w): it draws weights to exactly zero."""

    def _add(self, parameter: Parameter) -> Array:
        xp = array_module(parameter.value)
        parameter.add_grad(xp.sign(parameter.value) * self.strength)
        value: Array = xp.abs(parameter.value).sum() * self.strength
        return value


class L2Penalty(Penalty):
    """strength / 2 * sum of w**2, with gradient strength * w: it shrinks large weights most.

    With plain SGD this is what PyTorch calls its `weight_decay`. With optimizers that divide by the gradient's size
    it is not the same as decay: that is what `AdamW` is for.
    """

    def _add(self, parameter: Parameter) -> Array:
        flat = parameter.value.reshape(-1)
        parameter.add_grad(parameter.value * self.strength)
        value: Array = array_module(flat).asarray(flat @ flat) * (self.strength / 2)
        return value
