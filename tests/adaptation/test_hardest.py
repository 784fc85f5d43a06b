"""The hardest images of a replay: those that the model reads with the smallest margins."""

import contextlib
from dataclasses import replace

import numpy as np
import pytest

from digitpad.adaptation import hardest
from digitpad.adaptation.following import finish
from digitpad.adaptation.hardest import finding_hardest, margins
from digitpad.adaptation.replay import CLASSES, Replay
from digitpad.data.dataset import NO_DIGIT
from digitpad.models.model_file import Model


def test_the_hardest_are_those_with_the_smallest_margins(
    light: Model, replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardest, "_HARDEST", 100)
    monkeypatch.setattr(hardest, "_NARROW", -np.inf)
    found = finish(finding_hardest(light, replay, 1))
    digits = np.flatnonzero(replay.labels < CLASSES.index(NO_DIGIT))
    outputs = light.network.forward(light.metadata.preprocessing.normalize(replay.images[digits]))
    lead = margins(outputs, replay.labels[digits])
    assert len(found.images) == len(found.truth) == len(found.outputs) == 100
    np.testing.assert_allclose(margins(found.outputs, found.truth), np.sort(lead)[:100], atol=1e-3)
    again = light.network.forward(light.metadata.preprocessing.normalize(found.images))
    np.testing.assert_allclose(again, found.outputs, atol=1e-3)


def test_images_of_classes_that_the_model_lacks_are_left_out(light: Model, replay: Replay) -> None:
    digits = int((replay.labels < CLASSES.index(NO_DIGIT)).sum())
    assert digits < len(replay.images)
    replay = replace(replay, ink=replay.ink.subset([]))
    assert len(finish(finding_hardest(light, replay, 1)).images) == digits
    some = replace(replay, images=replay.images[:3], labels=replay.labels[:3])
    assert len(finish(finding_hardest(light, some, 2)).images) == 3


def test_pen_ink_is_among_them_if_it_is_misread_or_nearly_so(light: Model, replay: Replay) -> None:
    found = finish(finding_hardest(light, replay, 1))
    outputs = light.network.forward(light.metadata.preprocessing.normalize(replay.ink.pixels))
    lead = margins(outputs, replay.ink.labels)
    # Neither none nor all of it, and clear of rounding.
    assert 0 < (lead < hardest._NARROW - 1e-3).sum() == (lead < hardest._NARROW + 1e-3).sum() < len(lead)
    images = {image.tobytes() for image in found.images}
    assert [one.tobytes() in images for one in replay.ink.pixels] == (lead < hardest._NARROW).tolist()


def test_a_margin_is_the_lead_of_the_right_output() -> None:
    outputs = np.array([[1, 4, 2], [1, 4, 2]], np.float32)
    assert margins(outputs, np.array([1, 2])).tolist() == [2, -2]
    assert outputs.tolist() == [[1, 4, 2], [1, 4, 2]]


def test_it_can_be_stopped_between_two_groups_of_images(light: Model, replay: Replay) -> None:
    # Its threads end, which a fixture checks.
    with contextlib.closing(finding_hardest(light, replay, 2)) as job:
        assert next(job) == 200
