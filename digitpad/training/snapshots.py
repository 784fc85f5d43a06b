"""Copies of a network's weights, in memory that is allocated once."""

from collections.abc import Mapping

import numpy as np

from digitpad.nn import Architecture, Sequential, build
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
        """Overwrite the copy with the current weights."""
        for name, copy in self._copies.items():
            copy[...] = self._live[name].value

    def restore(self) -> None:
        """Restore the copied weights in the network."""
        for name, copy in self._copies.items():
            self._live[name].value = copy

    def arrays(self) -> Mapping[str, Array]:
        """Return the copied weights by name, as the arrays themselves (not copies)."""
        return self._copies

    def load(self, arrays: Mapping[str, Array]) -> None:
        """Replace the copied weights by others with the same names and shapes.

        Raises
        ------
        ValueError
            If names or shapes differ; nothing changes then.
        """
        wrong = list(self._copies.keys() ^ arrays.keys())
        wrong += [n for n in self._copies.keys() & arrays.keys() if self._copies[n].shape != tuple(arrays[n].shape)]
        if wrong:
            raise ValueError(f"the weights do not fit; missing, extra or misshapen are {', '.join(sorted(wrong))}")
        for name, copy in self._copies.items():
            copy[...] = array_module(copy).asarray(arrays[name])


class Copier:
    """Makes copies of a network that can be passed to other threads.

    Parameters
    ----------
    architecture
        The architecture of the network, with initial weights of 0 (`digitpad.training.building.with_zero_weights`),
        which take neither time to draw nor memory.
    """

    def __init__(self, architecture: Architecture) -> None:
        self._blank = build(architecture)

    def copy(self, network: Sequential) -> Sequential:
        """Return a copy of `network`, with its own memory on the host."""
        twin = self._blank.replica()
        for stored in (*twin.parameters(), *twin.buffers()):
            stored.move(np.copy)
        twin.load_state_dict({name: to_numpy(value) for name, value in network.state_dict().items()})
        return twin


def is_sound(network: Sequential) -> bool:
    """Return whether every parameter and buffer of `network` is finite."""
    finite = [array_module(value).isfinite(value).all() for value in network.state_dict().values()]
    if not finite:
        return True
    # One check for all: on a device, each check waits for the device.
    return bool(to_numpy(array_module(finite[0]).stack(finite)).all())
