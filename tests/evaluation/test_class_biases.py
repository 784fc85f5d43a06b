"""Class biases: the fit finds what was added to the logits, and is a minimum; a model's last layer takes them."""

import numpy as np
import pytest

from digitpad.evaluation.class_biases import fit_class_biases, with_class_biases
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import ARCHITECTURES, Architecture, build
from digitpad.nn.functional import log_softmax


def _labelled(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return logits of three classes, and classes drawn with exactly these probabilities."""
    logits = rng.normal(0, 1.5, (count, 3))
    noise = rng.gumbel(size=logits.shape)
    return logits, (logits + noise).argmax(axis=1).astype(np.int64)


def test_the_fit_takes_back_what_was_added() -> None:
    logits, targets = _labelled(np.random.default_rng(0), 40_000)
    added = np.array([0.8, -0.5, -0.3])
    np.testing.assert_allclose(fit_class_biases(logits + added, targets), -added, atol=0.05)


def test_the_fit_is_a_minimum_of_the_penalized_loss() -> None:
    logits, targets = _labelled(np.random.default_rng(1), 300)
    decay = 5.0

    def loss(biases: np.ndarray) -> float:
        scores = log_softmax(logits + biases)
        return float(-scores[np.arange(len(targets)), targets].sum() + decay * (biases**2).sum() / 2)

    best = fit_class_biases(logits, targets, decay)
    for direction in np.eye(3):
        for step in (-0.02, 0.02):
            assert loss(best + step * direction) > loss(best)


def test_a_class_without_images_has_a_finite_bias() -> None:
    logits = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    biases = fit_class_biases(logits, np.array([0, 1], np.int64))
    assert np.isfinite(biases).all()
    assert biases[2] == biases.min()


def test_nothing_is_fitted_without_images() -> None:
    with pytest.raises(ValueError, match="0 images"):
        fit_class_biases(np.zeros((0, 3)), np.zeros(0, np.int64))


def _model(plan: Architecture) -> Model:
    return Model(build(plan, rng=np.random.default_rng(0)), plan, ModelMetadata(labels=tuple("0123456789")), "mine")


def test_a_model_takes_biases_for_its_first_outputs() -> None:
    model = _model(ARCHITECTURES["light"])
    images = np.random.default_rng(2).normal(size=(3, 1, 28, 28)).astype(np.float32)
    biases = np.array([0.5, -0.25])
    changed = with_class_biases(model, biases)
    difference = changed.network.forward(images) - model.network.forward(images)
    np.testing.assert_allclose(difference, np.tile([0.5, -0.25, *[0] * 8], (3, 1)), atol=1e-5)


def test_a_network_without_a_last_linear_layer_takes_none() -> None:
    plan = ARCHITECTURES["light"]
    cut = Architecture("cut", plan.input_shape, (*plan.layers, {"name": "end", "type": "ReLU"}))
    with pytest.raises(ValueError, match="does not end in a linear layer"):
        with_class_biases(_model(cut), np.zeros(10))
