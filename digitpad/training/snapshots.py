"""A copy of a network's weights to go back to, in memory that is allocated once."""

from digitpad.nn import Sequential
from digitpad.nn.backend import array_module, to_numpy


class Snapshot:
    """Remember the parameters and buffers of one network.

    Parameters
    ----------
    network
        The network; its weights are copied at once.
    """

    def __init__(self, network: Sequential) -> None:
        self._live = [*network.parameters(), *network.buffers()]
        self._copies = [entry.value.copy() for entry in self._live]

    def take(self) -> None:
        """Copy the weights as they are now over those remembered."""
        for copy, entry in zip(self._copies, self._live, strict=True):
            copy[...] = entry.value

    def restore(self) -> None:
        """Put the remembered weights back into the network."""
        for copy, entry in zip(self._copies, self._live, strict=True):
            entry.value = copy


def is_sound(network: Sequential) -> bool:
    """Return whether every parameter and buffer of `network` is finite."""
    finite = [array_module(value).isfinite(value).all() for value in network.state_dict().values()]
    if not finite:
        return True
    # One look at all answers together: on a device, each look is a wait.
    return bool(to_numpy(array_module(finite[0]).stack(finite)).all())
