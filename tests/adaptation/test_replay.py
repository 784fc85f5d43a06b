"""What is replayed: kinds, repeatability, and writers who are left out."""

import numpy as np
import pytest

from digitpad.adaptation.following import finish, followed
from digitpad.adaptation.replay import (
    CLASSES,
    Replay,
    ReplayProgress,
    prepare_replay,
    preparing_replay,
)
from digitpad.data.dataset import NO_DIGIT
from digitpad.data.mnist import load_mnist


@pytest.fixture(scope="module")
def whole_replay() -> Replay:
    return prepare_replay()


def test_all_digits_and_no_digit_are_replayed(whole_replay: Replay) -> None:
    assert whole_replay.images.shape == (len(whole_replay.labels), 1, 28, 28)
    assert whole_replay.images.dtype == np.uint8
    counts = np.bincount(whole_replay.labels, minlength=len(CLASSES))
    assert counts.min() > 200
    assert counts[CLASSES.index(NO_DIGIT)] == 400
    assert whole_replay.images.reshape(len(whole_replay.images), -1).max(axis=1).min() > 100


def test_the_images_that_are_read_are_not_replayed(whole_replay: Replay) -> None:
    assert whole_replay.mnist.checksum == load_mnist("test").checksum
    replayed = {image.tobytes() for image in whole_replay.images}
    assert not any(image.tobytes() in replayed for image in whole_replay.writers.pixels)
    assert not {image.tobytes() for image in whole_replay.ink.pixels} & {
        image.tobytes() for image in whole_replay.writers.pixels
    }
    assert len(whole_replay.writers) > 900
    assert len(whole_replay.ink) > 2500


def test_it_is_prepared_in_parts_and_without_some_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, images in {"PLAIN": 100, "MOVED": 100, "INK": 100, "MANNERS": 50, "FIGURES": 50}.items():
        monkeypatch.setattr(f"digitpad.adaptation.replay._{kind}", images)
    monkeypatch.setattr("digitpad.adaptation.replay._AT_ONCE", 10)
    steps: list[ReplayProgress] = []
    replay = finish(followed(preparing_replay(3, without_writers={5, 10, 15, 20, 25, 30}), steps.append))
    assert len(steps) > 10
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].done < steps[-1].total == len(replay.images) + len(replay.ink)
    assert set(replay.writers.origins["writer"]) == {str(writer) for writer in range(1, 31) if writer % 5}
    assert set(replay.ink.origins["writer"]) == set(replay.writers.origins["writer"])
