"""Hints, from short trainings with real problems."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.models.architecture_file import build_network
from digitpad.nn import Architecture
from digitpad.training.advisor import Advisor
from digitpad.training.events import (
    ControlChanged,
    EpochCompleted,
    LayerMeasure,
    LayersMeasured,
    StepCompleted,
    StopReason,
    TrainingStarted,
    TrainingStopped,
)
from digitpad.training.hints import Hint, Severity
from digitpad.training.history import RunHistory
from digitpad.training.plan import RunPlan
from digitpad.training.settings import TrainingSettings
from digitpad.training.trainer import Trainer

Told = dict[str, Hint]


def plan_of(hidden: int = 32, **settings: object) -> RunPlan:
    layers: tuple[dict[str, object], ...] = (
        {"name": "flatten", "type": "Flatten"},
        {"name": "fc1", "type": "Linear", "in_features": 784, "out_features": hidden},
        {"name": "relu1", "type": "ReLU"},
        {"name": "fc2", "type": "Linear", "in_features": hidden, "out_features": 10},
    )
    chosen: dict[str, object] = {"epochs": 2, "batch_size": 10, "threads": 1, "optimizer": "sgd", **settings}
    return RunPlan(Architecture("mlp", (1, 28, 28), layers), settings=TrainingSettings.from_dict(chosen))


def listen(
    plan: RunPlan,
    training: Dataset,
    validation: Dataset | None = None,
    *,
    until: Callable[[Advisor], bool] = lambda _: False,
    disturb: Callable[[Trainer, StepCompleted], None] = lambda *_: None,
) -> tuple[Advisor, Trainer]:
    """Train as planned, and let an advisor listen; end when it has said what it should."""
    network = build_network(plan.architecture, plan.settings.seed)
    trainer = Trainer(network, training, validation, plan.settings, diagnose=True)
    advisor = Advisor(plan)
    for event in trainer.run():
        advisor.hear(event)
        if isinstance(event, StepCompleted):
            disturb(trainer, event)
            trainer.measure_layers()
        if until(advisor):
            break
    return advisor, trainer


def told(advisor: Advisor) -> Told:
    return {hint.key: hint for hint in advisor.hints()}


def test_a_loss_that_is_no_number_is_said_with_a_lower_rate(blobs: Dataset) -> None:
    advisor, _ = listen(plan_of(learning_rate=1e20), blobs)
    (hint,) = [hint for hint in advisor.hints() if hint.severity is Severity.TROUBLE and hint.key == "diverged"]
    assert "1e+20" in hint.why
    assert "last good weights are kept" in hint.why
    assert hint.cure is not None
    assert not hint.cure.is_live
    assert hint.cure.changed(plan_of(learning_rate=1e20)).settings.learning_rate == 1e19


def test_a_loss_that_explodes_is_noticed_and_the_cure_brings_it_down(blobs: Dataset) -> None:
    plan = plan_of(learning_rate=0.02, epochs=20)

    def push(trainer: Trainer, event: StepCompleted) -> None:
        if event.step == 30:
            trainer.controls.change(learning_rate_factor=150.0)

    advisor, trainer = listen(plan, blobs, until=lambda a: "exploding" in told(a), disturb=push)
    hint = told(advisor)["exploding"]
    assert hint.severity is Severity.TROUBLE
    assert "too high" in hint.why
    assert hint.cure is not None
    assert hint.cure.is_live
    hint.cure.apply_to(trainer.controls)
    assert trainer.controls.values.learning_rate_factor == pytest.approx(15.0)


def test_the_scatter_of_small_batches_is_not_taken_for_an_explosion() -> None:
    # Recorded: the first steps with two letters drawn ten times each.
    losses = [0.56, 1.19, 2.01, 1.14, 2.72, 1.12, 0.84, 0.9, 1.57, 0.51, 0.43, 0.58, *[0.6] * 20]
    few, usual = Advisor(plan_of(batch_size=4)), Advisor(plan_of(batch_size=32))
    for step, loss in enumerate(losses, 1):
        for advisor in (few, usual):
            _steps(advisor, step, [loss])
        assert "exploding" not in told(few)
        assert ("exploding" in told(usual)) == (10 < step < 15), step


def test_an_explosion_with_small_batches_is_noticed() -> None:
    advisor = Advisor(plan_of(batch_size=4))
    _steps(advisor, 1, [0.7] * 10 + [5.0] * 20)
    assert told(advisor)["exploding"].severity is Severity.TROUBLE


def test_the_cure_for_divergence_starts_from_the_rate_that_was_set_in_the_run(blobs: Dataset) -> None:
    plan = plan_of(learning_rate=0.02, epochs=20)

    def push(trainer: Trainer, event: StepCompleted) -> None:
        if event.step == 15:
            trainer.controls.change(learning_rate_factor=1e21)

    advisor, _ = listen(plan, blobs, disturb=push)
    hint = told(advisor)["diverged"]
    assert "the learning rate set to 2e+19" in hint.why
    assert hint.cure is not None
    assert hint.cure.changed(plan).settings.learning_rate == 2e18


def _steps(advisor: Advisor, first: int, losses: Iterable[float]) -> int:
    """Let an advisor hear steps with these losses; return the number of the next step."""
    number = first
    for number, loss in enumerate(losses, first):
        advisor.hear(StepCompleted(number, 1, 2, number, 500, 10, loss, 0.1, 0.01, 0.001))
    return number + 1


def _after_a_burst(then: float = 3.0, now: float = 0.005) -> tuple[Advisor, int]:
    """Return an advisor that has heard of 30 good steps, five at a rate far too high, and a lower rate again."""
    advisor = Advisor(plan_of(learning_rate=0.02))
    number = _steps(advisor, 1, [2.3] * 30)
    advisor.hear(ControlChanged(number, "learning_rate", None, then))
    # The first of these losses belongs to the weights before the first large step.
    number = _steps(advisor, number, [2.3, 9.0, 40.0, 200.0, 900.0])
    advisor.hear(ControlChanged(number, "learning_rate", then, now))
    return advisor, number


def test_the_rate_in_force_when_the_loss_exploded_is_the_one_that_is_blamed() -> None:
    advisor, number = _after_a_burst()
    number = _steps(advisor, number, [900.0] * 5)
    hint = told(advisor)["exploding"]
    assert (hint.title, hint.severity, hint.cure) == ("The loss has exploded", Severity.NOTICE, None)
    assert "The learning rate was set to 3 when it rose, which is too high for this network." in hint.why
    assert hint.why.endswith("It is set to 0.005 now: keep training, and watch whether the loss falls.")
    _steps(advisor, number, np.geomspace(900.0, 100.0, 20))
    hint = told(advisor)["exploding"]
    assert hint.why.endswith("It is set to 0.005 now, and the loss has fallen since: keep training.")
    assert hint.cure is None


def test_a_burst_of_one_step_is_blamed_though_the_loss_rises_under_the_next_rate() -> None:
    advisor = Advisor(plan_of(learning_rate=0.02))
    number = _steps(advisor, 1, [2.3] * 30)
    advisor.hear(ControlChanged(number, "learning_rate", None, 50.0))
    number = _steps(advisor, number, [2.3])
    advisor.hear(ControlChanged(number, "learning_rate", 50.0, 0.005))
    _steps(advisor, number, [900.0] * 10)
    assert "The learning rate was set to 50 when it rose" in told(advisor)["exploding"].why


def test_weights_that_do_not_recover_are_trained_again_with_the_rate_that_is_set_now() -> None:
    advisor, number = _after_a_burst()
    number = _steps(advisor, number, [900.0] * 120)
    hint = told(advisor)["exploding"]
    assert hint.severity is Severity.TROUBLE
    assert "It is set to 0.005 now, but the loss is not falling." in hint.why
    assert "go back to an earlier checkpoint" in hint.why
    assert hint.cure is not None
    assert (hint.cure.label, hint.cure.is_live) == ("Train again with 0.005", False)
    # Back at chance, the loss is not exploding, but 0.005 is not to blame for that either.
    _steps(advisor, number, [2.3] * 120)
    found = told(advisor)
    assert "exploding" not in found
    assert found["stuck"].title == "The network has not recovered"
    assert "By step 33 it had risen, with the learning rate set to 3; the rate is 0.005 now." in found["stuck"].why
    assert found["stuck"].cure is not None
    assert found["stuck"].cure.settings == {"learning_rate": 0.005}


@pytest.mark.parametrize("last", [2.3, 900.0])
def test_a_run_that_ended_before_it_recovered_says_so(last: float) -> None:
    advisor, number = _after_a_burst()
    number = _steps(advisor, number, [last] * 40)
    advisor.hear(TrainingStopped(StopReason.FINISHED, "", 2, number, None, None, None, None, 1.0, 1.0))
    hint = told(advisor)["stuck"]
    assert hint.title == "The network has not recovered"
    assert "By step 33 it had risen, with the learning rate set to 3; the rate is 0.005 now." in hint.why
    assert hint.cure is not None
    assert hint.cure.settings == {"learning_rate": 0.005}


def test_after_a_recovery_an_earlier_burst_is_forgotten() -> None:
    advisor, number = _after_a_burst()
    number = _steps(advisor, number, [*np.geomspace(900.0, 0.5, 40), *[0.5] * 20])
    assert "exploding" not in told(advisor)
    advisor.hear(ControlChanged(number, "learning_rate", 0.005, 0.7))
    _steps(advisor, number, [0.5, *[30.0] * 10])
    hint = told(advisor)["exploding"]
    assert "The learning rate is set to 0.7, which is too high" in hint.why
    assert hint.cure is not None
    assert hint.cure.settings == {"learning_rate": 0.07}


def test_divergence_right_after_the_rate_was_lowered_is_blamed_on_the_rate_before() -> None:
    advisor, number = _after_a_burst()
    advisor.hear(TrainingStopped(StopReason.DIVERGED, "", 0, number, None, None, None, None, 1.0, 1.0))
    hint = told(advisor)["diverged"]
    assert "The learning rate had been set to 3," in hint.why
    assert hint.cure is not None
    assert hint.cure.settings == {"learning_rate": 0.005}


def test_weight_changes_measured_at_an_earlier_rate_are_not_told_of_this_one() -> None:
    advisor = Advisor(plan_of(learning_rate=0.01))
    number = _steps(advisor, 1, [2.3] * 20)
    advisor.hear(LayersMeasured(20, (LayerMeasure("fc1", "Linear", update_ratio=0.5),), 128))
    advisor.hear(ControlChanged(number, "learning_rate", None, 1e-6))
    _steps(advisor, number, [2.3] * 120)
    found = told(advisor)
    assert "stuck" not in found
    assert "of their size" not in found["slow"].why


def test_a_cure_for_overfitting_is_given_time_and_starts_from_the_value_in_force() -> None:
    layers = (*plan_of().architecture.layers, {"name": "dropout", "type": "Dropout", "p": 0.2})
    plan = plan_of(augmentation={"rotation": 10.0}, dropout=0.3)
    advisor = Advisor(replace(plan, architecture=replace(plan.architecture, layers=layers)))
    losses = [(0.5, 0.5), (0.4, 0.4), (0.3, 0.45), (0.1, 0.6)]
    advisor.hear(ControlChanged(1, "dropout", None, 0.0))

    def go_on(more: list[tuple[float, float]], first: int) -> Hint:
        for number, (train, validation) in enumerate(more, first):
            advisor.hear(EpochCompleted(number, 9, number, train, 0.9, validation, 0.8, 1.0, 1.0))
        return told(advisor)["overfitting"]

    hint = go_on(losses, 1)
    assert hint.cure is not None
    assert hint.cure.controls == {"dropout": 0.25}
    advisor.hear(ControlChanged(40, "dropout", 0.0, 0.6))
    hint = go_on([(0.1, 0.62)], 5)
    assert hint.cure is None
    assert hint.why.endswith("the next epochs show whether that is enough.")
    # The dropout is as high as it may be: the penalty is next.
    hint = go_on([(0.1, 0.64)], 6)
    assert hint.cure is not None
    assert hint.cure.controls == {"weight_decay": 1e-4}


def test_units_that_died_under_a_higher_rate_are_not_blamed_on_the_lower_one() -> None:
    advisor, _ = _after_a_burst()
    advisor.hear(LayersMeasured(40, (LayerMeasure("relu1", "ReLU", units=12, dead_units=12),), 128))
    hint = told(advisor)["dead_units"]
    assert "The learning rate is 0.005 now and has been 3, which may be the cause." in hint.why
    assert hint.cure is not None
    assert hint.cure.label == "Train again with Leaky ReLU and the learning rate 0.005"
    assert hint.cure.settings == {"learning_rate": 0.005}


def test_a_resumed_run_is_judged_from_its_first_step(blobs: Dataset) -> None:
    plan = plan_of(learning_rate=0.02, epochs=3)
    events = list(Trainer(build_network(plan.architecture, 0), blobs, None, plan.settings).run())
    steps = [event for event in events if isinstance(event, StepCompleted)]
    past = RunHistory(steps=steps, changes=[ControlChanged(11, "learning_rate_factor", 1.0, 2.0)])
    # What comes after the past learns nothing more, for there is nothing left to learn.
    last = steps[-1]
    further = [replace(last, step=last.step + number, accuracy=0.8) for number in range(1, 151)]
    fresh, resumed = Advisor(plan), Advisor(plan)
    resumed.recall(past)
    for advisor in (fresh, resumed):
        for event in further:
            advisor.hear(event)
    # The accuracy is set below what counts as learned, so that the losses alone decide.
    assert told(fresh).keys() & {"slow", "stuck"}
    assert not told(resumed).keys() & {"slow", "stuck"}


def test_a_network_that_reads_nearly_all_is_never_said_not_to_learn() -> None:
    for accuracy, expected in ((0.98, set()), (0.3, {"slow"})):
        advisor = Advisor(plan_of())
        for number in range(1, 201):
            advisor.hear(StepCompleted(number, 1, 2, number, 200, 10, 0.5, accuracy, 0.01, 0.001))
        assert told(advisor).keys() == expected


def test_a_rate_changed_on_the_way_is_the_one_that_is_named_and_raised() -> None:
    advisor = Advisor(plan_of(learning_rate=0.01))
    advisor.hear(ControlChanged(1, "learning_rate_factor", 1.0, 0.01))
    for number in range(1, 121):
        advisor.hear(StepCompleted(number, 1, 2, number, 200, 10, 2.3, 0.1, 1e-4, 0.001))
    hint = told(advisor)["slow"]
    assert hint.why.startswith("In the 120 steps since the learning rate was changed")
    assert "The learning rate is set to 0.0001." in hint.why
    assert hint.cure is not None
    assert hint.cure.label == "Raise the learning rate to 0.001"
    assert hint.cure.controls == {"learning_rate_factor": pytest.approx(0.1)}
    assert hint.cure.settings == {"learning_rate": 0.001}


def test_what_is_best_learned_first_comes_first() -> None:
    advisor = Advisor(plan_of())
    for number, (train, validation) in enumerate([(0.5, 0.5), (0.4, 0.4), (0.3, 0.45), (0.1, 0.6)], 1):
        advisor.hear(EpochCompleted(number, 9, number, train, 0.9, validation, 0.8, 1.0, 1.0))
    advisor.hear(TrainingStarted(9, 4, 100, 400, 100, 1000, 1))
    advisor.hear(LayersMeasured(30, (LayerMeasure("relu3", "ReLU", units=12, dead_units=8),), 128))
    assert [hint.key for hint in advisor.hints()] == ["overfitting", "large_batch", "dead_units"]
    # A completely dead layer stops the learning, which is a problem.
    advisor.hear(LayersMeasured(40, (LayerMeasure("relu3", "ReLU", units=12, dead_units=12),), 128))
    assert [hint.key for hint in advisor.hints()] == ["dead_units", "overfitting", "large_batch"]


@pytest.mark.parametrize(("units", "dead", "many"), [(12, 8, True), (12, 7, False), (3, 2, True), (0, 0, False)])
def test_many_dead_units_are_two_thirds(units: int, dead: int, *, many: bool) -> None:
    assert LayerMeasure("relu", "ReLU", units=units, dead_units=dead).has_many_dead_units is many
    assert not LayerMeasure("fc", "Linear").has_many_dead_units


def test_a_rate_that_is_too_low_is_said_with_the_true_losses(blobs: Dataset) -> None:
    plan = plan_of(learning_rate=1e-7, epochs=5)
    losses: list[float] = []
    advisor, _ = listen(
        plan, blobs, until=lambda a: "slow" in told(a), disturb=lambda _, event: losses.append(event.loss)
    )
    hint = told(advisor)["slow"]
    assert f"In {len(losses)} steps" in hint.why
    assert f"from {np.mean(losses[:10]):.3g} to {np.mean(losses[-10:]):.3g}" in hint.why
    assert hint.cure is not None
    assert hint.cure.controls == {"learning_rate_factor": 10.0}
    faster, _ = listen(plan_of(learning_rate=0.02, epochs=5), blobs)
    assert "slow" not in told(faster)


def test_learning_by_heart_is_told_from_learning(blobs: Dataset) -> None:
    rng = np.random.default_rng(0)
    noise = Dataset.of("noise", rng.integers(0, 255, (120, 1, 28, 28), np.uint8), rng.integers(0, 10, 120))
    plan = plan_of(64, optimizer="adam", learning_rate=0.003, epochs=20)
    advisor, _ = listen(
        plan, noise.subset(range(60)), noise.subset(range(60, 120)), until=lambda a: "overfitting" in told(a)
    )
    hint = told(advisor)["overfitting"]
    assert "overfitting" in hint.title
    assert hint.cure is not None
    cured = hint.cure.changed(plan)
    assert cured.settings.augmentation
    assert cured.settings.keep_best
    fine, _ = listen(replace(plan, settings=replace(plan.settings, epochs=5)), blobs, blobs)
    assert "overfitting" not in told(fine)


def test_against_learning_by_heart_there_is_a_cure_for_each_network() -> None:
    augmented = plan_of(augmentation={"rotation": 10.0})
    for plan, controls in (
        (augmented, {"weight_decay": 1e-4}),
        (
            replace(
                augmented,
                architecture=replace(
                    augmented.architecture,
                    layers=(*augmented.architecture.layers, {"name": "dropout", "type": "Dropout", "p": 0.2}),
                ),
            ),
            {"dropout": 0.5},
        ),
    ):
        advisor = Advisor(plan)
        for number, (train, validation) in enumerate([(0.5, 0.5), (0.4, 0.4), (0.3, 0.45), (0.1, 0.6)], 1):
            advisor.hear(EpochCompleted(number, 9, number, train, 0.9, validation, 0.8, 1.0, 1.0))
        cure = told(advisor)["overfitting"].cure
        assert cure is not None
        assert cure.controls == controls


def test_dead_units_are_counted_and_the_cure_is_another_activation(blobs: Dataset) -> None:
    plan = plan_of(16, learning_rate=0.02, epochs=3)

    def kill(trainer: Trainer, event: StepCompleted) -> None:
        if event.step == 25:
            trainer.network.named_parameters()["fc1.bias"].value[:12] = -1e4

    advisor, _ = listen(plan, blobs, until=lambda a: "dead_units" in told(a), disturb=kill)
    hint = told(advisor)["dead_units"]
    assert hint.why.startswith("12 of the 16 units of relu1 activate for none of the 128 sample images.")
    assert hint.cure is not None
    changed = hint.cure.changed(plan)
    assert [spec["type"] for spec in changed.architecture.layers] == ["Flatten", "Linear", "LeakyReLU", "Linear"]
    assert changed.settings.learning_rate < plan.settings.learning_rate
    # They stay dead: that is what the hint says.
    healthy, _ = listen(plan, blobs)
    assert "dead_units" not in told(healthy)


def test_a_class_of_one_image_is_named_wherever_the_image_is(blobs: Dataset) -> None:
    first_seven = int(np.flatnonzero(blobs.labels == 7)[0])
    few = blobs.subset(np.flatnonzero((blobs.labels != 7) | (np.arange(len(blobs)) == first_seven)))
    seven = few.labels == 7
    apart = few.subset(np.flatnonzero(~seven)), few.subset(np.flatnonzero(seven))
    for training, validation in ((few, None), apart):
        advisor, _ = listen(plan_of(), training, validation, until=lambda a: "lone_classes" in told(a))
        hint = told(advisor)["lone_classes"]
        assert hint.why.startswith("There is a single image of 7.")
        assert hint.cure is not None
        assert hint.cure.changed(plan_of()).settings.augmentation
    healthy, _ = listen(plan_of(), blobs)
    assert "lone_classes" not in told(healthy)


def test_a_batch_too_big_for_the_data_is_said_at_once(blobs: Dataset) -> None:
    plan = plan_of(batch_size=100)
    advisor, _ = listen(plan, blobs, until=lambda _: True)
    hint = told(advisor)["large_batch"]
    assert "300 images in batches of 100 give 3 steps per epoch" in hint.why
    assert hint.cure is not None
    assert hint.cure.changed(plan).settings.batch_size == 16
    small, _ = listen(plan_of(batch_size=16), blobs, until=lambda _: True)
    assert "large_batch" not in told(small)


def test_a_network_that_learns_well_is_told_so_and_nothing_else(blobs: Dataset) -> None:
    advisor, _ = listen(plan_of(learning_rate=0.02, epochs=4), blobs, blobs)
    (hint,) = advisor.hints()
    assert (hint.key, hint.severity, hint.cure) == ("well", Severity.GOOD, None)
    assert "the validation accuracy is 100.0%" in hint.why


def test_a_share_is_never_rounded_up_to_all() -> None:
    advisor = Advisor(plan_of())
    advisor.hear(TrainingStarted(2, 50, 10, 500, 100, 1000, 1))
    advisor.hear(EpochCompleted(1, 2, 50, 0.1, 0.9, 0.1, 0.9999, 1.0, 1.0))
    assert "99.9%" in told(advisor)["well"].why
