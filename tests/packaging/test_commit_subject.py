"""A commit's subject has at most 72 characters, and the reason stands below an empty line."""

from pathlib import Path

import pytest
from commit_subject import complaint, main


@pytest.mark.parametrize("message", ["Add a layer", "x" * 72, "Add a layer\n\nBecause.\n", "Add\n# a comment of git\n"])
def test_good_messages(message: str) -> None:
    assert complaint(message) is None


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("x" * 73, "73 characters, 72 at most"),
        ("", "no subject"),
        ("# only git's own words", "no subject"),
        ("Add\nmore", "must be empty"),
    ],
)
def test_bad_messages(message: str, said: str) -> None:
    assert said in str(complaint(message))


def test_the_hook_reads_the_file_that_git_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "COMMIT_EDITMSG"
    path.write_text("Add a layer\n", encoding="utf-8")
    assert main([str(path)]) == 0
    path.write_text("é" * 73, encoding="utf-8")
    assert main([str(path)]) == 1
    assert "73 characters" in capsys.readouterr().err
    assert main([]) == 2
