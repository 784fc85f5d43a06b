"""What the user has not chosen follows the data; what was chosen stays."""

from pathlib import Path

import pytest

from digitpad.data.augmentation import PHOTO_STRENGTHS, USUAL_STRENGTHS, Augmentation
from digitpad.data.ink import write_ink
from digitpad.errors import DigitpadError
from digitpad.nn import ARCHITECTURES
from digitpad.training.data_facts import MNIST_FACTS, DataFacts
from digitpad.training.plan import RunPlan
from digitpad.training.runs import RunStore
from digitpad.training.settings import OptimizerName, Schedule
from digitpad.training.suiting import belonging_together, start_suited, suit
from tests.drawn_shapes import drawn_shapes

LETTERS = DataFacts("letters", 30, ("A", "B", "C"), ("A", "B", "C"), (1, 28, 28))
SHIRTS = DataFacts("shirts", 9000, ("shirt", "coat"), ("shirt", "coat"), (3, 32, 32))


def test_digits_in_plenty_leave_the_plan_as_it_is() -> None:
    plan = RunPlan.quick()
    suited = suit(plan, (), MNIST_FACTS)
    assert suited.plan == plan
    assert suited.architecture is plan.architecture
    assert suited.sentences == ()
    assert suit(plan, (), None).plan is plan


def test_a_small_set_of_letters_gets_its_defaults_and_says_so() -> None:
    suited = suit(RunPlan.quick(), (), LETTERS)
    settings = suited.plan.settings
    assert suited.plan.architecture is ARCHITECTURES["light"]
    assert suited.architecture.layers[-1]["out_features"] == 3
    assert settings.augmentation
    assert (settings.optimizer, settings.schedule) == (OptimizerName.ADAM, Schedule.ONE_CYCLE)
    assert settings.epochs * -(-25 // settings.batch_size) >= 300
    outputs, small = suited.sentences
    assert outputs == "3 outputs, one for each class: A, B, C."
    assert small == (
        f"Defaults for a small dataset (30 images): the network light, augmentation, batches of {settings.batch_size} "
        f"images, {settings.epochs} epochs, Adam with a one-cycle schedule. What you choose yourself stays."
    )


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ("architecture", set()),
        ("augmentation", {"augmentation"}),
        ("batch_size", {"batch_size", "epochs"}),
        ("learning_rate", {"learning_rate", "optimizer", "schedule"}),
        ("momentum", {"learning_rate", "optimizer", "schedule"}),
    ],
)
def test_what_was_chosen_stays_with_what_belongs_to_it(chosen: str, kept: set[str]) -> None:
    plan = RunPlan.quick().with_settings(batch_size=5)
    suited = suit(plan, {chosen}, LETTERS)
    names = ("augmentation", "batch_size", "epochs", "learning_rate", "optimizer", "schedule")
    same = {name for name in names if getattr(plan.settings, name) == getattr(suited.plan.settings, name)}
    # Both have this schedule.
    assert same - {"schedule"} == kept - {"schedule"}
    assert (suited.plan.architecture == plan.architecture) == (chosen == "architecture")


def test_a_batch_that_nobody_chose_is_never_too_large() -> None:
    suited = suit(RunPlan.quick().with_settings(epochs=7), {"epochs"}, LETTERS)
    assert suited.plan.settings.batch_size == 25
    assert suited.plan.settings.epochs == 7
    assert "batches of 25 images" in suited.sentences[1]
    chosen = suit(RunPlan.quick(), {"batch_size"}, LETTERS)
    assert chosen.plan.settings.batch_size == 64


def test_a_small_set_in_colour_is_augmented_as_photographs_are() -> None:
    facts = DataFacts("pets", 60, ("cat", "dog"), ("cat", "dog"), (3, 64, 64))
    assert suit(RunPlan.quick(), (), facts).plan.settings.augmentation == Augmentation(**PHOTO_STRENGTHS)
    assert suit(RunPlan.quick(), (), LETTERS).plan.settings.augmentation == Augmentation(**USUAL_STRENGTHS)


def test_colour_and_size_are_followed() -> None:
    suited = suit(RunPlan.quick(), (), SHIRTS)
    assert suited.architecture.input_shape == (3, 32, 32)
    assert suited.sentences[0] == "Input 3x32x32, as the images have."
    assert suited.plan.architecture is ARCHITECTURES["standard"]


def test_ten_classes_that_are_no_digits_are_named_although_the_network_stays() -> None:
    names = tuple("abcdefghij")
    suited = suit(RunPlan.quick(), (), DataFacts("letters", 9000, names, names, (1, 28, 28)))
    assert suited.architecture is ARCHITECTURES["standard"]
    assert suited.sentences == ("10 outputs, one for each class: a, b, c, d, e, f, g, h, i, j.",)


def test_one_output_for_two_classes_has_no_label_smoothing() -> None:
    facts = DataFacts("pets", 9000, ("cat", "dog"), ("cat", "dog"), (3, 224, 224))
    plan = RunPlan(ARCHITECTURES["catdog"], settings=RunPlan.quick().settings)
    suited = suit(plan, {"architecture"}, facts)
    assert plan.settings.label_smoothing
    assert not suited.plan.settings.label_smoothing
    assert suited.sentences == ("Label smoothing is 0, because the network has one output for both classes.",)


def test_one_class_is_answered_in_words() -> None:
    suited = suit(RunPlan.quick(), (), DataFacts("one", 9, ("A",), ("A",), (1, 28, 28)))
    assert "images of one class only (A)" in suited.trouble


def test_settings_that_cannot_go_together_are_answered_in_words() -> None:
    plan = RunPlan.quick().with_settings(low_momentum=0.2, beta1=0.1, optimizer="nesterov", momentum=0.9)
    suited = suit(plan, {"low_momentum"}, LETTERS)
    assert "0.2" in suited.trouble
    assert suited.plan is plan


def test_settings_belong_together() -> None:
    assert belonging_together({"seed"}) == {"seed"}
    assert belonging_together({"epochs"}) == {"epochs", "batch_size"}
    assert "optimizer" in belonging_together({"momentum"})


def test_a_run_starts_with_what_suits_the_data_as_they_are_now(tmp_path: Path) -> None:
    path = tmp_path / "shapes.jsonl"
    write_ink(path, drawn_shapes(5, 1))
    plan = RunPlan(ARCHITECTURES["standard"], str(path)).with_settings(threads=1, device="cpu")
    live = start_suited(plan, {"threads"}, RunStore(tmp_path / "runs"))
    trained = live.run.info.plan
    assert trained.architecture == ARCHITECTURES["light"]
    assert trained.settings.augmentation
    assert live.trainer.task.labels == ("cross", "hat", "line", "ring")
    assert "--architecture light" in live.run.info.command
    with pytest.raises(DigitpadError, match="gone"):
        start_suited(RunPlan(plan.architecture, str(tmp_path / "gone")), (), RunStore(tmp_path / "runs"))
