"""Any bad input leads to exit code 2, one line that names it, and no partial files."""

import gzip
import os
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from PIL import Image

from digitpad import cli, paths
from digitpad.data.idx import write_idx
from digitpad.errors import DigitpadError
from digitpad.models import model_file
from digitpad.models.model_file import Model, ModelMetadata, save_model
from digitpad.nn import ARCHITECTURES, build, serialization
from digitpad.paths import resources_dir

Refused = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a command that must be refused, and return the one line that says why."""

    def call(*words: object) -> str:
        code = cli.main([str(word) for word in words])
        out, err = capsys.readouterr()
        assert (code, out) == (2, "")
        assert err.startswith("digitpad: ")
        assert err.endswith("\n")
        assert err.count("\n") == 1
        assert "Traceback" not in err
        return err

    return call


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    path = tmp_path / "fresh.safetensors"
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(0))
    save_model(path, Model(network, ARCHITECTURES["light"], ModelMetadata()))
    return path


@pytest.fixture
def idx_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "idx"
    folder.mkdir()
    for split in ("train", "t10k"):
        write_idx(folder / f"{split}-images-idx3-ubyte", np.zeros((50, 28, 28), np.uint8))
        write_idx(folder / f"{split}-labels-idx1-ubyte", (np.arange(50) % 10).astype(np.uint8))
    return folder


def training(idx_folder: Path, *more: object) -> list[object]:
    return ["train", "--architecture", "light", "--dataset", idx_folder, "--epochs", 1, "--batch-size", 10, *more]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["fly"], "fly"),
        (["--quick"], "--quick"),
        (["predict"], "PATH"),
        (["predict", "x.png", "--frobnicate"], "--frobnicate"),
        (["predict", "x.png", "--top", "0"], "--top"),
        (["summary"], "A_OR_M"),
        (["summary", "light", "--input-shape", "28"], "--input-shape"),
        (["summary", "light", "--input-shape", "0,28,28"], "--input-shape"),
        (["summary", "light", "--input-shape", "1,29,x"], "--input-shape"),
        (["summary", "light", "--input-shape", "3,28,28"], "3,28,28"),
        (["summary", "heavy"], "heavy"),
        (["gradcheck", "heavy"], "heavy"),
        (["gradcheck", "light", "--seed", "-1"], "--seed"),
        (["tour"], "--out"),
        (["train", "--arch", "light"], "--arch"),
        (["train", "--architecture", "heavy"], "'heavy'"),
        (["train", "--optimizer", "lbfgs"], "'lbfgs'"),
        (["train", "--schedule", "whenever"], "'whenever'"),
        (["train", "--epochs", "0"], "--epochs"),
        (["train", "--epochs", "1.5"], "'1.5'"),
        (["train", "--batch-size", "-64"], "--batch-size"),
        (["train", "--learning-rate", "-0.1"], "--learning-rate"),
        (["train", "--learning-rate", "0"], "--learning-rate"),
        (["train", "--learning-rate", "nan"], "--learning-rate"),
        (["train", "--learning-rate", "inf"], "--learning-rate"),
        (["train", "--learning-rate", "fast"], "'fast'"),
        (["train", "--momentum", "1"], "--momentum"),
        (["train", "--seed", "-1"], "--seed"),
        (["train", "--threads", "0"], "--threads"),
        (["train", "--limit", "0"], "--limit"),
        (["train", "--validation", "-1"], "--validation"),
        (["train", "--patience", "0"], "--patience"),
    ],
)
def test_wrong_words_are_refused_by_name(refused: Refused, words: list[str], named: str) -> None:
    assert named in refused(*words)


@pytest.mark.parametrize("words", [["-7.png"], ["3.png", "-7.png"], ["-7.png", "--top", "3"], ["-notes.jsonl"]])
def test_a_file_whose_name_begins_with_a_dash_is_told_how_to_be_passed(refused: Refused, words: list[str]) -> None:
    (name,) = (word for word in words if word.startswith("-") and "." in word)
    error = refused("predict", *words)
    assert f"./{name}" in error
    assert f"predict -- {name}" in error


def test_a_dashed_file_without_an_ending_is_known_by_being_there(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-seven").write_bytes(b"nothing")
    assert "write ./-seven" in refused("predict", "-seven")
    assert "unrecognized" in refused("predict", "3.png", "-" + "x" * 5000)
    assert "./" not in refused("predict", "-eight")


@pytest.mark.parametrize("words", [["--", "-7.png"], ["./-7.png"]])
def test_both_ways_pass_a_file_whose_name_begins_with_a_dash(
    capsys: pytest.CaptureFixture[str],
    model_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(np.full((28, 28), 255, np.uint8)).save("-7.png")
    assert cli.main(["predict", "--model", str(model_path), *words]) == 0
    assert "-7.png" in capsys.readouterr().out


def test_nothing_is_made_for_a_run_that_cannot_be(refused: Refused, own_user_folders: Path) -> None:
    refused("train", "--architecture", "heavy")
    assert list(own_user_folders.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--limit", 51], "50 images"),
        (["--limit", 5, "--validation", 1], "batch size 10"),
        (["--validation", 50], "--validation"),
        (["--validation", 10**30], "--validation"),
        (["--limit", 40, "--validation", 40, "--epochs", 1], "--validation"),
        (["--validation", 5, "--batch-size", 46], "batch size 46"),
    ],
)
def test_more_images_than_there_are(
    refused: Refused, idx_folder: Path, tmp_path: Path, more: list[object], named: str
) -> None:
    output = tmp_path / "new.safetensors"
    assert named in refused(*training(idx_folder, "--output", output, *more))
    assert not output.exists()


def test_outputs_that_cannot_be_written_are_refused_before_training(
    refused: Refused, idx_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_early(*_arguments: object, **_options: object) -> None:
        pytest.fail("the dataset must not even be opened")

    monkeypatch.setattr("digitpad.commands.train.open_with_progress", too_early)
    a_file = tmp_path / "file"
    a_file.write_bytes(b"x")
    for output in (tmp_path, tmp_path / "no" / "model", a_file / "model", a_file, tmp_path / ("m" * 300)):
        assert str(output) in refused(*training(idx_folder, "--output", output))
    assert a_file.read_bytes() == b"x"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused_before_training(refused: Refused, idx_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    assert str(folder) in refused(*training(idx_folder, "--output", folder / "model.safetensors"))


def test_a_users_folder_that_cannot_be_made_is_named(
    refused: Refused, idx_folder: Path, own_user_folders: Path
) -> None:
    (own_user_folders / "data").write_bytes(b"a file where the folder should be")
    assert "--output" in refused(*training(idx_folder))


def test_a_disk_that_fills_up_in_the_end_leaves_nothing_half_written(
    capsys: pytest.CaptureFixture[str], idx_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    output = tmp_path / "out" / "model.safetensors"
    output.parent.mkdir()
    monkeypatch.setattr("digitpad.commands.train.check_output", lambda _path, overwrite: overwrite)
    monkeypatch.setattr(os, "fsync", full)
    code = cli.main([str(word) for word in training(idx_folder, "--output", output, "--no-run")])
    err = capsys.readouterr().err
    assert code == 2
    assert err == f"digitpad: {output} could not be written (No space left on device); choose another place.\n"
    assert list(output.parent.iterdir()) == []


@pytest.mark.parametrize("command", ["predict", "evaluate", "summary"])
def test_models_that_are_no_models(refused: Refused, tmp_path: Path, model_path: Path, command: str) -> None:
    whole = model_path.read_bytes()
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(whole[: len(whole) // 2])
    other = tmp_path / "other.safetensors"
    other.write_bytes(b"GIF89a" * 100)
    tensors, metadata = serialization.read(model_path)
    tensors["conv1.weight"][0, 0, 0, 0] = np.nan
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(safetensors.numpy.save(tensors, metadata))
    for path in (cut, other, broken, tmp_path / "missing.safetensors", tmp_path):
        words = ["summary", path] if command == "summary" else [command, "--model", path]
        assert str(path) in refused(*words, *(["x.png"] if command == "predict" else []))
    assert "conv1.weight" in refused("predict", "x.png", "--model", broken)


def test_images_that_are_no_images(refused: Refused, tmp_path: Path, model_path: Path) -> None:
    whole = tmp_path / "whole.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 60), dtype=np.uint8)).save(whole)
    cut = tmp_path / "cut.png"
    cut.write_bytes(whole.read_bytes()[:1500])
    other = tmp_path / "other.png"
    other.write_bytes(b"no picture at all")
    empty = tmp_path / "empty.png"
    empty.write_bytes(b"")
    for path in (cut, other, empty, tmp_path / "missing.png", tmp_path, tmp_path / ("i" * 300)):
        assert str(path) in refused("predict", path, "--model", model_path)
    assert str(cut) in refused("predict", whole, cut, "--model", model_path, "--json")


def test_an_image_of_40000_by_40000_pixels_is_refused_without_reading_it(
    refused: Refused, tmp_path: Path, model_path: Path
) -> None:
    def chunk(kind: bytes, contents: bytes) -> bytes:
        return struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", zlib.crc32(kind + contents))

    # One bit a pixel, all white: 200 MB of rows that squeeze into a small file.
    squeezer = zlib.compressobj(1)
    rows = b"".join([squeezer.compress(b"\x00" + b"\xff" * 5000) for _ in range(40_000)]) + squeezer.flush()
    header = struct.pack(">IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0)
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    assert str(bomb) in refused("predict", bomb, "--model", model_path)


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"not json\n",
        b"\xff\xfe\x00binary",
        b'{"width": 5}\n',
        b'{"label": 7, "width": 500, "height": 500, "strokes": [[[1, 2], [3, NaN]]]}\n',
        b'{"label": 7, "width": 500, "height": 500, "strokes": [[[1, 2], [3]]]}\n',
        b'{"label": 7, "width": 500, "height": 500, "strokes": "many"}\n',
        b'{"label": 7, "width": 500, "height": 500, "strokes": [[[1, 2], [3, 4]]]}\n{"label": 7, "wid',
    ],
)
def test_ink_that_is_no_ink(refused: Refused, tmp_path: Path, model_path: Path, contents: bytes) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(contents)
    assert str(path) in refused("predict", path, "--model", model_path)
    assert str(path) in refused("evaluate", "--dataset", path, "--model", model_path)


def test_ink_that_is_missing_or_a_folder(refused: Refused, tmp_path: Path, model_path: Path) -> None:
    folder = tmp_path / "folder.jsonl"
    folder.mkdir()
    for path in (folder, tmp_path / "missing.jsonl"):
        assert str(path) in refused("predict", path, "--model", model_path)


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_datasets_that_are_no_datasets(
    refused: Refused, idx_folder: Path, tmp_path: Path, model_path: Path, command: str
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    options = [] if command == "train" else ["--model", model_path]
    for dataset in (empty, tmp_path / "missing", model_path, tmp_path / ("d" * 300)):
        assert str(dataset) in refused(command, "--dataset", dataset, *options)

    split = "train" if command == "train" else "t10k"
    images = idx_folder / f"{split}-images-idx3-ubyte"
    whole = images.read_bytes()
    for contents in (whole[:-1], whole[:10], b"", b"\x00\x00\x42\x03" + whole[4:], whole + b"\x00"):
        images.write_bytes(contents)
        assert str(images) in refused(command, "--dataset", idx_folder, *options)
    images.unlink()
    zipped = images.with_name(images.name + ".gz")
    zipped.write_bytes(gzip.compress(whole)[:-20])
    assert str(zipped) in refused(command, "--dataset", idx_folder, *options)


def test_labels_that_do_not_belong_to_the_images(refused: Refused, idx_folder: Path) -> None:
    write_idx(idx_folder / "train-labels-idx1-ubyte", np.zeros(49, np.uint8))
    message = refused("train", "--dataset", idx_folder)
    assert "50" in message
    assert "49" in message


def test_an_embedded_file_that_was_changed_is_noticed(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "resources"
    (changed / "mnist").mkdir(parents=True)
    for path in (resources_dir() / "mnist").glob("t10k-*.gz"):
        contents = bytearray(gzip.decompress(path.read_bytes()))
        contents[5000] ^= 1
        (changed / "mnist" / path.name).write_bytes(gzip.compress(bytes(contents), 1))
    monkeypatch.setattr("digitpad.data.mnist.resources_dir", lambda: changed)
    message = refused("evaluate", "--dataset", "mnist", "--model", make_model(tmp_path))
    assert "SHA-256" in message


def make_model(folder: Path) -> Path:
    path = folder / "made.safetensors"
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(0))
    save_model(path, Model(network, ARCHITECTURES["light"], ModelMetadata()))
    return path


def test_a_name_with_odd_characters_still_gives_one_line(refused: Refused, model_path: Path) -> None:
    assert "odd name" in refused("predict", "odd\nname\udcff.png", "--model", model_path)


def test_a_fault_of_ours_is_logged_and_told_in_one_line(
    capsys: pytest.CaptureFixture[str], own_user_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError("a bug\nin two lines")

    monkeypatch.setattr("digitpad.commands.summary.summary", broken)
    log = own_user_folders / "log" / "digitpad.log"
    for count in (1, 2):
        assert cli.main(["summary", "light"]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1
        assert "ZeroDivisionError: a bug in two lines" in err
        assert str(log) in err
        assert log.read_text(encoding="utf-8").count("Traceback (most recent call last)") == count


def test_a_log_that_cannot_be_written_goes_to_the_temporary_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError("a bug")

    blocked = tmp_path / "blocked"
    blocked.write_bytes(b"a file where the folder should be")
    spare = tmp_path / "spare"
    monkeypatch.setattr(paths, "user_log_dir", lambda: blocked)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(spare))
    monkeypatch.setattr("digitpad.commands.summary.summary", broken)
    assert cli.main(["summary", "light"]) == 1
    assert str(spare / "digitpad.log") in capsys.readouterr().err
    assert "Traceback" in (spare / "digitpad.log").read_text(encoding="utf-8")

    monkeypatch.setattr("tempfile.gettempdir", lambda: str(blocked))
    assert cli.main(["summary", "light"]) == 1
    assert "log could not be written" in capsys.readouterr().err


def test_the_window_passes_its_refusals_on(refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_display(paths: list[Path], model: str | None) -> int:
        raise DigitpadError(f"no display for {len(paths)} files and model {model}; try digitpad tour.")

    monkeypatch.setattr("digitpad.gui.shell.app.run", no_display)
    assert "no display for 0 files and model None" in refused()
    assert "no display for 2 files and model light" in refused("gui", "a.png", "b.png", "--model", "light")


def test_from_outside_a_refusal_looks_the_same(tmp_path: Path) -> None:
    missing = tmp_path / "missing.safetensors"
    done = subprocess.run(
        [sys.executable, "-m", "digitpad", "predict", "x.png", "--model", str(missing)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"digitpad: There is no model {missing};")
    assert done.stderr.count("\n") == 1


def test_the_formats_version_is_the_one_that_is_written(model_path: Path) -> None:
    assert serialization.read(model_path)[1]["format_version"] == str(model_file.FORMAT_VERSION)


def test_a_batch_that_does_not_fit_into_memory_names_the_one_that_does(
    refused: Refused, idx_folder: Path, tmp_path: Path, own_user_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitpad.training.step_memory.memory_limit", lambda: 2_000_000)
    output = tmp_path / "new.safetensors"
    error = refused(*training(idx_folder, "--output", output, "--device", "cpu"))
    found = re.search(r"A step of 10 images needs .*; choose a batch size of at most (\d+)\.", error)
    assert found is not None
    assert list(own_user_folders.iterdir()) == []
    words = training(idx_folder, "--output", output, "--device", "cpu", "--batch-size", found[1])
    assert cli.main([str(word) for word in words]) == 0
    assert output.exists()
