"""`digitpad train` with augmentation and joined data, from the command line to the model file."""

import shlex
from pathlib import Path

import numpy as np
import pytest

from digitpad import cli
from digitpad.data.augmentation import USUAL_STRENGTHS, Augmentation
from digitpad.errors import DigitpadError
from digitpad.models.model_file import load_model

INK = '{"label": 4, "width": 9, "height": 9, "strokes": [[[1, 1], [5, 8]]]}\n'


def test_augmented_training_on_joined_data_says_how_to_repeat_it(tmp_path: Path) -> None:
    ink, first, again = tmp_path / "ink.jsonl", tmp_path / "first.safetensors", tmp_path / "again.safetensors"
    ink.write_text(INK * 3)
    words = ["train", "--architecture", "light", "--dataset", f"mnist+{ink}", "--augment", "rotation=10,blur=0.5"]
    words += ["--limit", "200", "--epochs", "1", "--threads", "1", "--seed", "4", "--json"]
    assert cli.main([*words, "--output", str(first)]) == 0
    command = shlex.split(str(load_model(first).metadata.training["command"]))
    assert command[command.index("--augment") + 1] == "rotation=10,blur=0.5"
    assert cli.main([*command[1:], "--json", "--output", str(again)]) == 0
    weights = load_model(first).network.state_dict()
    for name, value in load_model(again).network.state_dict().items():
        np.testing.assert_array_equal(value, weights[name])


def test_strengths_are_read_as_people_write_them() -> None:
    assert Augmentation.parse("usual") == Augmentation(**USUAL_STRENGTHS)
    assert not Augmentation.parse("none")
    assert Augmentation.parse("rotation=10, shift=2") == Augmentation(rotation=10, shift=2)
    assert Augmentation.parse(str(Augmentation.parse("usual"))) == Augmentation.parse("usual")
    assert str(Augmentation()) == "none"


@pytest.mark.parametrize("text", ["", "much", "rotation", "rotation=", "rotation=far", "spin=3", "rotation=-1"])
def test_what_is_no_strength_is_refused(text: str) -> None:
    with pytest.raises(DigitpadError, match="augmentation"):
        Augmentation.parse(text)
