"""Tensors without a plan find the preset that they are of."""

import numpy as np
import pytest

from digitpad.nn import ARCHITECTURES, build
from digitpad.nn.architectures.weights import load_matching
from digitpad.nn.backend import Array


def tensors_of(name: str) -> dict[str, Array]:
    return dict(build(ARCHITECTURES[name], rng=np.random.default_rng(3)).state_dict())


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if name not in {"unet", "unet-colour"}])
def test_every_preset_is_found_by_its_own_tensors(name: str) -> None:
    tensors = tensors_of(name)
    plan, network = load_matching(tensors)
    assert plan.name == name
    for key, value in network.state_dict().items():
        np.testing.assert_array_equal(value, tensors[key])
        assert value is not tensors[key]


def test_a_counter_of_batches_may_be_missing_and_nothing_else() -> None:
    tensors = tensors_of("resnet")
    counters = [key for key in tensors if key.endswith("num_batches_tracked")]
    assert counters
    for key in counters:
        del tensors[key]
    plan, network = load_matching(tensors)
    assert plan.name == "resnet"
    assert all(network.state_dict()[key] == 0 for key in counters)
    mean = next(key for key in tensors if key.endswith("running_mean"))
    del tensors[mean]
    with pytest.raises(ValueError, match=f"the nearest is resnet, .*{mean} is missing"):
        load_matching(tensors)


def test_counters_that_are_there_are_kept() -> None:
    tensors = tensors_of("resnet")
    key = next(key for key in tensors if key.endswith("num_batches_tracked"))
    tensors[key] = np.asarray(7)
    assert load_matching(tensors)[1].state_dict()[key] == 7


def test_the_nearest_is_the_one_with_fewest_misfits() -> None:
    tensors = tensors_of("standard")
    tensors["fc2.bias"] = np.zeros(11, np.float32)
    with pytest.raises(ValueError, match=r"the nearest is standard, but .*fc2\.bias has shape \(11,\)"):
        load_matching(tensors)


@pytest.mark.parametrize("tensors", [{}, {"stem.weight": np.zeros(3, np.float32)}])
def test_tensors_of_something_else_fit_none(tensors: dict[str, Array]) -> None:
    with pytest.raises(ValueError, match=r"fit none of the presets standard, light, .*\w$"):
        load_matching(tensors)


def test_other_precisions_become_float32() -> None:
    tensors = {name: value.astype(np.float64) for name, value in tensors_of("light").items()}
    _, network = load_matching(tensors)
    assert {value.dtype for value in network.state_dict().values()} == {np.dtype(np.float32)}
