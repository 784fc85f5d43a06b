"""Robustness curves: each point is the accuracy on the changed images, the middle that on the unchanged images."""

import numpy as np
import pytest

from digitpad.data.augmentation import rotated, scaled, shifted, thickened
from digitpad.data.dataset import Dataset
from digitpad.data.mnist import load_mnist
from digitpad.errors import DigitpadError
from digitpad.evaluation import Disturbance, evaluate, measured_images, measuring_robustness
from digitpad.evaluation.robustness import count_points, disturb, measuring_robustness_in_steps
from digitpad.models.model_file import bundled_models, find_model, load_model
from digitpad.reading.recognizer import Recognizer

pytestmark = pytest.mark.skipif(not bundled_models(), reason="no bundled model to measure")


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(load_model(find_model("light")))


@pytest.fixture(scope="module")
def images() -> Dataset:
    return load_mnist("test").subset(range(600))


def test_every_point_is_a_reading_of_images_changed_by_that_amount(recognizer: Recognizer, images: Dataset) -> None:
    images = images.subset(range(300))
    points = list(measuring_robustness(recognizer, images))
    assert len(points) == count_points() == sum(len(disturbance.amounts) for disturbance in Disturbance)
    plain = evaluate(recognizer, images)
    by_amount = {(point.disturbance, point.amount): point for point in points}
    for disturbance in Disturbance:
        assert by_amount[disturbance, disturbance.untouched].accuracy == plain.accuracy
    for disturbance, amount, change in (
        (Disturbance.ROTATION, 30.0, rotated),
        (Disturbance.SCALE, 0.6, scaled),
        (Disturbance.STROKE_WIDTH, -1.0, thickened),
    ):
        changed = Dataset.of("changed", change(images.pixels, amount), images.labels)
        assert by_amount[disturbance, amount].accuracy == evaluate(recognizer, changed).accuracy
    # A network that was not trained on digits shifted by 8 pixels reads few of them.
    assert by_amount[Disturbance.SHIFT, 8.0].accuracy < 0.5 < by_amount[Disturbance.SHIFT, 1.0].accuracy
    low, high = by_amount[Disturbance.NOISE, 0.3].interval
    assert low < by_amount[Disturbance.NOISE, 0.3].accuracy < high
    again = list(measuring_robustness(recognizer, images, [Disturbance.NOISE]))
    assert again == [point for point in points if point.disturbance is Disturbance.NOISE]


def test_a_shift_goes_each_way_for_a_quarter_of_the_images(images: Dataset) -> None:
    some = images.images[:8]
    moved = disturb(some, Disturbance.SHIFT, 3.0)
    for number, way in enumerate([(3, 0), (0, 3), (-3, 0), (0, -3)] * 2):
        assert np.array_equal(moved[number], shifted(some[number : number + 1], *way)[0])
    # A part is changed as it is within the whole.
    assert np.array_equal(disturb(some[5:], Disturbance.SHIFT, 3.0, first=5), moved[5:])


@pytest.mark.parametrize("disturbance", list(Disturbance))
def test_nothing_is_changed_in_the_middle_and_something_elsewhere(disturbance: Disturbance, images: Dataset) -> None:
    some = images.images[:4]
    assert np.array_equal(disturb(some, disturbance, disturbance.untouched), some)
    assert disturbance.untouched in disturbance.amounts
    assert list(disturbance.amounts) == sorted(disturbance.amounts)
    for amount in disturbance.amounts:
        assert np.array_equal(disturb(some, disturbance, amount), some) == (amount == disturbance.untouched)


def test_large_data_sets_are_drawn_from_always_alike(images: Dataset) -> None:
    assert measured_images(images) is images
    some = measured_images(images, most=100)
    assert len(some) == 100
    assert some.checksum == measured_images(images, most=100).checksum
    assert some.checksum != measured_images(images, most=100, seed=1).checksum


def test_it_can_be_stopped_within_a_point(recognizer: Recognizer, images: Dataset) -> None:
    steps = measuring_robustness_in_steps(recognizer, images, [Disturbance.SHIFT])
    first = [next(steps) for _ in range(3)]
    # 600 images are two batches; then comes the point.
    assert first[:2] == [None, None]
    assert first[2] is not None
    assert first[2].amount == 0


def test_what_cannot_be_read_is_refused(recognizer: Recognizer) -> None:
    letters = Dataset.of("letters", np.zeros((1, 1, 28, 28), np.uint8), np.zeros(1, np.int64), ("q",))
    with pytest.raises(DigitpadError, match="'q'"):
        next(measuring_robustness(recognizer, letters))
