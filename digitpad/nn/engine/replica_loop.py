"""What the process of a replica does: it receives a network, and then parts of batches, until nobody sends any more.

Every message is answered by `(True, result)` or `(False, error)`, only None, which ends the work for a network, is not.
See `replica_process.py` for the other side.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing import reduction
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.engine.channel import Channel
from digitpad.nn.engine.fused import fuse
from digitpad.nn.engine.inference import predict
from digitpad.nn.engine.shared_memory import Place, SharedMemory
from digitpad.nn.engine.tasks import Task
from digitpad.nn.layers.dropout import Dropout, dropouts
from digitpad.nn.network import Sequential

Streams: TypeAlias = Sequence[tuple[float, Mapping[str, Any]]]
"""The rate and the state of the random generator of each dropout layer."""


def streams_of(layers: Sequence[Dropout]) -> Streams:
    """Return what decides which values the layers remove next."""
    return [(layer.p, layer.rng.bit_generator.state) for layer in layers]


def set_streams(layers: Sequence[Dropout], streams: Streams) -> None:
    """Restore what `streams_of` returned."""
    for layer, (p, state) in zip(layers, streams, strict=True):
        layer.p, layer.rng.bit_generator.state = p, state


def main(descriptor: int) -> None:
    """Serve replicas until the connection is closed.

    Parameters
    ----------
    descriptor
        A descriptor of the socket that connects this process with the one that trains.
    """
    # In a session of its own, the process is not reached by Ctrl-C, which only the one that trains handles.
    os.setsid()
    # Whoever trained may have been killed: then there is nobody to tell.
    with Connection(descriptor) as connection, suppress(OSError):
        while serve_replica(connection):
            pass


def serve_replica(connection: Connection) -> bool:
    """Receive a network, work for it, and return whether another one may follow."""
    opening = Task(partial(_open, connection))
    opening.run()
    if isinstance(opening.error, EOFError | OSError):
        return False
    connection.send((opening.error is None, opening.error))
    if opening.error is not None:
        return True
    replica, channel = opening.result()
    while True:
        try:
            message = channel.receive()
        except EOFError:
            return False
        if message is None:
            replica.close()
            return True
        task = Task(partial(replica.work, *message))
        task.run()
        channel.send((True, task.result()) if task.error is None else (False, task.error))


def _open(connection: Connection) -> "tuple[_Replica, Channel]":
    weights, gradients, exchange = (SharedMemory(reduction.recv_handle(connection)) for _ in range(3))
    replica = _Replica(*connection.recv(), weights, gradients, exchange)
    return replica, Channel(connection, exchange, 1, shares_processor=False)


class _Replica:
    """The network, and the memory that it shares with the other process."""

    def __init__(
        self,
        network: Sequential,
        values: Sequence[Place],
        gradients: Sequence[Place],
        *memories: SharedMemory,
    ) -> None:
        weights, own, exchange = memories
        self._network = network
        self._parameters = self._network.parameters()
        self._dropouts = list(dropouts(self._network).values())
        stored = [*self._parameters, *self._network.buffers()]
        for one, memory in zip(stored, weights.arrays(values), strict=True):
            one.live_in(memory, copied=False)
        for parameter, memory in zip(self._parameters, own.arrays(gradients), strict=True):
            parameter.keep_gradient_in(memory)
        self._memories = memories
        self._exchange = exchange
        self._fused = fuse(self._network)
        self._work: Mapping[str, Callable[..., object]] = {
            "forward": self._forward,
            "backward": self._backward,
            "predict": self._predict,
        }

    def work(self, kind: str, settings: Mapping[str, Any], place: Place, *values: object) -> object:
        """Do what a message asks for, with NumPy's settings for overflows in the other process."""
        with np.errstate(all="warn"):
            np.seterr(**settings)
            return self._work[kind](self._exchange.array(place), place.stop, *values)

    def _forward(self, x: Array, after: int, streams: Streams) -> tuple[Place, Streams]:
        set_streams(self._dropouts, streams)
        output = self._fused.forward(x, training=True)
        return self._exchange.put(output, after), streams_of(self._dropouts)

    def _backward(self, grad_output: Array, _after: int) -> None:
        for parameter in self._parameters:
            parameter.clear_grad()
        self._fused.parameter_gradients(grad_output)
        for parameter in self._parameters:
            # Zeros, if no gradient reached it.
            parameter.ensure_grad()

    def _predict(self, x: Array, after: int) -> Place:
        return self._exchange.put(predict(self._fused, x), after)

    def close(self) -> None:
        """Free the memory."""
        for memory in self._memories:
            memory.close()
