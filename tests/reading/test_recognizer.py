from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.images import image_to_digit
from digitpad.data.rasterize import ink_to_image
from digitpad.models.model_file import Model, ModelMetadata, Preprocessing
from digitpad.nn import ARCHITECTURES, ParallelNetwork, build
from digitpad.nn.functional import softmax
from digitpad.reading.recognizer import Recognizer

SEVEN = [np.array([[100, 100], [200, 100], [130, 260]], np.float32)]


@pytest.fixture
def model() -> Model:
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(3))
    metadata = ModelMetadata(labels=tuple("abcdefghij"), preprocessing=Preprocessing(mean=0.25, std=0.5))
    return Model(network, ARCHITECTURES["light"], metadata)


@pytest.fixture
def picture() -> NDArray[np.float32]:
    return np.random.default_rng(1).random((28, 28)).astype(np.float32)


def test_the_answer_is_the_networks(model: Model, picture: NDArray[np.float32]) -> None:
    prediction = Recognizer(model).recognize_pixels(picture)
    logits = model.network.forward(((picture - 0.25) / 0.5)[np.newaxis, np.newaxis])
    expected = softmax(logits)[0]
    assert prediction.probabilities == pytest.approx(expected, abs=1e-6)
    assert prediction.label == "abcdefghij"[int(expected.argmax())]
    assert prediction.probability == pytest.approx(float(expected.max()))
    assert prediction.probabilities.sum() == pytest.approx(1)
    assert prediction.probabilities.dtype == np.float32
    assert (prediction.rejected, prediction.reason) == (False, None)
    assert np.array_equal(prediction.image, picture)


def test_dropout_is_off(model: Model, picture: NDArray[np.float32]) -> None:
    recognizer = Recognizer(model)
    answers = {recognizer.recognize_pixels(picture).probabilities.tobytes() for _ in range(5)}
    assert len(answers) == 1


@pytest.mark.parametrize("count", [300, 1001])
def test_many_pictures_get_the_answers_that_each_gets_alone(model: Model, count: int) -> None:
    pictures = np.random.default_rng(2).random((count, 28, 28)).astype(np.float32)
    recognizer = Recognizer(model)
    together = recognizer.recognize_all(pictures)
    batch = recognizer.recognize_batch(pictures[:, np.newaxis])
    assert batch.shape == (count, 10)
    for number in (0, 1, 255, 256, count - 1):
        alone = recognizer.recognize_pixels(pictures[number])
        assert alone.probabilities == pytest.approx(together[number].probabilities, abs=1e-6)
        assert alone.probabilities == pytest.approx(batch[number], abs=1e-6)
    assert recognizer.recognize_batch(pictures[:0, np.newaxis]).shape == (0, 10)
    assert recognizer.recognize_all(pictures[:0]) == []


def test_what_a_person_is_shown_is_read_by_the_plain_layers(
    model: Model, picture: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    recognizer = Recognizer(model)

    def refuse(*_: object) -> None:
        raise AssertionError("the fused layers were asked")

    monkeypatch.setattr(ParallelNetwork, "predict", refuse)
    recognizer.recognize_pixels(picture)
    recognizer.recognize_all(picture[np.newaxis])
    recognizer.activations(picture)
    with pytest.raises(AssertionError, match="fused"):
        recognizer.recognize_batch(picture[np.newaxis, np.newaxis])


def test_threads_may_read_data_sets_with_the_same_recognizer(model: Model) -> None:
    pictures = np.random.default_rng(3).integers(0, 256, (8, 300, 1, 28, 28), dtype=np.uint8)
    recognizer = Recognizer(model)
    alone = [recognizer.recognize_batch(images) for images in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(recognizer.recognize_batch, pictures))
    for own, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(other, own)


def test_threads_may_read_drawings_with_the_same_recognizer(model: Model) -> None:
    recognizer = Recognizer(model)
    pictures = np.random.default_rng(6).random((200, 28, 28)).astype(np.float32)
    batch = (pictures[:, np.newaxis] - np.float32(0.25)) / np.float32(0.5)
    expected = [softmax(model.network.forward(batch[[place]]))[0].tobytes() for place in range(len(pictures))]
    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(recognizer.recognize_pixels, pictures))
    assert [one.probabilities.tobytes() for one in read] == expected


def test_bytes_and_floats_mean_the_same(model: Model) -> None:
    pictures = np.random.default_rng(2).integers(0, 256, (3, 1, 28, 28), dtype=np.uint8)
    recognizer = Recognizer(model)
    floats = recognizer.recognize_batch(pictures.astype(np.float32) / np.float32(255))
    assert recognizer.recognize_batch(pictures) == pytest.approx(floats, abs=1e-6)


def test_ink_and_pictures_go_through_the_one_definition(model: Model) -> None:
    recognizer = Recognizer(model)
    assert np.array_equal(recognizer.recognize_ink(SEVEN).image, ink_to_image(SEVEN))
    gray = np.zeros((200, 300), np.float32)
    gray[40:160, 140:155] = 1
    assert np.array_equal(recognizer.recognize_image(gray).image, image_to_digit(gray))


def test_a_blank_picture_is_rejected_in_words_and_still_has_a_best_reading(model: Model) -> None:
    recognizer = Recognizer(model)
    for prediction in (
        recognizer.recognize_ink([]),
        recognizer.recognize_pixels(np.zeros((28, 28), np.float32)),
        recognizer.recognize_pixels(np.full((28, 28), 0.05, np.float32)),
        recognizer.recognize_image(np.zeros((50, 40), np.float32)),
    ):
        assert prediction.rejected
        assert prediction.reason == "nothing is drawn here"
        assert prediction.label == "abcdefghij"[int(prediction.probabilities.argmax())]
    assert not recognizer.recognize_ink(SEVEN).rejected


def test_a_dot_is_something(model: Model) -> None:
    assert not Recognizer(model).recognize_ink([np.array([[50, 50]], np.float32)]).rejected


def test_answers_do_not_change_when_training_goes_on(model: Model, picture: NDArray[np.float32]) -> None:
    recognizer = Recognizer(model)
    before = recognizer.recognize_pixels(picture).probabilities
    for parameter in model.network.parameters():
        parameter.value += 1
    assert np.array_equal(recognizer.recognize_pixels(picture).probabilities, before)


def test_activations_are_those_of_this_picture_by_layer_and_in_order(
    model: Model, picture: NDArray[np.float32]
) -> None:
    recognizer = Recognizer(model)
    activations = recognizer.activations(picture)
    assert list(activations) == ["input", *(str(layer["name"]) for layer in model.architecture.layers)]
    assert activations["input"] == pytest.approx(((picture - 0.25) / 0.5)[np.newaxis], abs=1e-6)
    assert activations["conv1"].shape == (8, 28, 28)
    assert activations["pool2"].shape == (16, 7, 7)
    assert activations["fc2"].shape == (10,)
    expected = recognizer.recognize_pixels(picture).probabilities
    assert softmax(activations["fc2"][np.newaxis])[0] == pytest.approx(expected, abs=1e-6)
    assert np.array_equal(activations["relu1"], np.maximum(activations["conv1"], 0))


@pytest.mark.parametrize("shape", [(27, 28), (28, 28, 1), (784,)])
def test_a_picture_of_another_shape_is_a_mistake_of_the_program(model: Model, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Recognizer(model).recognize_pixels(np.zeros(shape, np.float32))
