"""Classes of any names on the command line: trained, read, evaluated and exported under their own names."""

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from digitpad.cli import main
from digitpad.data.idx import write_idx
from digitpad.data.ink import write_ink
from digitpad.models.model_file import load_model
from tests.drawn_shapes import NAMES, drawn_shapes

LETTERS = dict(zip(NAMES, ("a", "b", "c", "J"), strict=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ink of four letters, and a model that was trained on it by the command line."""
    folder = tmp_path_factory.mktemp("letters")
    write_ink(folder / "train.jsonl", drawn_shapes(30, 1, LETTERS))
    write_ink(folder / "test.jsonl", drawn_shapes(10, 2, LETTERS))
    return folder


@pytest.fixture(scope="module")
def model(folder: Path) -> Path:
    path = folder / "letters.safetensors"
    words = ["train", "--architecture", "light", "--dataset", str(folder / "train.jsonl"), "--epochs", "6"]
    assert main([*words, "--batch-size", "8", "--threads", "1", "--no-run", "--output", str(path)]) == 0
    return path


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    assert main([*words, "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_training_says_that_the_network_follows_the_data(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "--architecture", "light", "--dataset", str(folder / "train.jsonl"), "--epochs", "1"]
    assert main([*words, "--no-run", "--batch-size", "5", "--output", str(tmp_path / "m.safetensors")]) == 0
    printed = capsys.readouterr()
    assert "4 outputs, one for each class: a, b, c, J.\n" in printed.err
    assert "100 training images, 20 validation images" in printed.out


def test_fewer_images_of_each_class(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["train", "--architecture", "light", "--dataset", str(folder / "train.jsonl"), "--epochs", "1"]
    words += ["--limit-per-class", "6", "--validation", "4", "--batch-size", "5", "--no-run"]
    assert main([*words, "--output", str(tmp_path / "m.safetensors")]) == 0
    assert "20 training images, 4 validation images" in capsys.readouterr().out


def test_letters_are_read_by_their_names(model: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = answer(capsys, "predict", str(folder / "test.jsonl"), "--model", str(model))
    assert isinstance(records, list)
    assert all(record["labels"] == ["a", "b", "c", "J"] for record in records)
    assert all(len(record["probabilities"]) == 4 and "digits" not in record for record in records)
    expected = [drawing.label for drawing in drawn_shapes(10, 2, LETTERS)]
    right = sum(record["label"] == label for record, label in zip(records, expected, strict=True))
    assert right >= 36
    assert main(["predict", str(folder / "test.jsonl"), "--model", str(model), "--top", "2"]) == 0
    assert "test.jsonl:0" in capsys.readouterr().out


def test_a_blank_drawing_is_not_called_no_digit(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "blank.jsonl").write_text('{"width": 9, "height": 9, "strokes": []}\n')
    assert main(["predict", str(tmp_path / "blank.jsonl"), "--model", str(model)]) == 0
    printed = capsys.readouterr().out
    assert "not recognized: nothing is drawn here" in printed
    assert "digit:" not in printed


def test_an_evaluation_has_their_names(model: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = answer(capsys, "evaluate", "--model", str(model), "--dataset", str(folder / "test.jsonl"))
    assert isinstance(record, dict)
    assert record["labels"] == ["a", "b", "c", "J"]
    assert record["accuracy"] >= 0.9
    assert np.sum(record["confusion"]) == 40
    words = ["evaluate", "--model", str(model), "--dataset", str(folder / "test.jsonl")]
    record = answer(capsys, *words, "--limit-per-class", "3", "--limit", "10")
    assert isinstance(record, dict)
    assert record["count"] == 10
    assert max(record["support"]) <= 3
    assert main(words) == 0
    heads = [line.split()[:4] for line in capsys.readouterr().out.splitlines()]
    assert ["a", "b", "c", "J"] in heads


def test_digits_are_not_what_it_knows(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--model", str(model)]) == 2
    assert "has the class '0', which the model does not know (it knows a, b, c, J)" in capsys.readouterr().err


def test_letters_are_exported(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = answer(capsys, "export", str(model), "--to", "npz", str(tmp_path / "m.npz"))
    assert isinstance(record, dict)
    assert record["max_difference"] == 0.0
    tensors = safetensors.numpy.load_file(model)
    with np.load(tmp_path / "m.npz") as arrays:
        assert all(np.array_equal(arrays[name], value) for name, value in tensors.items())


def test_features_and_summary_take_a_model_of_letters(
    model: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["features", str(folder / "test.jsonl"), "--model", str(model), "--out", str(tmp_path)]
    assert isinstance(answer(capsys, *words), dict)
    with np.load(tmp_path / "features.npz") as arrays:
        assert arrays["fc2"].shape == (1, 4)
    assert isinstance(answer(capsys, "summary", str(model)), dict)


def test_a_hundred_classes_are_told_without_a_matrix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (400, 28, 28), dtype=np.uint8)
    for start in ("train", "t10k"):
        write_idx(tmp_path / f"{start}-images-idx3-ubyte", images)
        write_idx(tmp_path / f"{start}-labels-idx1-ubyte", np.arange(400, dtype=np.int32) % 100)
    model = str(tmp_path / "m.safetensors")
    words = ["train", "--architecture", "light", "--dataset", str(tmp_path), "--epochs", "1", "--no-run"]
    assert main([*words, "--output", model]) == 0
    err = capsys.readouterr().err
    assert "100 outputs, one for each class: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …." in err
    assert "has 100 classes but only 400 images" in err
    assert main(["evaluate", "--model", model, "--dataset", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("20 of 100 classes with the lowest recall" in line for line in lines)
    assert max(map(len, lines)) < 160


@pytest.mark.parametrize("shape", [(6, 32, 32), (6, 3, 28, 28)])
def test_images_of_other_sizes_make_a_model_of_pictures(
    shape: tuple[int, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "d.npz", images=np.full(shape, 9, np.uint8), labels=np.array(list("ababab")))
    words = ["train", "--architecture", "light", "--dataset", str(tmp_path / "d.npz"), "--batch-size", "2", "--no-run"]
    assert main([*words, "--epochs", "1", "--output", str(tmp_path / "m.safetensors")]) == 0
    size = {3: "1x32x32", 4: "3x28x28"}[len(shape)]
    assert f"Input {size}, as the images have." in capsys.readouterr().err
    assert load_model(tmp_path / "m.safetensors").metadata.preprocessing.is_picture


def test_one_class_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_ink(tmp_path / "one.jsonl", drawn_shapes(5, 1, dict.fromkeys(NAMES, "A")))
    assert main(["train", "--dataset", str(tmp_path / "one.jsonl"), "--output", str(tmp_path / "m.safetensors")]) == 2
    assert "images of one class only (A)" in capsys.readouterr().err


def test_the_accuracy_of_some_images_is_not_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--record", "--limit", "10"]) == 2
    assert "omit --record or the limits" in capsys.readouterr().err


def test_ten_drawings_of_each_class_are_enough_by_default(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_ink(tmp_path / "few.jsonl", drawn_shapes(10, 3, LETTERS))
    write_ink(tmp_path / "fresh.jsonl", drawn_shapes(25, 4, LETTERS))
    model = str(tmp_path / "m.safetensors")
    assert main(["train", "--dataset", str(tmp_path / "few.jsonl"), "--no-run", "--output", model, "--json"]) == 0
    printed = capsys.readouterr()
    assert "A small dataset (40 images), trained with augmentation, batches of 8" in printed.err
    assert "The network is light" in printed.err
    record = answer(capsys, "evaluate", "--model", model, "--dataset", str(tmp_path / "fresh.jsonl"))
    assert isinstance(record, dict)
    assert record["accuracy"] >= 0.9


def test_what_the_user_chooses_beats_the_defaults_for_small_sets(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "--architecture", "tiny", "--dataset", str(folder / "train.jsonl"), "--recipe", "usual"]
    words += ["--augment", "none", "--epochs", "1", "--no-run", "--output", str(tmp_path / "m.safetensors")]
    assert main(words) == 0
    printed = capsys.readouterr()
    assert "small dataset" not in printed.err
    assert "Training tiny" in printed.out
    assert "epoch 1/1" in printed.out
