"""Two models with different inputs are measured on the same pictures, each prepared for its own input."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.data.picture_fit import CROP, STRETCH
from digitpad.data.pictures import read_picture
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.evaluation import Comparison, evaluate
from digitpad.evaluation.opening import open_for_models
from digitpad.evaluation.validation import validation_images
from digitpad.models.model_file import Model
from digitpad.nn.backend import Shape
from digitpad.reading.recognizer import Recognizer
from digitpad.training.live import prepare
from digitpad.training.plan import RunPlan
from tests.pictures import photograph_folder
from tests.training.test_pictures import PLAN


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return photograph_folder(tmp_path_factory.mktemp("photographs"), ("reds", "greens"), 12)


@pytest.fixture(scope="module")
def models(folder: Path) -> list[Model]:
    """Return models with inputs of different sizes, trained on other validation images each."""
    return [trained(folder, (3, 20, 24), seed=1), trained(folder, (3, 30, 30), seed=2)]


def trained(folder: Path, shape: Shape, seed: int) -> Model:
    plan = RunPlan(replace(PLAN, input_shape=shape), str(folder), validation=6)
    trainer = prepare(plan.with_settings(epochs=1, batch_size=6, threads=1, seed=seed), diagnose=False)
    list(trainer.run())
    model = trainer.snapshot_model(f"side {shape[1]}")
    training = {"seed": seed, "images": trainer.images, "data_sha256": trainer.data_sha256}
    return replace(model, metadata=replace(model.metadata, training=training))


def test_each_model_gets_the_same_pictures_in_its_size(folder: Path, models: list[Model]) -> None:
    first, second = open_for_models(models, partial(opened, folder))
    assert (first.images.shape, second.images.shape) == ((24, 3, 20, 24), (24, 3, 30, 30))
    assert np.array_equal(first.labels, second.labels)
    results = [evaluate(Recognizer(model), data) for model, data in zip(models, (first, second), strict=True)]
    comparison = Comparison(*results)
    assert comparison.first.count == comparison.second.count == 24


def test_models_with_one_input_share_the_images(folder: Path, models: list[Model]) -> None:
    inputs: list[tuple[Shape, str]] = []

    def noted(shape: Shape, fit: str) -> Dataset:
        inputs.append((shape, fit))
        return opened(folder, shape, fit)

    first, second = open_for_models([models[0], models[0]], noted)
    assert first is second
    assert inputs == [((3, 20, 24), STRETCH)]


def test_each_model_gets_the_pictures_with_its_own_fit(folder: Path, models: list[Model]) -> None:
    cropping = with_fit(models[0], CROP)
    first, second = open_for_models([models[0], cropping], partial(opened, folder))
    assert (first.fit, second.fit) == (STRETCH, CROP)
    assert first.identity == second.identity
    path = folder / "greens" / "003.jpg"
    for dataset, fit in ((first, STRETCH), (second, CROP)):
        assert np.array_equal(dataset.images[3], read_picture(path, (3, 20, 24), fit))
    evaluate(Recognizer(cropping), second)
    with pytest.raises(DigitpadError, match="were not prepared for side 20; open the dataset again"):
        evaluate(Recognizer(cropping), first)


def test_validation_images_have_the_fit_of_the_model(folder: Path, models: list[Model]) -> None:
    # The files are the same, so another fit leaves the choice of the images as it is.
    cropped, stretched = (validation_images(with_fit(models[0], fit), folder) for fit in (CROP, STRETCH))
    assert (cropped.fit, stretched.fit) == (CROP, STRETCH)
    assert cropped.identity == stretched.identity
    assert validation_images(models[0], folder, fit=CROP).identity == stretched.identity
    assert validation_images(models[0], folder, fit=CROP).fit == CROP


def test_files_that_change_in_between_are_noticed(tmp_path: Path, models: list[Model]) -> None:
    folder = photograph_folder(tmp_path / "changing", ("reds", "greens"), 4)

    def changing(shape: Shape, fit: str) -> Dataset:
        dataset = opened(folder, shape, fit)
        (folder / "reds" / "001.jpg").unlink(missing_ok=True)
        return dataset

    with pytest.raises(DigitpadError, match=r"its files have changed\. Try again\."):
        open_for_models(models, changing)


def test_the_validation_images_are_those_of_the_first_model(folder: Path, models: list[Model]) -> None:
    def validation(shape: Shape, fit: str) -> Dataset:
        return validation_images(models[0], folder, shape=shape, fit=fit)

    first, second = open_for_models(models, validation)
    assert len(first) == len(second) == 6
    assert first.identity == second.identity
    assert second.images.shape[1:] == (3, 30, 30)
    assert validation_images(models[1], folder).identity != first.identity


def opened(folder: Path, shape: Shape, fit: str) -> Dataset:
    return open_dataset(folder, "test", shape=shape, fit=fit)


def with_fit(model: Model, fit: str) -> Model:
    prepared = replace(model.metadata.preprocessing, fit=fit)
    return replace(model, metadata=replace(model.metadata, preprocessing=prepared))
