"""The batches of an adaptation, and the loss that holds the outputs for what is replayed."""

import numpy as np
import pytest

from digitpad.adaptation.batches import Batches, ReplayLoss
from digitpad.adaptation.hardest import Hardest
from digitpad.adaptation.samples import OwnSamples, Variants
from digitpad.models.model_file import Model
from digitpad.nn import CrossEntropyLoss
from digitpad.nn.functional import softmax


@pytest.fixture
def hardest() -> Hardest:
    """Return ten images of all classes, of which the network reads the last one wrongly."""
    rng = np.random.default_rng(0)
    outputs = (6 * np.eye(10) + rng.normal(0, 1, (10, 10))).astype(np.float32)
    outputs[9] = outputs[9][::-1]
    images = np.repeat(np.arange(10, dtype=np.uint8), 784).reshape(10, 1, 28, 28)
    return Hardest(images, np.arange(10), outputs)


def _batches(light: Model, own: OwnSamples, hardest: Hardest | None, labels: tuple[str, ...]) -> Batches:
    variants = Variants(own.samples, 0)
    prepared = light.metadata.preprocessing
    return Batches(own.samples, variants, labels, hardest, prepared, steps=3, own=5, replayed=4, seed=0)


def test_own_drawings_come_first_and_all_are_used(light: Model, own: OwnSamples, hardest: Hardest) -> None:
    made = list(_batches(light, own, hardest, light.metadata.labels).make())
    assert [batch.images.shape for batch in made] == [(9, 1, 28, 28)] * 3
    drawn = np.concatenate([batch.targets[:5].argmax(axis=1) for batch in made])
    # In each turn of ten drawings, all are used: eight sevens and two ones.
    assert sorted(drawn[:10].tolist()) == [1, 1, 7, 7, 7, 7, 7, 7, 7, 7]
    pixels = light.metadata.preprocessing.normalize(hardest.images)
    for batch in made:
        for image, outputs in zip(batch.images[5:], batch.outputs, strict=True):
            place = int(np.flatnonzero((hardest.outputs == outputs).all(axis=1))[0])
            assert (image == pixels[place]).all()


def test_what_is_replayed_is_repeated_after_the_last(light: Model, own: OwnSamples, hardest: Hardest) -> None:
    made = list(_batches(light, own, hardest, light.metadata.labels).make())
    outputs = np.concatenate([batch.outputs for batch in made])
    assert len(np.unique(outputs[:10], axis=0)) == 10
    assert (outputs[10:] == outputs[:2]).all()


def test_right_answers_soften_the_targets_of_what_is_replayed(light: Model, own: OwnSamples, hardest: Hardest) -> None:
    made = list(_batches(light, own, hardest, (*light.metadata.labels, "✓")).make())
    targets = np.concatenate([batch.targets[5:] for batch in made])
    outputs = np.concatenate([batch.outputs for batch in made])
    truth = targets.argmax(axis=1)
    answers = softmax(outputs)
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-5)
    assert set(truth.tolist()) == set(range(10))
    # The image that was misread is not held at its answer.
    assert np.concatenate([batch.held for batch in made]).tolist() == (truth != 9).tolist()
    for target, answer, label in zip(targets, answers, truth, strict=True):
        share = 1.0 if label == 9 else 0.3 + 0.7 * answer[label]
        assert target[label] == pytest.approx(share, rel=1e-5)
        assert target[10] == 0


def test_nothing_is_replayed_without_replay(light: Model, own: OwnSamples) -> None:
    made = list(_batches(light, own, None, light.metadata.labels).make())
    assert [len(batch.images) for batch in made] == [5, 5, 5]
    assert all(len(batch.outputs) == 0 for batch in made)
    output = np.random.default_rng(0).normal(size=(5, 10)).astype(np.float32)
    value, grad = ReplayLoss(made[0].outputs, made[0].held)(output, made[0].targets)
    plain = CrossEntropyLoss()(output, made[0].targets)
    assert value == plain.value
    assert (grad == plain.grad).all()


def test_the_loss_holds_the_outputs_for_replayed_images() -> None:
    rng = np.random.default_rng(1)
    output, before = rng.normal(size=(6, 4)), rng.normal(size=(3, 3))
    targets = softmax(rng.normal(size=(6, 4)))
    loss = ReplayLoss(before, np.array([True, False, True]))
    _value, grad = loss(output, targets)
    plain = CrossEntropyLoss()(output, targets).grad
    # Own drawings, a replayed image that was misread and a class that is new are free.
    assert (grad[[0, 1, 2, 4]] == plain[[0, 1, 2, 4]]).all()
    assert (grad[:, 3] == plain[:, 3]).all()
    assert (grad[[3, 5], :3] != plain[[3, 5], :3]).all()
    step = 1e-5
    for place in np.ndindex(output.shape):
        moved = output.copy()
        moved[place] += step
        higher = float(loss(moved, targets).value)
        moved[place] -= 2 * step
        assert (higher - float(loss(moved, targets).value)) / (2 * step) == pytest.approx(grad[place], abs=1e-6)
