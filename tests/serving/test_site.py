"""The page: its texts, its files, and that it needs nothing from elsewhere."""

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from digitpad import translation
from digitpad.serving.server import Server
from digitpad.serving.site import ASSETS, page_html
from digitpad.serving.texts import page_texts
from tests import pseudo
from tests.serving.client import send

PAGES = ("index.html", "examples.html", "closed.html")


def contents(name: str) -> str:
    return files("digitpad.serving").joinpath("page", name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_every_text_of_a_page_is_in_the_catalogue(name: str) -> None:
    html = page_html(name, base="http://localhost/")
    assert "${" not in html
    assert '<html lang="en">' in html


def test_every_text_of_the_catalogue_is_used() -> None:
    used = set(re.findall(r"\$\{(\w+)\}", "".join(map(contents, PAGES)))) - {"base"}
    assert used == set(page_texts())


def test_texts_are_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.serving.site.page_texts", lambda: page_texts() | {"undo": '<b>"&'})
    assert "&lt;b&gt;&quot;&amp;" in page_html("index.html")


def test_the_page_speaks_the_language_of_the_program(pseudo_catalogues: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.paths.languages_dir", lambda: pseudo_catalogues)
    try:
        assert translation.use_language(pseudo.CODE)
        texts = page_texts()
        html = page_html("index.html")
    finally:
        monkeypatch.undo()
        translation.use_language("en")
    assert texts["language"] == pseudo.CODE
    assert [name for name, text in texts.items() if text == page_texts()[name]] == []
    assert f">{texts['undo']}<" in html


def test_the_script_uses_texts_that_the_page_has() -> None:
    given = {
        re.sub("-(.)", lambda match: match.group(1).upper(), name)
        for name in re.findall(r"data-([a-z-]+)=\"\$\{", contents("index.html"))
    }
    scripts = "".join(contents(name) for name in ASSETS if name.endswith(".js"))
    used = set(re.findall(r"texts\.(\w+)", scripts)) | {"connected", "connecting", "reconnecting", "full", "gone"}
    assert used == given


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_script_or_style_within_it(name: str) -> None:
    html = contents(name)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", html))


@pytest.mark.parametrize("name", [*PAGES, *ASSETS])
def test_nothing_comes_from_elsewhere(name: str) -> None:
    text = contents(name).replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|//[a-z]+\.[a-z]|@import|url\(", text)


@pytest.mark.parametrize("name", [name for name in ASSETS if name.endswith(".js")])
def test_what_comes_from_others_is_never_html(name: str) -> None:
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", contents(name))


def test_all_files_are_served(start: Callable[..., Server]) -> None:
    address = start(code="k7qdm3").address
    types = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
    for name in ASSETS:
        status, headers, body = send(address, name)
        assert (status, body.decode()) == (200, contents(name))
        assert headers["content-type"].startswith(types[name.rpartition(".")[2]])
    for path, name in (("", "index.html"), ("examples", "examples.html")):
        status, headers, body = send(address, path)
        assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert body.decode() == page_html(name, base=address)


def test_the_examples_have_the_address_of_the_server(start: Callable[..., Server]) -> None:
    address = start(code="k7qdm3").address
    assert f"curl {address}predict" in send(address, "examples")[2].decode()
