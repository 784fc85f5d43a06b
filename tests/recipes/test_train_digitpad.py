"""The training of the default model continues after an interruption as if there had been none, and writes a card."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from digit_mix import CLASSES, Mix, Shares
from train_digitpad import THRESHOLD, Settings, Training, as_dataset, calibrated, finish, main

from digitpad.data.pen import pen_drawings
from digitpad.evaluation.validation import validation_images
from digitpad.models.architecture_file import build_network
from digitpad.models.model_file import load_model, save_model
from digitpad.reading.recognizer import Recognizer
from tests.recipes.test_digit_mix import small_mix

SHARES = Shares()
SETTINGS = Settings(
    images=160,
    batch=16,
    rate=0.01,
    channels=(4, 6, 8),
    hidden=16,
    seed=0,
    fold=None,
    decay=0.9,
    teachers=(),
    trust=0.7,
    shares=SHARES,
    settling=0.25,
)


@pytest.fixture(scope="module")
def mix() -> Mix:
    return small_mix(pen_drawings()[:600])


class _KilledError(Exception):
    """Stands for the end of a process."""


def killed_after(batches: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a mix fail after some batches."""
    make = Mix.batch

    def batch(self: Mix, number: int, size: int) -> object:
        if number >= batches:
            raise _KilledError
        return make(self, number, size)

    monkeypatch.setattr(Mix, "batch", batch)


def test_an_interrupted_training_ends_with_the_same_weights(
    mix: Mix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Training(tmp_path / "whole", SETTINGS, mix, 1)
    whole.folder.mkdir()
    whole.run(save_every=100)
    folder = tmp_path / "parts"
    folder.mkdir()
    with monkeypatch.context() as patch:
        killed_after(5, patch)
        with pytest.raises(_KilledError):
            Training(folder, SETTINGS, mix, 1).run(save_every=2)
    continued = Training(folder, SETTINGS, mix, 1)
    # Steps after the last checkpoint are lost.
    assert continued.step == 4
    continued.run(save_every=3)
    for wanted, found in (
        (whole.network.state_dict(), continued.network.state_dict()),
        (whole.average.state_dict(), continued.average.state_dict()),
    ):
        assert wanted.keys() == found.keys()
        for name, value in wanted.items():
            np.testing.assert_array_equal(value, found[name], err_msg=name)
    assert "step 10 of 10: loss" in capsys.readouterr().out
    # A training that is finished stays as it is.
    assert Training(folder, SETTINGS, mix, 1).step == 10


def test_another_training_in_the_same_folder_is_refused(mix: Mix, tmp_path: Path) -> None:
    Training(tmp_path, SETTINGS, mix, 1).save()
    with pytest.raises(SystemExit, match="another rate, seed; choose another folder"):
        Training(tmp_path, replace(SETTINGS, rate=0.02, seed=1), mix, 1)


def test_the_average_is_not_the_last_step_and_folding_keeps_what_it_reads(mix: Mix, tmp_path: Path) -> None:
    training = Training(tmp_path, SETTINGS, mix, 1)
    training.run(save_every=100)
    model = training.model()
    assert model.metadata.labels == CLASSES
    assert not any("bn" in name or "norm" in name for name in model.network.layers)
    images = mix.validation.pixels[:32]
    network = build_network(training.architecture, 0)
    training.average.copy_to(network)
    inputs = model.metadata.preprocessing.normalize(images)
    np.testing.assert_allclose(model.network.forward(inputs), network.forward(inputs), atol=1e-3)
    assert any((value != training.network.state_dict()[name]).any() for name, value in network.state_dict().items())


def test_another_training_is_continued_from_its_average(mix: Mix, tmp_path: Path) -> None:
    first = Training(tmp_path / "first", SETTINGS, mix, 1)
    first.folder.mkdir()
    first.run(save_every=100)
    averaged = build_network(first.architecture, 0)
    first.average.copy_to(averaged)
    settings = replace(SETTINGS, start_from=str(first.folder), settling=0.0, shares=replace(SHARES, manners=0.0))
    last = Training(tmp_path / "last", settings, mix, 1)
    last.folder.mkdir()
    for name, value in averaged.state_dict().items():
        np.testing.assert_array_equal(last.network.state_dict()[name], value, err_msg=name)
    last.run(save_every=4)
    finish(last, "python models/recipes/train_digitpad.py last", 0.75)
    assert load_model(last.folder / "model.safetensors").metadata.refusal_threshold == 0.75
    card = (last.folder / "model.md").read_text(encoding="utf-8")
    assert f"The first weights are the averaged ones of {first.folder}." in card
    assert "In the last" not in card
    # It goes on from its own checkpoint, not from the first weights.
    assert Training(last.folder, settings, mix, 1).step == settings.steps


def test_teachers_soften_the_targets(mix: Mix, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="does not have the classes"):
        Training(tmp_path / "c", replace(SETTINGS, teachers=("light",)), mix, 1)
    first = Training(tmp_path / "a", SETTINGS, mix, 1)
    teacher = tmp_path / "teacher.safetensors"
    save_model(teacher, first.model())
    student = Training(tmp_path / "b", replace(SETTINGS, teachers=(str(teacher),), trust=0.6), mix, 1)
    images, targets = next(iter(student.batches()))
    _images, labels = mix.batch(0, SETTINGS.batch)
    assert targets.shape == (16, 11)
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-5)
    answers = Recognizer(load_model(teacher)).model.network.forward(images)
    assert answers.shape == (16, 11)
    soft = np.asarray(targets, np.float64)
    assert (soft[np.arange(16), labels] >= 0.4 - 1e-6).all()
    assert (soft.max(axis=1) < 1).all()


