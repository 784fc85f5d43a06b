"""The command line in a language that nobody speaks: which texts are not translated."""

import gettext
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digitpad import cli, translation
from tests import pseudo
from tests.pictures import digit_picture

Run = Callable[..., tuple[int, str, str]]

#: The commands whose texts are translated; a command joins when all its texts are, and none leaves.
TRANSLATED: tuple[str, ...] = ()


@pytest.fixture(autouse=True)
def _pseudo_language(pseudo_catalogues: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("digitpad.paths.languages_dir", lambda: pseudo_catalogues)
    monkeypatch.setenv(translation.VARIABLE, pseudo.CODE)
    yield
    monkeypatch.undo()
    translation.use_language("en")


@pytest.mark.parametrize("command", ["", *cli.command_names()])
def test_the_help_is_translated(run: Run, command: str) -> None:
    code, out, _ = run(*command.split(), "--help")
    assert code == 0
    assert _untranslated(out) == []
