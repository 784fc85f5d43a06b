"""A replica in a process gives the same bits as one in a thread; processes are reused, and end with the program."""

import os
import select
import signal
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.__main__ import main
from digitpad.nn import (
    ARCHITECTURES,
    Adam,
    CrossEntropyLoss,
    Dropout,
    Flatten,
    Linear,
    ParallelNetwork,
    ReLU,
    Sequential,
    build,
)
from digitpad.nn.checks import NotFiniteError
from digitpad.nn.engine.replica_process import ARGUMENT, ProcessLostError, ReplicaProcess
from digitpad.nn.layers.dropout import dropouts

LOSS = CrossEntropyLoss()
X = np.random.default_rng(1).standard_normal((21, 1, 28, 28), dtype=np.float32)
TARGETS = np.arange(21) % 10


class OnlyHere(ReLU):
    """A layer that cannot be pickled."""

    def __init__(self) -> None:
        super().__init__()
        self.local = lambda x: x


def network(name: str = "light") -> Sequential:
    return build(ARCHITECTURES[name], rng=np.random.default_rng(0))


def number_of(parallel: ParallelNetwork, index: int = 0) -> int:
    number = parallel._processes[index]._host._number
    assert isinstance(number, int)
    return number


def interrupted(_process: ReplicaProcess) -> NDArray[np.float32]:
    raise KeyboardInterrupt


def trained(parallel: ParallelNetwork, steps: int = 3) -> dict[str, NDArray[np.float32]]:
    """Return the weights after some steps."""
    optimizer = Adam(parallel.network.parameters(), 0.01)
    for _ in range(steps):
        parallel.training_step(X, TARGETS, LOSS)
        optimizer.step(parallel.run)
    return {name: value.copy() for name, value in parallel.network.state_dict().items()}


@pytest.mark.parametrize("name", ["light", "resnet", "reader"])
@pytest.mark.parametrize("threads", [2, 3])
def test_processes_give_the_bits_of_threads(name: str, threads: int) -> None:
    with ParallelNetwork(network(name), threads, processes=False) as parallel:
        assert not parallel._processes
        expected, logits = trained(parallel), parallel.predict(X)
        streams = [[one.rng.random() for one in dropouts(replica).values()] for replica in parallel.replicas]
    with ParallelNetwork(network(name), threads) as parallel:
        assert len(parallel._processes) == threads - 1
        weights = trained(parallel)
        np.testing.assert_array_equal(parallel.predict(X), logits)
        assert [[one.rng.random() for one in dropouts(replica).values()] for replica in parallel.replicas] == streams
    assert weights.keys() == expected.keys()
    for key, value in weights.items():
        np.testing.assert_array_equal(value, expected[key], err_msg=key)


def test_a_changed_rate_of_dropout_holds_in_the_process() -> None:
    layers = [("flatten", Flatten()), ("dropout", Dropout(0.5)), ("fc", Linear(784, 10, rng=np.random.default_rng(0)))]
    with ParallelNetwork(Sequential(layers), 2) as parallel:
        for replica in parallel.replicas:
            for layer in dropouts(replica).values():
                layer.p = 0.0
        _, output = parallel.training_step(X, TARGETS, LOSS)
        np.testing.assert_allclose(output, parallel.predict(X), rtol=1e-4, atol=1e-5)


def test_an_error_in_the_process_is_raised_and_the_next_batch_is_processed() -> None:
    with ParallelNetwork(network(), 2) as parallel:
        broken = X.copy()
        parallel.network.parameters()[0].value[0] = np.inf
        with pytest.raises(NotFiniteError):
            parallel.predict(broken)
        parallel.network.load_state_dict(network().state_dict())
        assert np.isfinite(parallel.training_step(X, TARGETS, LOSS)[0])


def test_an_interrupted_step_does_not_confuse_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with ParallelNetwork(network(), 2, processes=False) as parallel:
        parallel.training_step(X, TARGETS, LOSS)
        expected = parallel.predict(X)
    with ParallelNetwork(network(), 2) as parallel:
        with monkeypatch.context() as patch:
            patch.setattr(ReplicaProcess, "end_predict", interrupted)
            with pytest.raises(KeyboardInterrupt):
                parallel.predict(2 * X)
        parallel.training_step(X, TARGETS, LOSS)
        np.testing.assert_array_equal(parallel.predict(X), expected)


