import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.errors import DigitpadError
from digitpad.model_file import Model, ModelMetadata
from digitpad.nn import Architecture, build
from digitpad.recognition import Recognizer
from digitpad.training.evaluation import evaluate


@pytest.fixture
def recognizer() -> Recognizer:
    """Read the class from the brightest of the first ten pixels."""
    plan = Architecture(
        "pixels",
        (1, 28, 28),
        (
            {"name": "flatten", "type": "Flatten"},
            {"name": "fc", "type": "Linear", "in_features": 784, "out_features": 10},
        ),
    )
    network = build(plan, rng=np.random.default_rng(0))
    weight, bias = network.parameters()
    weight.value[...] = np.eye(10, 784)
    bias.value[...] = 0
    return Recognizer(Model(network, plan, ModelMetadata()))


def images_read_as(readings: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    images = np.zeros((len(readings), 1, 28, 28), np.uint8)
    images[np.arange(len(readings)), 0, 0, readings] = 255
    return images


def test_rows_are_true_classes_and_columns_readings(recognizer: Recognizer) -> None:
    truth = [0, 0, 0, 1, 2, 2]
    read = [0, 0, 7, 1, 1, 2]
    result = evaluate(recognizer, Dataset.of("six", images_read_as(read), np.array(truth)))
    assert result.count == 6
    assert result.accuracy == pytest.approx(4 / 6)
    assert result.per_class == [pytest.approx(2 / 3), 1.0, 0.5, *[None] * 7]
    expected = np.zeros((10, 10), int)
    for row, column in zip(truth, read, strict=True):
        expected[row, column] += 1
    assert np.array_equal(result.confusion, expected)


def test_classes_are_matched_by_name_not_by_place(recognizer: Recognizer) -> None:
    data = Dataset.of("two", images_read_as([7, 3, 3]), np.array([0, 1, 0]), ("7", "3"))
    result = evaluate(recognizer, data)
    assert result.accuracy == pytest.approx(2 / 3)
    assert (result.confusion[7, 7], result.confusion[3, 3], result.confusion[7, 3]) == (1, 1, 1)


def test_progress_is_told_and_every_image_counts_once(recognizer: Recognizer) -> None:
    told: list[int] = []
    data = Dataset.of("many", images_read_as([number % 10 for number in range(1203)]), np.arange(1203) % 10)
    result = evaluate(recognizer, data, on_progress=told.append)
    assert (result.count, result.accuracy) == (1203, 1.0)
    assert told == [500, 1000, 1203]


def test_what_the_model_cannot_read_is_refused(recognizer: Recognizer) -> None:
    def refusal(dataset: Dataset) -> str:
        with pytest.raises(DigitpadError) as caught:
            evaluate(recognizer, dataset)
        return str(caught.value)

    whole = Dataset.of("letters", images_read_as([1]), np.array([0]), ("a",))
    assert "the class 'a'" in refusal(whole)
    assert "no labelled images" in refusal(whole.subset([]))
    assert "1x8x8" in refusal(Dataset.of("tiny", np.zeros((1, 1, 8, 8), np.uint8), np.array([0])))
