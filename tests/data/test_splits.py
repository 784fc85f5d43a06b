"""Which datasets have test images that no training on them has seen."""

from pathlib import Path

import pytest

from digitpad.data.splits import has_test_images


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        ("mnist", True),
        ("mnist:invert", True),
        ("non-digits", True),
        ("pen", False),
        ("styles", False),
        ("ink.jsonl", False),
        ("table.csv", False),
        ("mnist+non-digits", True),
        ("mnist+ink.jsonl", False),
        ("pen+pen", False),
    ],
)
def test_datasets_by_name(dataset: str, expected: bool) -> None:
    assert has_test_images(dataset) is expected


def test_folders_of_pictures(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / "plain" / name).mkdir(parents=True)
        for split in ("train", "test"):
            (tmp_path / "split" / split / name).mkdir(parents=True)
    assert not has_test_images(str(tmp_path / "plain"))
    assert has_test_images(str(tmp_path / "split"))
    (tmp_path / "idx").mkdir()
    (tmp_path / "idx" / "train-images-idx3-ubyte").write_bytes(b"")
    assert has_test_images(str(tmp_path / "idx"))
