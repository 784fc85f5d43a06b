"""The command line as used by people and scripts: its output and its files."""

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.progress import Progress

from digitpad import __version__, cli
from digitpad.__main__ import main as start
from digitpad.commands.train_report import StepBar
from digitpad.data.idx import read_idx, write_idx
from digitpad.data.ink import Drawing, write_ink
from digitpad.models.model_file import Model, ModelMetadata, load_model, save_model
from digitpad.nn import ARCHITECTURES, build
from digitpad.training.events import StepCompleted, TrainingStarted
from tests.reading.written import written

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def idx_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a dataset in MNIST's form: class k has a bright square at the k-th of ten places."""
    folder = tmp_path_factory.mktemp("idx")
    rng = np.random.default_rng(7)
    for split, count in (("train", 240), ("t10k", 60)):
        labels = (np.arange(count) % 10).astype(np.uint8)
        images = rng.integers(0, 40, (count, 28, 28), dtype=np.uint8)
        for image, label in zip(images, labels, strict=True):
            row, column = 4 + 12 * (int(label) // 5), 1 + 5 * (int(label) % 5)
            image[row : row + 5, column : column + 5] = 255
        write_idx(folder / f"{split}-images-idx3-ubyte", images)
        write_idx(folder / f"{split}-labels-idx1-ubyte", labels)
    return folder


@pytest.fixture(scope="module")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a model that has learned nothing."""
    path = tmp_path_factory.mktemp("models") / "fresh.safetensors"
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(0))
    save_model(path, Model(network, ARCHITECTURES["light"], ModelMetadata()))
    return path


@pytest.fixture
def ink_file(tmp_path: Path) -> Path:
    path = tmp_path / "ink.jsonl"
    seven = np.array([[100, 100], [200, 100], [130, 260]], np.float32)
    one = np.array([[150, 60], [150, 260]], np.float32)
    write_ink(path, [Drawing((stroke,), 300, 300, None, {}) for stroke in (seven, one, seven)])
    return path


@pytest.fixture
def image_file(tmp_path: Path) -> Path:
    path = tmp_path / "one.png"
    pixels = np.full((120, 90), 255, np.uint8)
    pixels[20:100, 40:50] = 0
    Image.fromarray(pixels).save(path)
    return path


def train_quickly(idx_folder: Path, output: Path, *more: object) -> list[object]:
    words: list[object] = ["train", "--architecture", "light", "--dataset", idx_folder, "--epochs", 2]
    return [*words, "--batch-size", 50, "--validation", 40, "--threads", 1, "--output", output, *more]


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"digitpad {__version__}\n", "")


@pytest.mark.parametrize("command", ["gui", "predict", "train", "evaluate", "summary", "gradcheck", "tour"])
def test_every_command_has_help(run: Run, command: str) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: digitpad {command}")
    assert command in run("--help")[1]


def test_train_writes_a_model_that_says_where_it_comes_from(run: Run, idx_folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "trained.safetensors"
    code, out, err = run(*train_quickly(idx_folder, output, "--seed", 4, "--json"))
    assert (code, err) == (0, "")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["epoch"] for line in lines[:-1]] == [1, 2]
    result = lines[-1]
    assert result["model"] == str(output)
    assert (result["epochs"], result["steps"], result["stopped"]) == (2, 8, "finished")
    assert result["validation_accuracy"] == lines[1]["validation_accuracy"]
    assert result["train_loss"] == lines[1]["train_loss"] < lines[0]["train_loss"]
    assert result["images_per_second"] == lines[1]["images_per_second"] > 0
    assert result["seconds"] > 0

    metadata = load_model(output).metadata
    assert metadata.metrics == {"validation_accuracy": result["validation_accuracy"]}
    assert metadata.training["seed"] == 4
    assert len(metadata.training["data_sha256"]) == 64
    assert metadata.training["images"] == 200
    assert metadata.training["command"] == (
        f"digitpad train --architecture light --dataset {idx_folder} --epochs 2 --batch-size 50 --learning-rate 0.001 "
        "--schedule constant --optimizer adam --device cpu --seed 4 --threads 1 --validation 40"
    )


def test_the_command_in_a_model_trains_the_same_weights_again(run: Run, idx_folder: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    words = ["--schedule", "one-cycle", "--optimizer", "sgd", "--momentum", "0.5", "--learning-rate", 0.02]
    assert run(*train_quickly(idx_folder, first, *words, "--limit", 150, "--keep-best", "--patience", 3))[0] == 0
    command = load_model(first).metadata.training["command"].split()[1:]
    assert run(*command, "--output", second)[0] == 0
    one, two = load_model(first).network.state_dict(), load_model(second).network.state_dict()
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_train_tells_a_person_each_epoch_and_where_the_model_is(run: Run, idx_folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "trained.safetensors"
    code, out, err = run(*train_quickly(idx_folder, output))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert "26,698 parameters" in lines[0]
    assert "200 training images, 40 validation images" in lines[0]
    assert [line.split()[1] for line in lines[1:3]] == ["1/2", "2/2"]
    assert lines[3].startswith(f"Saved {output}")
    assert len(lines) == 4


def test_without_an_output_the_model_gets_a_new_name_in_the_users_folder(
    run: Run, idx_folder: Path, own_user_folders: Path
) -> None:
    words = train_quickly(idx_folder, Path("unused"), "--json")
    del words[words.index("--output") : words.index("--output") + 2]
    found = {json.loads(run(*words)[1].splitlines()[-1])["model"] for _ in range(2)}
    assert len(found) == 2
    assert {Path(path).parent for path in found} == {own_user_folders / "data" / "models"}
    assert all(load_model(path).architecture.name == "light" for path in found)


def test_ctrl_c_stops_training_after_the_batch_and_keeps_what_was_learned(
    run: Run, idx_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = StepBar.update

    def interrupted(self: StepBar, event: StepCompleted) -> None:
        if event.step == 5:
            signal.raise_signal(signal.SIGINT)
        original(self, event)

    monkeypatch.setattr(StepBar, "update", interrupted)
    before = signal.getsignal(signal.SIGINT)
    output = tmp_path / "kept.safetensors"
    code, out, err = run(*train_quickly(idx_folder, output, "--json", "--epochs", 50))
    result = json.loads(out.splitlines()[-1])
    assert (code, err) == (0, "")
    assert (result["stopped"], result["steps"], result["epochs"]) == ("interrupted", 5, 1)
    assert load_model(output).metadata.training["stopped"] == "interrupted"
    assert load_model(output).metadata.metrics["validation_accuracy"] == result["validation_accuracy"]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_breaks_training_off(
    run: Run, idx_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def impatient(_self: StepBar, _event: StepCompleted) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(StepBar, "update", impatient)
    output = tmp_path / "broken.safetensors"
    code, _out, err = run(*train_quickly(idx_folder, output))
    assert (code, err) == (130, "")
    assert not output.exists()
    assert list(tmp_path.glob(".*")) == []


def test_ctrl_c_elsewhere_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*_words: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("digitpad.commands.summary.summary", pressed)
    assert run("summary", "light") == (130, "", "")


def test_a_diverging_run_keeps_the_last_good_weights_and_says_so(run: Run, idx_folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "diverged.safetensors"
    words = train_quickly(idx_folder, output, "--json", "--optimizer", "sgd", "--learning-rate", "1e30")
    code, out, err = run(*words)
    assert code == 2
    assert err.count("\n") == 1
    assert "try a lower learning rate" in err
    assert str(output) in err
    assert json.loads(out.splitlines()[-1])["stopped"] == "diverged"
    load_model(output)


def test_an_existing_output_is_replaced_only_by_force(run: Run, idx_folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "precious.safetensors"
    output.write_bytes(b"precious")
    code, out, err = run(*train_quickly(idx_folder, output))
    assert (code, out) == (2, "")
    assert "--force" in err
    assert output.read_bytes() == b"precious"
    assert run(*train_quickly(idx_folder, output, "--force"))[0] == 0
    load_model(output)


def test_predict_reads_ink_and_images(run: Run, ink_file: Path, image_file: Path, model_path: Path) -> None:
    code, out, err = run("predict", ink_file, image_file, "--model", model_path, "--json")
    assert (code, err) == (0, "")
    records = json.loads(out)
    assert [(record["path"], record["index"]) for record in records] == [
        (str(ink_file), 0),
        (str(ink_file), 1),
        (str(ink_file), 2),
        (str(image_file), 0),
    ]
    for record in records:
        assert set(record) == {"path", "index", "label", "probability", "probabilities", "rejected"}
        assert sum(record["probabilities"]) == pytest.approx(1)
        assert record["probability"] == max(record["probabilities"])
        assert record["label"] == str(record["probabilities"].index(record["probability"]))
        assert record["rejected"] is False
    assert records[0]["probabilities"] == pytest.approx(records[2]["probabilities"], abs=1e-6)
    assert records[0]["probabilities"] != pytest.approx(records[1]["probabilities"], abs=1e-6)


def test_predict_skips_a_broken_picture_among_others_and_names_it(
    run: Run, image_file: Path, model_path: Path, tmp_path: Path
) -> None:
    broken, leftover = tmp_path / "broken.png", tmp_path / "Thumbs.db"
    broken.write_bytes(b"nothing")
    leftover.write_bytes(b"nothing")
    hidden = tmp_path / ".hidden.png"
    hidden.write_bytes(image_file.read_bytes())
    words = ("predict", image_file, broken, leftover, image_file, hidden, "--model", model_path)
    code, out, err = run(*words, "--json")
    assert code == 0
    # A hidden file that was named and can be read is read.
    assert [record["path"] for record in json.loads(out)] == [str(image_file), str(image_file), str(hidden)]
    assert err == f"Skipped 1 of 3 pictures that cannot be read: {broken}.\n"
    code, out, err = run(*words)
    assert (code, len(out.splitlines()), err.count("\n")) == (0, 3, 1)
    code, out, err = run("predict", leftover, "--model", model_path)
    assert (code, out) == (2, "")
    assert "Thumbs.db is not a picture" in err


def test_predict_refuses_too_many_broken_pictures(run: Run, image_file: Path, model_path: Path, tmp_path: Path) -> None:
    broken = [tmp_path / f"broken{index}.png" for index in range(2)]
    for path in broken:
        path.write_bytes(b"nothing")
    code, out, err = run("predict", image_file, *broken, image_file, "--model", model_path)
    assert (code, out) == (2, "")
    assert "At least 2 of 4 pictures cannot be read" in err
    assert str(broken[1]) in err
    # A mistyped name is not a damaged picture.
    code, out, err = run("predict", image_file, tmp_path / "missing.png", image_file, "--model", model_path)
    assert (code, out) == (2, "")
    assert "missing.png does not exist" in err


def test_predict_reads_a_number_digit_by_digit_unless_told_otherwise(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "number.jsonl"
    write_ink(path, [Drawing(tuple(written("205")), 400, 300), Drawing(tuple(written("7")), 400, 300)])
    code, out, err = run("predict", path, "--json", "--model", "standard")
    assert (code, err) == (0, "")
    number, digit = json.loads(out)
    assert (number["label"], number["rejected"], number["index"]) == ("205", False, 0)
    assert [part["label"] for part in number["digits"]] == ["2", "0", "5"]
    assert all(len(part["box"]) == 4 and len(part["probabilities"]) == 10 for part in number["digits"])
    assert len(number["probabilities"]) == 10
    assert digit["label"] == "7"
    assert "digits" not in digit
    single = json.loads(run("predict", path, "--json", "--single", "--model", "standard")[1])
    assert "digits" not in single[0]
    assert single[0]["probabilities"] == pytest.approx(number["probabilities"])
    assert single[1] == digit
    lines = run("predict", path, "--model", "standard")[1].splitlines()
    assert lines[0].split()[1] == "205"
    assert lines[1].split()[1] == "7"


def test_predict_shows_a_person_one_aligned_line_a_drawing(
    run: Run, ink_file: Path, image_file: Path, model_path: Path
) -> None:
    _, out, _ = run("predict", ink_file, image_file, "--model", model_path, "--top", 3, "--single")
    lines = out.splitlines()
    assert len(lines) == 4
    assert lines[1].startswith(f"{ink_file}:1  ")
    assert lines[3].startswith(str(image_file))
    assert len({len(line) for line in lines}) == 1
    shares = [float(word.rstrip("%")) for word in lines[0].split() if word.endswith("%")]
    assert len(shares) == 3
    assert shares == sorted(shares, reverse=True)


def test_a_blank_picture_is_rejected_and_still_read(run: Run, tmp_path: Path, model_path: Path) -> None:
    blank = tmp_path / "blank.png"
    Image.new("L", (50, 50), 255).save(blank)
    _, out, _ = run("predict", blank, "--model", model_path, "--json")
    (record,) = json.loads(out)
    assert record["rejected"] is True
    assert record["label"] in set("0123456789")
    assert "not a digit: nothing is drawn" in run("predict", blank, "--model", model_path)[1]


def test_train_and_evaluate_say_what_should_be_known_of_the_data(
    run: Run, idx_folder: Path, model_path: Path, tmp_path: Path
) -> None:
    dark = tmp_path / "dark"
    dark.mkdir()
    for path in idx_folder.iterdir():
        numbers = read_idx(path)
        write_idx(dark / path.name, 255 - numbers if numbers.ndim == 3 else numbers)
    said = f"{dark}: the images are inverted (dark ink on white); use {dark}:invert instead.\n"
    for words in ([*train_quickly(dark, tmp_path / "a.safetensors")], ["evaluate", "--dataset", dark]):
        code, _, err = run(*words, *(["--model", model_path] if words[0] == "evaluate" else []), "--json")
        assert (code, err) == (0, said)
    for words in (
        [*train_quickly(Path(f"{dark}:invert"), tmp_path / "b.safetensors")],
        ["evaluate", "--dataset", f"{dark}:invert", "--model", model_path],
    ):
        assert run(*words, "--json")[::2] == (0, "")


def test_evaluate_records_the_accuracy_on_mnist_and_nothing_else(run: Run, idx_folder: Path, model_path: Path) -> None:
    before = load_model(model_path)
    code, _, err = run("evaluate", "--model", model_path, "--dataset", idx_folder, "--record")
    assert (code, load_model(model_path).metadata) == (2, before.metadata)
    assert "omit --record" in err
    code, out, _ = run("evaluate", "--model", model_path, "--record", "--json")
    after = load_model(model_path)
    assert code == 0
    assert after.metadata.metrics["test_accuracy"] == json.loads(out)["accuracy"]
    assert after.metadata.training == before.metadata.training
    for name, value in before.network.state_dict().items():
        np.testing.assert_array_equal(after.network.state_dict()[name], value)


def test_evaluate_counts_every_test_image(run: Run, idx_folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "good.safetensors"
    run(*train_quickly(idx_folder, output, "--epochs", 8, "--learning-rate", 0.003))
    code, out, err = run("evaluate", "--model", output, "--dataset", idx_folder, "--json")
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert {"count", "accuracy", "per_class", "confusion", "interval", "loss", "calibration_error"} <= set(result)
    confusion = np.array(result["confusion"])
    assert result["count"] == confusion.sum() == 60
    assert (confusion.sum(axis=1) == 6).all()
    assert result["accuracy"] == pytest.approx(np.trace(confusion) / 60)
    assert result["accuracy"] > 0.5
    assert result["per_class"] == pytest.approx((np.diag(confusion) / 6).tolist())

    text = run("evaluate", "--model", output, "--dataset", idx_folder)[1]
    assert f"{100 * result['accuracy']:.2f}%" in text
    assert f"{result['loss']:.4f}" in text
    assert [line.split()[0] for line in text.splitlines()[6:16]] == list("0123456789")


def test_evaluate_compares_two_models_and_writes_every_image(
    run: Run, idx_folder: Path, model_path: Path, tmp_path: Path
) -> None:
    table = tmp_path / "images.csv"
    words = ("--model", model_path, "--dataset", idx_folder, "--compare", "light", "--csv", table)
    code, out, err = run("evaluate", *words, "--json")
    assert (code, err) == (0, "")
    result = json.loads(out)
    rows = table.read_text().splitlines()
    assert len(rows) == 61
    assert sum(int(row.split(",")[3]) for row in rows[1:]) == round(60 * result["accuracy"])
    other = json.loads(run("evaluate", "--model", "light", "--dataset", idx_folder, "--json")[1])
    assert {name: result["compare"][name] for name in ("accuracy", "loss")} == {
        name: other[name] for name in ("accuracy", "loss")
    }
    text = run("evaluate", *words)[1]
    assert f"{100 * result['compare']['difference']:+.2f} points" in text
    cells = [int(word) for line in text.splitlines()[-2:] for word in line.split()[-2:]]
    assert sum(cells) == 60


def test_evaluate_measures_how_much_both_models_bear(run: Run, idx_folder: Path, model_path: Path) -> None:
    words = ("--model", model_path, "--dataset", idx_folder, "--compare", "light", "--robustness")
    result = json.loads(run("evaluate", *words, "--json")[1])
    for record in (result, result["compare"]):
        assert set(record["robustness"]) == {"shift", "rotation", "scale", "stroke width", "noise"}
        (upright,) = [point for point in record["robustness"]["rotation"] if point["amount"] == 0]
        assert upright["accuracy"] == pytest.approx(record["accuracy"])
        assert (upright["unit"], upright["count"]) == ("°", 60)
    text = run("evaluate", *words)[1]
    assert "Rotation: Counterclockwise" in text


def test_evaluate_on_ink_tells_writers_and_sources(run: Run, tmp_path: Path, model_path: Path) -> None:
    ink = tmp_path / "hands.jsonl"
    stroke = [[[10, 10], [60, 12], [30, 90]]]
    lines = [{"label": 7, "writer": n % 3, "source": "desk", "strokes": stroke} for n in range(12)]
    ink.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, out, _ = run("evaluate", "--model", model_path, "--dataset", ink, "--json")
    result = json.loads(out)
    assert code == 0
    assert [(group["name"], group["count"]) for group in result["per_writer"]] == [("0", 4), ("1", 4), ("2", 4)]
    assert [(group["name"], group["count"]) for group in result["per_source"]] == [("desk", 12)]
    text = run("evaluate", "--model", model_path, "--dataset", ink)[1]
    assert "By writer:" in text


def test_evaluate_on_validation_images_only_where_they_are_known(run: Run, idx_folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "trained.safetensors"
    run(*train_quickly(idx_folder, output, "--validation", 20))
    code, out, err = run("evaluate", "--model", output, "--dataset", idx_folder, "--split", "validation", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["count"] == 20
    assert json.loads(out)["accuracy"] == pytest.approx(load_model(output).metadata.metrics["validation_accuracy"])
    code, _, err = run("evaluate", "--model", "light", "--dataset", idx_folder, "--split", "validation")
    assert code == 2
    assert "does not record which images" in err


def test_summary_of_an_architecture_and_of_a_model(run: Run, model_path: Path) -> None:
    code, out, err = run("summary", "standard", "--json")
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert result["parameters"] == 421_642 == sum(layer["parameters"] for layer in result["layers"])
    by_name = {layer["name"]: layer for layer in result["layers"]}
    assert by_name["conv2"]["output_shape"] == [64, 14, 14]
    assert by_name["pool2"]["receptive_field"] == [10, 10]
    assert by_name["fc2"]["receptive_field"] == [28, 28]
    assert json.loads(run("summary", model_path, "--json")[1])["parameters"] == 26_698

    text = run("summary", "light")[1]
    assert text.splitlines()[0] == "light, input 1x28x28"
    assert text.splitlines()[-3].split()[:2] == ["total", "26,698"]


def test_summary_for_another_input(run: Run) -> None:
    code, out, err = run("summary", "light", "--input-shape", "1,56,56")
    assert (code, out) == (2, "")
    assert "1,56,56" in err
    assert json.loads(run("summary", "light", "--input-shape", "1,28,28", "--json")[1])["parameters"] == 26_698


def test_gradcheck_checks_every_layer_and_ends_with_the_worst(run: Run) -> None:
    code, out, err = run("gradcheck", "light", "--json")
    assert (code, err) == (0, "")
    result = json.loads(out)
    errors = [entry["relative_error"] for entry in result["layers"]]
    assert errors == sorted(errors)
    assert result["max_relative_error"] == errors[-1] < 1e-6
    assert {entry["name"] for entry in result["layers"]} == {str(e["name"]) for e in ARCHITECTURES["light"].layers}
    assert {(entry["name"], entry["gradient"]) for entry in result["layers"]} >= {
        ("conv1", "weight"),
        ("conv1", "bias"),
        ("conv1", "input"),
        ("fc2", "weight"),
    }
    assert run("gradcheck", "light")[1].splitlines()[-1] == f"largest relative error: {errors[-1]:.1e}"


def test_progress_is_drawn_on_a_terminal_only(
    run: Run, idx_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    shown = run(*train_quickly(idx_folder, tmp_path / "a", "--epochs", 3))[2]
    assert "epoch" in shown
    assert run(*train_quickly(idx_folder, tmp_path / "b", "--json"))[2] == ""


def test_the_progress_bar_follows_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(disable=True)
    bar = StepBar(progress)
    bar.begin(TrainingStarted(2, 10, 64, 640, 0, 1, 1))
    for step in range(1, 4):
        bar.update(StepCompleted(step, 1, 2, step, 10, 64, 0.5, 0.9, 0.001, 0.06))
    (task,) = progress.tasks
    assert (task.total, task.completed) == (20, 2)
    assert "loss 0.5000" in task.fields["detail"]
    assert capsys.readouterr().err == "Press Ctrl-C to stop the training and save the model.\n"


def test_a_program_without_a_console_works_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert cli.main(["summary", "light"]) == 0
    assert cli.main(["gradcheck", "light", "--json"]) == 0
    assert cli.main(["summary", "heavy"]) == 2


class TestAsAProcess:
    """What only shows from outside: imports, streams, signals."""

    @pytest.fixture
    def environment(self, tmp_path: Path) -> dict[str, str]:
        home = {name: str(tmp_path / name) for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "LOCALAPPDATA")}
        return {**os.environ, **home}

    def test_a_broken_pipe_is_no_error(self, environment: dict[str, str]) -> None:
        script = (
            "import os, sys\n"
            "from digitpad.__main__ import main\n"
            "reader, writer = os.pipe()\n"
            "os.dup2(writer, 1); os.close(reader)\n"
            "sys.exit(main(['summary', 'light']))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")

    @pytest.mark.parametrize("output", ["a pipe that nobody reads", "a full disk"])
    def test_what_was_learned_is_kept_though_it_cannot_be_told(
        self, environment: dict[str, str], tmp_path: Path, output: str
    ) -> None:
        if output == "a full disk" and not Path("/dev/full").exists():
            pytest.skip("needs /dev/full, which Linux has")
        script = (
            "import os, sys\n"
            "from digitpad.__main__ import main\n"
            "reader, writer = os.pipe()\n"
            "os.dup2(writer if 'pipe' in sys.argv[1] else os.open('/dev/full', os.O_WRONLY), 1); os.close(reader)\n"
            "sys.exit(main(sys.argv[2:]))\n"
        )
        model = tmp_path / "kept.safetensors"
        words = ["train", "--architecture", "light", "--limit", "200", "--epochs", "1", "--threads", "1", "--json"]
        done = subprocess.run(
            [sys.executable, "-c", script, output, *words, "--output", str(model)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert f"Saved {model}\n" in done.stderr
        assert done.returncode == (0 if "pipe" in output else 2)
        assert load_model(model).metadata.training["stopped"] == "finished"

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
    def test_a_full_disk_behind_the_output_is_said_in_one_line(self, environment: dict[str, str]) -> None:
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "digitpad", "summary", "light"],
                env=environment,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 2
        assert (
            done.stderr
            == "digitpad: The output could not be written (No space left on device); redirect it somewhere else.\n"
        )

    @pytest.mark.parametrize(
        ("words", "absent"),
        [
            (["--version"], ("numpy", "rich", "PIL", "PySide6")),
            (["--help"], ("numpy", "rich", "PIL", "PySide6")),
            (["predict", "missing.png"], ("PySide6", "pyqtgraph", "rich")),
            (["summary", "light"], ("PySide6", "pyqtgraph", "rich")),
        ],
    )
    def test_only_what_a_command_needs_is_loaded(
        self, environment: dict[str, str], words: list[str], absent: tuple[str, ...]
    ) -> None:
        script = (
            "import sys\n"
            "from digitpad.__main__ import main\n"
            f"main({words!r})\n"
            f"print([name for name in {absent!r} if name in sys.modules], file=sys.stderr)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stderr.splitlines()[-1] == "[]"

    @pytest.mark.parametrize(("words", "collects"), [(["summary", "light"], True), ([], False)])
    def test_commands_collect_garbage_and_the_window_does_it_itself(
        self, monkeypatch: pytest.MonkeyPatch, words: list[str], collects: bool
    ) -> None:
        seen: list[bool] = []
        monkeypatch.setitem(cli._COMMANDS, (words or ["gui"])[0], lambda _: seen.append(gc.isenabled()))
        assert start(words) == cli.DONE
        assert seen == [collects]
        assert gc.isenabled()

    @pytest.mark.parametrize(("given", "seen"), [(None, "1"), ("3", "3")])
    def test_blas_threads_are_set_unless_the_user_has_set_them(
        self, environment: dict[str, str], given: str | None, seen: str
    ) -> None:
        environment.pop("OPENBLAS_NUM_THREADS", None)
        if given is not None:
            environment["OPENBLAS_NUM_THREADS"] = given
        script = (
            "import os, digitpad.__main__\n"
            "assert 'numpy' not in __import__('sys').modules\n"
            "digitpad.__main__.main(['--version'])\n"
            "print(os.environ['OPENBLAS_NUM_THREADS'])\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == seen

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to whole consoles")
    def test_a_real_ctrl_c_leaves_a_whole_model(
        self, environment: dict[str, str], idx_folder: Path, tmp_path: Path
    ) -> None:
        output = tmp_path / "kept.safetensors"
        words = train_quickly(idx_folder, output, "--json", "--epochs", 100_000)
        process = subprocess.Popen(
            [sys.executable, "-m", "digitpad", *map(str, words)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline().startswith('{"epoch": 1')
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        result = json.loads(out.splitlines()[-1])
        assert result["stopped"] == "interrupted"
        assert load_model(output).metadata.training["steps"] == result["steps"]
