"""A missing system library is reported with its package, like bad input, because it is not an error of digitpad."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from digitpad.system_libraries import PACKAGES, advice, missing_library

Run = Callable[..., tuple[int, str, str]]

_README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def _complaint(library: str) -> str:
    return f"{library}: cannot open shared object file: No such file or directory"


@pytest.mark.parametrize("library", sorted(PACKAGES))
def test_the_library_and_its_package_are_named(library: str) -> None:
    assert missing_library(_complaint(library)) == library
    assert missing_library(f"Cannot load library /x/plugins/libqxcb.so: ({_complaint(library)})") == library
    assert library in advice(library)
    assert f"apt-get install {PACKAGES[library]}`" in advice(library)


def test_other_complaints_are_about_something_else() -> None:
    assert missing_library("No module named 'PySide6'") is None
    assert missing_library("cannot import name 'QtCore' from 'PySide6' (/usr/lib/libs.so.py)") is None


def test_a_library_that_is_not_listed_is_named_all_the_same() -> None:
    assert missing_library(_complaint("libfoo-2.so.7")) == "libfoo-2.so.7"
    assert "libfoo-2.so.7" in advice("libfoo-2.so.7")


def test_the_readme_lists_the_same_packages() -> None:
    (listed,) = re.findall(r"<!-- debian packages -->(.*?)<!-- end -->", _README, re.DOTALL)
    # libxcb1 comes with each of the others of X11.
    assert set(re.findall(r"\blib[a-z0-9.+-]+", listed)) == set(PACKAGES.values()) - {"libxcb1"}


@pytest.mark.parametrize("words", [[], ["gui"], ["tour", "--out", "pictures"]])
def test_a_window_that_cannot_be_loaded_is_told_in_one_line(words: list[str]) -> None:
    code = f"""
import sys

class Bare:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "PySide6":
            raise ImportError({_complaint("libglib-2.0.so.0")!r})

sys.meta_path.insert(0, Bare())
from digitpad.__main__ import main
sys.exit(main({words}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"digitpad: {advice('libglib-2.0.so.0')}\n"


def test_an_import_that_fails_for_another_reason_is_a_fault_of_ours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise ImportError("cannot import name 'reed'")

    monkeypatch.setattr("digitpad.commands.summary.summary", broken)
    code, _out, err = run("summary", "light")
    assert code == 1
    assert "an internal error occurred" in err
