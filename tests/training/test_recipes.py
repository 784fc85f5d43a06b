"""Recipes: each works as it stands, the usual one is the trainer's own choice, and every choice can be changed."""

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from digitpad import cli
from digitpad.commands import train as command
from digitpad.commands.parser import parse
from digitpad.commands.train_options import read_options
from digitpad.data import mnist
from digitpad.data.augmentation import Augmentation
from digitpad.errors import DigitpadError
from digitpad.nn import ARCHITECTURES
from digitpad.training.plan import RunPlan
from digitpad.training.recipes import RECIPES, USUAL, Recipe, find_recipe
from digitpad.training.repeating import repeating_command
from digitpad.training.settings import TrainingSettings


def choices(name: str) -> dict[str, Any]:
    return find_recipe(name).settings()


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_can_be_trained_with(name: str) -> None:
    settings = TrainingSettings(**choices(name))
    assert settings.epochs >= 1


def test_the_usual_recipe_is_the_trainers_own_choice() -> None:
    assert TrainingSettings(**choices(USUAL)) == TrainingSettings()


def test_an_unknown_recipe_is_refused_by_name() -> None:
    with pytest.raises(DigitpadError, match=r"'fast'; choose one of: usual, quick, sprint, photo-plain, photo\."):
        find_recipe("fast")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[TrainingSettings]:
    """Collect the settings of what would be trained."""
    monkeypatch.setattr(mnist, "loading_ahead", lambda _split: contextlib.nullcontext())
    settings: list[TrainingSettings] = []
    monkeypatch.setattr(command, "train", lambda _request, wanted: settings.append(wanted))
    return settings


def test_the_command_line_trains_by_the_recipe(asked: list[TrainingSettings]) -> None:
    assert cli.main(["train"]) == 0
    assert cli.main(["train", "--recipe", "quick", "--seed", "3"]) == 0
    assert asked == [TrainingSettings(), TrainingSettings(**choices("quick"), seed=3)]


def test_photographs_are_trained_plainly_unless_another_recipe_is_named(asked: list[TrainingSettings]) -> None:
    assert cli.main(["train", "--architecture", "catdog"]) == 0
    assert cli.main(["train", "--architecture", "catdog", "--recipe", "photo"]) == 0
    assert cli.main(["train", "--architecture", "catdog", "--recipe", "photo", "--augment", "flip=0.5"]) == 0
    plain, photo, flipped = asked
    assert (plain.optimizer, plain.learning_rate, plain.batch_size, plain.schedule) == ("adam", 5e-4, 16, "constant")
    assert not plain.augmentation
    assert photo == TrainingSettings(**choices("photo"))
    assert photo.augmentation == Augmentation.parse("photo")
    assert flipped.augmentation == Augmentation(flip=0.5)


@pytest.mark.parametrize(
    ("words", "architecture", "recipe"),
    [
        (["--recipe", "sprint"], "sprint", "sprint"),
        (["--architecture", "sprint"], "sprint", "sprint"),
        (["--architecture", "light", "--recipe", "sprint"], "light", "sprint"),
        (["--architecture", "sprint", "--recipe", "quick"], "sprint", "quick"),
        (["--recipe", "quick"], "standard", "quick"),
    ],
)
def test_a_recipe_has_its_network_and_a_network_its_recipe(words: list[str], architecture: str, recipe: str) -> None:
    request, settings = read_options(parse(["train", *words]))
    assert request.architecture == architecture
    assert settings == TrainingSettings(**choices(recipe))


@pytest.mark.parametrize("recipe", RECIPES.values())
def test_the_network_of_every_recipe_is_a_preset(recipe: Recipe) -> None:
    assert recipe.architecture in ARCHITECTURES


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.2])
@pytest.mark.parametrize("architecture", ["sprint", "light"])
def test_a_recorded_command_has_the_label_smoothing_of_its_run(architecture: str, smoothing: float) -> None:
    settings = TrainingSettings(**choices("sprint") | {"label_smoothing": smoothing}, threads=2)
    words = repeating_command(RunPlan(ARCHITECTURES[architecture], settings=settings)).split()
    assert read_options(parse(words[1:]))[1] == replace(settings, device="auto")


