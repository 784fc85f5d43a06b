"""The command line in the pseudo-language: finds texts that are not translated."""

import json
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import numpy as np
import pytest

from digitpad import translation
from digitpad.commands import parser
from digitpad.nn import ARCHITECTURES, build
from tests import pseudo

Run = Callable[..., tuple[int, str, str]]

#: The same in every language: commands and options, their values, and the names of data, presets and settings.
NAMES = frozenset(
    {
        *parser.command_names(),
        *("digitpad", "json", "jsonl", "mnist", "styles", "non-digits", "ink.jsonl", "paper", "digitpad", "light"),
        *("auto", "cpu", "cuda", "onnx", "pytorch", "npz", "test", "validation"),
        *("conv", "loss", "shapes", "optimizer", "examples", "valid", "same", "full", "sobel", "ln"),
        *("bias", "input", "weight", "ann", "px", "usual", "quick", "adam", "one-cycle", "constant", "nesterov"),
    }
)


@pytest.fixture(autouse=True)
def _pseudo_language(pseudo_catalogues: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("digitpad.paths.languages_dir", lambda: pseudo_catalogues)
    monkeypatch.setenv(translation.VARIABLE, pseudo.CODE)
    yield
    monkeypatch.undo()
    translation.use_language("en")


_TOPICS = ("lab conv", "lab loss", "lab shapes", "lab optimizer", "lab examples")


@pytest.mark.parametrize("command", ["", *parser.command_names(), *_TOPICS])
def test_the_help_is_translated(run: Run, command: str) -> None:
    code, out, _ = run(*command.split(), "--help")
    assert code == 0
    assert _untranslated(out) == []


@pytest.mark.parametrize(
    "words",
    [
        ("summary", "light"),
        ("gradcheck", "light"),
        ("predict", "{ink}"),
        ("predict", "--top", "3", "--single", "{ink}"),
        ("evaluate", "--dataset", "{ink}", "--robustness", "--compare", "light"),
        ("inspect", "{ink}", "--hardest", "--mislabelled", "--duplicates", "--model", "light"),
        ("features", "{ink}", "--out", "{folder}/maps"),
        ("export", "light", "--to", "npz", "{folder}/light.npz"),
        (
            "train",
            "--dataset",
            "{ink}",
            "--architecture",
            "light",
            "--batch-size",
            "8",
            "--epochs",
            "1",
            "--output",
            "{folder}/a.safetensors",
        ),
    ],
    ids=" ".join,
)
def test_results_are_translated(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    ink = tmp_path / "some.jsonl"
    strokes = [[[100, 50], [120, 300]], [[90, 150], [300, 160]]]
    lines = [
        json.dumps({"width": 400, "height": 400, "strokes": strokes, "label": str(number % 10), "writer": "ann"})
        for number in range(24)
    ]
    ink.write_text("\n".join(lines) + "\n")
    code, out, err = run(*(word.format(ink=ink, folder=tmp_path) for word in words))
    assert (code, bool(out)) == (0, True), err
    layers = build(ARCHITECTURES["light"], rng=np.random.default_rng(0)).layers
    types = {type(layer).__name__ for layer in layers.values()}
    assert _untranslated(re.sub(rf"{tmp_path}\S*", " ", out + err), layers.keys() | types) == []


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("predict",),
        ("predict", "--top", "0", "nowhere.png"),
        ("predict", "nowhere.png"),
        ("predict", "--model", "nowhere", "nowhere.png"),
        ("evaluate", "--dataset", "nowhere"),
        ("inspect", "nowhere"),
        ("evaluate", "--model", "nowhere"),
        ("gradcheck", "nowhere"),
        ("train", "--dataset", "nowhere"),
        ("train", "--architecture", "nowhere"),
        ("train", "--resume", "nowhere"),
        ("train", "--set", "nowhere=1"),
        ("features", "nowhere.png", "--out", "x"),
        ("summary", "nowhere"),
        ("train", "--batch-size", "x"),
        ("train", "--resume", "nowhere", "--seed", "1"),
        ("evaluate", "--dataset", "styles", "--record"),
        ("export", "light", "--to", "exe", "x"),
        ("summary", "light", "--input-shape", "1,2,3"),
        ("lab",),
        ("lab", "conv", "--matrix", "1 2; 3", "--kernel", "1"),
        ("lab", "loss", "--logits", "1 2", "--target", "5"),
        ("lab", "shapes", "nowhere"),
        ("report", "nowhere"),
        ("report", "nowhere", "--out", "nowhere.png"),
    ],
    ids=" ".join,
)
def test_errors_are_translated(run: Run, words: tuple[str, ...]) -> None:
    code, out, err = run(*(words or ("--nonsense",)))
    assert (code, out) == (2, "")
    assert _untranslated(err, {"nowhere", "nowhere.png", "png", "exe", "nonsense"}) == []


def _untranslated(text: str, names: Collection[str] = ()) -> list[str]:
    """Return the words that are not translated, except options, choices, and placeholders for values."""
    text = re.sub(r"(?<![\w-])--?[a-z][\w-]*|\{[a-z0-9,]+\}|\b[A-Z][A-Z_,]*\b|\d+(?:x\d+)+", " ", text)
    return pseudo.untranslated(text, {*NAMES, *names})
