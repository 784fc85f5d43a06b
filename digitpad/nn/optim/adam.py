"""Adam, which combines momentum with RMSProp, and AdamW, which decays the weights separately."""

import math
from collections.abc import Iterable

from digitpad.nn.backend import Array
from digitpad.nn.optim import updates
from digitpad.nn.optim.optimizer import Optimizer
from digitpad.nn.parameter import Parameter


class Adam(Optimizer):
    """Adam: momentum and RMSProp together, with steps of about the learning rate whatever the scale of the gradient.

    value -= learning_rate * m / (sqrt(v) + eps), where m is the weighted mean of all gradients so far, and v that of
    their squares; the gradient of k steps ago has the weight b1**k, its square b2**k. `amsgrad` divides by the largest
    weighted sum of squares so far instead of the present one.

    The derivation. If the gradients agree, m is about g and sqrt(v) about |g|, so the step is about the learning rate;
    if they are mostly noise, m is small and so is the step. The paper keeps the sums (1 - b) * (sum of b**k * g), which
    start at 0 and are therefore too small by the factor (1 - b) * (sum of b**k for k < t) = 1 - b**t at step t, and
    divides by it. After a few rare, large gradients v falls again, and the steps grow: there are convex functions on
    which Adam therefore does not converge. The largest sum never falls, so AMSGrad does.

    Parameters
    ----------
    parameters, learning_rate, weight_decay, maximize
        See `Optimizer`.
    betas
        (b1, b2): decay of the mean and of the mean square, each in [0, 1).
    eps
        Added to the denominator, to limit the steps for gradients near 0.
    amsgrad
        Whether to divide by the largest sum of squares so far.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    A weighted mean is a weighted sum divided by the sum of the weights, and these are what is kept: the sums of
    gradients and of squares, S1 = b1 * S1 + grad and S2 = b2 * S2 + grad**2, and the sums of their weights,
    W = (1 - b**t) / (1 - b). The means m = S1 / W1 and v = S2 / W2 are the paper's. The weights are numbers, so that
    after updating the sums five passes over the arrays suffice:

    m / (sqrt(v) + eps) = (S1 / (sqrt(S2) + eps * sqrt(W2))) * sqrt(W2) / W1

    If a schedule changes `momentum` during training, S1 is scaled so that (1 - b1) * S1, the paper's mean, does not
    change, as in PyTorch. Sources: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1;
    Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond", ICLR 2018, with the largest sum as in PyTorch before
    the correction by W2.
    """

    slots: tuple[str, ...] = ("gradient_sum", "square_sum")
    scalars = (*Optimizer.scalars, "momentum")

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        *,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        maximize: bool = False,
    ) -> None:
        self.amsgrad = self.check.flag("amsgrad", amsgrad)
        if self.amsgrad:
            self.slots = (*self.slots, "largest_square_sum")
        super().__init__(parameters, learning_rate, weight_decay=weight_decay, maximize=maximize)
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
        numbers = (*self.betas, self.eps * root_weight, factor)
        if self.amsgrad:
            sums = state["gradient_sum"], state["square_sum"], state["largest_square_sum"]
            updates.amsgrad(value, grad, *sums, *numbers)
        else:
            updates.adam(value, grad, state["gradient_sum"], state["square_sum"], *numbers)


class AdamW(Adam):
    """Adam with decoupled weight decay: value *= 1 - learning_rate * weight_decay, followed by Adam's step.

    The derivation. The gradient of an L2 penalty, weight_decay / 2 * value**2, is weight_decay * value. For SGD adding
    it to the gradient is the same as the product above. Adam would divide it by the size of the gradient, so that
    weights with large gradients decay less; applied separately, the decay shrinks all weights by the same factor.

    Parameters
    ----------
    parameters, learning_rate, betas, eps, amsgrad, maximize
        See `Adam`. Parameters that should not decay, such as biases, belong into a separate `Adam`.
    weight_decay
        Each step multiplies a weight by 1 - learning_rate * weight_decay; at least 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

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
        *,
        amsgrad: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            parameters, learning_rate, betas, eps, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize
        )

    @property
    def _penalty(self) -> float:
        return 0.0

    def _update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        value *= 1 - self.learning_rate * self.weight_decay
        super()._update(value, grad, state)
