"""The data decide the task; each task's loss and score are those it is named after."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.dataset import Dataset
from digitpad.data.paper import Pages
from digitpad.errors import DigitpadError
from digitpad.nn import BCEWithLogitsLoss, CrossEntropyLoss
from digitpad.nn.metrics import intersection_over_union
from digitpad.training.tasks import Share, count_correct, count_overlap, task_of


def labelled(classes: tuple[str, ...]) -> Dataset:
    images = np.zeros((6, 3, 4, 4), np.uint8)
    return Dataset.of("mine", images, np.arange(6) % len(classes), classes)


def test_labelled_images_are_classified() -> None:
    task = task_of(labelled(("a", "b", "c")), (3,))
    assert (task.name, task.score, task.labels, task.output_shape) == (
        "classification",
        "accuracy",
        ("a", "b", "c"),
        (3,),
    )
    logits = np.array([[2, 1, 0], [0, 3, 1], [0, 1, 0], [1, 0, 2]], np.float32)
    targets = np.array([0, 1, 2, 2])
    assert task.count(logits, targets) == Share(3, 4)
    assert task.loss(logits, targets).value == CrossEntropyLoss()(logits, targets).value


def test_a_network_that_does_not_fit_learns_nothing_about_the_task() -> None:
    assert task_of(labelled(("a", "b", "c")), (10,)).output_shape == (3,)
    assert task_of(labelled(("a", "b", "c")), (1,)).output_shape == (3,)


def test_labels_are_smoothed_if_asked() -> None:
    logits, targets = np.array([[2, 1, 0], [0, 3, 1]], np.float32), np.array([0, 2])
    value, grad = task_of(labelled(("a", "b", "c")), (3,), 0.2).loss(logits, targets)
    expected = CrossEntropyLoss(label_smoothing=0.2)(logits, targets)
    assert value == expected.value != CrossEntropyLoss()(logits, targets).value
    np.testing.assert_array_equal(grad, expected.grad)


def test_labels_are_not_smoothed_where_the_answer_is_yes_or_no() -> None:
    masks = np.ones((2, 1, 8, 6), np.bool_)
    pages = Pages.of("pages", np.zeros(masks.shape, np.uint8), masks)
    with pytest.raises(DigitpadError, match="pages: label smoothing"):
        task_of(pages, (1, 8, 6), 0.1)
    with pytest.raises(DigitpadError, match="mine: label smoothing"):
        task_of(labelled(("cat", "dog")), (1,), 0.1)


def test_one_logit_tells_two_classes_apart() -> None:
    task = task_of(labelled(("cat", "dog")), (1,))
    assert (task.name, task.output_shape) == ("classification", (1,))
    logits, targets = np.array([[2.0], [-1.0], [3.0], [0.5]], np.float32), np.array([1, 0, 0, 1])
    assert task.count(logits, targets) == Share(3, 4)
    value, grad = task.loss(logits, targets)
    expected = BCEWithLogitsLoss()(logits, targets[:, None].astype(np.float32))
    assert value == expected.value
    np.testing.assert_array_equal(grad, expected.grad)
    assert task_of(labelled(("cat", "dog")), (2,)).output_shape == (2,)


def test_pages_are_searched_for_ink() -> None:
    rng = np.random.default_rng(0)
    masks = rng.random((4, 1, 8, 6)) > 0.7
    task = task_of(Pages.of("pages", np.zeros(masks.shape, np.uint8), masks), (1, 8, 6))
    assert (task.name, task.score, task.labels, task.output_shape) == ("segmentation", "IoU", ("ink",), (1, 8, 6))
    logits = rng.standard_normal(masks.shape).astype(np.float32)
    share = task.count(logits, masks)
    assert share.value == intersection_over_union(masks, logits > 0)
    assert 0 < share.hits < share.of < masks.size
    assert task.loss(logits, masks).value == BCEWithLogitsLoss()(logits, masks.astype(np.float32)).value


RNG = np.random.default_rng(1)


@pytest.mark.parametrize(
    ("count", "logits", "targets"),
    [
        (count_overlap, RNG.standard_normal((9, 1, 5, 5)), RNG.random((9, 1, 5, 5)) > 0.5),
        (count_correct, RNG.standard_normal((9, 4)), RNG.integers(0, 4, 9)),
    ],
)
def test_counts_of_batches_add_up_to_the_whole(
    count: Callable[[NDArray[Any], NDArray[Any]], Share], logits: NDArray[Any], targets: NDArray[Any]
) -> None:
    parts = [count(logits[part], targets[part]) for part in (slice(0, 4), slice(4, 9))]
    assert Share(*(sum(column) for column in zip(*parts, strict=True))) == count(logits, targets)


def test_where_there_is_no_ink_and_none_is_found_nothing_is_missed() -> None:
    nothing = np.zeros((1, 1, 4, 4), bool)
    assert count_overlap(np.full(nothing.shape, -1.0), nothing).value == 1
    assert count_overlap(np.full(nothing.shape, 1.0), nothing).value == 0
