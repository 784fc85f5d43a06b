"""Optimizers: how a gradient becomes a change of the weights.

An optimizer knows parameters, never layers. `step` reads each gradient, changes each value in place, and clears
the gradient for the next batch. The formulas are PyTorch's; the arithmetic runs in the arrays that are there,
gradients included, because fresh memory costs more than the sums.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import ClassVar, TypeAlias

import numpy as np

from digitpad.nn.backend import Array, array_module, to_numpy
from digitpad.nn.checks import Checked, on_host
from digitpad.nn.layer import Parameter
from digitpad.nn.optim import updates

Runner: TypeAlias = Callable[[Sequence[Callable[[], None]]], None]
"""What does pieces of work that do not depend on each other, in any order."""

#: Numbers of an array that are worked on at once: with Adam's four arrays, one megabyte.
_PIECE_NUMBERS = 1 << 16


def run_in_turn(tasks: Sequence[Callable[[], None]]) -> None:
    """Do one task after the other."""
    for task in tasks:
        task()


def cache_pieces(arrays: Sequence[Array]) -> Iterator[Sequence[Array]]:
    """Cut arrays of one shape at the same places, as vectors, into pieces that stay in the cache together.

    On another device, where each piece would cost a call, and where they lie in memory differently, they stay whole.
    """
    size = arrays[0].size
    if size <= _PIECE_NUMBERS or not all(map(on_host, arrays)):
        yield arrays
        return
    turned = [array.transpose(_order_in_memory(array)) for array in arrays]
    if not all(array.flags.c_contiguous and array.strides == turned[0].strides for array in turned):
        yield arrays
        return
    vectors = [array.reshape(-1) for array in turned]
    for start in range(0, size, _PIECE_NUMBERS):
        yield [vector[start : start + _PIECE_NUMBERS] for vector in vectors]


def _order_in_memory(array: Array) -> list[int]:
    """Return the axes, the one with the longest steps first; those of a convolution's weights are not in order."""
    return sorted(range(array.ndim), key=lambda axis: array.strides[axis], reverse=True)


class Optimizer(Checked):
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
    #: Names of the attributes, each a number, that a resumed run needs too.
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
        """The factor of every step, at least 0; kept as Python's float, which leaves float32 arrays float32."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = self.check.real_number("learning_rate", value, low=0, high=math.inf, open_high=True)

    def step(self, run: Runner = run_in_turn) -> None:
        """Change every parameter by its gradient, and clear the gradient.

        Parameters
        ----------
        run
            Does pieces of work that do not depend on each other; `ParallelNetwork.run` does them on its threads.
        """
        self.steps += 1
        tasks = [partial(self._update, *piece) for piece in self._pieces()]
        # Threads are woken only where something is large enough to be shared out.
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
        """Change each number of `value` by those at its place, in place; `grad` may be used as scratch space."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, Array]:
        """Return all that a run needs to go on bit for bit: numbers by name, arrays as `index.slot`.

        The arrays are the optimizer's own, not copies; parameters are counted in their order.
        """
        numbers: dict[str, Array] = {name: np.asarray(getattr(self, name)) for name in self.scalars}
        return numbers | {f"{i}.{slot}": array for i, own in enumerate(self.state) for slot, array in own.items()}

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Take over what `state_dict` of such an optimizer returned; nothing changes if anything does not fit.

        Raises
        ------
        ValueError
            Naming everything that is missing, extra or misshapen.
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
    """Stochastic gradient descent, plain, with momentum, or with Nesterov's.

    v = momentum * v + grad; value -= learning_rate * v, or with Nesterov
    value -= learning_rate * (grad + momentum * v), the gradient as if the step of v were already taken.

    Parameters
    ----------
    parameters, learning_rate
        See `Optimizer`.
    momentum
        How much of the last step is kept, in [0, 1).
    nesterov
        Whether to look ahead; needs momentum.

    Notes
    -----
    PyTorch's form, in which the learning rate scales the whole step. Source: Sutskever, Martens, Dahl and Hinton,
    "On the importance of initialization and momentum in deep learning", ICML 2013.
    """

    slots = ("velocity",)

    def __init__(
        self, parameters: Iterable[Parameter], learning_rate: float, momentum: float = 0.0, *, nesterov: bool = False
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.momentum = self.check.real_number("momentum", momentum, low=0, high=1, open_high=True)
        self.nesterov = nesterov
        if nesterov and not self.momentum:
            raise ValueError("SGD: momentum is 0 with nesterov; expected more than 0")

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        if not self.momentum:
            updates.descend(value, grad, self.learning_rate)
            return
        step = updates.descend_looking_ahead if self.nesterov else updates.descend_with_momentum
        step(value, grad, state["velocity"], self.momentum, self.learning_rate)


class AdaGrad(Optimizer):
    """AdaGrad: weights that have moved much move less.

    total = total + grad**2; value -= learning_rate * grad / (sqrt(total) + eps)

    Parameters
    ----------
    parameters, learning_rate
        See `Optimizer`.
    eps
        Keeps the division finite.

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
    """RMSProp: the gradient divided by its recent size.

    square = alpha * square + (1 - alpha) * grad**2; v = momentum * v + grad / (sqrt(square) + eps);
    value -= learning_rate * v

    Parameters
    ----------
    parameters, learning_rate
        See `Optimizer`.
    alpha
        Decay of the mean square, in [0, 1).
    eps
        Keeps the division finite.
    momentum
        How much of the last step is kept, in [0, 1).

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
    """Adam: steps of about the learning rate, whatever the gradient's scale.

    value -= learning_rate * m / (sqrt(v) + eps), where m is the mean of all gradients so far, and v of their
    squares, the one of k steps ago weighing b1**k (in v, b2**k).

    Parameters
    ----------
    parameters, learning_rate
        See `Optimizer`.
    betas
        (b1, b2): decay of the mean and of the mean square, each in [0, 1).
    eps
        Keeps the division finite.

    Notes
    -----
    A weighted mean is a weighted sum over the sum of the weights, and that is what is kept: the sums of gradients
    and of squares, S1 = b1 * S1 + grad and S2 = b2 * S2 + grad**2, and their weights W = b * W + 1. The paper keeps
    (1 - b) * S, and corrects it by 1 - b**t; as W = (1 - b**t) / (1 - b), both give the same m and v. The weights
    are numbers, so the update needs only five passes over the arrays behind the sums:
    m / (sqrt(v) + eps) = (S1 / (sqrt(S2) + eps * sqrt(W2))) * sqrt(W2) / W1. Where a schedule changes `momentum` on
    the way, S1 is scaled so that (1 - b1) * S1, the paper's mean, stays as it was: that is PyTorch's form. Source:
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
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
        """The decays of the mean and of the mean square; a schedule may change the first, as `momentum`."""
        return self._betas

    @property
    def momentum(self) -> float:
        """The first beta, which does for Adam what momentum does for SGD."""
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
    """Adam with decoupled weight decay: value *= 1 - learning_rate * weight_decay, then Adam's step.

    The decay of an L2 penalty goes through the gradient, where Adam divides it by the gradient's size, so that
    weights with large gradients decay less; this one shrinks all weights alike.

    Parameters
    ----------
    parameters, learning_rate, betas, eps
        See `Adam`. Parameters that should not decay, such as biases, go into an `Adam` of their own.
    weight_decay
        Share of a weight that is lost a step, times the learning rate; at least 0.

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