def test_the_model_is_calibrated_and_has_a_card_with_its_figures(
    mix: Mix, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    training = Training(tmp_path, SETTINGS, mix, 1)
    training.run(save_every=5)
    finish(training, "python models/recipes/train_digitpad.py somewhere")
    model = load_model(tmp_path / "model.safetensors")
    assert model.metadata.labels == CLASSES
    assert model.metadata.refusal_threshold == THRESHOLD
    assert model.metadata.training["seed"] == 0
    assert model.metadata.training["settings"]["shares"]["ink"] == Shares().ink
    plain, temperature = training.model(), model.metadata.training["temperature"]
    warm, same = calibrated(plain, mix.validation)
    assert same == pytest.approx(temperature)
    images = plain.metadata.preprocessing.normalize(mix.validation.pixels[:4])
    added = warm.network.forward(images) * temperature - plain.network.forward(images)
    # The same for every image: the biases of the ten digits, and none for "no digit".
    np.testing.assert_allclose(added, np.tile(added[0], (4, 1)), atol=1e-4)
    assert np.ptp(added[0]) > 0.01
    np.testing.assert_allclose([added[0, :10].mean(), added[0, 10]], 0, atol=1e-4)
    card = (tmp_path / "model.md").read_text(encoding="utf-8")
    assert "python models/recipes/train_digitpad.py somewhere" in card
    assert f"temperature {temperature:.3f}" in card
    accuracy = model.metadata.metrics["validation_accuracy"]
    assert f"| MNIST, validation | {accuracy:.2%} |" in card
    assert "| pen ink of writers left out |" in card
    assert "pen ink of writers left out, 20 digits: accuracy" in capsys.readouterr().out


def test_ink_is_read_as_the_window_reads_it() -> None:
    drawings = pen_drawings()[:5]
    dataset = as_dataset(drawings)
    for drawing, image, label in zip(drawings, dataset.pixels, dataset.labels.tolist(), strict=True):
        assert label == drawing.label
        assert image.max() == 255
    assert dataset.origins["writer"][0] == str(drawings[0].extra["writer"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that the command line names."""
    monkeypatch.setattr(
        sys,
        "argv",
        [
            *("train_digitpad.py", str(tmp_path / "run"), "--images", "96", "--batch", "16", "--rate", "0.01"),
            *("--channels", "4", "6", "8", "--hidden", "16", "--fold", "1", "--save-every", "3", "--numbers", "60"),
        ],
    )
    return tmp_path / "run"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_command_trains_from_the_data_of_the_project(folder: Path) -> None:
    main()
    model = load_model(folder / "model.safetensors")
    assert "--fold 1" in model.metadata.training["command"]
    # Evaluate finds the digits of MNIST that were kept.
    assert len(validation_images(model, "mnist")) == 5000
    assert len((folder / "log.txt").read_text(encoding="utf-8").splitlines()) == 2
