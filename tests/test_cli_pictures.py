"""Photographs on the command line: trained, read, evaluated, explained and exported, with both ends of a network."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitpad.cli import main
from digitpad.data.picture_fit import CROP, STRETCH
from digitpad.models.model_file import load_model, save_model
from tests.pictures import photograph_folder
from tests.training.test_pictures import PLAN

OUTPUTS = [1, 2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pets")
    photograph_folder(folder / "training_set", ("reds", "greens"), 30)
    photograph_folder(folder / "test_set", ("reds", "greens"), 8, seed=1)
    return folder


@pytest.fixture(scope="module", params=OUTPUTS, ids=["one logit", "two logits"])
def model(request: pytest.FixtureRequest, folder: Path) -> Path:
    plan = folder / f"plan{request.param}.json"
    layers = [*PLAN.layers[:-1], {**PLAN.layers[-1], "out_features": request.param}]
    plan.write_text(json.dumps({**json.loads(PLAN.to_json()), "layers": layers}))
    path = folder / f"model{request.param}.safetensors"
    words = ["train", "--architecture", str(plan), "--dataset", str(folder), "--epochs", "12", "--batch-size", "8"]
    words += ["--optimizer", "adam", "--learning-rate", "0.03", "--threads", "1", "--no-run", "--output", str(path)]
    assert main(words) == 0
    return path


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> object:
    assert main([*map(str, words), "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_photographs_are_read_with_the_probabilities_of_both_classes(
    model: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [folder / "test_set" / "reds" / "000.jpg", folder / "test_set" / "greens" / "000.jpg"]
    records = answer(capsys, "predict", *paths, "--model", model)
    assert isinstance(records, list)
    assert [record["label"] for record in records] == ["reds", "greens"]
    for record in records:
        assert record["labels"] == ["greens", "reds"]
        assert sum(record["probabilities"]) == pytest.approx(1, abs=1e-6)
        assert record["probability"] == max(record["probabilities"])
        assert not record["rejected"]
    assert main(["predict", str(paths[0]), "--model", str(model), "--top", "2"]) == 0
    printed = capsys.readouterr().out
    assert "reds" in printed
    assert "greens" in printed


def test_the_test_photographs_are_evaluated(model: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = answer(capsys, "evaluate", "--model", model, "--dataset", folder)
    assert isinstance(record, dict)
    assert record["count"] == 16
    assert record["accuracy"] == 1
    assert record["labels"] == ["greens", "reds"]


def test_digits_are_no_photographs(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--model", str(model)]) == 2
    assert "mnist" in capsys.readouterr().err.lower()


def test_the_features_of_a_photograph_have_its_channels(
    model: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "test_set" / "reds" / "000.jpg"
    answer(capsys, "features", path, "--model", model, "--out", tmp_path)
    with np.load(tmp_path / "features.npz") as arrays:
        assert arrays["input"].shape == (1, 3, 20, 24)
        assert arrays["conv"].shape == (1, 6, 6, 7)
    assert (tmp_path / "00-input.png").exists()


@pytest.mark.parametrize("form", ["npz", "onnx", "pytorch"])
def test_the_network_is_exported(model: Path, tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    if form == "onnx":
        pytest.importorskip("onnx", reason="the package onnx is not installed")
    output = tmp_path / {"npz": "m.npz", "onnx": "m.onnx", "pytorch": "m.py"}[form]
    record = answer(capsys, "export", model, output, "--to", form)
    assert isinstance(record, dict)
    assert (record["max_difference"] or 0) < 1e-4
    if form == "pytorch":
        assert (
            "The input is (N, 3, 20, 24) in [0, 1], red, green and blue, normalized with mean 0." in output.read_text()
        )


def test_models_with_different_fits_are_compared_as_each_reads_alone(
    model: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = load_model(model)
    assert loaded.metadata.preprocessing.fit == STRETCH
    prepared = replace(loaded.metadata.preprocessing, fit=CROP)
    other = tmp_path / "cropping.safetensors"
    save_model(other, replace(loaded, metadata=replace(loaded.metadata, preprocessing=prepared)))
    first, second = (answer(capsys, "evaluate", "--model", each, "--dataset", folder) for each in (model, other))
    record = answer(capsys, "evaluate", "--model", model, "--dataset", folder, "--compare", other)
    assert isinstance(record, dict)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert (record["loss"], record["compare"]["loss"]) == (first["loss"], second["loss"])
    hardest = answer(capsys, "inspect", folder, "--hardest", "--model", other)
    assert isinstance(hardest, dict)
    assert hardest["hardest"]


def test_models_with_different_inputs_are_compared_on_the_same_photographs(
    model: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.safetensors"
    words = ["train", "--architecture", "tiny", "--dataset", str(folder), "--epochs", "1", "--batch-size", "8"]
    assert main([*words, "--threads", "1", "--no-run", "--output", str(other)]) == 0
    assert load_model(other).metadata.preprocessing.shape == (3, 64, 64)
    capsys.readouterr()
    record = answer(capsys, "evaluate", "--model", model, "--dataset", folder, "--compare", other, "--robustness")
    assert isinstance(record, dict)
    alone = answer(capsys, "evaluate", "--model", other, "--dataset", folder)
    assert isinstance(alone, dict)
    assert record["compare"]["accuracy"] == alone["accuracy"]
    assert len(record["compare"]["robustness"]) == len(record["robustness"])
