"""Model files of networks for pictures, and the preprocessing that they record."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from digitpad.data.dataset import NO_DIGIT
from digitpad.data.picture_fit import CROP, STRETCH
from digitpad.errors import DigitpadError
from digitpad.models.metadata import DIGIT, PICTURE
from digitpad.models.model_file import Model, ModelMetadata, Preprocessing, load_model, save_model
from digitpad.nn import Architecture, build

MEAN, STD = (0.5, 0.45, 0.4), (0.25, 0.24, 0.26)
PLAN = Architecture(
    "small",
    (3, 20, 24),
    (
        {"name": "conv", "type": "Conv2D", "in_channels": 3, "out_channels": 4, "kernel_size": 5, "stride": 3},
        {"name": "pool", "type": "GlobalAveragePool2D"},
        {"name": "flatten", "type": "Flatten"},
        {"name": "fc", "type": "Linear", "in_features": 4, "out_features": 1},
    ),
)


def picture_model() -> Model:
    prepared = Preprocessing.of_pictures((3, 20, 24), MEAN, STD)
    return Model(build(PLAN, rng=np.random.default_rng(0)), PLAN, ModelMetadata(("cats", "dogs"), prepared))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_model(tmp_path / "pets.safetensors", picture_model())
    return tmp_path / "pets.safetensors"


def strings_of(path: Path) -> dict[str, str]:
    with safetensors.safe_open(path, "numpy") as file:
        strings: dict[str, str] = file.metadata()
    return strings


def rewrite(path: Path, preprocessing: dict[str, Any]) -> None:
    strings = strings_of(path)
    prepared = {**json.loads(strings["preprocessing"]), **preprocessing}
    tensors = safetensors.numpy.load_file(path)
    safetensors.numpy.save_file(tensors, path, {**strings, "preprocessing": json.dumps(prepared)})


def test_a_model_of_pictures_is_saved_and_loaded(saved: Path) -> None:
    model = load_model(saved)
    assert model.metadata == picture_model().metadata
    assert model.metadata.preprocessing.kind == PICTURE
    assert model.metadata.preprocessing.shape == model.image_shape == (3, 20, 24)


def test_earlier_versions_of_digitpad_ask_for_an_update_of_themselves(saved: Path) -> None:
    assert strings_of(saved)["format_version"] == "2"


def test_the_files_of_digits_are_as_before(tmp_path: Path) -> None:
    path = tmp_path / "digits.safetensors"
    plan = Architecture("mean", (1, 28, 28), (PLAN.layers[2], {**PLAN.layers[3], "in_features": 784}))
    save_model(path, Model(build(plan), plan, ModelMetadata(("a", "b"))))
    strings = strings_of(path)
    assert strings["format_version"] == "1"
    assert json.loads(strings["preprocessing"]) == {"mean": 0.1307, "std": 0.3081, "size": 28}
    assert load_model(path).metadata.preprocessing == Preprocessing(kind=DIGIT)


@pytest.mark.parametrize("fit", [CROP, STRETCH])
def test_the_fit_is_stored(tmp_path: Path, fit: str) -> None:
    model = picture_model()
    prepared = replace(model.metadata.preprocessing, fit=fit)
    path = tmp_path / "pets.safetensors"
    save_model(path, replace(model, metadata=replace(model.metadata, preprocessing=prepared)))
    strings = strings_of(path)
    assert strings["format_version"] == "2"
    assert json.loads(strings["preprocessing"])["fit"] == fit
    assert load_model(path).metadata.preprocessing == prepared


def test_pictures_of_files_without_a_fit_are_cropped(saved: Path) -> None:
    strings = strings_of(saved)
    prepared = json.loads(strings["preprocessing"])
    del prepared["fit"]
    tensors = safetensors.numpy.load_file(saved)
    safetensors.numpy.save_file(tensors, saved, {**strings, "preprocessing": json.dumps(prepared)})
    assert load_model(saved).metadata.preprocessing.fit == CROP


def test_images_of_the_same_fit_are_received() -> None:
    prepared = Preprocessing.of_pictures((3, 20, 24), MEAN, STD, STRETCH)
    assert [prepared.receives(fit) for fit in (STRETCH, CROP, None)] == [True, False, True]
    assert Preprocessing().receives(STRETCH)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "sound"}, "pictures of the kind 'sound', which this digitpad does not know"),
        ({"fit": "letterbox"}, "pictures with the fit 'letterbox', which this digitpad does not know"),
        ({"fit": None}, "fit must be a text"),
        ({"kind": "digit", "channels": 1, "size": 28, "width": None, "fit": "stretch"}, "invalid preprocessing"),
        ({"kind": 3}, "kind must be a text"),
        ({"channels": 2}, "invalid preprocessing"),
        ({"channels": 1}, "invalid preprocessing"),
        ({"mean": [0.5, 0.5]}, "invalid preprocessing"),
        ({"mean": []}, "invalid preprocessing"),
        ({"mean": [0.5, 1e9, 0.5]}, "invalid preprocessing"),
        ({"std": [0.5, 0.0, 0.5]}, "invalid preprocessing"),
        ({"std": [0.5, "x", 0.5]}, "std must be a number or a list"),
        ({"size": 0}, "invalid preprocessing"),
        ({"width": -4}, "invalid preprocessing"),
        ({"size": 3}, "does not accept 3x3x24 pictures"),
        ({"size": 10**9, "width": 10**9}, "pictures"),
        ({"kind": "digit"}, "invalid preprocessing"),
    ],
)
def test_invalid_preprocessing_is_refused(saved: Path, change: dict[str, Any], reason: str) -> None:
    rewrite(saved, change)
    with pytest.raises(DigitpadError) as caught:
        load_model(saved)
    assert reason in str(caught.value)


def test_one_number_may_stand_for_all_channels(saved: Path) -> None:
    rewrite(saved, {"mean": 0.5, "std": 0.25})
    prepared = load_model(saved).metadata.preprocessing
    assert (prepared.mean, prepared.of_channel(2)) == (0.5, (0.5, 0.25))


def test_channels_are_normalized_by_their_own_numbers() -> None:
    prepared = Preprocessing.of_pictures((3, 20, 24), MEAN, STD)
    images = np.random.default_rng(0).integers(0, 256, (2, 3, 20, 24), dtype=np.uint8)
    expected = (images / 255 - np.array(MEAN)[:, None, None]) / np.array(STD)[:, None, None]
    normalized = prepared.normalize(images)
    assert normalized.dtype == np.float32
    np.testing.assert_allclose(normalized, expected, atol=1e-6)
    np.testing.assert_allclose(prepared.normalize((images[0] / 255).astype(np.float32)), expected[0], atol=1e-6)
    assert prepared.of_channel(1) == (0.45, 0.24)


def test_only_networks_for_digits_refuse() -> None:
    prepared = Preprocessing.of_pictures((3, 20, 24), MEAN, STD)
    assert not ModelMetadata(("cats", NO_DIGIT), prepared).refuses
    assert ModelMetadata(("7", NO_DIGIT)).refuses
