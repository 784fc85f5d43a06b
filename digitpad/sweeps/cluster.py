"""Workers on Dask: processes of this machine, or of a cluster that the user runs.

All use of Dask is here. The workers of this machine have one thread each, and BLAS has one; they listen only on this
machine, encrypted and with a certificate that lasts as long as they do, because whoever reaches a Dask scheduler can
run programs on it.
"""

import contextlib
import importlib.metadata
import logging
import os
import queue
import time
import uuid
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitpad import __version__
from digitpad.errors import DigitpadError
from digitpad.extras import required
from digitpad.sweeps.pool import Begun, Link, Message, Raised, Returned, Told
from digitpad.translation import gettext as _

EXTRA = "sweep"

#: Seconds between two looks of the caller, and between two requests to stop.
_LOOK = 0.2
_BETWEEN_REQUESTS = 1.0
#: Seconds that running functions have to end after `stop`.
_PATIENCE = 60.0
_CONNECT = 10.0

_LOCAL_CONFIG = {
    # A task starts only where a thread is free; Dask would give each worker a second one in advance.
    "distributed.scheduler.worker-saturation": 1.0,
    # Looks at the stack of each thread a hundred times a second, for the dashboard that nobody opens.
    "distributed.worker.profile.enabled": False,
    "distributed.nanny.pre-spawn-environ.OPENBLAS_NUM_THREADS": 1,
    "distributed.admin.large-graph-warning-threshold": "1GB",
}


def require_dask() -> Any:
    """Return the package `distributed`.

    Raises
    ------
    DigitpadError
        If Dask is not installed; the message names the extra.
    """
    for package in ("dask", "cryptography"):
        required(package, EXTRA, _("A sweep"))
    return required("distributed", EXTRA, _("A sweep"))


