"""`digitpad lab`: the worked problems as JSON, as text and as code, and clear answers to what cannot be read."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad.commands.lab import options
from digitpad.copying.forms import FORMS
from digitpad.lab.convolution_problem import ACTIVATIONS
from digitpad.lab.examples import EXAMPLES
from digitpad.lab.optimizers import OPTIMIZERS
from digitpad.lab.surfaces import SURFACES
from tests.copying.programs import array
from tests.copying.programs import run as run_program

Run = Callable[..., tuple[int, str, str]]


def _json(run: Run, *words: str | Path) -> dict[str, Any]:
    code, out, err = run("lab", *words, "--json")
    assert (code, err) == (0, "")
    record: dict[str, Any] = json.loads(out)
    return record


def test_a_convolution(run: Run) -> None:
    record = _json(run, "conv", "--matrix", "5 6 0; 0 9 8; 2 6 5", "--kernel", "0 -1; 1 0", "--padding", "valid")
    assert record["output"] == [[-6, 9], [-7, -2]]


def test_a_convolution_with_everything(run: Run) -> None:
    record = _json(
        run,
        *("conv", "--matrix", "[[1, 2, 0], [0, 1, 3], [2, 1, 0]]", "--kernel", "1 0; -1 2", "--bias", "1/2"),
        *("--padding", "1,0,0,1", "--stride", "1x1", "--dilation", "1", "--groups", "1", "--convolution"),
        *("--activation", "relu", "--pool", "average", "--pool-size", "2", "--pool-stride", "1"),
        *("--gradient", "1 0; 0 1"),
    )
    stages = record["stages"]
    assert isinstance(stages, dict)
    assert list(stages) == ["conv", "activation", "pool"]
    gradients = record["gradients"]
    assert isinstance(gradients, dict)
    assert np.shape(gradients["input"]) == (3, 3)
    assert np.shape(gradients["kernel"]) == (1, 1, 2, 2)


def test_a_kernel_by_name(run: Run) -> None:
    record = _json(run, "conv", "--matrix", "0 0 9 9; 0 0 9 9; 0 0 9 9", "--kernel", "sobel-x")
    assert record["output"] == [[36, 36]]
    record = _json(run, "conv", "--matrix", "1 2 3 4 5", "--kernel", "dilated", "--padding", "same")
    assert record["padding"] == [[2, 2], [2, 2]]


def test_losses(run: Run) -> None:
    record = _json(run, "loss", "--logits", "ln 20, ln 40, ln 60, ln 80", "--target", "3")
    assert record["cross_entropy"] == pytest.approx(0.9163, abs=5e-5)
    assert {"label_smoothing", "focal_loss", "mean_squared_error", "softmax", "steps", "notes"} <= set(record)
    record = _json(run, "loss", "--example", "binary")
    assert record["binary_cross_entropy"] == pytest.approx(0.736182, abs=5e-7)
    assert record["binary_focal_loss"] == pytest.approx(0.125308, abs=5e-7)
    record = _json(run, "loss", "--logits", "1 -2", "--targets", "1 0", "--alpha", "0.75 0.25", "--gamma", "1")
    assert set(record) >= {"binary_cross_entropy", "binary_focal_loss"}
    record = _json(run, "loss", "--outputs", "1 2 3", "--targets", "1 2 6")
    assert record["mean_squared_error"] == 3
    assert "cross_entropy" not in record


@pytest.mark.parametrize(("name", "loss"), [("model-a", 0.9163), ("model-b", 0.6931)])
def test_the_models(run: Run, name: str, loss: float) -> None:
    assert _json(run, "loss", "--example", name)["cross_entropy"] == pytest.approx(loss, abs=5e-5)
    code, out, _ = run("lab", "loss", "--example", name)
    assert code == 0
    assert f"= {loss}" in out


def test_a_file_that_is_no_network_is_named_by_what_is_wrong_with_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "network.txt"
    file.write_bytes(b"\xef\xbb\xbfinput 64\nlinear 5\n")
    assert _json(run, "shapes", file)["parameters"] == 325
    for contents, message in ((b"nothing", "input is missing"), (b"a" * (2 << 20), "larger than 1 MB")):
        file.write_bytes(contents)
        code, _, err = run("lab", "shapes", file)
        assert code == 2
        assert message in err


def test_shapes(run: Run, tmp_path: Path) -> None:
    record = _json(run, "shapes", "exam")
    assert (record["parameters"], record["parameters_without_bias"]) == (2822, 2805)
    layers = record["layers"]
    assert isinstance(layers, list)
    assert [layer["parameters"] for layer in layers] == [140, 0, 252, 0, 2430]
    assert layers[2]["receptive_field"] == [12, 12]
    assert layers[2]["why_not"]["wrong"] == 11
    code = "nn.Sequential(nn.Conv2d(3, 5, 3), nn.AvgPool2d(2), nn.Conv2d(5, 2, 5), nn.Flatten(), nn.Linear(242, 10))"
    assert _json(run, "shapes", code, "--input", "3,32,32")["parameters"] == 2822
    file = tmp_path / "net.txt"
    file.write_text("input 3x32x32\nconv 5 3\navgpool 2\nconv 2 5\nflatten\nlinear 10\n")
    assert _json(run, "shapes", file)["parameters"] == 2822
    assert _json(run, "shapes", "standard", "--input", "1,28,28")["parameters"] == 421_642


def test_what_does_not_fit_is_in_the_table(run: Run) -> None:
    record = _json(run, "shapes", "input 1x8x8; conv 2 3; linear 5")
    misfit = record["misfit"]
    assert isinstance(misfit, dict)
    assert misfit["layer"] == "fc1"
    assert [spec["type"] for spec in misfit["fit"]] == ["Flatten", "Linear"]


def test_an_optimizer(run: Run) -> None:
    record = _json(run, "optimizer", "rosenbrock", "--optimizer", "adam", "--steps", "50")
    path = record["path"]
    assert isinstance(path, list)
    assert len(path) == 51
    assert path[1]["update"][0][-1]["value"] == path[1]["point"][0]
    record = _json(
        run,
        *("optimizer", "bowl", "--optimizer", "adamw", "--steps", "2", "--start", "1, -2", "--learning-rate", "0.5"),
        *("--beta1", "0.8", "--eps", "0.001", "--weight-decay", "0.1"),
    )
    assert record["settings"] == {
        "learning_rate": 0.5,
        "beta1": 0.8,
        "beta2": 0.999,
        "eps": 0.001,
        "weight_decay": 0.1,
    }


def test_options_of_an_optimizer(run: Run) -> None:
    words = ("bowl", "--optimizer", "adam", "--steps", "2", "--amsgrad", "--weight-decay", "0.5", "--beta2", "0.9")
    record = _json(run, "optimizer", *words)
    assert record["settings"]["amsgrad"] is True
    assert (record["settings"]["weight_decay"], record["settings"]["beta2"]) == (0.5, 0.9)
    names = [step["name"] for step in record["path"][2]["update"][0]]
    assert names[1] == "with weight decay"
    assert "largest mean square" in names
    text = run("lab", "optimizer", "valley", "--optimizer", "rmsprop", "--centered", "--maximize", "--steps", "1")[1]
    assert "centered, maximize" in text


def test_likelihood_and_a_factor_of_yes(run: Run) -> None:
    words = ("loss", "--log-probabilities", "ln 0.1, ln 0.2, ln 0.3, ln 0.4", "--target", "3")
    assert _json(run, *words)["negative_log_likelihood"] == pytest.approx(0.9163, abs=1e-4)
    record = _json(run, "loss", "--logits", "0 0", "--targets", "1 0", "--pos-weight", "3")
    assert record["binary_cross_entropy"] == pytest.approx(4 * math.log(2) / 2)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "pytorch"])
def test_every_form(run: Run, form: str) -> None:
    for words in (("conv", "--example", "exam-valid"), ("loss", "--example", "model-a"), ("shapes", "exam")):
        code, out, err = run("lab", *words, "--as", form)
        assert (code, err) == (0, "")
        assert out
    code, out, _ = run("lab", "optimizer", "bowl", "--as", form, "--steps", "3")
    assert (code, bool(out)) == (0, True)


def test_the_code_that_is_printed_runs(run: Run) -> None:
    _, code, _ = run("lab", "conv", "--matrix", "5 6 0; 0 9 8; 2 6 5", "--kernel", "0 -1; 1 0", "--as", "numpy")
    np.testing.assert_array_equal(array(run_program(code)["output"]), [[[-6, 9], [-7, -2]]])


def test_decimals(run: Run) -> None:
    _, out, _ = run("lab", "loss", "--example", "model-a", "--digits", "2")
    assert "= 0.92" in out
    assert "0.9163" not in out
    _, out, _ = run("lab", "loss", "--example", "binary")
    assert "0.736182" in out


def test_the_examples_are_listed(run: Run) -> None:
    code, out, _ = run("lab", "examples")
    assert code == 0
    assert all(name in out for name in EXAMPLES)
    listed = _json(run, "examples")
    assert sum(len(names) for names in listed.values() if isinstance(names, list)) == len(EXAMPLES)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "required: TOPIC"),
        (("conv",), "Give --matrix and --kernel"),
        (("conv", "--example", "exam-valid", "--digits", "999999999"), "--digits: invalid choice: 999999999"),
        (("conv", "--matrix", "1 2; 3", "--kernel", "1"), "--matrix: Row 1 has 1 number, but row 0 has 2"),
        (("conv", "--matrix", "1 b", "--kernel", "1"), "--matrix: Row 0, column 1: 'b' is not a number"),
        (("conv", "--matrix", "1 2", "--kernel", "1 2 3"), "kernel spans 1 × 3 cells"),
        (("conv", "--matrix", "1 2", "--kernel", "1", "--padding", "big"), "--padding: 'big' is not known"),
        (("conv", "--matrix", "1 2", "--kernel", "1", "--stride", "1x2x3"), "--stride: '1x2x3' is not a whole number"),
        (("conv", "--matrix", "1 2", "--kernel", "1", "--stride", "0"), "stride is outside 1 to 64"),
        (("conv", "--matrix", " ".join(["1"] * 300), "--kernel", "1"), "1 × 300; the lab takes up to 64 × 64"),
        (("conv", "--example", "model-a"), "model-a is not an example of this command; choose one of exam-valid"),
        (("loss", "--logits", "1 2"), "Give --target"),
        (("loss", "--target", "1"), "Give one of --logits"),
        (("loss", "--logits", "1 2", "--target", "5"), "no class 5"),
        (("loss", "--logits", "1 2", "--target", "0.5"), "--target: A class is a whole number"),
        (("loss", "--logits", "1 2", "--target", "0", "--gamma", "two"), "--gamma: 'two' is not a number"),
        (("shapes", "nowhere"), "nowhere is neither a network nor a file"),
        (("shapes", "nn.Sequential(nn.ReLU())"), "add it, as in --input 3,32,32"),
        (("shapes", "input 1x8x8; lstm 4"), "Line 1: there is no layer called 'lstm'"),
        (("optimizer", "plain"), "invalid choice"),
        (("optimizer", "bowl", "--start", "1"), "--start takes two numbers"),
        (("optimizer", "bowl", "--momentum", "2"), "settings do not fit sgd"),
        (("optimizer", "bowl", "--optimizer", "nesterov", "--dampening", "0.1"), "dampening is 0.1 with nesterov"),
        (("optimizer", "bowl", "--amsgrad"), "settings do not fit sgd"),
        (("loss", "--probabilities", "0.5 0.5", "--target", "1", "--pos-weight", "2"), "factor of yes needs logits"),
        (("optimizer", "bowl", "--steps", "99999"), "outside 1 to 10,000"),
    ],
)
def test_bad_input_is_answered_in_one_line(run: Run, words: tuple[str, ...], message: str) -> None:
    code, out, err = run("lab", *words)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_the_names_in_the_help_are_those_of_the_lab() -> None:
    assert options.FORM_NAMES == FORMS
    assert tuple(ACTIVATIONS) == options.ACTIVATION_NAMES
    assert tuple(OPTIMIZERS) == options.OPTIMIZER_NAMES
    assert tuple(SURFACES) == options.SURFACE_NAMES
