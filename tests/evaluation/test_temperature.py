"""The best temperature is found; built into the network, it changes only the confidence."""

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.evaluation.calibration import calibration
from digitpad.evaluation.temperature import fit_temperature, with_temperature
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import ARCHITECTURES, Architecture, build
from digitpad.nn.functional import softmax
from digitpad.reading.recognizer import Recognizer

RNG = np.random.default_rng(0)


def drawn(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return logits and targets drawn from their softmax: as sure as right, by the way they are made."""
    logits = np.random.default_rng(0).normal(0, 2, (count, 10))
    shares = softmax(logits).cumsum(axis=1)
    targets = (np.random.default_rng(1).random((count, 1)) > shares).sum(axis=1)
    return logits, np.minimum(targets, 9).astype(np.int64)


@pytest.mark.parametrize("truth", [0.5, 1.0, 2.5])
def test_the_temperature_that_spoilt_the_logits_is_found(truth: float) -> None:
    logits, targets = drawn(20_000)
    assert fit_temperature(logits * truth, targets) == pytest.approx(truth, rel=0.03)


def test_it_makes_percentages_true() -> None:
    logits, targets = drawn(20_000)
    spoilt = 3 * logits
    temperature = fit_temperature(spoilt, targets)
    both = softmax(spoilt), softmax(spoilt / temperature)
    errors = [calibration(shares.max(axis=1), shares.argmax(axis=1) == targets).error for shares in both]
    assert errors[0] > 0.1
    assert errors[1] < 0.01


def test_without_a_mistake_there_is_nothing_to_fit() -> None:
    for logits in (np.zeros((0, 10)), np.eye(10)):
        with pytest.raises(DigitpadError, match="use more validation images"):
            fit_temperature(logits, np.arange(len(logits)))


def test_built_in_it_divides_the_logits_and_leaves_the_model_alone() -> None:
    plan = ARCHITECTURES["light"]
    model = Model(build(plan, rng=np.random.default_rng(0)), plan, ModelMetadata(), "m")
    images = RNG.random((4, 28, 28)).astype(np.float32)
    before = model.network.forward(images[:, np.newaxis]).copy()
    cooler = with_temperature(model, 2.0)
    np.testing.assert_allclose(cooler.network.forward(images[:, np.newaxis]), before / 2, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(model.network.forward(images[:, np.newaxis]), before)
    first, second = (Recognizer(each).recognize_all(images) for each in (model, cooler))
    assert [one.label for one in first] == [one.label for one in second]


def test_a_network_that_ends_otherwise_is_refused() -> None:
    layers = (*ARCHITECTURES["light"].layers, {"name": "end", "type": "ReLU"})
    plan = Architecture("odd", (1, 28, 28), layers)
    with pytest.raises(DigitpadError, match="odd does not end in a linear layer"):
        with_temperature(Model(build(plan, rng=np.random.default_rng(0)), plan, ModelMetadata(), "odd"), 2.0)
