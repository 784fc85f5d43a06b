"""Drawings that are not digits are rejected with the reason, by rules or by the network's own output."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad import cli
from digitpad.data.dataset import DIGITS, NO_DIGIT, Dataset
from digitpad.data.mnist import load_mnist
from digitpad.data.rasterize import ink_to_image
from digitpad.errors import DigitpadError
from digitpad.evaluation import evaluate
from digitpad.evaluation.report import record_of
from digitpad.models.model_file import Model, ModelMetadata, load_model, save_model
from digitpad.nn import ARCHITECTURES, build
from digitpad.nn.functional import softmax
from digitpad.reading.recognizer import Prediction, Recognizer
from digitpad.training.network_fit import fit_network

EIGHT = load_mnist("test").images[61, 0] / np.float32(255)


def refusing_model(threshold: float = 0.5, labels: tuple[str, ...] = (*DIGITS, NO_DIGIT)) -> Model:
    """Return a model with an output for "no digit" and the weights it began with."""
    data = Dataset.of("", np.zeros((11, 1, 28, 28), np.uint8), np.arange(11), labels)
    plan = fit_network(ARCHITECTURES["light"], data).architecture
    network = build(plan, rng=np.random.default_rng(3))
    return Model(network, plan, ModelMetadata(labels=labels, refusal_threshold=threshold))


def lean_to(model: Model, label: str, by: float = 50.0) -> Model:
    """Return the model, with high confidence in one output for every input."""
    model.network.layers["fc2"].parameters()[1].value[model.metadata.labels.index(label)] += by
    return model


def test_probabilities_are_of_digits_alone_and_add_up() -> None:
    model = refusing_model()
    recognizer = Recognizer(model)
    prediction = recognizer.recognize_pixels(EIGHT)
    logits = model.network.forward((EIGHT[np.newaxis, np.newaxis] - np.float32(0.1307)) / np.float32(0.3081))
    assert recognizer.labels == DIGITS
    assert prediction.probabilities == pytest.approx(softmax(logits[:, :10])[0], abs=1e-6)
    assert prediction.no_digit == pytest.approx(softmax(logits)[0, 10], abs=1e-6)
    images = EIGHT[np.newaxis, np.newaxis]
    assert recognizer.recognize_batch(images)[0] == pytest.approx(prediction.probabilities, abs=1e-5)
    assert recognizer.refusals(images)[0] == pytest.approx(prediction.no_digit, abs=1e-5)
    assert np.exp(recognizer.log_probabilities(images)).sum() == pytest.approx(1)


def test_the_output_for_no_digit_may_lie_anywhere() -> None:
    labels = (*DIGITS[:3], NO_DIGIT, *DIGITS[3:])
    prediction = Recognizer(lean_to(refusing_model(labels=labels), "7")).recognize_pixels(EIGHT)
    assert prediction.label == "7"
    assert not prediction.rejected


def test_what_the_network_calls_no_digit_is_refused_and_read_all_the_same() -> None:
    prediction = Recognizer(lean_to(lean_to(refusing_model(), NO_DIGIT, 100), "4")).recognize_pixels(EIGHT)
    assert prediction.rejected
    assert prediction.reason == "unlike any digit"
    assert prediction.label == "4"
    assert prediction.probability > 0.99


def test_the_threshold_decides() -> None:
    model = refusing_model(threshold=0.9)
    share = Recognizer(model).recognize_pixels(EIGHT).no_digit
    assert 0.001 < share < 0.9
    assert not Recognizer(model).recognize_pixels(EIGHT).rejected
    assert Recognizer(model, threshold=share / 2).recognize_pixels(EIGHT).rejected
    recognizer = Recognizer(model)
    recognizer.threshold = share / 2
    assert recognizer.recognize_pixels(EIGHT).rejected
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(DigitpadError, match='"not a digit" threshold'):
            recognizer.threshold = wrong


def filled(*, disc: bool = False) -> NDArray[np.float32]:
    image = np.zeros((28, 28), np.float32)
    image[4:24, 4:24] = 1
    away = np.hypot(np.arange(28)[:, np.newaxis] - 13.5, np.arange(28) - 13.5)
    return np.where(away < 10, image, 0) if disc else image


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (np.zeros((28, 28), np.float32), "nothing is drawn here"),
        (ink_to_image([np.array([[50, 50]], np.float32)]), "this is only a dot"),
        (ink_to_image([np.array([[50, 50], [53, 51], [52, 53]], np.float32)]), "this is only a dot"),
        (filled(), "this is filled with ink, not written"),
        (filled(disc=True), "this is filled with ink, not written"),
        (np.ones((28, 28), np.float32), "this is filled with ink, not written"),
    ],
)
def test_blank_dot_and_solid_are_refused_whatever_the_network_says(image: NDArray[np.float32], reason: str) -> None:
    prediction = Recognizer(lean_to(refusing_model(), "1"), threshold=1).recognize_pixels(image)
    assert (prediction.rejected, prediction.reason) == (True, reason)


def test_a_network_that_never_refuses_is_asked_about_anything_but_blanks() -> None:
    plan = ARCHITECTURES["light"]
    recognizer = Recognizer(Model(build(plan, rng=np.random.default_rng(0)), plan, ModelMetadata()))
    assert not recognizer.refuses
    assert not recognizer.recognize_pixels(filled()).rejected
    assert recognizer.recognize_pixels(EIGHT).no_digit == 0
    assert recognizer.recognize_pixels(np.zeros((28, 28), np.float32)).rejected
    assert recognizer.refusals(np.ones((3, 1, 28, 28), np.float32)).tolist() == [0, 0, 0]


@pytest.mark.parametrize(("shares", "ambiguous"), [((0.7, 0.3), True), ((0.79, 0.21), True), ((0.9, 0.1), False)])
def test_two_guesses_that_are_close_are_ambiguous(shares: tuple[float, float], ambiguous: bool) -> None:
    probabilities = np.array([*shares, 0, 0], np.float32)
    assert Prediction("0", shares[0], probabilities, False, None, EIGHT).is_ambiguous is ambiguous


def test_the_threshold_is_kept_in_the_file(tmp_path: Path) -> None:
    save_model(tmp_path / "m.safetensors", refusing_model(threshold=0.37))
    metadata = load_model(tmp_path / "m.safetensors").metadata
    assert metadata.refuses
    assert metadata.refusal_threshold == 0.37
    assert Recognizer(load_model(tmp_path / "m.safetensors")).threshold == 0.37


@pytest.mark.parametrize("value", [1.5, -1.0, float("nan")])
def test_a_file_with_an_impossible_threshold_is_refused(tmp_path: Path, value: float) -> None:
    save_model(tmp_path / "m.safetensors", refusing_model(threshold=value))
    with pytest.raises(DigitpadError, match='"not a digit" threshold'):
        load_model(tmp_path / "m.safetensors")


def test_predict_takes_a_threshold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, ink = tmp_path / "m.safetensors", tmp_path / "seven.jsonl"
    save_model(model, refusing_model())
    ink.write_text('{"width": 300, "height": 300, "strokes": [[[100, 100], [200, 100], [130, 260]]]}\n')
    words = ["predict", str(ink), "--model", str(model), "--single"]
    assert cli.main([*words, "--threshold", "0"]) == 0
    assert "not a digit: unlike any digit" in capsys.readouterr().out
    assert cli.main([*words, "--threshold", "1"]) == 0
    assert "%" in capsys.readouterr().out
    assert cli.main([*words, "--threshold", "2"]) == 2


def test_evaluation_counts_refusals_and_reads_what_is_no_digit() -> None:
    images = np.repeat(np.rint(255 * EIGHT).astype(np.uint8)[np.newaxis, np.newaxis], 4, axis=0)
    digits = Dataset.of("digits", images, np.array([8, 8, 8, 1]))
    mixed = Dataset.of("mixed", images, np.array([10, 10, 10, 8]), (*DIGITS, NO_DIGIT))
    recognizer = Recognizer(lean_to(lean_to(refusing_model(), "8"), NO_DIGIT, 60))
    read = evaluate(recognizer, digits)
    assert read.labels == DIGITS
    assert read.accuracy == 0.75
    assert read.refused is not None
    assert read.refused.all()
    assert record_of(read)["refused"] == 1
    both = evaluate(recognizer, mixed)
    assert both.labels == (*DIGITS, NO_DIGIT)
    assert both.accuracy == 0.75
    assert np.exp(both.log_probabilities).sum(axis=1) == pytest.approx(np.ones(4))
    plan = ARCHITECTURES["light"]
    never = Recognizer(Model(build(plan, rng=np.random.default_rng(0)), plan, ModelMetadata()))
    assert evaluate(never, digits).refused is None
    with pytest.raises(DigitpadError, match="class 'no digit', which the model does not know"):
        evaluate(never, mixed)
