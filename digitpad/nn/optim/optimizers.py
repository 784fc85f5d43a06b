"""Optimizers: how a gradient becomes a change of the weights.

The gradient g points in the direction in which the loss grows fastest, and a small step against it lowers the loss: to
first order loss(w - r * g) = loss(w) - r * |g|^2. The optimizers differ in how they use earlier gradients to choose the
direction and the length of the step.

An optimizer knows parameters, not layers. `step` reads each gradient, changes each value in place, and clears the
gradient for the next batch. The formulas are PyTorch's. They are computed in existing arrays, gradients included,
because allocating memory takes longer than the arithmetic.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import ClassVar

import numpy as np

from digitpad.nn.backend import Array, array_module, to_numpy
from digitpad.nn.checks import Checked
from digitpad.nn.optim import updates
from digitpad.nn.optim.pieces import Runner, cache_pieces, run_in_turn
from digitpad.nn.parameter import Parameter


class Optimizer(Checked):
    """The base of all optimizers: the parameters, the learning rate, and the state kept from step to step.

    Parameters
    ----------
    parameters
        The parameters to train, such as `network.parameters()`.
    learning_rate
        Factor of every step; may be changed between steps.

    Raises
    ------
    TypeError, ValueError
        If there are no parameters, or an argument is out of range.
    """

    #: Names of the arrays that are kept for each parameter from step to step.
    slots: ClassVar[tuple[str, ...]] = ()
    #: Names of the numbers, kept as attributes, that a resumed run needs as well.
    scalars: ClassVar[tuple[str, ...]] = ("steps", "learning_rate")

    def __init__(self, parameters: Iterable[Parameter], learning_rate: float) -> None:
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError(f"{self.check.owner}: parameters is empty; expected those of a network")
        self.learning_rate = learning_rate
        self.steps = 0
        self.state: list[dict[str, Array]] = [
            {slot: array_module(p.value).zeros_like(p.value) for slot in self.slots} for p in self.parameters
        ]

    @property
    def learning_rate(self) -> float:
        """The factor of every step, at least 0; a Python float, so that float32 arrays stay float32."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = self.check.real_number("learning_rate", value, low=0, high=math.inf, open_high=True)

    def step(self, run: Runner = run_in_turn) -> None:
        """Change every parameter by its gradient, and clear the gradient.

        Parameters
        ----------
        run
            Runs independent tasks; `ParallelNetwork.run` does so on its threads.
        """
        self.steps += 1
        tasks = [partial(self._update, *piece) for piece in self._pieces()]
        # Threads are only woken if something is large enough to be divided.
        do_tasks = run if len(tasks) > len(self.parameters) else run_in_turn
        do_tasks(tasks)
        for parameter in self.parameters:
            parameter.clear_grad()

    def _pieces(self) -> Iterator[tuple[Array, Array, dict[str, Array]]]:
        """Yield value, gradient and state of all parameters, large ones in pieces."""
        for parameter, state in zip(self.parameters, self.state, strict=True):
            for value, grad, *slots in cache_pieces([parameter.value, parameter.grad, *state.values()]):
                yield value, grad, dict(zip(state, slots, strict=True))

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        """Change `value` in place, number by number; `grad` may be used as scratch space."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, Array]:
        """Return the state that a resumed run needs: numbers by name, arrays as `index.slot`.

        The index counts the parameters in their order. The arrays are the optimizer's own, not copies.
        """
        numbers: dict[str, Array] = {name: np.asarray(getattr(self, name)) for name in self.scalars}
        return numbers | {f"{i}.{slot}": array for i, own in enumerate(self.state) for slot, array in own.items()}

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Restore what `state_dict` returned, or change nothing if a part does not match.

        Raises
        ------
        ValueError
            If names or shapes differ; the message lists everything that is missing, extra or misshapen.
        """
        own = self.state_dict()
        problems = [f"{name} is missing" for name in own if name not in state]
        problems += [f"{name} is not part of it" for name in state if name not in own]
        problems += [
            f"{name} has shape {tuple(state[name].shape)}, expected {array.shape}"
            for name, array in own.items()
            if name in state and tuple(state[name].shape) != array.shape
        ]
        if problems:
            raise ValueError(f"{self.check.owner}: the state does not fit: {'; '.join(problems)}")
        for name, array in own.items():
            if name in self.scalars:
                setattr(self, name, to_numpy(state[name]).item())
            else:
                array[...] = array_module(array).asarray(state[name])


