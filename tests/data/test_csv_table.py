"""CSV files of images: with and without a header, the label first or last, and refused by line."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.data.dataset import DIGITS
from digitpad.data.mnist import load_mnist
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError

MNIST = load_mnist("test").subset(range(40))
PIXELS = [",".join(map(str, image.ravel())) for image in MNIST.pixels]
HEADER = ",".join(f"pixel{number}" for number in range(784))


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("header", [True, False])
def test_a_table_as_kaggle_has_it(tmp_path: Path, header: bool) -> None:
    rows = [f"{label},{pixels}" for label, pixels in zip(MNIST.labels, PIXELS, strict=True)]
    dataset = open_dataset(written(tmp_path / "train.csv", *([f"label,{HEADER}"] if header else []), *rows))
    assert dataset.checksum == MNIST.checksum
    assert dataset.name == "train"
    assert dataset.remarks == ()


def test_letters_in_the_last_column(tmp_path: Path) -> None:
    rows = [f'{pixels},"{"AB"[index % 2]}"' for index, pixels in enumerate(PIXELS)]
    dataset = open_dataset(written(tmp_path / "letters.csv", f"{HEADER},class", *rows))
    assert dataset.classes == ("A", "B")
    assert dataset.labels[:4].tolist() == [0, 1, 0, 1]
    np.testing.assert_array_equal(dataset.images, MNIST.images)


def test_letters_without_a_header(tmp_path: Path) -> None:
    dataset = open_dataset(written(tmp_path / "letters.csv", "A,0,255,7,1", "B,1,2,3,4"))
    assert dataset.classes == ("A", "B")
    assert dataset.images[0, 0].tolist() == [[0, 255], [7, 1]]


def test_numbers_beyond_nine_are_classes(tmp_path: Path) -> None:
    dataset = open_dataset(written(tmp_path / "many.csv", "12,0,1,2,3", "3,0,1,2,3"))
    assert dataset.classes == ("3", "12")


def test_the_mapping_file_of_emnist_names_them(tmp_path: Path) -> None:
    (tmp_path / "emnist-letters-mapping.txt").write_text("1 65 97\n2 66 98\n")
    dataset = open_dataset(written(tmp_path / "emnist-letters-train.csv", "2,0,1,2,3", "1,0,1,2,3"))
    assert dataset.classes == ("A", "B")
    assert dataset.labels.tolist() == [1, 0]


def test_digits_of_a_few_kinds_are_digits(tmp_path: Path) -> None:
    assert open_dataset(written(tmp_path / "few.csv", "3,0,1,2,3")).classes == DIGITS


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["hello"], "0 values besides the label"),
        (["1,2,3"], "2 values besides the label"),
        (["label,a,b,c,d"], "has a header but no images"),
        (["label,a,b,c,d", "1,0,0,0,0", "1,0,0,0"], "line 3: expected 4 pixels, found 3"),
        (["1,0,0,0,0", "1,0,0,0,256"], "line 2: '256' is not a pixel"),
        (["1,0,0,0,0", "1,0,0,0,-1"], "line 2: '-1' is not a pixel"),
        (["1,0,0,0,0", "1,0,0,0.5,1"], "line 2: '0.5' is not a pixel"),
        (["1,0,0,0,0", "1,0,0,nan,1"], "line 2: 'nan' is not a pixel"),
        (["1,0,0,0,0", ",0,0,0,1"], "line 2: it has no label"),
        (["1,0,0,0,0", "1"], "line 2: expected 4 pixels, found 1"),
        (["label,a,b,c,d", "1"], "line 2: expected 4 pixels, found 1"),
        (["1,0,0,0,0", "1,0,0,,1"], "line 2: '' is not a pixel"),
        (["1,0,0,0,0", "1," + "9" * 5000 + ",0,0,0"], "line 2: '999"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(DigitpadError, match=said):
        open_dataset(written(tmp_path / "bad.csv", *lines))


def test_blank_lines_count_but_are_skipped(tmp_path: Path) -> None:
    assert len(open_dataset(written(tmp_path / "a.csv", "", "1,0,0,0,0", "", "2,0,0,0,0", ""))) == 2
    with pytest.raises(DigitpadError, match="line 4: it has no label"):
        open_dataset(written(tmp_path / "a.csv", "", "1,0,0,0,0", "", ",0,0,0,0", ""))


def test_hostile_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(b"")
    with pytest.raises(DigitpadError, match="is empty"):
        open_dataset(path)
    path.write_bytes(b"\xff\xfe\x00,1\n")
    with pytest.raises(DigitpadError, match="not text"):
        open_dataset(path)
    path.write_bytes(b"1," * (3 << 20))
    with pytest.raises(DigitpadError, match="longer than"):
        open_dataset(path)
    path.write_text("\n".join(f"class {number},0,0,0,0" for number in range(10_001)))
    with pytest.raises(DigitpadError, match="different labels"):
        open_dataset(path)
