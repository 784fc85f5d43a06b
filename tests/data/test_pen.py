"""The bundled pen ink is the original, with its writers, and a dataset like any other."""

import collections
import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest

from digitpad.data import pen
from digitpad.data.pen import pen_drawings
from digitpad.data.rasterize import ink_to_image
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.paths import resources_dir

COUNTS = [780, 779, 780, 719, 780, 720, 720, 778, 719, 719]


def test_the_ink_of_thirty_writers_is_there() -> None:
    drawings = pen_drawings()
    writers = collections.Counter(str(drawing.extra["writer"]) for drawing in drawings)
    assert set(writers) == {str(number) for number in range(1, 31)}
    assert min(writers.values()) >= 247
    assert np.bincount([int(str(drawing.label)) for drawing in drawings]).tolist() == COUNTS


def test_the_file_is_small_and_names_its_authors_and_licence() -> None:
    folder = resources_dir() / "pendigits"
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 1_200_000
    about = (folder / "README.md").read_text(encoding="utf-8")
    assert "Alpaydin" in about
    assert "CC BY 4.0" in about
    assert "Creative Commons Attribution 4.0 International" in (folder / "LICENSE.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_it_is_a_dataset_with_writers_that_is_drawn_as_the_window_does() -> None:
    dataset, drawings = open_dataset("pen"), pen_drawings()
    assert dataset.images.shape == (7494, 1, 28, 28)
    assert dataset.classes == tuple("0123456789")
    assert set(dataset.origins["writer"]) == {str(number) for number in range(1, 31)}
    for index in (0, 1234, 7493):
        image = ink_to_image(drawings[index].strokes, canvas=drawings[index].long_side)
        np.testing.assert_array_equal(dataset.pixels[index, 0], np.rint(image * 255))
        assert dataset.labels[index] == drawings[index].label
    assert open_dataset("pen", "test").checksum == dataset.checksum


def test_a_changed_a_broken_and_a_missing_file_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pen, "resources_dir", lambda: tmp_path)
    with pytest.raises(DigitpadError, match="does not exist; reinstall"):
        pen_drawings()
    shutil.copytree(resources_dir() / "pendigits", tmp_path / "pendigits")
    file = tmp_path / "pendigits" / "pendigits.jsonl.gz"
    contents = gzip.decompress(file.read_bytes())
    # The first levels compress ten megabytes in a fraction of the time.
    file.write_bytes(gzip.compress(contents.replace(b'"writer":12', b'"writer":13', 1), 1))
    with pytest.raises(DigitpadError, match="not the original"):
        pen_drawings()
    file.write_bytes(gzip.compress(contents, 1)[:1000])
    with pytest.raises(DigitpadError, match="cannot be read"):
        pen_drawings()
    file.write_bytes(b"no gzip")
    with pytest.raises(DigitpadError, match="cannot be read"):
        pen_drawings()
