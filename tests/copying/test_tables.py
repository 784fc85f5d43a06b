"""Kernels, confusion matrices and curves in every form; the programs are run."""

import numpy as np
import pytest

from digitpad.copying.tables import copy_confusion, copy_curves, copy_kernels
from digitpad.errors import DigitpadError
from tests.copying.programs import array, run


@pytest.fixture(params=["numpy", "pytorch"])
def form(request: pytest.FixtureRequest) -> str:
    """Return the form of the program."""
    if request.param == "pytorch":
        pytest.importorskip("torch")
    return str(request.param)


_KERNELS = np.random.default_rng(0).normal(size=(2, 3, 3)).astype(np.float32)
_COUNTS = np.array([[980, 1, 0], [3, 1130, 2], [0, 0, 0]], np.int64)
_LABELS = ("0", "1", "a'b")
_CURVES = {
    "loss": (np.arange(1.0, 201), np.linspace(2.3, 0.1, 200)),
    "validation_loss": (np.array([100.0, 200]), np.array([0.25, np.nan])),
    "layer1.dead_share": (np.zeros(0), np.zeros(0)),
}


def test_kernels_keep_all_their_bits(form: str) -> None:
    found = run(copy_kernels(form, title="conv1, map 3", names=("0", "1"), kernels=_KERNELS))["kernels"]
    assert str(found.dtype).endswith("float32")
    np.testing.assert_array_equal(np.asarray(found), _KERNELS)


def test_kernels_as_text() -> None:
    text = copy_kernels("text", title="conv1, map 3", names=("map 0", "map 1"), kernels=_KERNELS)
    assert text.startswith("conv1, map 3\n\nmap 0:\n")
    assert f"{_KERNELS[0, 0, 0]:.4f}" in text
    assert r"\begin{pmatrix}" in copy_kernels("latex", title="conv1", names=("0", "1"), kernels=_KERNELS)


def test_the_weights_of_a_unit_are_a_table() -> None:
    weights = np.array([[[0.5]], [[-2]]], np.float32)
    text = copy_kernels("text", title="fc2, unit 1", names=("relu3 unit 0", "relu3 unit 1"), kernels=weights)
    assert text.splitlines()[3:] == ["relu3 unit 0     0.5", "relu3 unit 1      −2"]


def test_a_confusion_matrix_and_its_shares(form: str) -> None:
    with np.errstate(invalid="ignore"):
        found = run(copy_confusion(form, labels=_LABELS, counts=_COUNTS))
    assert tuple(found["labels"]) == _LABELS
    np.testing.assert_array_equal(array(found["confusion"]), _COUNTS)
    np.testing.assert_allclose(array(found["recall"])[:2], [980 / 981, 1130 / 1135], rtol=1e-6)
    np.testing.assert_allclose(array(found["precision"])[2], 0)
    assert float(found["accuracy"]) == pytest.approx(2110 / 2116)


def test_a_confusion_matrix_as_a_table() -> None:
    lines = copy_confusion("text", labels=_LABELS, counts=_COUNTS).splitlines()
    assert lines[2] == "Rows are true classes, columns are predicted classes."
    assert [line.split() for line in lines[4:]] == [
        ["true", "class", "0", "1", "a'b", "recall"],
        ["0", "980", "1", "0", "0.999"],
        ["1", "3", "1,130", "2", "0.9956"],
        ["a'b", "0", "0", "0"],
        ["precision", "0.9969", "0.9991", "0", "0.9972"],
    ]
    assert "| 1 | 3 | 1,130 | 2 | 0.9956 |" in copy_confusion("markdown", labels=_LABELS, counts=_COUNTS)


def test_curves_have_all_points(form: str) -> None:
    found = run(copy_curves(form, title="a run", curves=_CURVES))["curves"]
    assert list(found) == list(_CURVES)
    for name, (steps, values) in _CURVES.items():
        np.testing.assert_array_equal(array(found[name][0]), steps)
        np.testing.assert_array_equal(array(found[name][1]), values)


def test_curves_have_a_row_for_each_epoch() -> None:
    text = copy_curves("text", title="a run", curves=_CURVES)
    lines = text.splitlines()
    assert lines[2].split() == ["step", "loss", "validation_loss"]
    assert lines[3].split() == ["100", "1.205528", "0.25"]
    assert lines[4].split() == ["200", "0.1", "nan"]
    assert len(lines) == 5


def test_many_steps_without_epochs_are_thinned() -> None:
    text = copy_curves("markdown", title="a run", curves={"loss": _CURVES["loss"]})
    rows = text.splitlines()[4:]
    assert len(rows) == 60
    assert rows[0].startswith("| 1 |")
    assert rows[-1].startswith("| 200 |")


def test_an_unknown_form_is_answered() -> None:
    with pytest.raises(DigitpadError, match="no form called 'word'"):
        copy_curves("word", title="a run", curves=_CURVES)
    with pytest.raises(DigitpadError, match="nothing to copy yet"):
        copy_curves("text", title="a run", curves={"loss": (np.zeros(0), np.zeros(0))})
