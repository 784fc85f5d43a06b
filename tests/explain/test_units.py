"""Preferred inputs: parts of networks, the most activating images, and gradient ascent."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.mnist import load_mnist
from digitpad.explain.ascent import climb
from digitpad.explain.dependencies import receptive_field
from digitpad.explain.exciting import Exciting, most_exciting
from digitpad.explain.frame import Inspector
from digitpad.explain.parts import part_of
from digitpad.explain.structure import Structure
from digitpad.models.model_file import Model, Preprocessing, load_model
from digitpad.nn import ARCHITECTURES
from tests.explain.networks import SMALL, network_of


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("light")


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    return load_mnist("test").images[:300]


@pytest.mark.parametrize("name", [*SMALL, "light", "resnet", "unet-narrow"])
def test_a_part_computes_the_activation_it_ends_with(name: str) -> None:
    plan = SMALL.get(name) or ARCHITECTURES[name]
    network = network_of(plan)
    x = np.random.default_rng(0).uniform(0, 1, (1, *plan.input_shape)).astype(np.float32)
    _, named = network.forward(x, capture=True)
    # Of a long network every seventh: layers of a kind come round in fours and fives.
    for activation, expected in list(named.items())[:: 7 if len(named) > 50 else 1]:
        part = part_of(network.probe(), activation)
        output = part.forward(x, training=True)
        np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-6)
        assert part.backward(np.ones_like(output)).shape == x.shape


def test_the_slope_of_a_part_is_that_of_its_activation() -> None:
    plan = SMALL["attention"]
    network = network_of(plan, dtype=np.float64)
    rng = np.random.default_rng(1)
    x, direction = rng.uniform(0, 1, (1, *plan.input_shape)), rng.standard_normal((1, *plan.input_shape))
    for name in ("gate.theta", "gate.phi", "gate.alpha", "skip.body.a", "skip"):
        part = part_of(network.probe(), name)
        slope = part.backward(np.ones_like(part.forward(x, training=True)))
        above, below = (part.forward(x + sign * 1e-6 * direction).sum() for sign in (1, -1))
        assert (slope * direction).sum() == pytest.approx((above - below) / 2e-6, rel=1e-6)


@pytest.mark.parametrize("name", ["nothing", "conv1.inner", "block1.side", ""])
def test_a_part_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected an activation of the network"):
        part_of(network_of(ARCHITECTURES["resnet"]), name)


@pytest.mark.parametrize("layer", ["conv1", "pool2", "fc1"])
def test_the_most_exciting_images_are_those_of_a_plain_search(
    model: Model, images: NDArray[np.uint8], layer: str
) -> None:
    steps = list(most_exciting(model.network, model.metadata.preprocessing, layer, images, count=4, batch=77))
    assert [step.done for step in steps] == [77, 154, 231, 300]
    result: Exciting = steps[-1]
    inspector = Inspector.of(model)
    x = inspector.prepare(images)
    _, named = model.network.forward(x, capture=True)
    activations = named[layer].reshape(300, named[layer].shape[1], -1)
    largest = activations.max(axis=2)
    np.testing.assert_allclose(result.values, -np.sort(-largest, axis=0)[:4].T, rtol=1e-4, atol=1e-4)
    for unit in range(result.values.shape[0]):
        for rank in range(4):
            image = result.images[unit, rank]
            assert largest[image, unit] == pytest.approx(result.values[unit, rank], rel=1e-4, abs=1e-4)
            cell = result.cell(unit, rank)
            at_place = named[layer].reshape(300, activations.shape[1], *(named[layer].shape[2:] or (1, 1)))
            assert at_place[(image, *cell.index)] == pytest.approx(largest[image, unit], rel=1e-4, abs=1e-4)
    assert "input" in receptive_field(inspector.structure, result.cell(0, 0))


def test_fewer_images_than_asked_for_leave_places_free(model: Model, images: NDArray[np.uint8]) -> None:
    (result,) = most_exciting(model.network, model.metadata.preprocessing, "fc2", images[:2], count=5)
    assert (result.images[:, 2:] == -1).all()
    assert (result.images[:, :2] >= 0).all()
    assert np.isneginf(result.values[:, 2:]).all()
    assert not list(most_exciting(model.network, model.metadata.preprocessing, "fc2", images[:0]))


def test_images_that_excite_nobody_more_change_nothing(model: Model, images: NDArray[np.uint8]) -> None:
    twice = np.concatenate([images[:50], images[:50]])
    first, second = most_exciting(model.network, model.metadata.preprocessing, "fc2", twice, count=1, batch=50)
    np.testing.assert_array_equal(first.images, second.images)
    assert (second.images < 50).all()


def test_results_shown_earlier_do_not_change(model: Model, images: NDArray[np.uint8]) -> None:
    search = most_exciting(model.network, model.metadata.preprocessing, "conv2", images, batch=100)
    first = next(search)
    kept = first.values.copy(), first.images.copy(), first.places.copy()
    second = next(search)
    assert (second.images != kept[1]).any()
    for array, before in zip((first.values, first.images, first.places), kept, strict=True):
        np.testing.assert_array_equal(array, before)


def test_every_layer_of_every_kind_can_be_searched() -> None:
    plan = SMALL["branches"]
    network = network_of(plan)
    images = np.random.default_rng(0).integers(0, 256, (5, *plan.input_shape)).astype(np.uint8)
    for node in Structure(network, plan.input_shape).shown():
        (result,) = most_exciting(network, Preprocessing(0, 1), node.name, images, count=2)
        assert result.values.shape == (node.shape[0], 2)
        assert np.isfinite(result.values).all()


def test_numbers_below_one_are_refused(model: Model, images: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="count and batch are 0 and 256"):
        next(most_exciting(model.network, model.metadata.preprocessing, "fc2", images, count=0))


@pytest.mark.parametrize(("layer", "unit"), [("conv1", 2), ("conv2", 5), ("relu2", 3), ("fc1", 4), ("fc2", 3)])
def test_a_climb_excites_its_unit_more_than_any_digit_of_a_hundred(
    model: Model, images: NDArray[np.uint8], layer: str, unit: int
) -> None:
    inspector = Inspector.of(model)
    steps = list(climb(inspector, layer, unit))
    last = steps[-1]
    assert (last.done, last.stuck) == (last.total, False)
    assert last.pixels.min() >= 0
    assert last.pixels.max() <= 1
    frame = inspector.inspect(last.pixels)
    values = frame[layer].reshape(-1, 1, 1) if frame[layer].ndim == 1 else frame[layer]
    assert values[last.cell.index] == pytest.approx(last.value, rel=1e-5)
    _, named = model.network.forward(inspector.prepare(images[:100]), capture=True)
    digits = named[layer].reshape(100, *values.shape)[(slice(None), *last.cell.index)]
    assert last.value > digits.max()


def test_the_same_seed_draws_the_same_picture(model: Model) -> None:
    one, same, other = (list(climb(Inspector.of(model), "conv2", 1, steps=5, seed=s))[-1].pixels for s in (3, 3, 4))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_a_unit_that_is_always_off_is_called_stuck() -> None:
    network = network_of(ARCHITECTURES["light"])
    dict(network.named_parameters())["conv1.bias"].value[0] = -1e6
    last = list(climb(Inspector(network, (1, 28, 28)), "relu1", 0, steps=3))[-1]
    assert last.stuck
    assert last.value == 0


def test_a_unit_that_is_not_there_is_refused(model: Model) -> None:
    for layer, unit in (("conv1", 8), ("nothing", 0)):
        with pytest.raises(ValueError, match="expected a unit of the network"):
            next(climb(Inspector.of(model), layer, unit))
