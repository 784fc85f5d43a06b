"""A copy of a network's weights to go back to, in memory that is allocated once."""

from collections.abc import Mapping

from digitpad.nn import Sequential
from digitpad.nn.backend import Array, array_module, to_numpy


class Snapshot:
    """Remember the parameters and buffers of one network.

    Parameters
    ----------
    network
        The network; its weights are copied at once.
    """

    def __init__(self, network: Sequential) -> None:
        self._live = {**network.named_parameters(), **network.named_buffers()}
        self._copies = {name: entry.value.copy() for name, entry in self._live.items()}

    def take(self) -> None:
        """Copy the weights as they are now over those remembered."""
        for name, copy in self._copies.items():
            copy[...] = self._live[name].value

    def restore(self) -> None:
        """Put the remembered weights back into the network."""
        for name, copy in self._copies.items():
            self._live[name].value = copy

    def arrays(self) -> Mapping[str, Array]:
        """Return the remembered weights by name, as the arrays themselves (not copies)."""
        return self._copies

    def load(self, arrays: Mapping[str, Array]) -> None:
        """Remember these weights, which have the network's names and shapes.

        Raises
        ------
        ValueError
            If they have others; nothing changes then.
        """
        wrong = list(self._copies.keys() ^ arrays.keys())
        wrong += [n for n in self._copies.keys() & arrays.keys() if self._copies[n].shape != tuple(arrays[n].shape)]
        if wrong:
            raise ValueError(f"the weights do not fit; missing, extra or misshapen are {', '.join(sorted(wrong))}")
        for name, copy in self._copies.items():
            copy[...] = array_module(copy).asarray(arrays[name])


def is_sound(network: Sequential) -> bool:
    """Return whether every parameter and buffer of `network` is finite."""
    finite = [array_module(value).isfinite(value).all() for value in network.state_dict().values()]
    if not finite:
        return True
    # One look at all answers together: on a device, each look is a wait.
    return bool(to_numpy(array_module(finite[0]).stack(finite)).all())
