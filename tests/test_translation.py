"""Which language is spoken, and what a catalogue does."""

import gettext
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from digitpad import translation
from digitpad.errors import DigitpadError

Run = Callable[..., tuple[int, str, str]]

_VARIABLES = ("DIGITPAD_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture
def languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Have catalogues for German and Brazilian Portuguese, and no language chosen."""
    for code in ("de", "pt_BR"):
        catalog = Catalog(locale=code)
        catalog.add("No image.", f"[{code}] Kein Bild.")
        catalog.add(("{n} image", "{n} images"), ("{n} Bild", "{n} Bilder"))
        catalog.add("usage: ", "Aufruf: ")
        path = tmp_path / code / "LC_MESSAGES" / "digitpad.mo"
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            write_mo(file, catalog)
    monkeypatch.setattr("digitpad.paths.languages_dir", lambda: tmp_path)
    monkeypatch.setenv("LANGUAGE", "en")
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    yield tmp_path
    translation.use_language(None)


@pytest.mark.usefixtures("languages")
def test_texts_come_from_the_catalogue_in_use() -> None:
    assert translation.available_languages() == ["de", "en", "pt_BR"]
    assert translation.gettext("No image.") == "No image."
    assert translation.use_language("de")
    assert translation.language_in_use() == "de"
    assert translation.gettext("No image.") == "[de] Kein Bild."
    assert [translation.ngettext("{n} image", "{n} images", count).format(n=count) for count in (1, 3)] == [
        "1 Bild",
        "3 Bilder",
    ]
    assert translation.gettext("Not in the catalogue.") == "Not in the catalogue."
    assert gettext.gettext("usage: ") == "Aufruf: "
    assert translation.use_language(None)
    assert translation.gettext("No image.") == "No image."
    assert gettext.gettext("usage: ") == "usage: "


@pytest.mark.parametrize("code", ["fr", "../de", "", "de/LC_MESSAGES"])
@pytest.mark.usefixtures("languages")
def test_a_language_without_a_catalogue_is_english(code: str) -> None:
    translation.use_language("de")
    assert not translation.use_language(code)
    assert translation.language_in_use() == "en"
    assert translation.gettext("No image.") == "No image."


@pytest.mark.parametrize(
    ("variables", "system", "language"),
    [
        ({}, [], "en"),
        ({}, ["de-AT", "en"], "de"),
        ({}, ["fr", "pt-BR"], "pt_BR"),
        ({"LANG": "de_DE.UTF-8"}, [], "de"),
        ({"LANG": "pt_BR.UTF-8"}, [], "pt_BR"),
        ({"LANG": "pt_PT.UTF-8"}, [], "en"),
        ({"LANG": "en_US.UTF-8"}, ["de"], "en"),
        ({"LANG": "C.UTF-8"}, [], "en"),
        ({"LANG": "de_DE@euro", "LC_ALL": "C"}, [], "en"),
        ({"LANG": "de_DE", "LANGUAGE": "fr:pt_BR:de"}, [], "pt_BR"),
        ({"LANG": "de_DE", "DIGITPAD_LANGUAGE": "en"}, [], "en"),
        ({"LANG": "en_GB", "DIGITPAD_LANGUAGE": "de"}, [], "de"),
        ({"DIGITPAD_LANGUAGE": "DE"}, [], "de"),
    ],
)
@pytest.mark.usefixtures("languages")
def test_which_language_is_preferred(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], system: list[str], language: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert translation.preferred_language(system) == language


@pytest.mark.usefixtures("languages")
def test_a_chosen_language_that_is_not_available_is_bad_input(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setenv("DIGITPAD_LANGUAGE", "../../etc")
    with pytest.raises(DigitpadError, match=r"choose one of de, en, pt_BR"):
        translation.preferred_language()
    code, out, err = run("summary", "light")
    assert (code, out) == (2, "")
    assert err.startswith("digitpad: DIGITPAD_LANGUAGE=../../etc: this language is not available")


@pytest.mark.usefixtures("languages")
def test_the_command_line_speaks_the_language(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setenv("DIGITPAD_LANGUAGE", "de")
    code, out, _ = run("--help")
    assert code == 0
    assert out.startswith("Aufruf: digitpad")
