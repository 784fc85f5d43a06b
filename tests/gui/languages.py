"""The window in all available languages, and in the pseudo-language of the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from digitpad import translation
from digitpad.gui.shell.languages import show_language
from tests import pseudo

LANGUAGES = ("en", pseudo.CODE)


@contextmanager
def speaking(code: str, application: QApplication, catalogues: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use a language until the end of the block.

    Parameters
    ----------
    code
        One of `LANGUAGES`.
    application, catalogues, monkeypatch
        The fixtures `qapp`, `pseudo_catalogues` and `monkeypatch`.
    """
    if code != pseudo.CODE:
        yield
        return
    monkeypatch.setattr("digitpad.paths.languages_dir", lambda: catalogues)
    assert translation.use_language(code)
    texts = pseudo.QtTexts()
    application.installTranslator(texts)
    show_language(application, code)
    try:
        yield
    finally:
        application.removeTranslator(texts)
        monkeypatch.undo()
        translation.use_language("en")
        show_language(application, "en")
