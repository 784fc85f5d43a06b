"""The network that an adaptation starts from: the same answers, and new classes."""

from dataclasses import replace

import numpy as np
import pytest

from digitpad.adaptation.replay import Replay
from digitpad.adaptation.samples import OwnSample, OwnSamples
from digitpad.adaptation.start import check_adaptable, starting_network
from digitpad.data.dataset import NO_DIGIT, normalize
from digitpad.errors import DigitpadError
from digitpad.models.metadata import Preprocessing
from digitpad.models.model_file import Model, ModelMetadata, load_model
from digitpad.nn import ARCHITECTURES, build


def test_it_answers_as_the_model_and_shares_nothing_with_it(light: Model, own: OwnSamples, replay: Replay) -> None:
    images = normalize(replay.images[:20])
    before = light.network.forward(images)
    start = starting_network(light, normalize(own.images), [one.label for one in own.samples], images, 0)
    assert start.labels == light.metadata.labels
    np.testing.assert_allclose(start.network.forward(images), before, rtol=1e-4, atol=1e-4)
    for parameter in start.network.parameters():
        parameter.value = np.zeros_like(parameter.value)
    assert (light.network.forward(images) == before).all()


def test_batch_normalization_is_folded(own: OwnSamples, replay: Replay) -> None:
    plan = ARCHITECTURES["reader"]
    assert "BatchNorm2D" in {layer["type"] for layer in plan.layers}
    model = Model(build(plan, rng=np.random.default_rng(0)), plan, ModelMetadata(), "reader")
    images = normalize(replay.images[:4])
    start = starting_network(model, normalize(own.images), ["4"] * len(own.samples), images, 0)
    assert "BatchNorm2D" not in {layer["type"] for layer in start.architecture.layers}
    np.testing.assert_allclose(start.network.forward(images), model.network.forward(images), rtol=1e-4, atol=1e-4)


def test_a_new_class_gets_an_output_that_points_to_its_drawings(light: Model, replay: Replay) -> None:
    digits, signs = replay.labels < 10, replay.labels == 10
    others, images = normalize(replay.images[digits][:200]), normalize(replay.images[signs][:12])
    start = starting_network(light, images, ["✓"] * 12, others, 0)
    assert start.labels == (*light.metadata.labels, "✓")
    assert start.network.output_shape((1, 28, 28)) == (11,)
    known = start.network.forward(others)
    np.testing.assert_allclose(known[:, :10], light.network.forward(others), rtol=1e-4, atol=1e-4)
    assert (known.argmax(axis=1) == 10).mean() < 0.1
    assert start.network.forward(images)[:, 10].mean() > known[:, 10].mean() + 1


def _own(*labels: str) -> OwnSamples:
    image = np.zeros((28, 28), np.uint8)
    return OwnSamples("mine", "", tuple(OwnSample(label, image) for label in labels))


def test_models_that_cannot_learn_are_named(light: Model) -> None:
    check_adaptable(light, _own("4", "✓"))
    check_adaptable(load_model("digitpad"), _own("4", NO_DIGIT))
    with pytest.raises(DigitpadError, match="light always answers with a digit"):
        check_adaptable(light, _own(NO_DIGIT))
    pictures = replace(light.metadata, preprocessing=Preprocessing.of_pictures((1, 28, 28), 0.5, 0.5))
    with pytest.raises(DigitpadError, match="light does not read the ten digits"):
        check_adaptable(replace(light, metadata=pictures), _own("4"))
    letters = replace(light.metadata, labels=tuple("ABCDEFGHIJ"))
    with pytest.raises(DigitpadError, match="light does not read the ten digits"):
        check_adaptable(replace(light, metadata=letters), _own("4"))
    ticks = replace(light.metadata, labels=(*light.metadata.labels, "✓"))
    with pytest.raises(DigitpadError, match="No drawing in mine shows ✓, which light would forget"):
        check_adaptable(replace(light, metadata=ticks), _own("4"))
