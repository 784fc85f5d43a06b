"""Writes a report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere.

The page is a tree of elements, and the standard library escapes every text and attribute when it writes the tree, so
that no name can become markup. A content security policy in the page forbids everything but its own style, which it
names by its checksum, and pictures that are part of the file.
"""

import base64
import hashlib
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

from digitpad import paths
from digitpad.charts.drawing import safe_text, with_colours
from digitpad.charts.palette import DARK, LIGHT
from digitpad.reports.document import (
    Block,
    Cell,
    Chapter,
    Code,
    Discussion,
    Figure,
    Heading,
    Highlights,
    Missing,
    Paragraph,
    Report,
    Section,
    Table,
)
from digitpad.translation import gettext as _


def page_of(report: Report) -> str:
    """Return a report as the contents of an HTML file, in UTF-8."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    root = Element("html", {"lang": report.language.replace("_", "-")})
    head = SubElement(root, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    SubElement(head, "meta", {"name": "color-scheme", "content": "light dark"})
    SubElement(head, "meta", {"name": "generator", "content": "digitpad"})
    _add(head, "title", report.title)
    _add(head, "style", style)
    body = SubElement(root, "body")
    _add_header(body, report)
    main = SubElement(body, "main")
    for chapter in report.chapters:
        _Writer(chapter, several=len(report.chapters) > 1).write(main)
    _add(SubElement(body, "footer"), "p", report.made)
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


def _add_header(body: Element, report: Report) -> None:
    header = SubElement(body, "header")
    _add(header, "h1", report.title)
    if len(report.chapters) == 1:
        _add(header, "p", report.chapters[0].subtitle, kind="subtitle")
    _add(header, "p", report.made, kind="made")
    contents = SubElement(header, "nav", {"aria-label": _("Contents")})
    for chapter in report.chapters:
        links = SubElement(contents, "p")
        if len(report.chapters) > 1:
            _add(links, "a", chapter.title, href=f"#{chapter.key}").set("class", "chapter")
        for section in chapter.sections:
            _add(links, "a", section.title, href=f"#{chapter.key}-{section.key}")


class _Writer:
    """Writes one chapter into the page."""

    def __init__(self, chapter: Chapter, *, several: bool) -> None:
        self._chapter, self._several = chapter, several
        self._figures = 0

    def write(self, main: Element) -> None:
        chapter = self._chapter
        place = SubElement(main, "article", {"id": chapter.key})
        if self._several:
            _add(place, "h2", chapter.title, kind="chapter")
            _add(place, "p", chapter.subtitle, kind="subtitle")
        for section in chapter.sections:
            self._write_section(place, section)

    def _write_section(self, place: Element, section: Section) -> None:
        key = f"{self._chapter.key}-{section.key}"
        element = SubElement(place, "section", {"id": key, "aria-labelledby": f"{key}-title"})
        _add(element, "h3" if self._several else "h2", section.title, id=f"{key}-title")
        for block in section.blocks:
            self._write_block(element, block)

    def _write_block(self, place: Element, block: Block) -> None:
        match block:
            case Paragraph():
                _add(place, "p", block.text)
            case Missing():
                _add(place, "p", block.text, kind="missing")
            case Heading():
                _add(place, "h4" if self._several else "h3", block.text)
            case Code():
                _add_code(place, block)
            case Highlights():
                _add_highlights(place, block)
            case Discussion():
                _add_discussion(place, block)
            case Table():
                if block.is_shown:
                    _add_table(place, block)
            case Figure():
                self._add_figure(place, block)

    def _add_figure(self, place: Element, figure: Figure) -> None:
        self._figures += 1
        key = f"{self._chapter.key}-figure-{self._figures}"
        frame = SubElement(place, "figure", {"class": f"figure-{figure.name}"})
        drawing = with_colours(figure.drawing, lambda name: f"var(--{name})")
        drawing.set("role", "img")
        drawing.set("aria-labelledby", f"{key}-title {key}-words")
        heads = [Element("title", {"id": f"{key}-title"}), Element("desc", {"id": f"{key}-words"})]
        heads[0].text, heads[1].text = safe_text(figure.title), safe_text(figure.description)
        drawing[:0] = heads
        frame.append(drawing)
        _add(frame, "figcaption", figure.title)


def _add(place: Element, tag: str, text: str, *, kind: str = "", **attributes: str) -> Element:
    element = SubElement(place, tag, attributes)
    element.text = safe_text(text)
    if kind:
        element.set("class", kind)
    return element


def _add_table(place: Element, table: Table) -> None:
    # The frame scrolls where a table is wider than the page, so it must be reachable by keyboard.
    kind = f"table table-{table.name}"
    frame = SubElement(place, "div", {"class": kind, "role": "region", "tabindex": "0"})
    frame.set("aria-label", safe_text(table.title))
    element = SubElement(frame, "table")
    _add(element, "caption", table.title)
    if any(column.title for column in table.columns):
        row = SubElement(SubElement(element, "thead"), "tr")
        for column in table.columns:
            _add(row, "th", column.title, scope="col", kind="number" if column.is_number else "")
    else:
        element.set("class", "facts")
    rows = SubElement(element, "tbody")
    for cells in table.rows:
        row = SubElement(rows, "tr")
        for place_in_row, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
            _add_cell(row, cell, is_head=place_in_row == 0, is_number=column.is_number)


def _add_cell(row: Element, cell: Cell, *, is_head: bool, is_number: bool) -> None:
    element = _add(row, "th" if is_head else "td", cell.text, kind="number" if is_number else "")
    if is_head:
        element.set("scope", "row")


def _add_code(place: Element, block: Code) -> None:
    if block.is_long:
        details = SubElement(place, "details")
        _add(details, "summary", block.title)
        _add(details, "pre", block.text)
        return
    frame = SubElement(place, "div", {"class": "code"})
    _add(frame, "p", block.title)
    _add(frame, "pre", block.text, tabindex="0")


def _add_highlights(place: Element, block: Highlights) -> None:
    row = SubElement(place, "dl", {"class": "highlights"})
    for item in block.items:
        one = SubElement(row, "div")
        _add(one, "dt", item.title)
        _add(one, "dd", item.value, kind="value")
        if item.detail:
            _add(one, "dd", item.detail, kind="detail")


def _add_discussion(place: Element, block: Discussion) -> None:
    """Add a place that can be written into in a browser, and is kept by its "Save as" and in print."""
    frame = SubElement(place, "aside", {"class": "discussion"})
    title = _("Your discussion")
    _add(frame, "p", title, kind="label")
    _add(frame, "p", block.question, kind="question")
    attributes = {"contenteditable": "plaintext-only", "role": "textbox", "aria-multiline": "true"}
    attributes["aria-label"] = safe_text(f"{title}: {block.question}")
    SubElement(frame, "div", attributes)


def _style() -> str:
    """Return the style sheet with the colours of both schemes."""
    sheet = (paths.resources_dir() / "styles" / "report.css").read_text(encoding="utf-8")
    return sheet.replace("/* light */", _variables(LIGHT)).replace("/* dark */", _variables(DARK))


def _variables(colours: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())
