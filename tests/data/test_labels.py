"""Labels of any kind become classes: digits stay digits, other names come in natural order."""

from pathlib import Path

import pytest

from digitpad.data.dataset import DIGITS, NO_DIGIT
from digitpad.data.labels import MOST_CLASSES, classes_of, indexed
from digitpad.errors import DigitpadError

HERE = Path("labels")


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (["7", "3", "7"], DIGITS),
        (["7", NO_DIGIT], (*DIGITS, NO_DIGIT)),
        (["b", "a", "B"], ("a", "B", "b")),
        (["10", "9", "2"], ("2", "9", "10")),
        (["class 10", "class 9"], ("class 9", "class 10")),
        (["01", "1", "7"], ("01", "1", "7")),
        ([NO_DIGIT], (NO_DIGIT,)),
        ([], ()),
    ],
)
def test_the_classes_of_labels(names: list[str], classes: tuple[str, ...]) -> None:
    assert classes_of(names) == classes


def test_each_label_gets_the_index_of_its_class() -> None:
    classes, indices = indexed(["b", "a", "b", "c"], HERE)
    assert classes == ("a", "b", "c")
    assert indices.tolist() == [1, 0, 1, 2]


def test_names_are_plain_text() -> None:
    classes, indices = indexed(["a\nb", "a\x1b[31m", "a\nb"], HERE)
    assert set(classes) == {"a\\nb", "a\\x1b[31m"}
    assert indices[0] == indices[2] != indices[1]


def test_too_many_classes_are_refused() -> None:
    assert len(indexed([str(number) for number in range(MOST_CLASSES)], HERE)[0]) == MOST_CLASSES
    with pytest.raises(DigitpadError, match="10,001 different labels"):
        indexed([str(number) for number in range(MOST_CLASSES + 1)], HERE)
