"""Why not a 4: a small change to the ink, verified by reading the changed picture with the network."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.mnist import load_mnist
from digitpad.explain.counterfactual import Change, _into_ball, why_not
from digitpad.explain.frame import Inspector
from digitpad.models.model_file import load_model
from digitpad.nn import ARCHITECTURES, build
from digitpad.reading.recognizer import Recognizer


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector.of(load_model("light"))


def digit(index: int) -> NDArray[np.float32]:
    pixels: NDArray[np.float32] = load_mnist("test").images[index, 0].astype(np.float32) / 255
    return pixels


def result(inspector: Inspector, pixels: NDArray[np.float32], target: int, steps: int = 120) -> Change:
    last = list(why_not(inspector, pixels, target, steps=steps))[-1]
    assert last.done == last.total
    assert last.change is not None
    return last.change


@pytest.mark.parametrize(("index", "target"), [(2, 4), (18, 8), (0, 3)])
def test_the_change_turns_the_answer_and_is_small(inspector: Inspector, index: int, target: int) -> None:
    pixels = digit(index)
    change = result(inspector, pixels, target)
    assert change.found
    assert Recognizer(load_model("light")).recognize_pixels(change.pixels[0]).label == str(target)
    np.testing.assert_allclose(pixels + change.added[0] - change.removed[0], change.pixels[0], atol=1e-6)
    assert change.pixels.min() >= 0
    assert change.pixels.max() <= 1
    assert not ((change.added > 0) & (change.removed > 0)).any()
    assert change.ink == pytest.approx(np.abs(change.pixels[0] - pixels).sum(), rel=1e-5)
    # Less than a seventh of the drawing's own ink, and none that could simply be left out.
    assert change.ink < pixels.sum() / 7
    greys = change.pixels * 255
    np.testing.assert_allclose(greys, greys.round(), atol=1e-3)


def test_no_pixel_of_the_change_is_needless(inspector: Inspector) -> None:
    pixels = digit(18)
    change = result(inspector, pixels, 8)
    for row, column in np.argwhere(change.pixels[0] != pixels):
        without = change.pixels.copy()
        without[0, row, column] = pixels[row, column]
        assert int(inspector.logits(without[np.newaxis])[0].argmax()) != 8


def test_a_class_that_is_the_answer_already_needs_no_change(inspector: Inspector) -> None:
    pixels = digit(0)
    change = result(inspector, pixels, 7)
    assert change.found
    assert change.ink == 0
    np.testing.assert_array_equal(change.pixels[0], pixels)


def test_a_blank_canvas_can_be_turned_too(inspector: Inspector) -> None:
    blank = np.zeros((28, 28), np.float32)
    for target in (0, 7):
        change = result(inspector, blank, target)
        assert change.found
        assert not change.removed.any()


def test_what_cannot_be_reached_is_not_claimed() -> None:
    """A network whose last layer never lets one class win."""
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(0))
    weights = dict(network.named_parameters())
    weights["fc2.weight"].value[4] = 0
    weights["fc2.bias"].value[4] = -1e4
    change = result(Inspector(network, (1, 28, 28)), digit(0), 4, steps=10)
    assert not change.found
    assert change.probabilities.argmax() != 4


def test_large_weights_have_a_direction_too() -> None:
    """The squares of these gradients exceed float32."""
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(0))
    weights = dict(network.named_parameters())
    weights["fc2.weight"].value *= np.float32(1e22)
    inspector = Inspector(network, (1, 28, 28))
    target = int(inspector.logits(digit(0)[np.newaxis, np.newaxis])[0].argsort()[-2])
    assert result(inspector, digit(0), target).found


def test_steps_report_the_best_so_far_and_may_be_left(inspector: Inspector) -> None:
    search = why_not(inspector, digit(18), 8, steps=30)
    inks = []
    for step in search:
        if step.change is not None:
            assert step.change.found
            inks.append(step.change.ink)
        if step.done == 25:
            break
    assert inks == sorted(inks, reverse=True)
    assert len(inks) > 5


def test_a_class_that_is_not_there_is_refused(inspector: Inspector) -> None:
    with pytest.raises(ValueError, match=r"target is 10; expected a class in \[0, 10\)"):
        next(why_not(inspector, digit(0), 10))


def test_the_ball_is_that_of_sums() -> None:
    rng = np.random.default_rng(0)
    change = rng.standard_normal((1, 5, 6)).astype(np.float32)
    size = float(np.abs(change).sum())
    np.testing.assert_array_equal(_into_ball(change, size + 1), change)
    assert not _into_ball(change, 0).any()
    inside = _into_ball(change, size / 3)
    assert np.abs(inside).sum() == pytest.approx(size / 3, rel=1e-5)
    # No other change of that size is nearer.
    for _ in range(50):
        other = rng.standard_normal(change.shape) * (rng.random(change.shape) < 0.5) + inside
        other *= size / 3 / max(np.abs(other).sum(), size / 3)
        assert np.linalg.norm(other - change) >= np.linalg.norm(inside - change) - 1e-6
