"""Keeping an adapted model: its file, its card, its film, and names."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.adaptation.following import finish
from digitpad.adaptation.keeping import keep, save, usual_name
from digitpad.adaptation.learning import AdaptationSettings
from digitpad.adaptation.replay import Replay
from digitpad.adaptation.samples import OwnSamples
from digitpad.adaptation.session import LearnedHand, learning_hand
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model, load_model, user_models
from digitpad.training.film.reader import Film
from digitpad.training.run import Run
from digitpad.training.run_info import RunStatus
from digitpad.training.runs import RunStore


@pytest.fixture(scope="module")
def learned(light: Model, own: OwnSamples, replay: Replay) -> LearnedHand:
    return finish(learning_hand(light, own, replay, AdaptationSettings(steps=6, threads=2), films=True))


def test_a_file_has_the_figures_and_a_card(learned: LearnedHand, tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    save(learned, path)
    model = load_model(path)
    weights = learned.adapted.model.network.state_dict()
    assert all((array == weights[name]).all() for name, array in model.network.state_dict().items())
    assert learned.mine is not None
    assert model.metadata.metrics["test_accuracy"] == learned.mnist.after
    assert model.metadata.metrics["own_accuracy"] == learned.mine.after
    assert model.metadata.training["adapted_from"] == "light"
    assert model.metadata.training["own_drawings"] == 10
    text = path.with_suffix(".md").read_text(encoding="utf-8")
    assert text.startswith("# mine\n\n`light`, adapted to one person's handwriting.")
    assert f"| MNIST, test set | 500 | {learned.mnist.before:.2%} | {learned.mnist.after:.2%} |" in text
    assert "10 drawings (8 of 7, 2 of 1) in 6 steps" in text


def test_it_is_kept_as_a_model_with_a_film(learned: LearnedHand) -> None:
    kept = keep(learned, "light, my hand")
    assert user_models() == [kept.model]
    assert load_model("light, my hand").metadata.labels == learned.adapted.model.metadata.labels
    assert kept.run is not None
    run = RunStore().find("How light, my hand was learned")
    assert run.folder == kept.run
    assert run.info.status is RunStatus.FINISHED
    assert run.info.steps == 6
    assert [step.loss for step in run.history().steps] == [step.loss for step in learned.adapted.steps]
    film = Film.open(run)
    assert [frame.step for frame in film.frames] == list(range(7))
    assert all(frame.is_exact for frame in film.frames)
    first, last = (film.weights(film.frames[index]) for index in (0, 6))
    kept_weights = load_model(kept.model).network.state_dict()
    before = learned.base.network.state_dict()
    assert all((last[name] == array).all() for name, array in kept_weights.items())
    assert all(np.allclose(first[name], before[name]) for name in first if name in before)
    assert Run(kept.run).model().metadata.metrics["test_accuracy"] == learned.mnist.after


def test_names_are_free(learned: LearnedHand) -> None:
    assert usual_name("light") == "light, my hand"
    keep(learned, usual_name("light"))
    assert usual_name("light") == usual_name("light, my hand") == "light, my hand 2"
    keep(learned, usual_name("light"))
    assert {path.stem for path in user_models()} == {"light, my hand", "light, my hand 2"}


def test_bad_names_keep_nothing(learned: LearnedHand) -> None:
    for name in ("", "  ", "a/b", "..", ".hidden", "a\nb"):
        with pytest.raises(DigitpadError, match="cannot be the name of a model"):
            keep(learned, name)
    with pytest.raises(DigitpadError, match="There is a model named light already"):
        keep(learned, "light")
    assert not user_models()
    assert not RunStore().all()


def test_a_failed_write_leaves_nothing(learned: LearnedHand, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise DigitpadError("no space left")

    monkeypatch.setattr("digitpad.adaptation.keeping.save_model", full)
    with pytest.raises(DigitpadError, match="no space left"):
        keep(learned, "mine")
    assert not user_models()
    assert not RunStore().all()
