"""What all optimizers have in common: the parameters, the step over all of them, and the state to resume from.

The gradient g points in the direction in which the loss grows fastest, and a small step against it lowers the loss: to
first order loss(w - r * g) = loss(w) - r * |g|^2. The optimizers differ in how they use earlier gradients to choose the
direction and the length of the step.

An optimizer knows parameters, not layers. `step` reads each gradient, changes each value in place, and clears the
gradient for the next batch. The formulas are PyTorch's. They are computed in existing arrays, gradients included,
because allocating memory takes longer than the arithmetic.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import ClassVar

import numpy as np

from digitpad.nn.backend import Array, array_module, to_numpy
from digitpad.nn.checks import Checked
from digitpad.nn.optim import updates
from digitpad.nn.optim.pieces import Runner, cache_pieces, run_in_turn
from digitpad.nn.parameter import Parameter

Update = Callable[[Array, Array, dict[str, Array]], None]
"""Changes a value by its gradient and state."""

#: A mean of gradients that have become 0, such as those of a unit that is never active, shrinks with every step until
#: it is subnormal (below 1.2e-38 in float32), and stays there: 0.9 times the smallest number is rounded to itself.
#: Processors take ten times as long for such numbers. So every 32 steps, what is this small becomes 0. In between, it
#: shrinks by a factor of 0.9**32 = 0.03, and remains normal.
_SMALLEST, _STEPS_BETWEEN = 1e-36, 32


class Optimizer(Checked):
    """The base of all optimizers: the parameters, the learning rate, and the state kept from step to step.

    With `maximize` and `weight_decay` every step begins with

    grad = -grad  (only with `maximize`)
    grad = grad + weight_decay * value

    The second line is the gradient of the L2 penalty weight_decay / 2 * value**2, of all parameters including biases.
    `L2Penalty` adds the same gradient, can exclude parameters, and returns the value of the penalty.

    Parameters
    ----------
    parameters
        The parameters to train, such as `network.parameters()`.
    learning_rate
        Factor of every step; may be changed between steps.
    weight_decay
        Strength of the L2 penalty, at least 0; may be changed between steps.
    maximize
        Whether the loss is to become large instead of small.

    Raises
    ------
    TypeError, ValueError
        If there are no parameters, or an argument is out of range.
    """

    #: Names of the arrays that are kept for each parameter from step to step.
    slots: tuple[str, ...] = ()
    #: Names of the numbers, kept as attributes, that a resumed run needs as well.
    scalars: ClassVar[tuple[str, ...]] = ("steps", "learning_rate")

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float,
        *,
        weight_decay: float = 0.0,
        maximize: bool = False,
    ) -> None:
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError(f"{self.check.owner}: parameters is empty; expected those of a network")
        self.learning_rate = learning_rate
        self.weight_decay = self.check.real_number("weight_decay", weight_decay, low=0, high=math.inf, open_high=True)
        self.maximize = self.check.flag("maximize", maximize)
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
        update = self._prepare_and_update if self.maximize or self._penalty else self._update
        if self.steps % _STEPS_BETWEEN == 0:
            update = partial(_clear_and, update)
        tasks = [partial(update, *piece) for piece in self._pieces()]
        # Threads are only woken if something is large enough to be divided.
        do_tasks = run if len(tasks) > len(self.parameters) else run_in_turn
        do_tasks(tasks)
        for parameter in self.parameters:
            parameter.clear_grad()

    @property
    def _penalty(self) -> float:
        """The strength of the penalty in the gradient; `AdamW` decays the weights without it."""
        return self.weight_decay

    def _pieces(self) -> Iterator[tuple[Array, Array, dict[str, Array]]]:
        """Yield value, gradient and state of all parameters, large ones in pieces."""
        for parameter, state in zip(self.parameters, self.state, strict=True):
            for value, grad, *slots in cache_pieces([parameter.value, parameter.grad, *state.values()]):
                yield value, grad, dict(zip(state, slots, strict=True))

    def _prepare_and_update(self, value: Array, grad: Array, state: dict[str, Array]) -> None:
        if self.maximize:
            updates.reverse(grad)
        if self._penalty:
            updates.add_penalty(value, grad, self._penalty)
        self._update(value, grad, state)

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


def _clear_and(update: Update, value: Array, grad: Array, state: dict[str, Array]) -> None:
    for kept in state.values():
        updates.clear_small(kept, _SMALLEST)
    update(value, grad, state)
