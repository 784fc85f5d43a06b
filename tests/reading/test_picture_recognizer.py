"""One recognizer reads digits and photographs, each in the way of its model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from digitpad.data.picture_fit import CROP, STRETCH
from digitpad.data.pictures import read_picture
from digitpad.models.model_file import Model, ModelMetadata, Preprocessing
from digitpad.nn import Architecture, build
from digitpad.reading.numbers import NumberReader
from digitpad.reading.recognizer import Recognizer
from tests.pictures import photograph

SHAPE = (3, 20, 24)


def model_of(outputs: int, labels: tuple[str, ...] = ("red", "green")) -> Model:
    """Return a model whose only weights compare the mean of red and the mean of green."""
    plan = Architecture(
        "colours",
        SHAPE,
        (
            {"name": "pool", "type": "GlobalAveragePool2D"},
            {"name": "flatten", "type": "Flatten"},
            {"name": "fc", "type": "Linear", "in_features": 3, "out_features": outputs},
        ),
    )
    network = build(plan, rng=np.random.default_rng(0))
    rows = [[-3, 3, 0]] if outputs == 1 else [[3, 0, 0], [0, 3, 0]]
    state = {name: np.zeros_like(value) for name, value in network.state_dict().items()}
    state["fc.weight"][...] = rows
    network.load_state_dict(state)
    return Model(
        network, plan, ModelMetadata(labels, Preprocessing.of_pictures(SHAPE, (0.5,) * 3, (0.25,) * 3)), "colours"
    )


@pytest.fixture(params=[1, 2], ids=["one logit", "two logits"])
def recognizer(request: pytest.FixtureRequest) -> Recognizer:
    return Recognizer(model_of(request.param))


def test_a_photograph_is_read_as_it_is(recognizer: Recognizer, tmp_path: Path) -> None:
    path = tmp_path / "green.png"
    photograph(np.random.default_rng(0), 1).save(path)
    prediction = recognizer.recognize_picture(path)
    assert prediction.label == "green"
    assert prediction.image.shape == SHAPE
    np.testing.assert_array_equal(prediction.image, read_picture(path, SHAPE, CROP).astype(np.float32) / 255)
    assert prediction.probabilities.shape == (2,)
    assert prediction.probabilities.sum() == pytest.approx(1)
    assert prediction.probability == prediction.probabilities[1] > 0.9
    assert not prediction.rejected
    pixels = np.asarray(PIL.Image.open(path))
    np.testing.assert_array_equal(recognizer.recognize_picture(pixels).probabilities, prediction.probabilities)
    assert recognizer.recognize_picture(photograph(np.random.default_rng(0), 0)).label == "red"


def test_a_photograph_is_prepared_with_the_fit_of_the_model(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    photograph(np.random.default_rng(0), 1, (120, 40)).save(path)
    model = model_of(1)
    for fit in (CROP, STRETCH):
        prepared = replace(model.metadata.preprocessing, fit=fit)
        reader = Recognizer(replace(model, metadata=replace(model.metadata, preprocessing=prepared)))
        assert reader.picture_fit == fit
        expected = read_picture(path, SHAPE, fit).astype(np.float32) / 255
        np.testing.assert_array_equal(reader.prepare_picture(path), expected)
        np.testing.assert_array_equal(reader.recognize_picture(path).image, expected)
    assert not np.array_equal(read_picture(path, SHAPE, CROP), read_picture(path, SHAPE, STRETCH))


def test_every_way_of_reading_agrees(recognizer: Recognizer) -> None:
    rng = np.random.default_rng(3)
    images = np.stack([read_picture(photograph(rng, number % 2), SHAPE) for number in range(30)])
    floats = images.astype(np.float32) / np.float32(255)
    batch = recognizer.recognize_batch(images)
    assert batch.shape == (30, 2)
    one_by_one = np.stack([recognizer.recognize_pixels(image).probabilities for image in floats])
    np.testing.assert_allclose(batch, one_by_one, atol=1e-6)
    np.testing.assert_allclose(np.exp(recognizer.log_probabilities(images)), batch, atol=1e-6)
    assert [each.label for each in recognizer.recognize_all(floats)] == ["red", "green"] * 15
    activations = recognizer.activations(floats[0])
    assert activations["input"].shape == SHAPE
    np.testing.assert_allclose(activations["input"], (floats[0] - 0.5) / 0.25, atol=1e-6)


def test_pictures_are_never_rejected(recognizer: Recognizer) -> None:
    for tone in (0, 255):
        assert not recognizer.recognize_picture(np.full((30, 30), tone, np.uint8)).rejected
    assert recognizer.refusals(np.zeros((2, *SHAPE), np.uint8)).tolist() == [0, 0]


def test_a_drawing_is_ink_on_white_paper(recognizer: Recognizer) -> None:
    strokes = [np.array([[200, 20], [200, 380]], np.float32)]
    image = recognizer.recognize_ink(strokes, canvas=400).image
    assert image.shape == SHAPE
    assert image[:, 10, 11:13].max() < 0.8
    assert image[:, :, 0].min() == 1
    ink = np.zeros((40, 48), np.float32)
    ink[:, 24:] = 1
    image = recognizer.recognize_image(ink).image
    assert image[:, :, 0].min() == 1
    assert image[:, :, -1].max() == 0


def test_whole_numbers_stay_with_networks_for_digits() -> None:
    recognizer = Recognizer(model_of(2, ("3", "4")))
    assert recognizer.reads_pictures
    assert not recognizer.reads_digits
    ink = np.zeros((40, 80), np.float32)
    ink[10:30, [20, 60]] = 1
    reading = NumberReader(recognizer).read_picture(ink)
    assert not reading.is_number
    digits = replace(model_of(2, ("3", "4")), metadata=ModelMetadata(("3", "4")))
    assert not Recognizer(digits).reads_pictures


def test_another_shape_is_an_error(recognizer: Recognizer) -> None:
    with pytest.raises(ValueError, match=r"expected \(N, 3, 20, 24\)"):
        recognizer.recognize_pixels(np.zeros((28, 28), np.float32))
