import sys
from pathlib import Path

import platformdirs
import pytest

from digitpad import paths

# Taken before any test runs: during a test, each of them is replaced, so that nobody's own folders are touched.
from digitpad.paths import user_config_dir, user_data_dir, user_log_dir


def test_the_source_tree_is_found() -> None:
    root = Path(__file__).resolve().parent.parent
    assert paths.models_dir() == root / "models"
    assert (paths.resources_dir() / "mnist" / "train-images-idx3-ubyte.gz").is_file()


def test_a_wheel_carries_its_files_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "digitpad"
    (package / "_bundled" / "models").mkdir(parents=True)
    (tmp_path / "site-packages" / "models").mkdir()
    monkeypatch.setattr(paths, "_PACKAGE", package)
    assert paths.models_dir() == package / "_bundled" / "models"


def test_a_frozen_executable_looks_where_it_was_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked = tmp_path / "_MEI1234"
    (unpacked / "digitpad" / "_bundled" / "resources").mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(unpacked), raising=False)
    assert paths.resources_dir() == unpacked / "digitpad" / "_bundled" / "resources"


def test_files_that_are_gone_are_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "digitpad")
    with pytest.raises(FileNotFoundError, match=r"models/ folder is missing.*install digitpad again"):
        paths.models_dir()


def test_user_folders_are_the_platforms_and_are_not_made() -> None:
    assert user_data_dir() == Path(platformdirs.user_data_dir("digitpad", appauthor=False))
    assert user_config_dir() == Path(platformdirs.user_config_dir("digitpad", appauthor=False))
    assert user_log_dir() == Path(platformdirs.user_log_dir("digitpad", appauthor=False))
