"""One batch on several processor cores.

NumPy lets go of Python's interpreter lock inside large operations, so threads really run side by side. Each
thread works on its share of the batch with its own replica of the network: weights are shared, gradients and
caches are not, and the gradients are added up in a fixed order, so the same seed and the same number of threads
give the same weights bit for bit. Each replica computes on the fast path (see `digitpad.nn.engine.fused`).
"""

import contextvars
import itertools
import threading
from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Any, Generic, Self, TypeVar

import numpy as np

from digitpad.nn.backend import Array, array_module
from digitpad.nn.checks import Checked, Checks
from digitpad.nn.engine.fused import fuse
from digitpad.nn.losses import Loss
from digitpad.nn.network import Sequential
from digitpad.nn.optim.optimizers import cache_pieces, run_in_turn

T = TypeVar("T")

#: In inference, no more images than this go through the network at once, so that memory stays small.
_MOST_AT_ONCE = 64


class ParallelNetwork(Checked):
    """A network whose batches are split over threads.

    Use it as a context manager, or call `close`: its threads end then.

    Parameters
    ----------
    network
        The network; its parameters receive the sum of all gradients.
    threads
        How many shares a batch is split into, the caller's thread working on the first.

    Raises
    ------
    TypeError, ValueError
        If `threads` is no positive whole number.
    """

    def __init__(self, network: Sequential, threads: int = 1) -> None:
        self.network = network
        self.threads = self.check.whole_number("threads", threads)
        self._replicas = [network] + [network.replica() for _ in range(self.threads - 1)]
        self._parameters = [replica.parameters() for replica in self._replicas]
        self._fused = [fuse(replica) for replica in self._replicas]
        self._closed = False
        self._workers = [_Worker(f"digitpad-nn-{number}") for number in range(1, self.threads)]

    @property
    def replicas(self) -> Sequence[Sequential]:
        """The network of each thread, the first of them the network itself: for what each has of its own."""
        return self._replicas

    def training_step(self, x: Array, targets: Array, loss: Loss) -> tuple[Array, Array]:
        """Run one batch forwards and backwards; the gradients are then in the network's parameters.

        Parameters
        ----------
        x
            The batch, (N, C, H, W).
        targets
            What the loss compares the output with; first axis N.
        loss
            See `digitpad.nn.losses`. It sees the whole batch, so it may weigh samples against each other.

        Returns
        -------
        (Array, Array)
            The loss, a scalar, and the network's output.
        """
        shares = self._shares(len(x))
        self.check.finite("x", x)
        outputs = self._each(shares, lambda index, share: self._fused[index].forward(x[share], training=True))
        output = array_module(x).concatenate(outputs)
        value, grad = loss(output, targets)
        self._each(shares, lambda index, share: self._fused[index].parameter_gradients(grad[share]))
        if len(shares) > 1:
            self._add_up_gradients(len(shares))
        return value, output

    def run(self, tasks: Sequence[Callable[[], None]]) -> None:
        """Do pieces of work that do not depend on each other, an equal part of them on each thread."""
        parts = [slice(start, None, self.threads) for start in range(min(self.threads, len(tasks)))]
        self._each(parts, lambda _, part: run_in_turn(tasks[part]))

    def predict(self, x: Array) -> Array:
        """Return the network's output for the batch `x`, in inference."""
        outputs = self._each(self._shares(len(x)), lambda index, share: _predict(self._fused[index], x[share]))
        result: Array = array_module(x).concatenate(outputs)
        return result

    def close(self) -> None:
        """End the threads; the network itself can still be used."""
        self._closed = True
        for worker in self._workers:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _add_up_gradients(self, shares: int) -> None:
        """Add the gradients of the other shares to the network's own, always in the same order."""
        same = list(zip(*self._parameters[:shares], strict=True))
        tasks = [
            partial(_add_into_first, gradients)
            for parameters in same
            for gradients in cache_pieces([parameter.grad for parameter in parameters])
        ]
        # As in `Optimizer.step`: threads are woken only where something is large enough to be shared out.
        do_tasks = self.run if len(tasks) > len(same) else run_in_turn
        do_tasks(tasks)
        for _, *others in same:
            for parameter in others:
                parameter.clear_grad()

    def _shares(self, count: int) -> list[slice]:
        """Split `count` samples into as many nearly equal runs as there are threads, none of them empty."""
        edges = np.linspace(0, count, min(self.threads, max(count, 1)) + 1).astype(int)
        return [slice(int(a), int(b)) for a, b in itertools.pairwise(edges)]

    def _each(self, shares: Sequence[slice], work: Callable[[int, slice], T]) -> list[T]:
        """Run `work(index, share)` for every share, each in its own thread; results in the order of the shares."""
        if self._closed:
            raise RuntimeError("ParallelNetwork: closed, its threads have ended; build another one")
        tasks = [_Task(partial(work, index, share)) for index, share in enumerate(shares)]
        for worker, task in zip(self._workers, tasks[1:], strict=False):
            worker.tasks.put(task)
        tasks[0].run()
        # All are waited for before the first error is raised: no thread may still be writing into its replica when
        # the caller goes on.
        for task in tasks:
            task.done.get()
        return [task.result() for task in tasks]


class _Task(Generic[T]):
    """Work for another thread, and what came of it."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        # NumPy keeps in the context what to do about overflows: the thread shall do as its caller does.
        self._context = contextvars.copy_context()
        self._results: list[T] = []
        self._error: BaseException | None = None
        self.done: SimpleQueue[None] = SimpleQueue()

    def run(self) -> None:
        """Do the work; an error is kept for `result`, which raises it in the thread that asked for the work."""
        with self:
            self._results.append(self._context.run(self._work))

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        self._error = error
        self.done.put(None)
        return True

    def result(self) -> T:
        """Return what the work returned, or raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._results[0]


class _Worker:
    """A thread that waits for tasks; starting one would take longer than some of them do.

    A queue hands a task over in 10 microseconds, a `ThreadPoolExecutor` in 25.
    """

    def __init__(self, name: str) -> None:
        self.tasks: SimpleQueue[_Task[Any] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish what was asked, and end."""
        self.tasks.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (task := self.tasks.get()) is not None:
            task.run()


def _add_into_first(arrays: Sequence[Array]) -> None:
    first, *others = arrays
    for other in others:
        first += other


def _predict(network: Sequential, x: Array) -> Array:
    """Return the output of `network` for a batch of any size, a few images at a time."""
    Checks(ParallelNetwork.__name__).finite("x", x)
    starts = range(0, max(len(x), 1), _MOST_AT_ONCE)
    parts = [network.forward(x[start : start + _MOST_AT_ONCE]).copy() for start in starts]
    result: Array = array_module(x).concatenate(parts)
    return result
