"""Several threads give what one gives; the same seed and number of threads give the same bits."""

import copy
import threading
import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.nn import (
    ARCHITECTURES,
    SGD,
    Adam,
    BatchNorm2D,
    Conv2D,
    CrossEntropyLoss,
    Flatten,
    Linear,
    MaxPool2D,
    ParallelNetwork,
    Parameter,
    ReLU,
    Sequential,
    build,
)
from digitpad.nn.backend import Array
from digitpad.nn.checks import NotFiniteError
from digitpad.nn.engine import parallel as parallel_module
from digitpad.nn.engine.fused import linear as linear_module
from digitpad.nn.engine.fused.linear import FusedLinear
from digitpad.nn.losses import LossAndGradient

LOSS = CrossEntropyLoss()


def network(name: str = "light", seed: int = 0) -> Sequential:
    return build(ARCHITECTURES[name], rng=np.random.default_rng(seed))


def batch(count: int, seed: int = 1) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, 1, 28, 28), dtype=np.float32), rng.integers(0, 10, count)


def without_dropout() -> Sequential:
    layers = network().layers
    return Sequential((name, layer) for name, layer in layers.items() if name != "dropout")


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("count", [1, 2, 5, 64])
def test_gradients_are_those_of_the_plain_network(threads: int, count: int) -> None:
    plain = without_dropout()
    split = copy.deepcopy(plain)
    x, targets = batch(count)
    expected, grad = LOSS(plain.forward(x, training=True), targets)
    plain.parameter_gradients(grad)
    with ParallelNetwork(split, threads) as parallel:
        value, output = parallel.training_step(x, targets, LOSS)
    assert float(value) == pytest.approx(float(expected), rel=1e-5)
    assert output.shape == (count, 10)
    for (name, own), other in zip(plain.named_parameters().items(), split.parameters(), strict=True):
        tolerance = 1e-5 * abs(own.grad).max()
        np.testing.assert_allclose(other.grad, own.grad, rtol=0, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", ["light", "resnet"])
def test_the_same_seed_and_threads_give_the_same_bits(threads: int, name: str) -> None:
    runs = []
    for _ in range(2):
        trained = network(name)
        optimizer = Adam(trained.parameters())
        with ParallelNetwork(trained, threads) as parallel:
            # The last batch of an epoch is smaller; then come full ones again.
            for step, count in enumerate((9, 9, 4, 9)):
                parallel.training_step(*batch(count, step), LOSS)
                optimizer.step()
        runs.append(trained.state_dict())
    for key, value in runs[0].items():
        assert value.tobytes() == runs[1][key].tobytes(), key


def photographs(count: int, seed: int = 1) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, 3, 41, 50), dtype=np.float32), rng.integers(0, 4, count)


def photograph_network() -> Sequential:
    rng = np.random.default_rng(3)
    layers = (
        Conv2D(3, 6, 11, stride=3, rng=rng),
        BatchNorm2D(6),
        ReLU(),
        MaxPool2D(2),
        Flatten(),
        Linear(210, 600, rng=rng),
        ReLU(),
        Linear(600, 4, rng=rng),
    )
    return Sequential((str(index), layer) for index, layer in enumerate(layers))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_photographs_give_the_same_bits_in_each_run(threads: int) -> None:
    runs = []
    for _ in range(2):
        trained = photograph_network()
        optimizer = Adam(trained.parameters())
        with ParallelNetwork(trained, threads) as parallel:
            for step, count in enumerate((11, 11, 7, 11)):
                parallel.training_step(*photographs(count, step), LOSS)
                optimizer.step(parallel.run)
        runs.append(trained.state_dict())
    for key, value in runs[0].items():
        assert value.tobytes() == runs[1][key].tobytes(), key


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("count", [1, 5, 9])
def test_gradients_of_photographs_are_those_of_the_plain_network(threads: int, count: int) -> None:
    # Without batch normalization, whose statistics are those of each thread's part.
    layers = {name: layer for name, layer in photograph_network().layers.items() if name != "1"}
    plain = Sequential(layers)
    split = copy.deepcopy(plain)
    x, targets = photographs(count)
    _, grad = LOSS(plain.forward(x, training=True), targets)
    plain.parameter_gradients(grad)
    with ParallelNetwork(split, threads) as parallel:
        parallel.training_step(x, targets, LOSS)
    for (name, own), other in zip(plain.named_parameters().items(), split.parameters(), strict=True):
        np.testing.assert_allclose(other.grad, own.grad, rtol=0, atol=1e-5 * abs(own.grad).max(), err_msg=name)


