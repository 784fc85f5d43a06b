"""`digitpad inspect`: its lists are those of the library, as text and as JSON."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digitpad.data.idx import write_idx
from digitpad.data.mnist import load_mnist
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with 300 images of MNIST: one training label is wrong, one test image is also in training."""
    test = load_mnist("test")
    images, labels = test.images[:300, 0], test.labels[:300].astype(np.uint8)
    labels[17] = (labels[17] + 5) % 10
    for split, place in (("train", range(200)), ("t10k", [*range(200, 300), 30])):
        write_idx(tmp_path / f"{split}-images-idx3-ubyte", np.array(images[place]))
        write_idx(tmp_path / f"{split}-labels-idx1-ubyte", labels[place])
    return tmp_path


def test_the_record_is_complete_and_true(run: Run, folder: Path) -> None:
    code, out, err = run(
        "inspect", folder, "--hardest", "--mislabelled", "--duplicates", "--model", "light", "--top", "3", "--json"
    )
    assert (code, err) == (0, "")
    record = json.loads(out)
    assert record["splits"] == {"train": 200, "test": 101}
    assert record["shape"] == [1, 28, 28]
    assert sum(each["count"] for each in record["classes"]) == record["count"] == 301
    assert len(record["hardest"]) == 3
    hardest = record["hardest"][0]
    assert (hardest["split"], hardest["image"]) == ("train", 17)
    image = load_mnist("test").images[17:18]
    log_probabilities = Recognizer(load_model("light")).log_probabilities(image)[0]
    assert hardest["loss"] == pytest.approx(-log_probabilities[int(hardest["label"])], rel=1e-4)
    doubtful = record["mislabelled"]["images"][0]
    assert doubtful["image"] == 17
    assert doubtful["believed"] == str(load_mnist("test").labels[17])
    assert doubtful["believed_probability"] >= doubtful["threshold"]
    assert record["duplicates"]["exact_copies"] == 1
    pair = record["duplicates"]["pairs"][0]
    assert (pair["split"], pair["image"], pair["nearest_split"], pair["nearest_image"]) == ("test", 100, "train", 30)
    assert pair["distance"] == 0


def test_the_text_has_a_table_for_each_list(run: Run, folder: Path) -> None:
    code, out, _ = run("inspect", folder, "--hardest", "--mislabelled", "--duplicates", "--model", "light")
    assert code == 0
    assert f"{folder.name}: 301 images of shape 1x28x28\n200 training images, 101 test images\n" in out
    assert "The hardest images for light, by the loss of their label:" in out
    assert "light doubts " in out
    assert "1 test image is an exact copy of a training image." in out
    assert out.count("train") > 20


def test_without_a_question_the_classes_are_counted(run: Run, tmp_path: Path) -> None:
    ink = tmp_path / "two.jsonl"
    lines = [{"label": name, "width": 9, "height": 9, "strokes": [[[1, 1], [8, 8]]]} for name in "aab"]
    ink.write_text("\n".join(map(json.dumps, lines)) + "\n")
    code, out, _ = run("inspect", ink)
    assert code == 0
    assert [line.split() for line in out.splitlines()[2:]] == [
        ["class", "images", "share"],
        ["a", "2", "66.67%"],
        ["b", "1", "33.33%"],
    ]
    code, out, _ = run("inspect", ink, "--duplicates", "--json")
    assert json.loads(out)["duplicates"]["exact_copies"] == 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nowhere",), "nowhere does not exist"),
        (("mnist", "--hardest", "--model", "nowhere"), "nowhere"),
        (("mnist", "--top", "0"), "--top"),
    ],
)
def test_bad_input_is_one_sentence(run: Run, words: tuple[str, ...], sentence: str) -> None:
    code, out, err = run("inspect", *words)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_a_model_that_does_not_know_the_classes_says_so(run: Run, tmp_path: Path) -> None:
    ink = tmp_path / "letters.jsonl"
    ink.write_text('{"label": "a", "width": 9, "height": 9, "strokes": [[[1, 1], [8, 8]]]}\n')
    code, _, err = run("inspect", ink, "--mislabelled")
    assert code == 2
    assert "does not know" in err