def test_a_process_serves_one_network_after_the_other() -> None:
    with ParallelNetwork(network(), 2) as parallel:
        trained(parallel)
        first = number_of(parallel)
    kept = {name: value.copy() for name, value in parallel.network.state_dict().items()}
    with ParallelNetwork(network("standard"), 2) as other:
        assert number_of(other) == first
        trained(other, 1)
    for name, value in parallel.network.state_dict().items():
        np.testing.assert_array_equal(value, kept[name])


def test_two_share_the_weights_of_one_network() -> None:
    def in_turns(*, processes: bool) -> dict[str, NDArray[np.float32]]:
        own = network()
        with (
            ParallelNetwork(own, 2, processes=processes) as first,
            ParallelNetwork(own, 3, processes=processes) as second,
        ):
            return [trained(parallel, 1) for parallel in (first, second, first)][-1]

    expected = in_turns(processes=False)
    for name, value in in_turns(processes=True).items():
        np.testing.assert_array_equal(value, expected[name], err_msg=name)


def test_weights_that_were_moved_are_shared_again() -> None:
    own = network()
    with ParallelNetwork(own, 2) as parallel:
        trained(parallel, 1)
    for parameter in own.parameters():
        parameter.move(np.copy)
    with ParallelNetwork(own, 2) as parallel:
        trained(parallel, 1)
        expected = own.forward(X)
        np.testing.assert_allclose(parallel.predict(X), expected, rtol=1e-4, atol=1e-5)


def test_a_killed_process_is_reported_and_replaced() -> None:
    parallel = ParallelNetwork(network(), 2)
    number = number_of(parallel)
    os.kill(number, signal.SIGKILL)
    with pytest.raises(ProcessLostError, match="has ended"):
        parallel.training_step(X, TARGETS, LOSS)
    parallel.close()
    with ParallelNetwork(network(), 2) as other:
        assert number_of(other) != number
        trained(other, 1)


def test_a_network_that_cannot_be_passed_on_is_trained_in_threads() -> None:
    rng = np.random.default_rng(0)
    layers = [("flatten", Flatten()), ("fc1", Linear(784, 8, rng=rng)), ("relu", OnlyHere())]
    with ParallelNetwork(Sequential([*layers, ("fc2", Linear(8, 10, rng=rng))]), 2) as parallel:
        assert not parallel._processes
        assert np.isfinite(parallel.training_step(X, TARGETS, LOSS)[0])
    with ParallelNetwork(network(), 2) as parallel:
        assert parallel._processes


def test_large_batches_enlarge_the_memory_between_steps() -> None:
    with ParallelNetwork(network(), 2) as parallel:
        for count in (2, 300, 2, 900):
            x = np.resize(X, (count, 1, 28, 28))
            np.testing.assert_allclose(parallel.predict(x)[:2], parallel.predict(x[:2]), rtol=1e-4, atol=1e-5)


def test_a_process_is_not_reached_by_ctrl_c_and_ends_with_the_program() -> None:
    program = (
        "import numpy as np, sys\n"
        "from digitpad.nn import ARCHITECTURES, ParallelNetwork, build\n"
        "parallel = ParallelNetwork(build(ARCHITECTURES['light'], rng=np.random.default_rng(0)), 2)\n"
        "print(parallel._processes[0]._host._number, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as training:
        assert training.stdout is not None
        number = int(training.stdout.readline())
        assert os.getsid(number) == number
        descriptor = os.pidfd_open(number)
        training.kill()
        ended, *_ = select.select([descriptor], [], [], 30)
        os.close(descriptor)
    assert ended == [descriptor]


def test_a_frozen_program_runs_the_loop_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[int] = []
    monkeypatch.setattr("digitpad.nn.engine.replica_loop.main", served.append)
    assert main([ARGUMENT, "7"]) == 0
    assert served == [7]


def test_other_systems_use_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.nn.engine.parallel.has_processes", lambda: False)
    with ParallelNetwork(network(), 2) as parallel:
        assert not parallel._processes


def test_a_replica_has_gradients_only_after_a_step() -> None:
    with ParallelNetwork(network(), 2) as parallel:
        process = parallel._processes[0]
        assert isinstance(process, ReplicaProcess)
        assert not any(parameter.grad.any() for parameter in parallel.replicas[1].parameters())
