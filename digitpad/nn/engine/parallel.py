"""Data parallelism: one batch on several processor cores.

Each part of the batch is processed by its own replica of the network, which shares the weights and has its own
gradients and caches. The first replica computes in the calling thread, every other one in a process of its own (see
`replica_process.py`), or in a thread where processes are not possible; the results are the same, bit for bit. The loss
is a mean over the batch, so the gradient of the whole is the sum of the parts' gradients. They are summed in a fixed
order: the same seed and number of threads give the same weights bit for bit. Each replica uses the fused layers of
`digitpad.nn.engine.fused`. In threads, gradients of very large weights are computed for the whole batch at once, each
thread some of their rows.
"""

import itertools
import threading
from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Any, Self, TypeVar

import numpy as np

from digitpad.nn.backend import Array, array_module
from digitpad.nn.checks import Checked, on_host
from digitpad.nn.engine.fused import fuse
from digitpad.nn.engine.fused.linear import LARGE, FusedLinear, joint_gradient
from digitpad.nn.engine.inference import predict
from digitpad.nn.engine.replica_process import ReplicaProcess, has_processes, share_weights, start_processes
from digitpad.nn.engine.tasks import Task
from digitpad.nn.losses import Loss
from digitpad.nn.network import Sequential
from digitpad.nn.optim.pieces import cache_pieces, run_in_turn

T = TypeVar("T")


