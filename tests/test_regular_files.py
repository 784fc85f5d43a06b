"""Pipes, devices and endless files are refused before they are read."""

import os
from pathlib import Path

import pytest

from digitpad.errors import DigitpadError
from digitpad.regular_files import open_regular, read_regular


def test_an_ordinary_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"12345")
    assert read_regular(path, most_bytes=5) == b"12345"
    with pytest.raises(DigitpadError, match="larger than"):
        read_regular(path, most_bytes=4)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes and devices in folders")
def test_pipes_and_devices_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        with pytest.raises(DigitpadError, match="is a device or a pipe"):
            open_regular(tmp_path / name)


def test_what_is_no_name_of_a_file_is_refused() -> None:
    for name in ("a\0b", "\ud800"):
        with pytest.raises(DigitpadError, match="is not a valid file name"):
            open_regular(Path(name))
