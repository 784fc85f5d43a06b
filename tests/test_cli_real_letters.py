"""Real ink under the names of letters on the command line: trained, evaluated, read and exported as a to j."""

import json
from pathlib import Path

import numpy as np
import pytest

from digitpad.cli import main
from tests.real_letters import LETTERS, write_letters


@pytest.mark.slow
def test_real_ink_is_learned_under_the_names_of_letters(
    test_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = write_letters(tmp_path, test_data)
    model = tmp_path / "letters.safetensors"
    assert main(["train", "--dataset", str(train), "--threads", "1", "--no-run", "--output", str(model)]) == 0
    assert "A small dataset" in capsys.readouterr().err
    assert main(["evaluate", "--model", str(model), "--dataset", str(test)]) == 0
    shown = capsys.readouterr().out
    assert "   ".join(LETTERS[:3]) in shown
    assert main(["evaluate", "--model", str(model), "--dataset", str(test), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["labels"] == list(LETTERS)
    assert result["accuracy"] > 0.85
    assert main(["predict", "--model", str(model), str(test), "--json"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert {one["label"] for one in read} <= set(LETTERS)
    assert main(["export", "--to", "pytorch", str(model), str(tmp_path / "twin.py")]) == 0
    assert ", ".join(LETTERS) in (tmp_path / "twin.py").read_text(encoding="utf-8")
    assert main(["export", "--to", "npz", str(model), str(tmp_path / "letters.npz")]) == 0
    with np.load(tmp_path / "letters.npz") as arrays:
        assert arrays["fc2.weight"].shape[0] == len(LETTERS)


def test_a_thousand_classes_are_named_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2000, 28, 28), dtype=np.uint8)
    np.savez(tmp_path / "many.npz", x_train=images, y_train=np.arange(2000) % 1000)
    words = ["train", "--dataset", str(tmp_path / "many.npz"), "--architecture", "tiny", "--epochs", "1"]
    assert main([*words, "--threads", "1", "--no-run", "--output", str(tmp_path / "m.safetensors")]) == 0
    said = capsys.readouterr().err
    assert "1,000 outputs, one for each class: 0, 1, 2" in said
    assert "many has 1,000 classes but only 2,000 images; a class needs 5 or more." in said


@pytest.mark.parametrize("inside", [(), ("A",), ("A", "B")])
def test_folders_without_pictures_are_answered_in_words(
    tmp_path: Path, inside: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    for name in inside:
        (folder / name).mkdir()
    assert main(["train", "--dataset", str(folder), "--no-run"]) == 2
    said = capsys.readouterr().err
    assert "empty" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
