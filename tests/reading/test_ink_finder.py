"""Networks that find ink: trained, kept, measured and refused through the command line, as a person would."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digitpad.data import sources
from digitpad.data.mnist import Split, load_mnist
from digitpad.data.paper import PAPER_MEAN, PAPER_STD, Pages, make_pages
from digitpad.errors import DigitpadError
from digitpad.evaluation import evaluate_ink
from digitpad.models.model_file import Model, ModelMetadata, Preprocessing, load_model, save_model
from digitpad.nn import ARCHITECTURES, build
from digitpad.nn.architectures.presets import unet
from digitpad.reading.ink_finder import InkFinder
from digitpad.reading.recognizer import Recognizer

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def pages() -> Pages:
    digits = load_mnist("train").images[:2000, 0]
    images, masks = make_pages(digits, 160, np.random.default_rng(0))
    return Pages.of("paper", np.rint(images * 255).astype(np.uint8), masks)


@pytest.fixture
def run(pages: Pages, monkeypatch: pytest.MonkeyPatch, run: Run) -> Run:
    """Run a command in this process, with fewer pages than there really are."""

    def fewer(split: Split) -> Pages:
        return pages.subset(range(120)) if split == "train" else pages.subset(range(120, 160), "paper test")

    monkeypatch.setattr(sources, "load_paper", fewer)
    monkeypatch.setattr("digitpad.commands.evaluate.load_paper", fewer)
    return run


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "small.json"
    path.write_text(unet(4, 2, name="small").to_json(), encoding="utf-8")
    return path


@pytest.fixture
def model() -> Model:
    architecture = unet(2, 2, side=16)
    metadata = ModelMetadata(("ink",), Preprocessing(PAPER_MEAN, PAPER_STD, 16), task="segmentation")
    return Model(build(architecture, rng=np.random.default_rng(0)), architecture, metadata, "mine")


def test_a_network_from_a_plan_learns_to_find_ink(run: Run, plan: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    words = ["--architecture", plan, "--dataset", "paper", "--epochs", "8", "--batch-size", "8", "--output", file]
    code, out, err = run("train", *words, "--learning-rate", "0.01", "--schedule", "cosine", "--threads", "1", "--json")
    assert (code, err) == (0, "")
    epochs = [json.loads(line) for line in out.splitlines()]
    result = epochs.pop()
    assert [set(epoch) for epoch in epochs] == [
        {"epoch", "train_loss", "train_iou", "validation_loss", "validation_iou", "seconds", "images_per_second"}
    ] * 8
    assert epochs[-1]["train_loss"] < 0.5 * epochs[0]["train_loss"]
    assert result["validation_iou"] == epochs[-1]["validation_iou"] > 0.55

    model = load_model(file)
    assert model.metadata.task == "segmentation"
    assert model.metadata.labels == ("ink",)
    assert model.metadata.preprocessing == Preprocessing(PAPER_MEAN, PAPER_STD, 64)
    assert model.metadata.metrics == {"validation_iou": result["validation_iou"]}

    code, out, _ = run("evaluate", "--model", file, "--dataset", "paper", "--json")
    measured = json.loads(out)
    assert (code, measured["count"]) == (0, 40)
    assert measured["iou"] == pytest.approx(result["validation_iou"], abs=0.1)
    assert 0.5 < measured["mean_iou_per_page"] < 1
    code, out, _ = run("evaluate", "--model", file, "--dataset", "paper")
    assert "mine on paper test, 40 pages" in out
    assert f"union of the ink {100 * measured['iou']:.2f}%" in out


def test_the_figure_is_the_one_that_the_masks_give(model: Model, pages: Pages) -> None:
    finder = InkFinder(model)
    done: list[int] = []
    result = evaluate_ink(finder, pages, on_progress=done.append)
    found = finder.probabilities(pages.images) > 0.5
    assert result.count == done[-1] == 160
    each = [(f & m).sum() / (f | m).sum() for f, m in zip(found, pages.masks, strict=True)]
    assert result.intersection_over_union == (found & pages.masks).sum() / (found | pages.masks).sum()
    assert result.mean_per_page == pytest.approx(np.mean(each))


def test_bytes_and_numbers_are_the_same_page(model: Model, pages: Pages) -> None:
    finder = InkFinder(model)
    whole = finder.probabilities(pages.images[:40])
    assert whole.shape == (40, 1, 64, 64)
    assert whole.dtype == np.float32
    assert 0 < whole.min() < whole.max() < 1
    numbers = (pages.images[:40] / 255).astype(np.float32)
    assert float(abs(finder.probabilities(numbers) - whole).max()) < 1e-5
    wide = np.zeros((1, 1, 8, 20), np.uint8)
    assert finder.probabilities(wide).shape == (1, 1, 8, 20)
    with pytest.raises(DigitpadError, match=r"mine cannot process 1x9x20 pictures .*; resize them"):
        finder.probabilities(np.zeros((1, 1, 9, 20), np.uint8))


def test_its_weights_are_its_own(model: Model, pages: Pages) -> None:
    finder = InkFinder(model)
    before = finder.probabilities(pages.images[:2])
    for parameter in model.network.parameters():
        parameter.value += 1
    np.testing.assert_array_equal(finder.probabilities(pages.images[:2]), before)


def test_each_refuses_what_the_other_is_for(model: Model) -> None:
    with pytest.raises(DigitpadError, match=r"^mine finds ink on pages and does not read digits; choose a model"):
        Recognizer(model)
    light = ARCHITECTURES["light"]
    reader = Model(build(light, rng=np.random.default_rng(0)), light, ModelMetadata(), "reader")
    with pytest.raises(DigitpadError, match=r"^reader does not find ink in pictures; choose a model"):
        InkFinder(reader)


def test_commands_that_read_digits_refuse_it_in_one_line(run: Run, model: Model, tmp_path: Path) -> None:
    file, picture = tmp_path / "mine.safetensors", tmp_path / "seven.png"
    save_model(file, model)
    Image.new("L", (28, 28)).save(picture)
    for words in (["predict", picture], ["evaluate"]):
        code, out, err = run(*words, "--model", file)
        assert (code, out) == (2, "")
        assert err.startswith("digitpad: mine finds ink on pages and does not read digits;")
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("--architecture", "light", "--dataset", "paper"), ("--architecture", "unet-narrow")]
)
def test_networks_are_not_trained_on_what_does_not_fit(run: Run, words: tuple[str, ...]) -> None:
    code, out, err = run("train", *words, "--limit", "100")
    assert (code, out) == (2, "")
    assert "do not fit this network" in err
    assert err.endswith("choose another architecture or dataset.\n")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task": "translation"}, "was made for the task 'translation', which this digitpad does not know"),
        ({"labels": ("ink", "paper")}, "has 2 labels for outputs of shape"),
        ({"task": "classification", "preprocessing": Preprocessing()}, "has 1 labels for outputs of shape"),
        ({"preprocessing": Preprocessing(size=0)}, "invalid preprocessing"),
        ({"preprocessing": Preprocessing(size=18)}, "does not accept 18x18 pictures"),
    ],
)
def test_files_that_contradict_themselves_are_refused(
    model: Model, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    whole: dict[str, Any] = {"labels": ("ink",), "preprocessing": Preprocessing(size=16), "task": "segmentation"}
    file = tmp_path / "mine.safetensors"
    save_model(file, Model(model.network, model.architecture, ModelMetadata(**(whole | changes))))
    with pytest.raises(DigitpadError, match=message):
        load_model(file)
