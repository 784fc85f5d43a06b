"""Figures of an evaluation, from a network whose predictions are all known."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.dataset import NO_DIGIT, Dataset
from digitpad.errors import DigitpadError
from digitpad.evaluation import Comparison, Evaluation, evaluate, evaluating, wilson_interval
from digitpad.evaluation.reading import read_logits
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import ARCHITECTURES, Architecture, build
from digitpad.reading.recognizer import Recognizer


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


def images_read_as(readings: list[int]) -> NDArray[np.uint8]:
    images = np.zeros((len(readings), 1, 28, 28), np.uint8)
    images[np.arange(len(readings)), 0, 0, readings] = 255
    return images


def test_rows_are_true_classes_and_columns_readings(recognizer: Recognizer) -> None:
    truth = [0, 0, 0, 1, 2, 2]
    read = [0, 0, 7, 1, 1, 2]
    result = evaluate(recognizer, Dataset.of("six", images_read_as(read), np.array(truth)))
    assert result.count == 6
    assert result.accuracy == pytest.approx(4 / 6)
    assert [figures.recall for figures in result.per_class] == [pytest.approx(2 / 3), 1.0, 0.5, *[None] * 7]
    expected = np.zeros((10, 10), int)
    for row, column in zip(truth, read, strict=True):
        expected[row, column] += 1
    assert np.array_equal(result.confusion, expected)


@pytest.mark.parametrize("classes", [tuple("0123456789"), (*"012345678", NO_DIGIT)])
def test_logits_are_read_as_the_images_are(classes: tuple[str, ...]) -> None:
    plan = Architecture(
        "refusing",
        (1, 28, 28),
        (
            {"name": "flatten", "type": "Flatten"},
            {"name": "fc", "type": "Linear", "in_features": 784, "out_features": 11},
        ),
    )
    labels = (*"0123456789", NO_DIGIT)
    model = Model(build(plan, rng=np.random.default_rng(2)), plan, ModelMetadata(labels=labels))
    recognizer = Recognizer(model)
    data = Dataset.of("ten", images_read_as(list(range(10))), np.arange(10), classes)
    expected = evaluate(recognizer, data)
    logits = model.network.forward(model.metadata.preprocessing.normalize(data.pixels))
    found, log_probabilities = read_logits(recognizer, data, logits)
    assert found == expected.labels
    assert (NO_DIGIT in found) == (NO_DIGIT in classes)
    np.testing.assert_allclose(log_probabilities, expected.log_probabilities, atol=1e-5)


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


def answers(
    truth: Sequence[int], probabilities: Sequence[Sequence[float]], model: str = "m", checksum: str = "c"
) -> Evaluation:
    """Make an evaluation of given answers to images of the classes a, b and c."""
    logarithms = np.log(np.array(probabilities, np.float64)).astype(np.float32)
    return Evaluation(model, "d", checksum, ("a", "b", "c"), np.array(truth), logarithms)


BY_HAND = answers(
    [0, 0, 1, 1],
    [
        [0.7, 0.2, 0.1],  # a, right
        [0.1, 0.8, 0.1],  # a read as b
        [0.2, 0.5, 0.3],  # b, right
        [0.9, 0.05, 0.05],  # b read as a
    ],
)


def test_precision_recall_and_f1_by_hand() -> None:
    a, b, c = BY_HAND.per_class
    assert (a.support, a.precision, a.recall, a.f1) == (2, 0.5, 0.5, 0.5)
    assert (b.support, b.precision, b.recall, b.f1) == (2, 0.5, 0.5, 0.5)
    assert (c.support, c.precision, c.recall, c.f1) == (0, None, None, None)
    # Never b where it is; once b where it is not; so F1 is 0, not unknown.
    off = answers([1, 0], [[0.9, 0.05, 0.05], [0.1, 0.8, 0.1]])
    assert [(figures.precision, figures.recall, figures.f1) for figures in off.per_class[:2]] == [(0, 0, 0), (0, 0, 0)]
    uneven = answers([0, 0, 1], [[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1]])
    assert uneven.per_class[1].precision == 0.5
    assert uneven.per_class[1].recall == 1.0
    assert uneven.per_class[1].f1 == pytest.approx(2 * 0.5 * 1.0 / 1.5)


def test_the_loss_is_the_mean_cross_entropy() -> None:
    expected = -np.log([0.7, 0.1, 0.5, 0.05])
    assert BY_HAND.losses == pytest.approx(expected)
    assert BY_HAND.loss == pytest.approx(expected.mean())


def test_the_worst_mistakes_come_first() -> None:
    assert BY_HAND.mistakes().tolist() == [3, 1]
    # Both are as confident as float32 allows; the loss distinguishes them.
    logs = np.array([[0, -30, -90], [0, -90, -30], [-0.1, -3, -4]], np.float32)
    tied = Evaluation("m", "d", "c", ("a", "b", "c"), np.array([1, 1, 1]), logs)
    assert tied.mistakes().tolist() == [1, 0, 2]


def test_a_cell_holds_its_images_the_surest_first() -> None:
    result = answers([0, 0, 0, 1], [[0.3, 0.6, 0.1], [0.05, 0.9, 0.05], [0.8, 0.1, 0.1], [0.1, 0.9, 0.0001]])
    assert result.cell(0, 1).tolist() == [1, 0]
    assert result.cell(0, 0).tolist() == [2]
    assert result.cell(2, 0).tolist() == []
    assert sum(len(result.cell(r, c)) for r in range(3) for c in range(3)) == 4


def test_loss_and_calibration_are_those_of_the_plain_definitions() -> None:
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(3))
    recognizer = Recognizer(Model(network, ARCHITECTURES["light"], ModelMetadata()))
    rng = np.random.default_rng(5)
    images, labels = rng.integers(0, 256, (600, 1, 28, 28)).astype(np.uint8), rng.integers(0, 10, 600)
    result = evaluate(recognizer, Dataset.of("noise", images, labels))
    logits = network.forward(((images / 255 - 0.1307) / 0.3081).astype(np.float32)).astype(np.float64)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert result.probabilities == pytest.approx(probabilities, abs=1e-6)
    assert result.loss == pytest.approx(-np.log(probabilities[np.arange(600), labels]).mean(), rel=1e-5)
    assert result.accuracy == (probabilities.argmax(axis=1) == labels).mean()
    assert result.calibration.confidence == pytest.approx(probabilities.max(axis=1).mean(), abs=1e-6)
    assert result.probabilities == pytest.approx(recognizer.recognize_batch(images), abs=1e-6)


def test_a_loss_stays_finite_where_a_probability_rounds_to_nothing(recognizer: Recognizer) -> None:
    recognizer.model.network.parameters()[0].value *= 1e4
    result = evaluate(recognizer, Dataset.of("sure", images_read_as([3]), np.array([5])))
    assert result.probabilities[0, 5] == 0
    assert np.isfinite(result.loss)
    assert result.loss > 1000


def test_it_can_be_stopped_between_batches(recognizer: Recognizer) -> None:
    steps = evaluating(recognizer, Dataset.of("many", images_read_as([1] * 1200), np.ones(1200, np.int64)))
    assert next(steps) == 500
    steps.close()
    with pytest.raises(StopIteration):
        next(steps)


def test_figures_by_writer_and_source_the_worst_first(recognizer: Recognizer) -> None:
    read, truth = [1, 1, 2, 2, 3, 3], [1, 1, 1, 2, 3, 0]
    origins = {"writer": ("5", "5", "5", "7", "5", "5"), "source": ("x", "x", "x", "x", "y", "y")}
    result = evaluate(recognizer, Dataset.of("ink", images_read_as(read), np.array(truth), origins=origins))
    figures = [(group.name, group.count, group.right, group.accuracy) for group in result.by_origin("writer")]
    # Writer 5 of one source is not writer 5 of the other.
    assert figures == [("y 5", 2, 1, 0.5), ("x 5", 3, 2, pytest.approx(2 / 3)), ("x 7", 1, 1, 1.0)]
    assert [(group.name, group.right) for group in result.by_origin("source")] == [("y", 1), ("x", 3)]
    assert 0 < result.by_origin("source")[0].interval.low < 0.5 < result.by_origin("source")[0].interval.high < 1
    alone = Dataset.of("ink", images_read_as(read), np.array(truth), origins={"writer": origins["writer"]})
    assert [group.name for group in evaluate(recognizer, alone).by_origin("writer")] == ["5", "7"]
    assert evaluate(recognizer, alone).by_origin("source") == ()


def test_two_models_on_the_same_images() -> None:
    right, wrong = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]
    surer = [0.02, 0.97, 0.01]
    first = answers([0, 0, 0, 0, 0], [right, right, right, wrong, wrong], "first")
    second = answers([0, 0, 0, 0, 0], [right, wrong, surer, right, wrong], "second")
    comparison = Comparison(first, second)
    assert comparison.only_first.tolist() == [2, 1]
    assert comparison.only_second.tolist() == [3]
    assert (comparison.both, comparison.neither) == (1, 1)
    assert comparison.difference == pytest.approx(second.accuracy - first.accuracy)
    assert comparison.interval.low < comparison.difference < comparison.interval.high
    assert comparison.p_value == 1.0
    with pytest.raises(DigitpadError, match="different images"):
        Comparison(first, answers([0], [right], checksum="other"))


def test_models_with_their_classes_in_another_order_compare_by_image() -> None:
    first = answers([0, 1], [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])
    swapped = Evaluation("s", "d", "c", ("b", "a", "c"), np.array([1, 0]), first.log_probabilities[:, [1, 0, 2]])
    comparison = Comparison(first, swapped)
    assert (comparison.both, comparison.difference) == (2, 0.0)


def test_the_interval_of_a_class_is_that_of_its_images() -> None:
    answers = np.log(np.full((5, 3), 0.1, np.float32))
    for image, read in enumerate((0, 0, 1, 1, 1)):
        answers[image, read] = np.log(0.8)
    result = Evaluation("net", "data", "id", ("a", "b", "c"), np.array([0, 0, 0, 1, 1]), answers)
    first, second, third = result.recall_intervals
    assert first == wilson_interval(2, 3)
    assert second == wilson_interval(2, 2)
    assert third is None
