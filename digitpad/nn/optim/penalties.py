"""Penalties (regularization): terms that grow with the weights, so that training prefers small ones.

A penalty is called with the network after the backward pass. It adds its gradient into every `Parameter.grad` and
returns its value, which is part of the loss. Biases are excluded by default: they shift a function without making it
steeper.
"""

import fnmatch
import math
from collections.abc import Sequence

from digitpad.nn.backend import Array, array_module
from digitpad.nn.checks import Checked
from digitpad.nn.layer import Layer
from digitpad.nn.parameter import Parameter


class Penalty(Checked):
    """The base of the penalties: their strength, and the parameters that they exclude.

    Parameters
    ----------
    strength
        Factor of the penalty, at least 0.
    spare
        Patterns for the names of excluded parameters. A pattern is compared with the whole name, such as `conv1.bias`,
        and with its last part; `*` matches anything. `("bias", "bn*")` excludes all biases, and all parameters of
        layers whose names begin with `bn`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.
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
            If all parameters of the network are excluded.
        """
        penalised = [p for name, p in network.named_parameters().items() if not self.spares(name)]
        if not penalised:
            raise ValueError(f"{self.check.owner}: spare is {self.spare}; expected some parameter not to be spared")
        values = [self._add(parameter) for parameter in penalised]
        return sum(values[1:], start=values[0])

    def spares(self, name: str) -> bool:
        """Return whether the parameter of that name is excluded."""
        last = name.rpartition(".")[2]
        return any(fnmatch.fnmatchcase(name, p) or fnmatch.fnmatchcase(last, p) for p in self.spare)

    def spared(self, network: Layer) -> list[str]:
        """Return the names of the network's excluded parameters."""
        return [name for name in network.named_parameters() if self.spares(name)]

    def _add(self, parameter: Parameter) -> Array:
        """Add the gradient for one parameter, and return its part of the penalty."""
        raise NotImplementedError


class L1Penalty(Penalty):
    """L1 penalty: strength * sum of |w|. It makes many weights exactly zero.

    The gradient. |w| has the slope sign(w), so each weight receives strength * sign(w), however small it is: a weight
    whose loss gradient is weaker than that shrinks to 0. At exactly 0 the gradient is taken as 0.

    Parameters
    ----------
    strength, spare
        See `Penalty`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.
    """

    def __init__(self, strength: float, spare: Sequence[str] = ("bias",)) -> None:
        super().__init__(strength, spare)

    def _add(self, parameter: Parameter) -> Array:
        xp = array_module(parameter.value)
        parameter.add_grad(xp.sign(parameter.value) * self.strength)
        value: Array = xp.abs(parameter.value).sum() * self.strength
        return value


class L2Penalty(Penalty):
    """L2 penalty: strength / 2 * sum of w**2. It shrinks large weights most.

    The gradient. The derivative of strength / 2 * w**2 is strength * w, so a step of plain SGD multiplies each weight
    by 1 - learning_rate * strength, in addition to the step of the loss: PyTorch's `weight_decay`. Optimizers that
    divide by the size of the gradient change this; for them there is `AdamW`.

    Parameters
    ----------
    strength, spare
        See `Penalty`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.
    """

    def __init__(self, strength: float, spare: Sequence[str] = ("bias",)) -> None:
        super().__init__(strength, spare)

    def _add(self, parameter: Parameter) -> Array:
        flat = parameter.value.reshape(-1)
        parameter.add_grad(parameter.value * self.strength)
        value: Array = array_module(flat).asarray(flat @ flat) * (self.strength / 2)
        return value
