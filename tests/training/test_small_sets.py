"""Small datasets have their own defaults; what the user has chosen is kept."""

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.data.paper import load_paper
from digitpad.training.settings import TrainingSettings
from digitpad.training.small_sets import MOST_IMAGES, small_set_defaults


def images(count: int) -> Dataset:
    return Dataset.of("some", np.zeros((count, 1, 2, 2), np.uint8), np.arange(count) % 2, ("a", "b"))


@pytest.mark.parametrize("count", [2, 5, 12, 30, 200, MOST_IMAGES])
def test_a_small_set_gets_enough_steps(count: int) -> None:
    defaults = small_set_defaults(images(count), set())
    assert defaults is not None
    settings = TrainingSettings(**defaults.settings)
    training = count - count // 6
    assert settings.batch_size <= training
    assert settings.epochs * -(-training // settings.batch_size) >= 300
    assert settings.augmentation
    assert defaults.architecture == "light"
    assert f"({count} images)" in defaults.sentence
    assert f"{settings.epochs} epochs" in defaults.sentence


@pytest.mark.parametrize(("classes", "steps"), [(2, 300), (8, 300), (30, 1050), (200, 1500)])
def test_many_classes_get_more_steps(classes: int, steps: int) -> None:
    names = tuple(f"class {number}" for number in range(classes))
    many = Dataset.of("many", np.zeros((600, 1, 2, 2), np.uint8), np.arange(600) % classes, names)
    defaults = small_set_defaults(many, set())
    assert defaults is not None
    of_an_epoch = -(-500 // defaults.settings["batch_size"])
    taken = defaults.settings["epochs"] * of_an_epoch
    assert steps <= taken < steps + of_an_epoch


def test_large_sets_and_pages_have_the_usual_defaults() -> None:
    assert small_set_defaults(images(MOST_IMAGES + 1), set()) is None
    assert small_set_defaults(load_paper("test"), set()) is None
    assert small_set_defaults(images(MOST_IMAGES + 1), set(), limit=50) is not None


def test_what_was_chosen_is_kept() -> None:
    some = small_set_defaults(images(50), {"architecture", "seed"})
    assert some is not None
    assert some.architecture is None
    assert "light" not in some.sentence
    assert "epochs" in some.settings


@pytest.mark.parametrize("name", ["epochs", "learning_rate", "augmentation", "recipe", "batch_size"])
def test_who_chooses_how_to_train_gets_no_other_defaults(name: str) -> None:
    assert small_set_defaults(images(200), {name}) is None


def test_a_batch_that_cannot_be_filled_is_made_smaller() -> None:
    smaller = small_set_defaults(images(50), {"epochs"})
    assert smaller is not None
    assert smaller.settings == {"batch_size": 10}
    assert "batches have 10 images" in smaller.sentence
    assert small_set_defaults(images(50), {"epochs", "batch_size"}) is None
