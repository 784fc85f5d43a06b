"""Optimizers: how a gradient becomes a change of the weights.

An optimizer knows parameters, never layers. `step` reads each gradient, changes each value in place, and clears
the gradient for the next batch.
"""

from collections.abc import Iterable
from typing import ClassVar

from digitpad.nn import checks
from digitpad.nn.backend import Array, array_module
from digitpad.nn.layer import Parameter


class Optimizer:
    """What all optimizers share: the parameters, the learning rate and the arrays they remember.

    Parameters
    ----------
    parameters
        What to change, as from `network.parameters()`.
    learning_rate
        Factor of every step; may be changed between steps.

    Raises
    ------
    TypeError, ValueError
        If there are no parameters, or an argument is out of range.
    """

    #: Names of the arrays, one per parameter, that are remembered from step to step.
    slots: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameters: Iterable[Parameter], learning_rate: float) -> None:
        self._owner = type(self).__name__
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError(f"{self._owner}: parameters is empty; expected those of a network")
        self.learning_rate = checks.real_number(
            self._owner, "learning_rate", learning_rate, low=0, high=float("inf"), open_high=True
        )
        self.steps = 0
        self.state: list[dict[str, Array]] = [
            {slot: array_module(p.value).zeros_like(p.value) for slot in self.slots} for p in self.parameters
        ]

    def step(self) -> None:
        """Change every parameter by its gradient, and clear the gradient."""
        self.steps += 1
        for parameter, state in zip(self.parameters, self.state, strict=True):
            self._update(parameter.value, parameter.grad, state)
            parameter.clear_grad()

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        """Change `value` in place; `grad` may be used as scratch space, it is cleared afterwards."""
        raise NotImplementedError


class SGD(Optimizer):
    """Stochastic gradient descent with momentum: v = momentum * v + grad; value -= learning_rate * v.

    Parameters
    ----------
    parameters, learning_rate
        See `Optimizer`.
    momentum
        How much of the last step is kept, in [0, 1).

    Notes
    -----
    PyTorch's form, in which the learning rate scales the whole step. Source: Sutskever, Martens, Dahl and Hinton,
    "On the importance of initialization and momentum in deep learning", ICML 2013.
    """

    slots = ("velocity",)

    def __init__(self, parameters: Iterable[Parameter], learning_rate: float, momentum: float = 0.0) -> None:
        super().__init__(parameters, learning_rate)
        self.momentum = checks.real_number("SGD", "momentum", momentum, low=0, high=1, open_high=True)

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        velocity = state["velocity"]
        velocity *= self.momentum
        velocity += grad
        value -= array_module(value).multiply(velocity, self.learning_rate, out=grad)


class Adam(Optimizer):
    """Adam: steps of about the learning rate, whatever the gradient's scale.

    m = b1 * m + (1 - b1) * grad and v = b2 * v + (1 - b2) * grad**2, corrected for their start at zero
    (m / (1 - b1**t), v / (1 - b2**t)); value -= learning_rate * m / (sqrt(v) + eps).

    Parameters
    ----------
    parameters, learning_rate
        See `Optimizer`.
    betas
        Decay of the mean and of the mean square, each in [0, 1).
    eps
        Keeps the division finite; positive.

    Notes
    -----
    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
    """

    slots = ("mean", "square")

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.betas = (
            checks.real_number("Adam", "betas[0]", betas[0], low=0, high=1, open_high=True),
            checks.real_number("Adam", "betas[1]", betas[1], low=0, high=1, open_high=True),
        )
        self.eps = checks.real_number("Adam", "eps", eps, low=0, high=1)

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        xp = array_module(value)
        mean, square = state["mean"], state["square"]
        beta1, beta2 = self.betas
        # mean + (1 - b1) * (grad - mean), and the same for the square, with two temporaries and no others.
        square *= beta2
        square += (1 - beta2) * grad * grad
        mean *= beta1
        grad *= 1 - beta1
        mean += grad
        rate = self.learning_rate / (1 - beta1**self.steps)
        root = xp.sqrt(square / (1 - beta2**self.steps), out=grad)
        root += self.eps
        value -= rate * mean / root
