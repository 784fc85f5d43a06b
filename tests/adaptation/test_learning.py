"""The steps of an adaptation: it learns, is repeatable, forgets little with replay, and can be stopped."""

import contextlib
from dataclasses import replace

import numpy as np
import pytest

from digitpad.adaptation.following import finish
from digitpad.adaptation.judging import read_own
from digitpad.adaptation.learning import AdaptationSettings, Adapted, Protection, adapting
from digitpad.adaptation.replay import Replay
from digitpad.adaptation.samples import OwnSample, OwnSamples, samples_of_drawings
from digitpad.data.ink import Drawing
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.reading.recognizer import Recognizer

FEW = AdaptationSettings(steps=30, threads=1)


def _adapt(model: Model, own: OwnSamples, replay: Replay, settings: AdaptationSettings) -> Adapted:
    return finish(adapting(model, own.samples, replay, settings))


def _mnist(model: Model, replay: Replay) -> float:
    best = Recognizer(model).recognize_batch(replay.mnist.pixels).argmax(axis=1)
    return float((best == replay.mnist.labels).mean())


def _right(model: Model, own: OwnSamples) -> float:
    return float(np.mean([answer == "7" for answer in read_own(Recognizer(model), own.samples)]))


@pytest.mark.slow
def test_it_reads_later_drawings_better_and_forgets_little_with_replay(
    light: Model, own: OwnSamples, later: OwnSamples, replay: Replay
) -> None:
    before, mnist = _right(light, later), _mnist(light, replay)
    # So small a network whose outputs are held needs more and larger steps than the default.
    adapted = _adapt(light, own, replay, replace(FEW, steps=150, learning_rate=2e-3, share=1.0))
    assert before < 0.7
    assert _right(adapted.model, later) > before + 0.15
    assert _mnist(adapted.model, replay) > mnist - 0.01
    forgetful = _adapt(light, own, replay, replace(FEW, protection=Protection.NONE, learning_rate=5e-3))
    assert _mnist(forgetful.model, replay) < mnist - 0.05


@pytest.mark.slow
def test_consolidation_holds_what_no_protection_loses(light: Model, own: OwnSamples, replay: Replay) -> None:
    plan = replace(FEW, learning_rate=5e-3)
    free = _adapt(light, own, replay, replace(plan, protection=Protection.NONE))
    held = _adapt(light, own, replay, replace(plan, protection=Protection.CONSOLIDATION))
    assert _mnist(held.model, replay) > _mnist(free.model, replay) + 0.02


def test_the_same_seed_gives_the_same_weights(light: Model, own: OwnSamples, replay: Replay) -> None:
    plan = replace(FEW, steps=4)
    first, again = _adapt(light, own, replay, plan), _adapt(light, own, replay, plan)
    other = _adapt(light, own, replay, replace(plan, seed=1))
    weights = first.model.network.state_dict()
    assert all((array == again.model.network.state_dict()[name]).all() for name, array in weights.items())
    assert any((array != other.model.network.state_dict()[name]).any() for name, array in weights.items())


def test_steps_and_frames(light: Model, own: OwnSamples, replay: Replay) -> None:
    before = {name: array.copy() for name, array in light.network.state_dict().items()}
    job = adapting(light, own.samples, replay, replace(FEW, steps=5), keep_frame=lambda step: step in {0, 3, 5})
    adapted = finish(job)
    assert [step.step for step in adapted.steps] == [1, 2, 3, 4, 5]
    assert {step.images for step in adapted.steps} == {FEW.own + FEW.replayed}
    rates = [step.learning_rate for step in adapted.steps]
    assert rates == sorted(rates, reverse=True)
    assert list(adapted.frames) == [0, 3, 5]
    state = adapted.model.network.state_dict()
    assert all((adapted.frames[5][name] == state[name]).all() for name in state)
    assert any((adapted.frames[0][name] != state[name]).any() for name in state)
    assert all((light.network.state_dict()[name] == array).all() for name, array in before.items())


def test_the_weights_lie_between_those_before_and_those_trained(light: Model, own: OwnSamples, replay: Replay) -> None:
    plan = replace(FEW, steps=3)
    whole = finish(adapting(light, own.samples, replay, replace(plan, share=1.0), keep_frame=lambda step: step == 0))
    half = _adapt(light, own, replay, replace(plan, share=0.5))
    for name, array in half.model.network.state_dict().items():
        before, after = whole.frames[0][name], whole.model.network.state_dict()[name]
        np.testing.assert_allclose(array, (before + after) / 2, rtol=1e-5, atol=1e-7)


def test_the_weights_go_less_far_if_the_drawings_are_read_well(light: Model, own: OwnSamples, replay: Replay) -> None:
    plan = replace(FEW, steps=1, share=0.9)
    images = light.metadata.preprocessing.normalize(np.stack([one.image for one in own.samples])[:, np.newaxis])
    answers = [light.metadata.labels[best] for best in light.network.forward(images).argmax(axis=1)]
    misread = [one for one, answer in zip(own.samples, answers, strict=True) if answer != one.label]
    right = [one for one, answer in zip(own.samples, answers, strict=True) if answer == one.label]
    assert len(misread) >= 3
    assert right

    def share(samples: list[OwnSample], settings: AdaptationSettings = plan) -> float:
        return finish(adapting(light, samples, replay, settings)).share

    assert share(right) == pytest.approx(0.54)
    assert share([*right, misread[0]]) == pytest.approx(0.66)
    # The model cannot have read a new sign.
    assert share([replace(right[0], label="✓")]) == pytest.approx(0.66)
    assert share([*right, *misread[:3]]) == share(list(own.samples)) == pytest.approx(0.9)
    assert share(right, replace(plan, protection=Protection.NONE)) == 1


def test_it_can_be_stopped_between_steps(light: Model, own: OwnSamples, replay: Replay) -> None:
    # The threads of the network and of the batches end, which a fixture checks.
    with contextlib.closing(adapting(light, own.samples, replay, FEW)) as job:
        assert next(job).step == 1


def test_a_new_sign_is_learned_beside_the_digits(light: Model, replay: Replay) -> None:
    rng = np.random.default_rng(4)

    def ticks(count: int) -> OwnSamples:
        shape = np.array([[60, 180], [120, 250], [260, 40]], np.float32)
        made = [(shape + rng.normal(0, 12, shape.shape)).astype(np.float32) for _number in range(count)]
        return samples_of_drawings([Drawing((path,), 300.0, 300.0, "✓") for path in made], "ticks")

    mnist, later = _mnist(light, replay), ticks(20)
    adapted = _adapt(light, ticks(6), replay, replace(FEW, steps=60))
    assert adapted.model.metadata.labels == (*light.metadata.labels, "✓")
    answers = read_own(Recognizer(adapted.model), later.samples)
    assert answers.count("✓") >= 18
    assert _mnist(adapted.model, replay) > mnist - 0.01


def test_settings_are_checked() -> None:
    for change in ({"steps": 0}, {"own": 0}, {"learning_rate": 0.0}, {"replayed": -1}, {"share": 0.0}):
        with pytest.raises(DigitpadError, match="change the settings"):
            replace(FEW, **change)
