"""A replica of a network that computes in a process of its own.

Threads of one process take turns in executing Python: with the small layers of most networks, they wait for each other
longer than they compute. Processes do not. Weights and gradients are in shared memory, so a step only passes on a part
of the batch, its output, and the gradient of that.

A process serves one replica after the other, since starting it takes a quarter of a second.
"""

import atexit
import json
import os
import socket
import sys
from collections.abc import Sequence
from functools import partial
from multiprocessing import reduction
from multiprocessing.connection import Connection
from multiprocessing.util import spawnv_passfds
from threading import Lock
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.engine.channel import COUNTERS, Channel
from digitpad.nn.engine.replica_loop import set_streams, streams_of
from digitpad.nn.engine.shared_memory import Place, SharedMemory, places_for
from digitpad.nn.engine.tasks import Task
from digitpad.nn.layers.dropout import dropouts
from digitpad.nn.network import Sequential

ARGUMENT = "--replica-process"
"""The argument with which the frozen program runs `replica_loop.main`; it has no interpreter to start."""

#: What Python runs instead: it finds the same modules as this process.
_START = (
    "import json, os, sys; os.environ['OPENBLAS_NUM_THREADS'] = '1'; "
    "sys.path[:] = json.loads(sys.argv[2]); "
    "from digitpad.nn.engine.replica_loop import main; main(int(sys.argv[1]))"
)
#: The memory with the weights of each network that was shared.
_homes: WeakKeyDictionary[Sequential, SharedMemory] = WeakKeyDictionary()
#: Number of processes that wait for another replica.
_MOST_IDLE = 4


class ProcessLostError(RuntimeError):
    """A process has ended before its work was done."""


class ReplicaProcess:
    """A replica of a network in a process of its own.

    Parameters
    ----------
    replica
        A replica in this process: it keeps the random streams, and its parameters receive the gradients.
    weights
        The memory with the weights of all replicas, see `share_weights`.

    Raises
    ------
    ProcessLostError
        If the process cannot be started, or a layer of the network cannot be sent to it.
    """

    def __init__(self, replica: Sequential, weights: SharedMemory) -> None:
        self._replica = replica
        self._parameters = replica.parameters()
        self._dropouts = list(dropouts(replica).values())
        self._after = 0
        self._host = _Host.take()
        self._gradients, self._exchange = SharedMemory(), SharedMemory()
        places = places_for(parameter.value for parameter in self._parameters)
        stored = [*self._parameters, *replica.buffers()]
        opening = Task(partial(self._open, weights, places_for(one.value for one in stored), places))
        opening.run()
        if opening.error is not None:
            self._host.end()
            self._free()
            raise ProcessLostError(f"the network cannot be passed on: {opening.error}") from opening.error
        self._host.use(self._exchange)
        for parameter, memory in zip(self._parameters, self._gradients.arrays(places), strict=True):
            parameter.keep_gradient_in(memory)

    def _open(self, weights: SharedMemory, values: Sequence[Place], gradients: Sequence[Place]) -> None:
        for memory in (weights, self._gradients, self._exchange):
            self._host.send_memory(memory)
        self._host.send((self._replica, values, gradients))
        self._host.receive()

    def begin_forward(self, x: Array) -> None:
        """Let the process run a part of a batch forward, in training."""
        self._host.send(("forward", np.geterr(), self._put(x), streams_of(self._dropouts)))

    def end_forward(self) -> Array:
        """Return the output, in memory that the next part overwrites."""
        place, streams = self._host.receive()
        set_streams(self._dropouts, streams)
        self._after = place.stop
        return self._exchange.array(place)

    def begin_backward(self, grad_output: Array) -> None:
        """Let the process compute the gradients of that part."""
        self._host.send(("backward", np.geterr(), self._exchange.put(grad_output, self._after)))

    def end_backward(self) -> None:
        """Wait until the gradients are in the parameters of the replica."""
        self._host.receive()
        for parameter in self._parameters:
            # Written by the other process.
            parameter.fresh_grad()

    def begin_predict(self, x: Array) -> None:
        """Let the process run some images forward, in inference."""
        self._host.send(("predict", np.geterr(), self._put(x)))

    def end_predict(self) -> Array:
        """Return the output, in memory that the next part overwrites."""
        return self._exchange.array(self._host.receive())

    def _put(self, x: Array) -> Place:
        return self._exchange.put(x, COUNTERS.stop)

    def close(self) -> None:
        """Free the memory; the process waits for another replica."""
        self._host.give_back()
        self._free()

    def _free(self) -> None:
        for memory in (self._gradients, self._exchange):
            memory.close()