class SGD(Optimizer):
    """Stochastic gradient descent, optionally with momentum or Nesterov momentum.

    v = momentum * v + grad
    value -= learning_rate * v,  or with Nesterov momentum  value -= learning_rate * (grad + momentum * v)

    The derivation. Written out, v is the sum of momentum**k times the gradient of k steps ago. Where gradients agree,
    the steps grow to learning_rate / (1 - momentum) times the gradient; where they change sign, they cancel. Nesterov
    momentum evaluates the gradient after the coming step momentum * v instead of before it; in terms of the parameters
    there, this is the second formula.

    Parameters
    ----------
    parameters, learning_rate
        See `Optimizer`.
    momentum
        Factor of the previous velocity, in [0, 1).
    nesterov
        Whether to use Nesterov momentum; requires momentum above 0.

    Notes
    -----
    The form is PyTorch's, in which the learning rate scales the whole step. Source: Sutskever, Martens, Dahl and
    Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013.
    """

    slots = ("velocity",)

    def __init__(
        self, parameters: Iterable[Parameter], learning_rate: float, momentum: float = 0.0, *, nesterov: bool = False
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.momentum = self.check.real_number("momentum", momentum, low=0, high=1, open_high=True)
        self.nesterov = self.check.flag("nesterov", nesterov)
        if nesterov and not self.momentum:
            raise ValueError(f"{self.check.owner}: momentum is 0 with nesterov; expected more than 0")

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        if not self.momentum:
            updates.descend(value, grad, self.learning_rate)
            return
        step = updates.descend_looking_ahead if self.nesterov else updates.descend_with_momentum
        step(value, grad, state["velocity"], self.momentum, self.learning_rate)


class AdaGrad(Optimizer):
    """AdaGrad: each weight has its own step size, which decreases with the gradients that it has received.

    total = total + grad**2
    value -= learning_rate * grad / (sqrt(total) + eps)

    The derivation. Gradient descent on one weight with steps of size r, at a distance of at most D from the best value,
    loses at most D^2 / (2 * r) + r * total / 2 in comparison with that value. This is smallest at r = D / sqrt(total):
    weights with large gradients need small steps, and steps shrink like 1 / sqrt(number of steps).

    Parameters
    ----------
    parameters, learning_rate
        See `Optimizer`.
    eps
        Added to the denominator, which would otherwise start at 0 for a gradient of 0.

    Notes
    -----
    Source: Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization", JMLR 2011.
    """

    slots = ("total",)

    def __init__(self, parameters: Iterable[Parameter], learning_rate: float = 1e-2, eps: float = 1e-10) -> None:
        super().__init__(parameters, learning_rate)
        self.eps = self.check.real_number("eps", eps, low=0, high=1)

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        updates.adagrad(value, grad, state["total"], self.learning_rate, self.eps)


class RMSProp(Optimizer):
    """RMSProp: the gradient divided by its recent root mean square.

    square = alpha * square + (1 - alpha) * grad**2
    v = momentum * v + grad / (sqrt(square) + eps)
    value -= learning_rate * v

    The derivation. `square` is the mean of the squared gradients, with the weight (1 - alpha) * alpha**k for the one of
    k steps ago. Dividing by its root makes steps independent of the scale of the gradient: multiplying the loss by c
    changes both by c. Unlike AdaGrad's sum, the mean forgets, so steps do not shrink forever.

    Parameters
    ----------
    parameters, learning_rate
        See `Optimizer`.
    alpha
        Decay of the mean square, in [0, 1).
    eps
        Added to the denominator, to limit the steps for gradients near 0.
    momentum
        Factor of the previous velocity, in [0, 1).

    Notes
    -----
    Source: Tieleman and Hinton, "Lecture 6.5 - rmsprop", Coursera: Neural Networks for Machine Learning, 2012.
    """

    slots = ("square", "velocity")

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.alpha = self.check.real_number("alpha", alpha, low=0, high=1, open_high=True)
        self.eps = self.check.real_number("eps", eps, low=0, high=1)
        self.momentum = self.check.real_number("momentum", momentum, low=0, high=1, open_high=True)

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        updates.divide_by_size(grad, state["square"], self.alpha, 1 - self.alpha, self.eps)
        if self.momentum:
            updates.descend_with_momentum(value, grad, state["velocity"], self.momentum, self.learning_rate)
        else:
            updates.descend(value, grad, self.learning_rate)


class Adam(Optimizer):
    """Adam: momentum and RMSProp together, with steps of about the learning rate whatever the scale of the gradient.

    value -= learning_rate * m / (sqrt(v) + eps), where m is the weighted mean of all gradients so far, and v that of
    their squares; the gradient of k steps ago has the weight b1**k, its square b2**k.

    The derivation. If the gradients agree, m is about g and sqrt(v) about |g|, so the step is about the learning rate;
    if they are mostly noise, m is small and so is the step. The paper keeps the sums (1 - b) * (sum of b**k * g), which
    start at 0 and are therefore too small by the factor (1 - b) * (sum of b**k for k < t) = 1 - b**t at step t, and
    divides by it.

    Parameters
    ----------
    parameters, learning_rate
        See `Optimizer`.
    betas
        (b1, b2): decay of the mean and of the mean square, each in [0, 1).
    eps
        Added to the denominator, to limit the steps for gradients near 0.

    Notes
    -----
    A weighted mean is a weighted sum divided by the sum of the weights, and these are what is kept: the sums of
    gradients and of squares, S1 = b1 * S1 + grad and S2 = b2 * S2 + grad**2, and the sums of their weights,
    W = (1 - b**t) / (1 - b). The means m = S1 / W1 and v = S2 / W2 are the paper's. The weights are numbers, so that
    after updating the sums five passes over the arrays suffice:

    m / (sqrt(v) + eps) = (S1 / (sqrt(S2) + eps * sqrt(W2))) * sqrt(W2) / W1

    If a schedule changes `momentum` during training, S1 is scaled so that (1 - b1) * S1, the paper's mean, does not
    change, as in PyTorch. Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
    """

    slots = ("gradient_sum", "square_sum")
    scalars = (*Optimizer.scalars, "momentum")

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(parameters, learning_rate)
        self._betas = (
            self.check.real_number("betas[0]", betas[0], low=0, high=1, open_high=True),
            self.check.real_number("betas[1]", betas[1], low=0, high=1, open_high=True),
        )
        self.eps = self.check.real_number("eps", eps, low=0, high=1)

    @property
    def betas(self) -> tuple[float, float]:
        """The decays of the mean and of the mean square; a schedule may change the first through `momentum`."""
        return self._betas

    @property
    def momentum(self) -> float:
        """The first beta, which corresponds to the momentum of SGD."""
        return self._betas[0]

    @momentum.setter
    def momentum(self, value: float) -> None:
        before, self._betas = (
            self._betas,
            (
                self.check.real_number("momentum", value, low=0, high=1, open_high=True),
                self._betas[1],
            ),
        )
        for state in self.state:
            state["gradient_sum"] *= (1 - before[0]) / (1 - value)

    def _weights(self) -> tuple[float, float]:
        """Return W1 and W2 at this step, (1 - b**t) / (1 - b)."""
        first, second = ((1 - beta**self.steps) / (1 - beta) for beta in self._betas)
        return first, second

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        gradient_weight, square_weight = self._weights()
        root_weight = math.sqrt(square_weight)
        factor = self.learning_rate * root_weight / gradient_weight
        updates.adam(
            value, grad, state["gradient_sum"], state["square_sum"], *self.betas, self.eps * root_weight, factor
        )


class AdamW(Adam):
    """Adam with decoupled weight decay: value *= 1 - learning_rate * weight_decay, followed by Adam's step.

    The derivation. The gradient of an L2 penalty, weight_decay / 2 * value**2, is weight_decay * value. For SGD adding
    it to the gradient is the same as the product above. Adam would divide it by the size of the gradient, so that
    weights with large gradients decay less; applied separately, the decay shrinks all weights by the same factor.

    Parameters
    ----------
    parameters, learning_rate, betas, eps
        See `Adam`. Parameters that should not decay, such as biases, belong into a separate `Adam`.
    weight_decay
        Each step multiplies a weight by 1 - learning_rate * weight_decay; at least 0.

    Notes
    -----
    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(parameters, learning_rate, betas, eps)
        self.weight_decay = self.check.real_number("weight_decay", weight_decay, low=0, high=math.inf, open_high=True)

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        value *= 1 - self.learning_rate * self.weight_decay
        super()._update(value, grad, state)
