"""Numbered classes are named by EMNIST's mapping files, which are checked line by line."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.data.class_names import is_fashion_mnist, names_beside, read_mapping, with_names
from digitpad.data.mnist import load_mnist
from digitpad.errors import DigitpadError


def test_a_mapping_file_names_classes(tmp_path: Path) -> None:
    path = tmp_path / "emnist-letters-mapping.txt"
    path.write_text("1 65 97\n2 66 98 \n\n26 90 122\n")
    assert read_mapping(path) == {1: "A", 2: "B", 26: "Z"}
    assert names_beside(tmp_path / "emnist-letters-train-labels-idx1-ubyte.gz") == {1: "A", 2: "B", 26: "Z"}
    assert names_beside(tmp_path / "emnist-letters-test.csv") == {1: "A", 2: "B", 26: "Z"}
    assert names_beside(tmp_path / "emnist-digits-train-labels-idx1-ubyte") is None
    assert names_beside(tmp_path / "emnist-letters") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "contains no classes"),
        ("1\n", "line 1: it is not a label"),
        ("1 65\nx 66\n", "line 2: it is not a label"),
        ("1 -65\n", "line 1: it is not a label"),
        ("1 65\n1 66\n", "line 2: its label or its character"),
        ("1 65\n2 65\n", "line 2: its label or its character"),
        ("99999 65\n", "line 1: the label or the code"),
        ("1 9999999\n", "line 1: the label or the code"),
        ("1 " + "9" * 10_000, "line 1: it is not a label"),
    ],
)
def test_a_wrong_mapping_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mapping.txt"
    path.write_text(text)
    with pytest.raises(DigitpadError, match=said):
        read_mapping(path)


def test_characters_that_do_not_print_are_escaped(tmp_path: Path) -> None:
    path = tmp_path / "mapping.txt"
    path.write_text("0 10\n1 55296\n")
    assert read_mapping(path) == {0: "\\n", 1: "\\ud800"}


def test_labels_become_classes_in_the_order_of_their_numbers() -> None:
    classes, indices = with_names(np.array([5, 2, 5, 9]), {9: "z", 2: "b", 5: "m"}, Path("labels"))
    assert classes == ("b", "m", "z")
    assert indices.tolist() == [1, 0, 1, 2]


def test_mnist_is_not_taken_for_fashion() -> None:
    assert not is_fashion_mnist(load_mnist("test").labels)
    assert not is_fashion_mnist(np.empty(0, np.int64))
