"""Names of runs: distinct from each other, and from the names of models."""

from pathlib import Path

import pytest

from digitpad import paths
from digitpad.errors import DigitpadError
from digitpad.training.run_names import free_name, given_name, model_names


@pytest.fixture(autouse=True)
def saved_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the user have a model named "mine"."""
    monkeypatch.setattr(paths, "user_data_dir", lambda: tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.safetensors").touch()


def test_the_models_are_the_bundled_ones_and_the_users() -> None:
    assert {"standard", "light", "mine"} <= model_names()


@pytest.mark.parametrize(
    ("wanted", "taken", "name"),
    [
        ("mlp", set(), "mlp"),
        ("mlp", {"mlp"}, "mlp 2"),
        ("mlp", {"mlp", "mlp 2", "other"}, "mlp 3"),
        ("light", set(), "light run 1"),
        ("light", {"light run 1"}, "light run 2"),
        ("light", {"light", "light run 2"}, "light run 1"),
        ("mine", set(), "mine run 1"),
    ],
)
def test_a_free_name_is_neither_that_of_a_run_nor_of_a_model(wanted: str, taken: set[str], name: str) -> None:
    assert free_name(wanted, taken) == name


def test_a_given_name_is_kept_unless_a_model_has_it() -> None:
    assert given_name("  better ") == "better"
    assert given_name("a\nb") == r"a\nb"
    for name in ("light", " mine "):
        with pytest.raises(DigitpadError, match=f"{name.strip()} is the name of a model; choose another name"):
            given_name(name)
    with pytest.raises(DigitpadError, match="needs a name"):
        given_name(" ")
