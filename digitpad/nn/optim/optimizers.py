"""Gradient descent with and without momentum, AdaGrad and RMSProp: how a gradient becomes a change of the weights.

`optimizer.py` has what all optimizers have in common; `adam.py` continues with Adam, which combines momentum with
RMSProp. The formulas leave out `weight_decay` and `maximize`, which change the gradient beforehand in the same way for
each of these (see `Optimizer`).
"""

import math
from collections.abc import Iterable

from digitpad.nn.backend import Array
from digitpad.nn.optim import updates
from digitpad.nn.optim.optimizer import Optimizer
from digitpad.nn.parameter import Parameter


class SGD(Optimizer):
    """Stochastic gradient descent, optionally with momentum or Nesterov momentum.

    v = momentum * v + (1 - dampening) * grad,  at the first step v = grad
    value -= learning_rate * v,  or with Nesterov momentum  value -= learning_rate * (grad + momentum * v)

    The derivation. Written out, v is the sum of momentum**k times the gradient of k steps ago. Where gradients agree,
    the steps grow to learning_rate / (1 - momentum) times the gradient; where they change sign, they cancel. With
    dampening = momentum, v is a weighted mean instead of a sum, and the steps do not grow. Nesterov momentum evaluates
    the gradient after the coming step momentum * v instead of before it; in terms of the parameters there, this is the
    second formula.

    Parameters
    ----------
    parameters, learning_rate, weight_decay, maximize
        See `Optimizer`.
    momentum
        Factor of the previous velocity, in [0, 1).
    dampening
        Part of the gradient that does not enter the velocity, in [0, 1]; has no effect without momentum.
    nesterov
        Whether to use Nesterov momentum; requires momentum above 0 and dampening 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or `nesterov` is combined with a momentum of 0 or with dampening.

    Notes
    -----
    The form is PyTorch's, in which the learning rate scales the whole step. Source: Sutskever, Martens, Dahl and
    Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013.
    """

    slots: tuple[str, ...] = ("velocity",)

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float,
        momentum: float = 0.0,
        *,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay=weight_decay, maximize=maximize)
        self.momentum = self.check.real_number("momentum", momentum, low=0, high=1, open_high=True)
        self.dampening = self.check.real_number("dampening", dampening, low=0, high=1)
        self.nesterov = self.check.flag("nesterov", nesterov)
        if nesterov and not self.momentum:
            raise ValueError(f"{self.check.owner}: momentum is 0 with nesterov; expected more than 0")
        if nesterov and self.dampening:
            raise ValueError(f"{self.check.owner}: dampening is {dampening!r} with nesterov; expected 0")

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        if not self.momentum:
            updates.descend(value, grad, self.learning_rate)
            return
        velocity = state["velocity"]
        if self.dampening and self.steps > 1:
            updates.descend_dampened(value, grad, velocity, self.momentum, 1 - self.dampening, self.learning_rate)
            return
        step = updates.descend_looking_ahead if self.nesterov else updates.descend_with_momentum
        step(value, grad, velocity, self.momentum, self.learning_rate)


class AdaGrad(Optimizer):
    """AdaGrad: each weight has its own step size, which decreases with the gradients that it has received.

    total = total + grad**2
    value -= rate * grad / (sqrt(total) + eps),  rate = learning_rate / (1 + (t - 1) * lr_decay) at step t = 1, 2, ...

    The derivation. Gradient descent on one weight with steps of size r, at a distance of at most D from the best value,
    loses at most D^2 / (2 * r) + r * total / 2 in comparison with that value. This is smallest at r = D / sqrt(total):
    weights with large gradients need small steps, and steps shrink like 1 / sqrt(number of steps).

    Parameters
    ----------
    parameters, learning_rate, weight_decay, maximize
        See `Optimizer`.
    eps
        Added to the denominator, which would otherwise start at 0 for a gradient of 0.
    lr_decay
        Additional decrease of the learning rate with the number of steps, at least 0.
    initial_accumulator_value
        The sum of squares before the first step, at least 0; a larger one makes the first steps smaller.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    Source: Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization", JMLR 2011.
    """

    slots: tuple[str, ...] = ("total",)

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float = 1e-2,
        eps: float = 1e-10,
        *,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        maximize: bool = False,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay=weight_decay, maximize=maximize)
        self.eps = self.check.real_number("eps", eps, low=0, high=1)
        self.lr_decay = self.check.real_number("lr_decay", lr_decay, low=0, high=math.inf, open_high=True)
        initial = self.check.real_number(
            "initial_accumulator_value", initial_accumulator_value, low=0, high=math.inf, open_high=True
        )
        self.initial_accumulator_value = initial
        for state in self.state:
            state["total"] += initial

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        rate = self.learning_rate / (1 + (self.steps - 1) * self.lr_decay)
        updates.adagrad(value, grad, state["total"], rate, self.eps)


class RMSProp(Optimizer):
    """RMSProp: the gradient divided by its recent root mean square.

    square = alpha * square + (1 - alpha) * grad**2
    v = momentum * v + grad / (sqrt(square) + eps)
    value -= learning_rate * v

    `centered` divides by the recent standard deviation instead:
    mean = alpha * mean + (1 - alpha) * grad, and sqrt(square - mean**2) in place of sqrt(square).

    The derivation. `square` is the mean of the squared gradients, with the weight (1 - alpha) * alpha**k for the one of
    k steps ago. Dividing by its root makes steps independent of the scale of the gradient: multiplying the loss by c
    changes both by c. Unlike AdaGrad's sum, the mean forgets, so steps do not shrink forever. square - mean**2 is the
    variance, because the mean of (g - mean)**2 is the mean of g**2 less mean**2: where gradients agree it is small, and
    the steps are large.

    Parameters
    ----------
    parameters, learning_rate, weight_decay, maximize
        See `Optimizer`.
    alpha
        Decay of the mean square, in [0, 1).
    eps
        Added to the denominator, to limit the steps for gradients near 0.
    momentum
        Factor of the previous velocity, in [0, 1).
    centered
        Whether to divide by the standard deviation of the gradient.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    Rounding can make the variance of an almost constant gradient negative; it counts as 0. Sources: Tieleman and
    Hinton, "Lecture 6.5 - rmsprop", Coursera: Neural Networks for Machine Learning, 2012; for the centered form Graves,
    "Generating Sequences With Recurrent Neural Networks", 2013, equations 38 to 41.
    """

    slots: tuple[str, ...] = ("square", "velocity")

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        *,
        weight_decay: float = 0.0,
        centered: bool = False,
        maximize: bool = False,
    ) -> None:
        self.centered = self.check.flag("centered", centered)
        if self.centered:
            self.slots = (*self.slots, "mean")
        super().__init__(parameters, learning_rate, weight_decay=weight_decay, maximize=maximize)
        self.alpha = self.check.real_number("alpha", alpha, low=0, high=1, open_high=True)
        self.eps = self.check.real_number("eps", eps, low=0, high=1)
        self.momentum = self.check.real_number("momentum", momentum, low=0, high=1, open_high=True)

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        if self.centered:
            updates.divide_by_deviation(grad, state["square"], state["mean"], self.alpha, 1 - self.alpha, self.eps)
        else:
            updates.divide_by_size(grad, state["square"], self.alpha, 1 - self.alpha, self.eps)
        if self.momentum:
            updates.descend_with_momentum(value, grad, state["velocity"], self.momentum, self.learning_rate)
        else:
            updates.descend(value, grad, self.learning_rate)