@pytest.mark.parametrize(
    "chosen",
    [
        {"optimizer": "sgd", "dampening": 0.3, "schedule": "multistep", "milestones": (2, 4), "gamma": 0.1},
        {"optimizer": "adam", "amsgrad": True, "schedule": "restarts", "cycle_epochs": 1, "cycle_growth": 2},
        {"optimizer": "rmsprop", "centered": True, "schedule": "cyclic", "cycle_mode": "exp_range", "gamma": 0.8},
        {"optimizer": "adagrad", "lr_decay": 0.1, "initial_accumulator_value": 0.5, "schedule": "polynomial"},
        {"schedule": "exponential", "gamma": 0.9, "keep_best": True},
        {"schedule": "polynomial", "power": 2.0, "final_learning_rate": 1e-5},
    ],
    ids=lambda chosen: chosen["schedule"],
)
def test_a_recorded_command_has_every_setting_of_its_run(chosen: dict[str, Any]) -> None:
    settings = TrainingSettings(**choices("quick") | chosen, threads=2)
    words = repeating_command(RunPlan(ARCHITECTURES["light"], settings=settings)).split()
    assert read_options(parse(words[1:]))[1] == replace(settings, device="auto")


@pytest.mark.parametrize("first", [True, False])
def test_what_is_given_wins_over_the_recipe(asked: list[TrainingSettings], first: bool) -> None:
    own = ["--epochs", "1", "--learning-rate", "0.5", "--optimizer", "sgd", "--momentum", "0", "--schedule", "cosine"]
    own += ["--label-smoothing", "0.25"]
    recipe = ["--recipe", "quick"]
    assert cli.main(["train", *(own + recipe if first else recipe + own)]) == 0
    expected = choices("quick") | {"epochs": 1, "learning_rate": 0.5, "optimizer": "sgd", "momentum": 0.0}
    assert asked == [TrainingSettings(**expected | {"schedule": "cosine", "label_smoothing": 0.25})]


def test_the_command_that_is_recorded_needs_no_recipe() -> None:
    settings = TrainingSettings(**choices("quick"), seed=3, threads=2)
    words = repeating_command(RunPlan(ARCHITECTURES["light"], settings=settings)).split()
    options = dict(itertools.pairwise(words))
    assert "--recipe" not in words
    assert "--augment" not in words
    for name, value in choices("quick").items():
        if name == "augmentation":
            continue
        if name != "momentum" or settings.optimizer in {"sgd", "nesterov"}:
            assert options["--" + name.replace("_", "-")] == str(value)


def test_an_unknown_recipe_is_bad_input(asked: list[TrainingSettings], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "--recipe", "fast"]) == cli.BAD_INPUT
    assert "'fast'" in capsys.readouterr().err
    assert asked == []


def test_help_says_what_each_recipe_chooses(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    quick = RECIPES["quick"]
    assert f"default: 5; quick: {quick.epochs}" in text
    assert f"default: constant; quick: {quick.schedule}" in text


@pytest.mark.parametrize(
    ("words", "ahead"),
    [
        ([], ["train"]),
        (["--dataset", "mnist"], ["train"]),
        (["--dataset", "mnist+ink.jsonl"], []),
        (["--resume", "a"], []),
    ],
)
def test_mnist_is_loaded_ahead_where_it_is_trained_on(
    asked: list[TrainingSettings], monkeypatch: pytest.MonkeyPatch, words: list[str], ahead: list[str]
) -> None:
    begun: list[str] = []

    @contextlib.contextmanager
    def noted(split: str) -> Iterator[None]:
        begun.append(split)
        yield

    monkeypatch.setattr(mnist, "loading_ahead", noted)
    assert cli.main(["train", *words]) == 0
    assert begun == ahead
    assert len(asked) == 1