@contextlib.contextmanager
def local_pool(workers: int | None = None, threads: int = 1) -> Iterator["DaskPool"]:
    """Start workers on this machine, and end them after the block.

    Parameters
    ----------
    workers
        Number of processes; None for one for each `threads` processors.
    threads
        Number of threads that each trial uses.

    Raises
    ------
    DigitpadError
        If Dask is not installed, or the workers cannot be started.
    """
    distributed = require_dask()
    with _quiet():
        count = workers or max(1, processors() // threads)
        with required("dask", EXTRA, _("A sweep")).config.set(_LOCAL_CONFIG):
            try:
                cluster = distributed.LocalCluster(
                    n_workers=count,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    protocol="tls://",
                    security=distributed.Security.temporary(),
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                    # A trial that needs much memory is for the system to end, not for Dask to pause forever.
                    memory_limit=0,
                    preload=["digitpad.sweeps.local_worker"],
                )
            except (OSError, RuntimeError, TimeoutError) as error:
                raise DigitpadError(
                    _("The workers of this machine could not be started ({reason}); try fewer with --workers.").format(
                        reason=error
                    )
                ) from error
            with cluster, distributed.Client(cluster, set_as_default=False) as client:
                yield DaskPool(client, "")


@contextlib.contextmanager
def connected_pool(address: str, folder: Path) -> Iterator["DaskPool"]:
    """Connect to a scheduler of the user within the block; its workers stay.

    Parameters
    ----------
    address
        The address, such as `tcp://10.0.0.5:8786`.
    folder
        A folder that all workers must be able to read, since they write the runs beside it.

    Raises
    ------
    DigitpadError
        If Dask is not installed, no scheduler answers, or its workers do not fit.
    """
    distributed = require_dask()
    with _quiet():
        try:
            client = distributed.Client(address, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError, TypeError, TimeoutError) as error:
            raise DigitpadError(
                _("No scheduler answers at {address} ({reason}); start one with `dask scheduler`.").format(
                    address=address, reason=" ".join(str(error).split()) or type(error).__name__
                )
            ) from error
        with client:
            _check_workers(client, address, folder)
            yield DaskPool(client, address)


def processors() -> int:
    """Return the number of processors that this program may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask from writing into the terminal: what matters is reported by the pool."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a worker says about itself.

    Attributes
    ----------
    digitpad, numpy
        Versions.
    sees_folder
        Whether it can read the folder.
    """

    digitpad: str
    numpy: str
    sees_folder: bool


def _facts(folder: str) -> _Facts:
    return _Facts(__version__, importlib.metadata.version("numpy"), Path(folder).is_dir())


def _check_workers(client: Any, address: str, folder: Path) -> None:
    """Check that the workers have this version of digitpad and see the user's folders."""
    found = client.run(_facts, str(folder), on_error="return")
    if not found:
        raise DigitpadError(
            _("The scheduler {address} has no workers; start some with: {command}").format(
                address=address, command=f"dask worker {address} --nworkers auto --nthreads 1"
            )
        )
    mine = _facts(str(folder))
    for worker, facts in found.items():
        if not isinstance(facts, _Facts):
            raise DigitpadError(
                _("The worker {worker} cannot import this version of digitpad ({reason}); install it there.").format(
                    worker=worker, reason=" ".join(str(facts).split())
                )
            )
        if not facts.sees_folder:
            raise DigitpadError(
                _(
                    "The worker {worker} does not see the folder {folder}, where runs are kept; start it where that "
                    "folder is mounted."
                ).format(worker=worker, folder=folder)
            )
        for package, there, here in (
            ("digitpad", facts.digitpad, mine.digitpad),
            ("numpy", facts.numpy, mine.numpy),
        ):
            if there != here:
                raise DigitpadError(
                    _(
                        "The worker {worker} has {package} {there}, and this program {here}; install the same version."
                    ).format(worker=worker, package=package, there=there, here=here)
                )


class DaskPool:
    """A pool of Dask workers, to be used in a `with` block.

    Parameters
    ----------
    client
        A client of the scheduler.
    address
        The address of a scheduler of the user; "" for the workers of this machine.
    """

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._topic = f"digitpad-{uuid.uuid4().hex[:12]}"
        self._messages: queue.SimpleQueue[Message | _Done] = queue.SimpleQueue()
        self._open: dict[int, Any] = {}
        self._begun: set[int] = set()
        self._is_stopping = False
        self._stopped = self._asked = 0.0

    @property
    def workers(self) -> int:
        """Number of threads of all workers: how many functions run at the same time."""
        return sum(self._client.nthreads().values())

    @property
    def _is_connected(self) -> bool:
        return self._client.status in {"running", "connecting"}

    def run(
        self, function: Callable[[Any, Link], object], tasks: Sequence[Any]
    ) -> Generator[Message | None, None, None]:
        """Run a function once for each task, see `Pool.run`.

        Raises
        ------
        DigitpadError
            If the scheduler no longer answers.
        """
        self._begun.clear()
        self._is_stopping = False
        self._topic = f"digitpad-{uuid.uuid4().hex[:12]}"
        self._client.subscribe_topic(self._topic, self._heard)
        call = _Call(function, self._topic)
        try:
            for index, task in enumerate(tasks):
                key = f"digitpad-{index}-{uuid.uuid4().hex}"
                self._open[index] = self._client.submit(call, index, task, key=key, pure=False)
            for index, future in self._open.items():
                future.add_done_callback(_Finished(index, self._messages))
            yield from self._listen()
        finally:
            if self._is_connected:
                self._client.unsubscribe_topic(self._topic)
                if self._open:
                    self._request_stop()
                    self._client.cancel(list(self._open.values()))
            self._open.clear()

    def stop(self) -> None:
        """Leave out the tasks that have not begun, and ask the running ones to end."""
        if self._is_stopping:
            return
        self._is_stopping = True
        self._stopped = time.monotonic()
        waiting = [index for index in self._open if index not in self._begun]
        self._client.cancel([self._open.pop(index) for index in waiting])
        self._request_stop()

    def _listen(self) -> Generator[Message | None, None, None]:
        """Yield messages until no task is open, or those that were asked to stop do not."""
        while self._open:
            try:
                message = self._messages.get(timeout=_LOOK)
            except queue.Empty:
                yield None
                if not self._is_connected:
                    raise DigitpadError(self._lost()) from None
                if self._is_stopping and not self._ask_again():
                    return
                continue
            if isinstance(message, _Done):
                future = self._open.pop(message.index, None)
                if future is not None:
                    yield self._result(message.index, future)
            elif message.index in self._open:
                if isinstance(message, Begun):
                    self._begun.add(message.index)
                yield message

    def _ask_again(self) -> bool:
        """Repeat the request to stop, for workers that were started since; return False when it is of no use."""
        now = time.monotonic()
        if now - self._asked >= _BETWEEN_REQUESTS:
            self._request_stop()
        return now - self._stopped < _PATIENCE

    def _result(self, index: int, future: Any) -> Message:
        if future.status == "finished":
            try:
                return Returned(index, future.result(timeout=_CONNECT))
            except (OSError, TimeoutError) as error:
                raise DigitpadError(self._lost()) from error
        if future.status != "error":
            raise DigitpadError(self._lost())
        failure = future.exception()
        if type(failure).__name__ == "KilledWorker":
            return Raised(
                index,
                _("Several workers ended while they trained this trial; there may be too little memory for it."),
            )
        logging.getLogger("digitpad").error("a task of a sweep failed", exc_info=failure)
        return Raised(
            index, _("An internal error occurred ({reason}).").format(reason=f"{type(failure).__name__}: {failure}")
        )

    def _lost(self) -> str:
        if not self._address:
            return _("The workers of this machine have ended; resume the sweep.")
        return _("The scheduler {address} no longer answers; start it again, then resume the sweep.").format(
            address=self._address
        )

    def _heard(self, event: tuple[float, dict[str, Any]]) -> None:
        """Receive what a worker has sent, in the thread of the client."""
        _moment, said = event
        index = said["index"]
        # Dask adds the address of the worker to each message.
        self._messages.put(Told(index, said["value"]) if "value" in said else Begun(index, said["worker"]))

    def _request_stop(self) -> None:
        self._asked = time.monotonic()
        self._client.run(_request_stop, self._topic, wait=False, on_error="ignore")


@dataclass(frozen=True, slots=True)
class _Done:
    """A future is done."""

    index: int


@dataclass(frozen=True, slots=True)
class _Finished:
    """Tells the pool that a future is done, in the thread of the client."""

    index: int
    messages: "queue.SimpleQueue[Any]"

    def __call__(self, _future: object) -> None:
        self.messages.put(_Done(self.index))


#: In a worker: the topics whose functions should end.
_stopping: set[str] = set()


async def _request_stop(topic: str) -> None:
    # A coroutine, because Dask refuses to call a plain function without waiting for it.
    _stopping.add(topic)


@dataclass(frozen=True, slots=True)
class _Call:
    """What a worker calls: the function, with a link to the pool."""

    function: Callable[[Any, Link], object]
    topic: str

    def __call__(self, index: int, task: object) -> object:
        worker = require_dask().get_worker()
        worker.log_event(self.topic, {"index": index})
        return self.function(task, _WorkerLink(worker, self.topic, index))


@dataclass(frozen=True, slots=True)
class _WorkerLink:
    """The link of a function in a Dask worker."""

    worker: Any
    topic: str
    index: int

    @property
    def is_stopping(self) -> bool:
        return self.topic in _stopping

    def tell(self, value: dict[str, Any]) -> None:
        self.worker.log_event(self.topic, {"index": self.index, "value": value})
