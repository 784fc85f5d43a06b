"""The layer diagnostics agree with a direct computation."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.dataset import Dataset, normalize
from digitpad.models.architecture_file import build_network
from digitpad.nn import CrossEntropyLoss, Sequential
from digitpad.seeding import Purpose, generator
from digitpad.training.diagnostics import Diagnostics, count_dead_units
from digitpad.training.events import LayersMeasured, StepCompleted, TrainingStarted
from digitpad.training.plan import RunPlan
from digitpad.training.settings import TrainingSettings
from digitpad.training.trainer import Trainer

Make = Callable[..., Sequential]


Weights = dict[str, NDArray[np.float32]]


def length(*arrays: NDArray[np.float32]) -> float:
    return math.sqrt(sum(float((array.astype(np.float64) ** 2).sum()) for array in arrays))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("optimizer", ["adam", "nesterov"])
def test_norms_and_ratios_are_those_of_the_step(
    blobs: Dataset, make_plan: Callable[..., RunPlan], optimizer: str, threads: int
) -> None:
    plan = make_plan(optimizer=optimizer, learning_rate=0.01, dropout=0.0, weight_decay=0.02, l1=1e-3, threads=threads)
    settings = plan.settings
    network = build_network(plan.architecture, 5)
    # Dropout and batch-norm of several threads each work on their share: without them, the whole batch is the same.
    network.layers.pop("bn1")
    network.layers.pop("dropout")
    trainer = Trainer(network, blobs, None, settings, diagnose=True)
    before: Weights = {}
    after: Weights = {}
    looks = 0
    for event in trainer.run():
        if isinstance(event, LayersMeasured):
            looks += 1
            twin = build_network(plan.architecture, 5)
            twin.layers = {name: twin.layers[name] for name in network.layers}
            twin.load_state_dict(before)
            order = generator(settings.seed, Purpose.ORDER, 1).permutation(300)
            batch = order[(event.step - 1) * 32 : event.step * 32]
            logits = twin.forward(normalize(blobs.images[batch]), training=True)
            twin.backward(CrossEntropyLoss()(logits, blobs.labels[batch])[1])
            for layer in event.layers:
                names = [name for name in before if name.startswith(layer.name + ".")]
                if not names:
                    assert layer.gradient_norm is layer.weight_norm is layer.update_ratio is None
                    continue
                gradients = []
                for name in names:
                    gradient = twin.named_parameters()[name].grad.copy()
                    if name.endswith("weight"):
                        gradient += 0.02 * before[name] + 1e-3 * np.sign(before[name])
                    gradients.append(gradient)
                assert layer.gradient_norm == pytest.approx(length(*gradients), rel=1e-4)
                assert layer.weight_norm == pytest.approx(length(*(before[name] for name in names)), rel=1e-12)
                moved = length(*(after[name] - before[name] for name in names))
                assert layer.update_ratio == pytest.approx(moved / length(*(before[name] for name in names)), rel=1e-12)
        if isinstance(event, TrainingStarted):
            after = {name: value.copy() for name, value in network.state_dict().items()}
        if isinstance(event, StepCompleted):
            before, after = after, {name: value.copy() for name, value in network.state_dict().items()}
            trainer.measure_layers()
            if event.step == 8:
                break
    assert looks >= 6


def test_dead_units_are_those_that_answer_no_image(blobs: Dataset, make_network: Make) -> None:
    network = make_network("light")
    images = normalize(blobs.images[:70])
    assert count_dead_units(network, images)["relu3"][0] == 32
    network.named_parameters()["conv1.bias"].value[[1, 5]] = -100
    network.named_parameters()["fc1.bias"].value[:9] = -1e6
    counts = count_dead_units(network, images)
    _, activations = network.forward(images, capture=True)
    for name, (units, dead) in counts.items():
        answered = (activations[name] > 0).any(axis=tuple(axis for axis in range(activations[name].ndim) if axis != 1))
        assert (units, dead) == (answered.size, (~answered).sum())
    assert counts["relu1"][1] >= 2
    assert counts["relu3"][1] >= 9


def test_looking_costs_a_fiftieth_of_the_time_at_most(
    blobs: Dataset, make_network: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]

    def look(*_: object) -> dict[str, tuple[int, int]]:
        now[0] += 0.5
        return {}

    monkeypatch.setattr("digitpad.training.diagnostics.time.perf_counter", lambda: now[0])
    monkeypatch.setattr("digitpad.training.diagnostics.count_dead_units", look)
    looker = Diagnostics(make_network(), normalize(blobs.images[:4]))
    spent, looks = 0.0, 0
    for step in range(1, 20_001):
        if looker.is_due(step):
            looker.before_update()
            spent += looker.after_update(step)[1]
            looks += 1
        now[0] += 0.01
    assert looks > 3
    assert spent <= 0.02 * now[0] + 0.5
    looker.request()
    assert looker.is_due(20_001)


def test_to_look_at_layers_changes_nothing(blobs: Dataset, make_network: Make) -> None:
    def weights(*, diagnose: bool) -> list[bytes]:
        network = make_network("light")
        trainer = Trainer(network, blobs, None, TrainingSettings(epochs=1, threads=1), diagnose=diagnose)
        for event in trainer.run():
            if isinstance(event, StepCompleted):
                trainer.measure_layers()
        return [value.tobytes() for value in network.state_dict().values()]

    assert weights(diagnose=True) == weights(diagnose=False)
