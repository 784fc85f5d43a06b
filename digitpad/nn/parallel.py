"""One batch on several processor cores.

NumPy lets go of Python's interpreter lock inside large operations, so threads really run side by side. Each
thread works on its share of the batch with its own replica of the network: weights are shared, gradients and
caches are not, and the gradients are added up in a fixed order, so the same seed and the same number of threads
give the same weights bit for bit.
"""

import contextvars
import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Self, TypeVar

import numpy as np

from digitpad.nn import checks
from digitpad.nn.backend import Array, array_module
from digitpad.nn.losses import LossAndGradient
from digitpad.nn.network import Sequential

T = TypeVar("T")

Loss = Callable[[Array, Array], LossAndGradient]


class ParallelNetwork:
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
        self.threads = checks.whole_number("ParallelNetwork", "threads", threads)
        self._replicas = [network] + [network.replica() for _ in range(self.threads - 1)]
        self._pool = ThreadPoolExecutor(self.threads - 1, "digitpad-nn") if self.threads > 1 else None

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
        outputs = self._each(shares, lambda replica, share: replica.forward(x[share], training=True))
        output = outputs[0] if len(outputs) == 1 else array_module(x).concatenate(outputs)
        value, grad = loss(output, targets)
        self._each(shares, lambda replica, share: replica.backward_parameters(grad[share]))
        for replica in self._replicas[1 : len(shares)]:
            for own, other in zip(self.network.parameters(), replica.parameters(), strict=True):
                own.add_grad(other.grad)
                other.clear_grad()
        return value, output

    def predict(self, x: Array) -> Array:
        """Return the network's output for the batch `x`, in inference."""
        outputs = self._each(self._shares(len(x)), lambda replica, share: replica.forward(x[share]))
        result: Array = outputs[0] if len(outputs) == 1 else array_module(x).concatenate(outputs)
        return result

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _shares(self, count: int) -> list[slice]:
        """Split `count` samples into as many nearly equal runs as there are threads, none of them empty."""
        edges = np.linspace(0, count, min(self.threads, max(count, 1)) + 1).astype(int)
        return [slice(int(a), int(b)) for a, b in itertools.pairwise(edges)]

    def _each(self, shares: Sequence[slice], work: Callable[[Sequential, slice], T]) -> list[T]:
        """Run `work` for every share, each with its own replica; results in the order of the shares."""
        if self._pool is None or len(shares) == 1:
            return [work(self.network, share) for share in shares]
        # In a copy of the caller's context, `np.errstate` holds in the threads too.
        others = [
            self._pool.submit(contextvars.copy_context().run, work, replica, share)
            for replica, share in zip(self._replicas[1:], shares[1:], strict=False)
        ]
        try:
            first = work(self.network, shares[0])
        finally:
            # Whatever happens here, no thread may still be writing into a replica when the caller goes on.
            wait(others)
        return [first, *(future.result() for future in others)]