def test_gradients_add_up_until_they_are_cleared() -> None:
    plain, twice = without_dropout(), without_dropout()
    x, targets = batch(6)
    for count, target in ((1, plain), (2, twice)):
        with ParallelNetwork(target, 2) as parallel:
            for _ in range(count):
                parallel.training_step(x, targets, LOSS)
    for once, both in zip(plain.parameters(), twice.parameters(), strict=True):
        np.testing.assert_allclose(both.grad, 2 * once.grad, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("count", [1, 2, 5, 64])
def test_gradients_of_very_large_weights_are_the_same(
    threads: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ParallelNetwork(without_dropout(), threads) as parallel:
        assert not any(layer.is_joint for layer in parallel._fused[0].layers.values() if isinstance(layer, FusedLinear))
    monkeypatch.setattr(parallel_module, "LARGE", 1000)
    monkeypatch.setattr(linear_module, "LARGE", 1000)
    test_gradients_are_those_of_the_plain_network(threads, count)
    test_gradients_add_up_until_they_are_cleared()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("count", [1, 3, 200])
def test_predictions_are_those_of_the_plain_network(threads: int, count: int) -> None:
    plain = network()
    x, _ = batch(count)
    with ParallelNetwork(plain, threads) as parallel:
        logits = parallel.predict(x)
        kept = logits.copy()
        parallel.predict(x + 1)
    np.testing.assert_allclose(logits, plain.forward(x), atol=1e-5)
    assert (logits == kept).all(), "a later prediction has changed an earlier one"


def test_the_output_of_a_step_stays() -> None:
    with ParallelNetwork(network(), 1) as parallel:
        _, output = parallel.training_step(*batch(4), LOSS)
        kept = output.copy()
        parallel.training_step(*batch(4, seed=2), LOSS)
    assert (output == kept).all()


def test_training_and_prediction_may_take_turns() -> None:
    alone, between = network(), network()
    for target in (alone, between):
        with ParallelNetwork(target, 2) as parallel:
            for step in range(2):
                parallel.training_step(*batch(6, step), LOSS)
                if target is between:
                    parallel.predict(batch(5)[0])
    for own, other in zip(alone.parameters(), between.parameters(), strict=True):
        assert own.grad.tobytes() == other.grad.tobytes()


def test_an_error_in_a_thread_is_raised_and_does_not_end_it() -> None:
    x, targets = batch(6)
    before = threading.active_count()
    with ParallelNetwork(network(), 3) as parallel:
        assert threading.active_count() == before + 2

        def broken(logits: Array, _: Array) -> LossAndGradient:
            value, grad = LOSS(logits, targets)
            return LossAndGradient(value, np.ones((len(logits), 3), grad.dtype))

        with pytest.raises(ValueError, match="grad_output"):
            parallel.training_step(x, targets, broken)
        with pytest.raises(ValueError, match="shape"):
            parallel.predict(np.ones((6, 2, 28, 28), np.float32))
        assert parallel.predict(x).shape == (6, 10)
    assert threading.active_count() == before


def test_threads_treat_overflow_as_their_caller_does() -> None:
    trained = network()
    for parameter in trained.parameters():
        parameter.value = np.full_like(parameter.value, 1e30)
    x, targets = batch(6)
    with ParallelNetwork(trained, 2) as parallel:
        # Told to say nothing, a thread's arithmetic goes on to infinity, where the loss refuses it.
        with np.errstate(all="ignore"), pytest.raises(NotFiniteError):
            parallel.training_step(abs(x), targets, LOSS)
        with np.errstate(over="raise"), pytest.raises(FloatingPointError):
            parallel.predict(abs(x))


def test_a_batch_with_nan_is_refused() -> None:
    x, targets = batch(6)
    x[5, 0, 3, 4] = np.nan
    with ParallelNetwork(network(), 2) as parallel:
        with pytest.raises(NotFiniteError, match="x is nan"):
            parallel.training_step(x, targets, LOSS)
        with pytest.raises(NotFiniteError, match="x is nan"):
            parallel.predict(x)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_an_optimizer_steps_the_same_on_threads(threads: int) -> None:
    alone, split = network("standard"), network("standard")
    with ParallelNetwork(split, threads) as parallel:
        for optimizer, run in ((Adam(alone.parameters()), None), (Adam(split.parameters()), parallel.run)):
            for parameter in optimizer.parameters:
                parameter.grad = np.random.default_rng(parameter.value.size).standard_normal(parameter.value.shape)
            optimizer.step() if run is None else optimizer.step(run)
    for own, other in zip(alone.parameters(), split.parameters(), strict=True):
        assert own.value.tobytes() == other.value.tobytes()


def test_a_parameter_in_another_memory_order_is_stepped_too() -> None:
    value = np.zeros((300, 200), np.float32).T
    parameter = Parameter(value)
    parameter.grad = np.ones((200, 300))
    with ParallelNetwork(network(), 2) as parallel:
        SGD([parameter], learning_rate=0.5).step(parallel.run)
    assert (parameter.value == -0.5).all()


def test_no_images_are_refused() -> None:
    with ParallelNetwork(network(), 2) as parallel, pytest.raises(ValueError, match="empty batch"):
        parallel.predict(batch(0)[0])


def test_closed_threads_say_so_instead_of_waiting() -> None:
    parallel = ParallelNetwork(network(), 2)
    parallel.close()
    parallel.close()
    with pytest.raises(RuntimeError, match="closed"):
        parallel.predict(batch(4)[0])


def test_batches_of_many_sizes_take_no_more_memory_than_the_largest() -> None:
    with ParallelNetwork(network(), 1) as parallel:
        parallel.predict(batch(64)[0])
        tracemalloc.start()
        try:
            for count in range(64, 1, -1):
                parallel.predict(batch(count)[0])
            grown, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert grown < 20e6


def test_a_number_of_threads_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="threads is 0"):
        ParallelNetwork(network(), 0)
