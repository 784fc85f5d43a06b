"""A calmer network: the average of the weights along the way.

The last steps of training jump around a good place; the average lies in its middle, and usually reads better than
any of them. The average is kept beside the network, which goes on training as if there were none. Source: Polyak
and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992.
"""

import contextlib
from collections.abc import Iterator, Mapping

import numpy as np

from digitpad.nn.backend import Array, array_module
from digitpad.nn.checks import Checked
from digitpad.nn.network import Sequential


class ExponentialMovingAverage(Checked):
    """average = decay * average + (1 - decay) * weights, over all parameters and buffers.

    Buffers that hold fractions (the running statistics of batch-norm) are averaged like the weights that they belong
    to; whole numbers (counters) are taken as they are.

    Parameters
    ----------
    network
        Whose weights to average. The average begins at its present weights.
    decay
        Share of the old average that each `update` keeps, in [0, 1).
    warm_up
        Whether the first updates keep less, min(decay, (1 + t) / (10 + t)) at update t, so that a short training
        does not average over its random beginning.

    Raises
    ------
    TypeError, ValueError
        If `decay` is out of range.
    """

    def __init__(self, network: Sequential, decay: float = 0.999, *, warm_up: bool = False) -> None:
        self.network = network
        self.decay = self.check.real_number("decay", decay, low=0, high=1, open_high=True)
        self.warm_up = warm_up
        self.updates = 0
        self._average = {name: value.copy() for name, value in network.state_dict().items()}

    def update(self) -> None:
        """Take the network's present weights into the average; call it after every step of the optimizer."""
        self.updates += 1
        keep = self.decay
        if self.warm_up:
            keep = min(keep, (1 + self.updates) / (10 + self.updates))
        for name, value in self.network.state_dict().items():
            average = self._average[name]
            if average.dtype.kind == "f":
                difference = value - average
                difference *= 1 - keep
                average += difference
            else:
                average[...] = value

    def copy_to(self, network: Sequential) -> None:
        """Write the average into a network of the same architecture.

        Raises
        ------
        ValueError
            If its tensors are not the same.
        """
        network.load_state_dict(self._average)

    @contextlib.contextmanager
    def applied(self) -> Iterator[Sequential]:
        """Lend the average to the network within a `with` block, then give it its own weights back."""
        own = {name: value.copy() for name, value in self.network.state_dict().items()}
        self.copy_to(self.network)
        try:
            yield self.network
        finally:
            self.network.load_state_dict(own)

    def state_dict(self) -> dict[str, Array]:
        """Return the average (the arrays themselves, not copies) and the number of updates, for a resumed run."""
        return {**self._average, "updates": np.asarray(self.updates)}

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Take over what `state_dict` returned; nothing changes if anything does not fit.

        Raises
        ------
        ValueError
            Naming every missing, extra and misshapen tensor.
        """
        own = self.state_dict()
        wrong = list(own.keys() ^ state.keys())
        wrong += [name for name in own.keys() & state.keys() if tuple(state[name].shape) != own[name].shape]
        if wrong:
            raise ValueError(
                f"{self.check.owner}: the state does not fit the network; missing, extra or misshapen are "
                f"{', '.join(sorted(wrong))}"
            )
        self.updates = int(state["updates"])
        for name, average in self._average.items():
            average[...] = array_module(average).asarray(state[name])
