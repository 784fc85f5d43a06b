"""The moving average of weights."""

import numpy as np
import pytest

from digitpad import nn


def _network() -> nn.Sequential:
    rng = np.random.default_rng(1)
    return nn.Sequential(
        [
            ("conv", nn.Conv2D(1, 2, 3, rng=rng, dtype=np.float64)),
            ("bn", nn.layers.BatchNorm2D(2, dtype=np.float64)),
        ]
    )


def _shift(network: nn.Sequential, amount: float) -> None:
    for value in network.state_dict().values():
        np.add(value, np.asarray(amount, value.dtype), out=value)


def test_it_is_the_weighted_mean_of_weights_and_running_statistics() -> None:
    network = _network()
    start = {name: value.copy() for name, value in network.state_dict().items()}
    average = nn.ExponentialMovingAverage(network, decay=0.75)
    for _ in range(2):
        _shift(network, 16)
        average.update()
    # Of the shifts 0, 16 and 32: 0.75**2 * 0 + 0.75 * 0.25 * 16 + 0.25 * 32 = 11.
    with average.applied():
        for name, value in network.state_dict().items():
            if value.dtype.kind == "f":
                np.testing.assert_allclose(value, start[name] + 11)
            else:
                np.testing.assert_array_equal(value, start[name] + 32)


def test_the_network_gets_its_own_weights_back_also_after_an_error() -> None:
    network = _network()
    average = nn.ExponentialMovingAverage(network)
    _shift(network, 1)
    own = {name: value.copy() for name, value in network.state_dict().items()}
    arrays = list(network.state_dict().values())

    def fail() -> None:
        with average.applied() as lent:
            assert lent is network
            assert any((value != own[name]).any() for name, value in network.state_dict().items())
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    for name, value in network.state_dict().items():
        np.testing.assert_array_equal(value, own[name])
    assert all(a is b for a, b in zip(arrays, network.state_dict().values(), strict=True))


def test_warm_up_forgets_the_beginning() -> None:
    network = _network()
    slow, quick = nn.ExponentialMovingAverage(network), nn.ExponentialMovingAverage(network, warm_up=True)
    _shift(network, 1)
    for _ in range(10):
        slow.update()
        quick.update()
    now = network.state_dict()["conv.weight"]
    assert abs(quick.state_dict()["conv.weight"] - now).max() < 0.1
    assert abs(slow.state_dict()["conv.weight"] - now).max() > 0.9


def test_copies_and_restored_states_are_equal() -> None:
    network, other = _network(), _network()
    average = nn.ExponentialMovingAverage(network, 0.5)
    _shift(network, 1)
    average.update()
    average.copy_to(other)
    restored = nn.ExponentialMovingAverage(_network(), 0.5)
    restored.load_state_dict({name: value.copy() for name, value in average.state_dict().items()})
    assert restored.updates == 1
    for name, value in other.state_dict().items():
        np.testing.assert_array_equal(value, average.state_dict()[name])
        np.testing.assert_array_equal(value, restored.state_dict()[name])


def test_bad_input_is_refused_by_name() -> None:
    average = nn.ExponentialMovingAverage(_network())
    state = dict(average.state_dict())
    del state["conv.bias"]
    state["conv.weight"] = np.zeros(3)
    with pytest.raises(ValueError, match=r"missing, extra or misshapen are conv\.bias, conv\.weight$"):
        average.load_state_dict(state)
    with pytest.raises(ValueError, match="ExponentialMovingAverage: decay is 1"):
        nn.ExponentialMovingAverage(_network(), 1)
