"""The validation images of a training are found again, or nothing is claimed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitpad.data.idx import write_idx
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.evaluation.validation import validation_images
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import ARCHITECTURES, build
from digitpad.training.preparation import choose_images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    write_idx(tmp_path / "train-images-idx3-ubyte", rng.integers(0, 256, (60, 28, 28)).astype(np.uint8))
    write_idx(tmp_path / "train-labels-idx1-ubyte", (np.arange(60) % 10).astype(np.uint8))
    return tmp_path


def _model(training: dict[str, object]) -> Model:
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(0))
    return Model(network, ARCHITECTURES["light"], ModelMetadata(training=training), "mine")


def test_they_are_those_of_the_run(folder: Path) -> None:
    learned, expected = choose_images(open_dataset(folder), limit=None, validation=12, seed=5)
    model = _model({"seed": 5, "images": 48, "data_sha256": learned.checksum})
    found = validation_images(model, folder)
    assert found.checksum == expected.checksum
    assert "validation" in found.name


@pytest.mark.parametrize("change", [{"seed": 6}, {"images": 47}, {"images": 60}, {"data_sha256": "?"}, {"seed": "5"}])
def test_images_that_may_have_been_learned_are_never_shown_as_held_out(folder: Path, change: dict[str, object]) -> None:
    learned, _ = choose_images(open_dataset(folder), limit=None, validation=12, seed=5)
    model = _model({"seed": 5, "images": 48, "data_sha256": learned.checksum})
    changed = replace(model, metadata=replace(model.metadata, training={**model.metadata.training, **change}))
    with pytest.raises(DigitpadError, match="does not record which images"):
        validation_images(changed, folder)
    with pytest.raises(DigitpadError, match="does not record which images"):
        validation_images(_model({}), folder)
