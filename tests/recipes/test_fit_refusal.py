"""The average of several models, and that models which do not belong together have none."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from digit_mix import CLASSES
from fit_refusal import averaged
from train_digitpad import architecture

from digitpad.models.architecture_file import build_network
from digitpad.models.model_file import Model, ModelMetadata, load_model, save_model
from tests.recipes.test_train_digitpad import SETTINGS


def _model(seed: int, images: int = 100) -> Model:
    plan = architecture(SETTINGS)
    metadata = ModelMetadata(labels=CLASSES, training={"seed": 0, "images": images})
    return Model(build_network(plan, seed), plan, metadata, f"model {seed}")


def test_the_average_of_models_is_the_mean_of_their_weights(tmp_path: Path) -> None:
    models = [_model(seed) for seed in range(3)]
    found = averaged(models)
    states = [model.network.state_dict() for model in models]
    for name, value in found.network.state_dict().items():
        wanted = (states[0][name].astype(np.float64) + states[1][name] + states[2][name]) / 3
        np.testing.assert_allclose(value, wanted, rtol=1e-6, atol=1e-8)
        assert value.dtype == states[0][name].dtype
    # The models themselves stay as they are, and the file names the others.
    assert models[0].network.state_dict().keys() == states[0].keys()
    save_model(tmp_path / "mean.safetensors", found)
    assert len(load_model(tmp_path / "mean.safetensors").metadata.training["averaged_with"]) == 2


def test_models_that_learned_other_images_have_no_average() -> None:
    with pytest.raises(SystemExit, match="held out other images"):
        averaged([_model(0), _model(1, images=50)])
    other = _model(1)
    with pytest.raises(SystemExit, match="another architecture"):
        averaged([_model(0), replace(other, architecture=replace(other.architecture, name="other"))])
