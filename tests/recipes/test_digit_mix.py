"""A batch of the default model's training has its parts, depends on its number alone, and leaves writers out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from digit_mix import CLASSES, FOLDS, Mix, Shares, fold_of

from digitpad.data.dataset import DIGITS, NO_DIGIT, Dataset
from digitpad.data.ink import Drawing
from digitpad.data.mnist import load_mnist
from digitpad.data.pen import pen_drawings
from digitpad.data.synthetic.manners import MannerMaker

NOTHING = CLASSES.index(NO_DIGIT)


def small_mix(drawings: Sequence[Drawing], *, shares: Shares | None = None, seed: int = 0) -> Mix:
    """Return a mix of few images, which is quick to open."""
    mnist = load_mnist("train").subset(np.arange(300))
    pieces = Dataset.of("pieces", np.full((5, 1, 28, 28), 200, np.uint8), np.zeros(5, np.int64), (NO_DIGIT,))
    return Mix(
        mnist=mnist,
        validation=load_mnist("train").subset(np.arange(300, 500)),
        drawings=drawings,
        left_out=drawings[:20],
        styles=mnist.subset(np.arange(10)),
        pieces=pieces,
        touching=pieces,
        manners=MannerMaker(drawings),
        shares=shares or Shares(),
        seed=seed,
    )


@pytest.fixture(scope="module")
def drawings() -> list[Drawing]:
    return list(pen_drawings()[:600])


def test_a_batch_has_its_parts(drawings: list[Drawing]) -> None:
    shares = Shares(ink=0.2, manners=0.1, styles=0.1, pieces=0.1, figures=0.1, touching=0.06)
    images, labels = small_mix(drawings, shares=shares).batch(0, 50)
    assert images.shape == (50, 1, 28, 28)
    assert images.dtype == np.uint8
    assert (labels == NOTHING).sum() == 10
    assert shares.counts(50) == {"ink": 10, "manners": 5, "styles": 5, "pieces": 5, "figures": 5, "touching": 3}
    assert images.max(axis=(1, 2, 3)).min() > 50


def test_a_batch_depends_on_seed_and_number_alone(drawings: list[Drawing]) -> None:
    mix = small_mix(drawings)
    first, labels = mix.batch(7, 20)
    mix.batch(3, 20)
    again, same = small_mix(drawings).batch(7, 20)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(labels, same)
    for other in (mix.batch(8, 20), small_mix(drawings, seed=1).batch(7, 20)):
        assert (other[0] != first).any()


def test_every_digit_of_mnist_comes_once_before_any_comes_again(drawings: list[Drawing]) -> None:
    only = Shares(ink=0, manners=0, styles=0, pieces=0, figures=0, touching=0, clutter=0)
    mix = small_mix(drawings[:60] + drawings[-200:], shares=only)
    labels = np.concatenate([mix.batch(number, 50)[1] for number in range(12)])
    counts = np.bincount(mix.mnist.labels, minlength=10)
    np.testing.assert_array_equal(np.bincount(labels[:300], minlength=10), counts)
    np.testing.assert_array_equal(np.bincount(labels, minlength=10), 2 * counts)


def test_the_last_batches_have_less_ink_and_still_use_every_digit_of_mnist_once(drawings: list[Drawing]) -> None:
    shares = Shares(ink=0.4, manners=0.2, styles=0, pieces=0, figures=0, touching=0, clutter=0)
    mix = replace(small_mix(drawings, shares=shares), settles_at=5)
    used: list[int] = []
    for number in range(9):
        used += mix._mnist_of(number, 50).tolist()
        assert len(used) == (20 * (number + 1) if number < 5 else 100 + 42 * (number - 4))
    assert len(set(used)) == len(used) == 268
    assert mix.batch(6, 50)[1].shape == (50,)


def test_the_last_batches_are_moved_less(drawings: list[Drawing]) -> None:
    only = Shares(ink=0, manners=0, styles=0, pieces=0, figures=0, touching=0, clutter=0)
    mix = small_mix(drawings, shares=only)
    as_they_are = mix.mnist.pixels[mix._mnist_of(0, 50)].astype(np.float64)
    early, settled = (replace(mix, settles_at=at).batch(0, 50)[0] for at in (1, 0))
    assert np.abs(settled - as_they_are).mean() < 0.9 * np.abs(early - as_they_are).mean()


def test_clutter_spoils_its_share(drawings: list[Drawing]) -> None:
    only = Shares(ink=0, manners=0, styles=0, pieces=0, figures=0, touching=0)
    plain, spoiled = (small_mix(drawings, shares=replace(only, clutter=share)).batch(0, 30)[0] for share in (0.0, 1.0))
    assert (plain != spoiled).any(axis=(1, 2, 3)).mean() > 0.9


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_all_data_are_opened_and_a_fold_is_left_out() -> None:
    mix = Mix.open(0, fold=2, numbers=60)
    assert (len(mix.mnist), len(mix.validation)) == (55_000, 5000)
    assert {fold_of(drawing) for drawing in mix.left_out} == {2}
    assert {fold_of(drawing) for drawing in mix.drawings} == {1, 3, 4, 5}
    assert len(mix.drawings) + len(mix.left_out) == 7494
    images, labels = mix.batch(0, 128)
    assert len(images) == len(labels) == 128
    assert set(labels.tolist()) >= set(range(len(DIGITS)))


def test_every_writer_is_left_out_once() -> None:
    folds = {int(str(drawing.extra["writer"])): fold_of(drawing) for drawing in pen_drawings()}
    assert sorted(folds.values()) == [fold for fold in range(1, FOLDS + 1) for _ in range(6)]