def share_weights(network: Sequential) -> SharedMemory:
    """Move the parameters and buffers of a network on the host into shared memory, where they stay.

    Returns
    -------
    SharedMemory
        The same for the same network, so that all of its replicas see its weights.
    """
    stored = [*network.parameters(), *network.buffers()]
    places = places_for(one.value for one in stored)
    home = _homes.get(network)
    if home is not None and all(
        _address(one.value) == _address(array) for one, array in zip(stored, home.arrays(places), strict=True)
    ):
        return home
    home = _homes[network] = SharedMemory()
    for one, array in zip(stored, home.arrays(places), strict=True):
        one.live_in(array)
    return home


def _address(array: Array) -> int:
    return int(array.__array_interface__["data"][0])


def has_processes() -> bool:
    """Return whether this system can pass descriptors to another process: all but Windows."""
    return os.name == "posix"


def start_processes(replicas: Sequence[Sequential], weights: SharedMemory) -> list[ReplicaProcess]:
    """Return a process for each replica; none if one is not possible."""
    processes: list[ReplicaProcess] = []
    try:
        for replica in replicas:
            processes += [ReplicaProcess(replica, weights)]
    except ProcessLostError:
        for process in processes:
            process.close()
        return []
    return processes


class _Host:
    """A process that serves replicas, and the connection to it."""

    _idle: ClassVar[list["_Host"]] = []
    _lock: ClassVar[Lock] = Lock()

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            number = str(theirs.fileno())
            is_frozen = getattr(sys, "frozen", False)
            words = [ARGUMENT, number] if is_frozen else ["-c", _START, number, json.dumps(sys.path)]
            self._number = spawnv_passfds(os.fsencode(sys.executable), [sys.executable, *words], [theirs.fileno()])
        self._connection = Connection(ours.detach())
        self._channel: Channel | None = None
        self._unanswered = 0
        self._is_lost = False

    @classmethod
    def take(cls) -> "_Host":
        """Return a process that waits, or start one.

        Raises
        ------
        ProcessLostError
            If none can be started.
        """
        with cls._lock:
            while cls._idle:
                host = cls._idle.pop()
                if not host._has_ended(os.WNOHANG):
                    return host
                host._connection.close()
        try:
            return cls()
        except OSError as error:
            raise ProcessLostError(f"a process cannot be started: {error}") from error

    def use(self, memory: SharedMemory) -> None:
        """Exchange further messages with the help of counters in some memory."""
        self._channel = Channel(self._connection, memory, 0, shares_processor=True)

    def send(self, message: object) -> None:
        """Send a message; unless it is None, an answer follows."""
        while self._unanswered:
            # Of a call that was interrupted by Ctrl-C.
            self._next_answer()
        try:
            (self._channel or self._connection).send(message)
        except OSError as error:
            raise self._lost() from error
        self._unanswered += message is not None

    def send_memory(self, memory: SharedMemory) -> None:
        """Let the process map some memory."""
        try:
            reduction.send_handle(self._connection, memory.descriptor, self._number)
        except OSError as error:
            raise self._lost() from error

    def receive(self) -> Any:
        """Return the answer to the last message, or raise the error that it is."""
        is_done, value = self._next_answer()
        if not is_done:
            raise value
        return value

    def give_back(self) -> None:
        """Let the process forget its network and wait for the next."""
        with self._lock:
            if not self._is_lost and len(self._idle) < _MOST_IDLE:
                self.send(None)
                self._channel = None
                self._idle.append(self)
                return
        self.end()

    def end(self) -> None:
        """Close the connection, and wait for the end of the process."""
        self._connection.close()
        self._has_ended()

    def _next_answer(self) -> tuple[bool, Any]:
        try:
            answer: tuple[bool, Any] = self._connection.recv() if self._channel is None else self._channel.receive()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        self._unanswered -= 1
        return answer

    def _has_ended(self, options: int = 0) -> bool:
        try:
            return os.waitpid(self._number, options) != (0, 0)
        except ChildProcessError:
            return True

    def _lost(self) -> ProcessLostError:
        self._is_lost, self._unanswered = True, 0
        return ProcessLostError("the process that computes a part of each batch has ended; train again with one thread")


@atexit.register
def _end_idle() -> None:
    while _Host._idle:
        _Host._idle.pop().end()
