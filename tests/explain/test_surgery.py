"""Surgery is exact: a muted unit is 0 for every picture, the rest is untouched, and undoing brings all of it back."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from digitpad.data.mnist import load_mnist
from digitpad.errors import DigitpadError
from digitpad.explain.frame import Inspector
from digitpad.explain.structure import Structure
from digitpad.explain.surgery import (
    Accuracy,
    KeepAlone,
    Operation,
    Redraw,
    Scale,
    SurgeryHistory,
    accuracy,
    made_by,
    mute,
    operate,
    with_accuracy,
)
from digitpad.explain.weighted import kernels_of
from digitpad.models.model_file import Model, ModelMetadata, Preprocessing, load_model, save_model
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.nn.backend import Array
from tests.explain.networks import SMALL, network_of


def model_of(plan: Architecture) -> Model:
    metadata = ModelMetadata(preprocessing=Preprocessing(0.0, 1.0, plan.input_shape[-1]))
    return Model(network_of(plan), plan, metadata, plan.name)


def square(name: str) -> Architecture:
    """Return a small plan for square pictures, as models have them."""
    plan = SMALL[name]
    return Architecture(plan.name, (plan.input_shape[0], 24, 24), plan.layers)


def activations(model: Model, count: int = 6) -> dict[str, Array]:
    shape = (model.architecture.input_shape[0], *(model.metadata.preprocessing.size,) * 2)
    x = np.random.default_rng(0).normal(0, 3, (count, *shape)).astype(np.float32)
    _, named = model.network.forward(x, capture=True)
    return named


@pytest.fixture(scope="module")
def light() -> Model:
    return load_model("light")


PLANS = {"light": ARCHITECTURES["light"], "lenet5": ARCHITECTURES["lenet5"], "resnet": ARCHITECTURES["resnet"]}
PLANS |= {name: square(name) for name in ("windows", "transposed", "resampled")}


@pytest.mark.parametrize("name", PLANS)
def test_a_muted_unit_is_zero_for_every_picture_and_its_neighbours_are_as_they_were(name: str) -> None:
    model = model_of(PLANS[name])
    size = model.metadata.preprocessing.size
    structure = Structure(model.network, (model.architecture.input_shape[0], size, size))
    before = activations(model)
    tried = 0
    for node in structure.shown():
        unit = node.shape[0] - 1
        try:
            maker, _ = made_by(structure, node.name, unit)
        except DigitpadError:
            continue
        tried += 1
        after = activations(operate(model, (mute(node.name, unit),)))
        assert before[node.name][:, unit].any(), "it says nothing if the unit was silent before"
        assert not after[node.name][:, unit].any()
        assert not after[maker][:, unit].any()
        np.testing.assert_array_equal(after[node.name][:, :unit], before[node.name][:, :unit])
    assert tried >= 4


def test_batch_norm_behind_a_muted_map_adds_nothing() -> None:
    model = model_of(ARCHITECTURES["resnet"])
    after = activations(operate(model, (mute("block2.body.conv1", 7),)))
    for name in ("conv1", "bn1", "relu1"):
        assert not after[f"block2.body.{name}"][:, 7].any()


@pytest.mark.parametrize("layer", ["conv1", "bn1"])
def test_scaling_scales_the_map_and_what_batch_norm_makes_of_it(layer: str) -> None:
    model = model_of(ARCHITECTURES["resnet"])
    before, after = activations(model), activations(operate(model, (Scale(layer, 3, 0.5),)))
    for name in ("conv1", "bn1", "relu1"):
        np.testing.assert_allclose(after[name][:, 3], 0.5 * before[name][:, 3], rtol=1e-4, atol=1e-5)
        np.testing.assert_array_equal(after[name][:, 4], before[name][:, 4])


def test_a_unit_alone_is_as_it_was_and_the_others_are_silent(light: Model) -> None:
    before, after = activations(light), activations(operate(light, (KeepAlone("relu2", 5),)))
    np.testing.assert_array_equal(after["conv2"][:, 5], before["conv2"][:, 5])
    assert not np.delete(after["conv2"], 5, axis=1).any()


@pytest.mark.parametrize(("layer", "place"), [("conv2", 3), ("fc1", 2), ("fc2", 4)])
def test_a_redrawn_kernel_is_the_one_that_is_used(light: Model, layer: str, place: int) -> None:
    structure = Structure(light.network, (1, 28, 28))
    old = kernels_of(structure, layer, 1)[1].copy()
    drawn = np.random.default_rng(0).standard_normal(old.shape[1:]).astype(np.float32)
    changed = operate(light, (Redraw(layer, 1, place, tuple(tuple(row) for row in drawn.tolist())),))
    new = kernels_of(Structure(changed.network, (1, 28, 28)), layer, 1)[1]
    np.testing.assert_array_equal(new[place], drawn)
    np.testing.assert_array_equal(np.delete(new, place, axis=0), np.delete(old, place, axis=0))
    before, after = activations(light), activations(changed)
    assert (after[layer][:, 1] != before[layer][:, 1]).any()
    np.testing.assert_array_equal(after[layer][:, 2], before[layer][:, 2])


def test_the_model_itself_is_left_alone_and_undoing_brings_everything_back(light: Model) -> None:
    weights = {name: array.copy() for name, array in light.network.state_dict().items()}
    operations: list[Operation] = [mute("conv1", 0), Scale("fc1", 3, -2), KeepAlone("conv2", 1)]
    history = SurgeryHistory()
    states = [operate(light, history.done).network.state_dict()]
    for operation in operations:
        history = history.add(operation)
        states.append(operate(light, history.done).network.state_dict())
    for state in reversed(states[:-1]):
        history = history.undo()
        for name, array in operate(light, history.done).network.state_dict().items():
            np.testing.assert_array_equal(array, state[name])
    assert history.undo() is history
    for state in states[1:]:
        history = history.redo()
        for name, array in operate(light, history.done).network.state_dict().items():
            np.testing.assert_array_equal(array, state[name])
    assert history.redo() is history
    assert history.undo().add(mute("conv1", 4)).undone == ()
    for name, array in light.network.state_dict().items():
        np.testing.assert_array_equal(array, weights[name])


def test_a_saved_model_says_what_was_done_to_it(light: Model, tmp_path: Path) -> None:
    operations = (mute("relu1", 2), Redraw("conv1", 0, 0, ((0, 1, 0), (1, 1, 1), (0, 1, 0))))
    changed = operate(light, operations)
    save_model(tmp_path / "changed.safetensors", changed)
    again = load_model(tmp_path / "changed.safetensors")
    assert again.metadata.training["command"] == light.metadata.training["command"]
    record = again.metadata.training["surgery"]
    assert record["model"] == "light"
    assert [step["operation"] for step in record["operations"]] == ["Scale", "Redraw"]
    assert json.loads(json.dumps(record)) == record
    assert again.metadata.metrics == {}, "what was measured on the model before is not true of this one"
    assert operate(light, ()).metadata == light.metadata


def test_accuracy_takes_a_sample_first_and_ends_with_every_image(light: Model) -> None:
    dataset = load_mnist("test").subset(range(1700))
    steps = list(accuracy(light, dataset, sample=500))
    assert all(one.done < other.done for one, other in itertools.pairwise(steps))
    assert any(step.done == 500 for step in steps)
    last = steps[-1]
    assert (last.done, last.total, last.sample) == (1700, 1700, 500)
    answers = Inspector.of(light).logits(dataset.pixels).argmax(axis=1)
    assert last.correct == int((answers == dataset.labels).sum())
    assert last.uncertainty == 0
    assert abs(steps[1].share - last.share) < 3 * steps[1].uncertainty
    assert with_accuracy(light, steps[0]) is light
    assert with_accuracy(light, last).metadata.metrics["test_accuracy"] == last.share


def test_muting_everything_leaves_guessing() -> None:
    light = load_model("light")
    silent = operate(light, tuple(mute("fc2", unit) for unit in range(10)))
    dataset = load_mnist("test").subset(range(500))
    assert list(accuracy(silent, dataset))[-1].share == pytest.approx((dataset.labels == 0).mean())


def test_uncertainty_is_the_width_of_the_interval() -> None:
    assert Accuracy(990, 1000, 10**9, 1000).uncertainty == pytest.approx(0.0064, abs=2e-4)
    assert Accuracy(1000, 1000, 10_000, 1000).uncertainty > 0


@pytest.mark.parametrize(
    ("operation", "trouble"),
    [
        (mute("conv1", 16), "no unit 16 in conv1"),
        (mute("nothing", 0), "no unit 0 in nothing"),
        (mute("block1", 0), "block1 has no weights; edit block1.body.bn2 or relu1 instead"),
        (KeepAlone("conv1", 99), "no unit 99"),
        (Scale("conv1", 0, float("nan")), "cannot be scaled by nan"),
        (Redraw("relu1", 0, 0, ((0.0,),)), "no kernels"),
        (Redraw("conv1", 0, 1, ((0.0,) * 3,) * 3), "has kernels 0 to 0 of 3 × 3"),
        (Redraw("conv1", 0, 0, ((0.0,) * 3, (0.0,) * 2)), "the same length"),
        (Redraw("conv1", 0, 0, ((float("inf"),) * 3,) * 3), "finite"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(operation: Operation, trouble: str) -> None:
    with pytest.raises(DigitpadError, match=trouble):
        operate(model_of(ARCHITECTURES["resnet"]), (operation,))


def test_a_sigmoid_cannot_be_muted_from_before_it() -> None:
    with pytest.raises(DigitpadError, match=r"maps 0 to 0.5; mute fc instead"):
        operate(model_of(square("branches")), (mute("sigmoid", 0),))


def test_operations_are_named() -> None:
    assert [str(o) for o in (mute("a", 1), Scale("a", 1, 2), KeepAlone("a", 1), Redraw("a", 1, 2, ()))] == [
        "a unit 1 muted", "a unit 1 × 2", "a unit 1 isolated", "a unit 1, kernel 2 edited",
    ]  # fmt: skip
