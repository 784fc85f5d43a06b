"""The page is one file that loads nothing, and no name in it can become markup."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

import pytest

from digitpad.charts.drawing import Drawing
from digitpad.reports.document import (
    EMPTY,
    Cell,
    Chapter,
    Code,
    Column,
    Discussion,
    Figure,
    Heading,
    Highlight,
    Highlights,
    Missing,
    Paragraph,
    Report,
    Section,
    Table,
)
from digitpad.reports.page import page_of

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style></svg><iframe src=//evil.example>",
    "' onload='alert(1)",
    "&lt;b&gt; & <!-- --> ]]>",
    "javascript:alert(1)",
    "{{7*7}} {name} %s",
]


class Reader(HTMLParser):
    """Collects tags with their attributes, and the text between them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def drawing(name: str) -> Element:
    figure = Drawing(100, 50)
    figure.rect(0, 0, 10, 10, "accent", hint=name)
    figure.text(0, 20, name)
    figure.image(0, 0, 5, 5, b"\x89PNG", hint=name)
    return figure.root


def report_with(name: str) -> Report:
    columns = (Column("label", name, is_number=False), Column("count", name))
    blocks = (
        Paragraph(name),
        Missing(name),
        Heading(name),
        Code(name, name),
        Code(name, name, is_long=True),
        Highlights((Highlight(name, name, name),)),
        Discussion(name),
        Table("table", name, columns, ((Cell(name, name), EMPTY),)),
        Figure("figure", name, name, drawing(name)),
    )
    chapter = Chapter("run-1", name, name, (Section("one", name, blocks),))
    return Report(name, name, "en", (chapter, Chapter("run-2", name, name, ())))


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_markup(name: str) -> None:
    harmless, hostile = read(page_of(report_with("harmless"))), read(page_of(report_with(name)))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in harmless.tags]
    for (_, ours), (_, theirs) in zip(harmless.tags, hostile.tags, strict=True):
        assert ours.keys() == theirs.keys()
    assert hostile.texts.count(name) == harmless.texts.count("harmless") > 10


def test_characters_that_html_does_not_allow_are_replaced() -> None:
    page = page_of(report_with("a\x00b\x1bc\ud800d\u202e"))
    assert "a�b�c�d�" in page
    page.encode()


def test_nothing_is_loaded() -> None:
    reader = read(page_of(report_with("https://evil.example/a.png")))
    loading = {"script", "link", "iframe", "object", "embed", "audio", "video", "img", "base", "form", "use"}
    assert not loading & {tag for tag, _ in reader.tags}
    for tag, attributes in reader.tags:
        for name in ("src", "href", "xlink:href", "srcset", "action", "data", "style", "background", "poster"):
            value = attributes.get(name)
            if value is not None:
                assert value.startswith("#" if tag == "a" else "data:image/png;base64,"), (tag, name, value)


def test_the_policy_allows_the_style_of_the_page_and_nothing_else() -> None:
    page = page_of(report_with("name"))
    policy = next(a["content"] for tag, a in read(page).tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "url(" not in style.group(1)
    assert "@import" not in style.group(1)


def test_both_colour_schemes_have_every_colour() -> None:
    page = page_of(report_with("name"))
    used = set(re.findall(r"var\(--([a-z0-9]+)\)", page))
    assert {"accent", "text", "surface"} <= used
    for name in used:
        assert len(re.findall(rf"--{name}: #", page)) == 3, name


def test_every_figure_has_a_text_alternative_and_every_link_a_target() -> None:
    reader = read(page_of(report_with("name")))
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in reader.tags:
        if tag == "svg":
            assert attributes["role"] == "img"
            assert all(key in ids for key in (attributes["aria-labelledby"] or "").split())
        if tag == "a":
            assert (attributes["href"] or "").removeprefix("#") in ids
        if tag == "section":
            assert attributes["aria-labelledby"] in ids