class ParallelNetwork(Checked):
    """A network whose batches are split over processes, or over threads.

    Use it as a context manager, or call `close` to end its threads.

    Parameters
    ----------
    network
        The network; its parameters receive the sum of all gradients.
    threads
        The number of parts of a batch; the calling thread processes the first.
    processes
        Whether the other parts are computed in processes, if possible, which move the weights of the network into
        shared memory. Otherwise threads compute them.

    Raises
    ------
    TypeError, ValueError
        If `threads` is not a positive whole number.
    """

    def __init__(self, network: Sequential, threads: int = 1, *, processes: bool = True) -> None:
        self.network = network
        self.threads = self.check.whole_number("threads", threads)
        values = [stored.value for stored in (*network.parameters(), *network.buffers())]
        wants_processes = processes and has_processes() and self.threads > 1 and all(map(on_host, values))
        weights = share_weights(network) if wants_processes else None
        self._replicas = [network] + [network.replica() for _ in range(self.threads - 1)]
        self._processes = [] if weights is None else start_processes(self._replicas[1:], weights)
        self._fused = [fuse(replica) for replica in (self._replicas[:1] if self._processes else self._replicas)]
        self._joint = self._join_large_layers() if self.threads > 1 and not self._processes else []
        joint = {id(layer.linear.weight) for layers in self._joint for layer in layers}
        self._parameters = [
            [parameter for parameter in replica.parameters() if id(parameter) not in joint]
            for replica in self._replicas
        ]
        self._closed = False
        self._workers = [_Worker(f"digitpad-nn-{number}") for number in range(1, self.threads)]

    @property
    def replicas(self) -> Sequence[Sequential]:
        """The network of each thread, for example to read its random streams; the first is the network itself."""
        return self._replicas

    def training_step(self, x: Array, targets: Array, loss: Loss) -> tuple[Array, Array]:
        """Run one batch forward and backward, which leaves the gradients in the network's parameters.

        Parameters
        ----------
        x
            The batch, (N, C, H, W).
        targets
            What the loss compares the output with; the first axis is N.
        loss
            See `digitpad.nn.losses`. It is called once with the whole batch, so it may weight samples against each
            other.

        Returns
        -------
        (Array, Array)
            The loss, a scalar, and the network's output.
        """
        shares = self._shares(len(x))
        self.check.finite("x", x)
        outputs = self._on_each_replica(
            shares,
            lambda index, share: self._fused[index].forward(x[share], training=True),
            lambda process, share: process.begin_forward(x[share]),
            ReplicaProcess.end_forward,
        )
        output = array_module(x).concatenate(outputs)
        value, grad = loss(output, targets)
        self._on_each_replica(
            shares,
            lambda index, share: self._fused[index].parameter_gradients(grad[share]),
            lambda process, share: process.begin_backward(grad[share]),
            ReplicaProcess.end_backward,
        )
        for layers in self._joint:
            self.run(joint_gradient(layers[: len(shares)]))
        if len(shares) > 1:
            self._add_up_gradients(len(shares))
        return value, output

    def run(self, tasks: Sequence[Callable[[], None]]) -> None:
        """Run independent tasks, an equal number on each thread."""
        parts = [slice(start, None, self.threads) for start in range(min(self.threads, len(tasks)))]
        self._each(parts, lambda _, part: run_in_turn(tasks[part]))

    def predict(self, x: Array) -> Array:
        """Return the network's output for the batch `x`, in inference."""
        outputs = self._on_each_replica(
            self._shares(len(x)),
            lambda index, share: predict(self._fused[index], x[share]),
            lambda process, share: process.begin_predict(x[share]),
            ReplicaProcess.end_predict,
        )
        result: Array = array_module(x).concatenate(outputs)
        return result

    def close(self) -> None:
        """End the threads and free the processes; the network itself remains usable."""
        if self._closed:
            return
        self._closed = True
        for process in self._processes:
            process.close()
        for worker in self._workers:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _on_each_replica(
        self,
        shares: Sequence[slice],
        work: Callable[[int, slice], T],
        begin: Callable[[ReplicaProcess, slice], None],
        end: Callable[[ReplicaProcess], T],
    ) -> list[T]:
        """Run `work(index, share)` for every part, or in a process what `begin` begins and `end` ends."""
        if not self._processes:
            return self._each(shares, work)
        self._check_open()
        others = self._processes[: len(shares) - 1]
        for process, share in zip(others, shares[1:], strict=True):
            begin(process, share)
        tasks = [Task(partial(work, 0, shares[0])), *(Task(partial(end, process)) for process in others)]
        # All are ended before the first error is raised, so that nobody still writes when the caller continues.
        for task in tasks:
            task.run()
        return [task.result() for task in tasks]

    def _join_large_layers(self) -> list[tuple[FusedLinear, ...]]:
        """Return the layers with very large weights, each in every replica; their gradients are computed jointly."""
        found = []
        for layers in zip(*(network.layers.values() for network in self._fused), strict=True):
            linear = [layer for layer in layers if isinstance(layer, FusedLinear)]
            if linear and linear[0].linear.weight.value.size >= LARGE:
                for layer in linear:
                    layer.is_joint = True
                found.append(tuple(linear))
        return found

    def _add_up_gradients(self, shares: int) -> None:
        """Add the gradients of the other parts to the network's own, always in the same order."""
        same = list(zip(*self._parameters[:shares], strict=True))
        tasks = [
            partial(_add_into_first, gradients)
            for parameters in same
            for gradients in cache_pieces([parameter.grad for parameter in parameters])
        ]
        # As in `Optimizer.step`, threads are only woken if something is large enough to be divided.
        do_tasks = self.run if len(tasks) > len(same) else run_in_turn
        do_tasks(tasks)
        for _, *others in same:
            for parameter in others:
                parameter.clear_grad()

    def _shares(self, count: int) -> list[slice]:
        """Split `count` samples into one nearly equal, non-empty part per thread, or fewer parts if there are few."""
        edges = np.linspace(0, count, min(self.threads, max(count, 1)) + 1).astype(int)
        return [slice(int(a), int(b)) for a, b in itertools.pairwise(edges)]

    def _each(self, shares: Sequence[slice], work: Callable[[int, slice], T]) -> list[T]:
        """Run `work(index, share)` for every part, each in its own thread, and return the results in order."""
        self._check_open()
        tasks = [Task(partial(work, index, share)) for index, share in enumerate(shares)]
        for worker, task in zip(self._workers, tasks[1:], strict=False):
            worker.tasks.put(task)
        tasks[0].run()
        # All tasks end before the first error is raised, so that no thread still writes into its replica when the
        # caller continues.
        for task in tasks:
            task.done.get()
        return [task.result() for task in tasks]

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("ParallelNetwork: closed, its threads have ended; build another one")


class _Worker:
    """A thread that waits for tasks, since starting one would take longer than some tasks do.

    A queue passes a task on in 10 microseconds, a `ThreadPoolExecutor` in 25.
    """

    def __init__(self, name: str) -> None:
        self.tasks: SimpleQueue[Task[Any] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish the tasks in the queue, and end the thread."""
        self.tasks.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (task := self.tasks.get()) is not None:
            task.run()


def _add_into_first(arrays: Sequence[Array]) -> None:
    first, *others = arrays
    for other in others:
        first += other
