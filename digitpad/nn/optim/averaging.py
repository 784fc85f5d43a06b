"""Weight averaging: a mean of the weights over the last steps of training.

Toward the end of training the weights fluctuate around a minimum, because every batch has a different gradient. Their
mean is closer to the minimum, and usually classifies better. It is kept beside the network and does not influence the
training. Source: Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992.
"""

import contextlib
from collections.abc import Iterator, Mapping

import numpy as np

from digitpad.nn.backend import Array, array_module
from digitpad.nn.checks import Checked
from digitpad.nn.network import Sequential


class ExponentialMovingAverage(Checked):
    """Exponential moving average of all parameters and buffers: average = decay * average + (1 - decay) * weights.

    Written out, the weights of k updates ago have the weight (1 - decay) * decay**k, so the average is over about the
    last 1 / (1 - decay) updates. Floating-point buffers (the running statistics of batch normalization) are averaged
    like the weights that they belong to; whole numbers (counters) are copied.

    Parameters
    ----------
    network
        The network whose weights are averaged. The average starts at its current weights.
    decay
        Factor of the old average at each `update`, in [0, 1).
    warm_up
        Whether the first updates use a smaller factor, min(decay, (1 + t) / (10 + t)) at update t, so that a short
        training does not average over its random start.

    Raises
    ------
    TypeError, ValueError
        If `decay` is out of range.
    """

    def __init__(self, network: Sequential, decay: float = 0.999, *, warm_up: bool = False) -> None:
        self.network = network
        self.decay = self.check.real_number("decay", decay, low=0, high=1, open_high=True)
        self.warm_up = self.check.flag("warm_up", warm_up)
        self.updates = 0
        self._average = {name: value.copy() for name, value in network.state_dict().items()}

    def update(self) -> None:
        """Include the current weights in the average; call it after every step of the optimizer."""
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
            If names or shapes of its tensors differ.
        """
        network.load_state_dict(self._average)

    @contextlib.contextmanager
    def applied(self) -> Iterator[Sequential]:
        """Give the network the averaged weights within a `with` block, and its own weights afterwards."""
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
        """Restore what `state_dict` returned, or change nothing if a part does not match.

        Raises
        ------
        ValueError
            If names or shapes differ; the message lists every missing, extra and misshapen tensor.
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
