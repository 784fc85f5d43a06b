"""Reports and figures are printed: as many pages as they take, and pictures that are not empty."""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from digitpad.charts.drawing import Drawing
from digitpad.gui.printing.figure_painter import FigurePainter, write_figures
from digitpad.gui.printing.report_pdf import pdf_of
from digitpad.gui.printing.sheets import elided, font_of, lines_of, width_of
from digitpad.reports.document import (
    EMPTY,
    Block,
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
from digitpad.reports.pictures import image_png

pytestmark = pytest.mark.usefixtures("qapp")


def figure(name: str = "curve") -> Figure:
    drawing = Drawing(200, 100)
    drawing.rect(10, 10, 80, 80, "accent")
    drawing.text(100, 50, "a < b & c")
    drawing.image(150, 10, 40, 40, image_png(np.full((1, 28, 28), 255, np.uint8), is_picture=False))
    return Figure(name, "A <title>", "words & more", drawing.root)


def report(*blocks: Block, chapters: int = 1) -> Report:
    section = Section("one", "One", blocks)
    made = tuple(Chapter(f"run-{number}", f"run {number}", "about it", (section,)) for number in range(chapters))
    return Report("A report", "made today", "en", made)


def table(rows: int, columns: int = 3) -> Table:
    titles = tuple(Column(f"c{place}", f"column number {place}") for place in range(columns))
    cells = tuple(tuple(Cell(f"{row}.{place}", row) for place in range(columns)) for row in range(rows))
    return Table("table", "Many rows", titles, cells)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def streams(pdf: bytes) -> Iterator[bytes]:
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(match.group(1))
        except zlib.error:
            continue


def test_every_kind_of_block_is_printed() -> None:
    blocks = (
        Paragraph("A paragraph. " * 300),
        Missing("What is missing, and why."),
        Heading("A heading"),
        Code("The command", "digitpad train --seed 3"),
        Highlights((Highlight("98.2 %", "accuracy", "97 – 99 %"), Highlight("12", "mistakes"))),
        Discussion("What do you think?"),
        Table("facts", "Facts", (Column("name", "", is_number=False), Column("value", "")), ((Cell.of("a"), EMPTY),)),
        figure(),
    )
    pdf = pdf_of(report(*blocks))
    assert pdf.startswith(b"%PDF")
    assert pages(pdf) == 2
    one = pdf_of(report(Paragraph("one line")))
    assert pages(one) == 1
    assert len(pdf) > len(one)


def test_long_tables_and_texts_go_on_over_pages() -> None:
    assert pages(pdf_of(report(table(200)))) == 5
    assert pages(pdf_of(report(Code("a file", "\n".join(f"line {number}" for number in range(400)), is_long=True)))) > 4


def test_a_wide_table_stays_on_the_page() -> None:
    assert pages(pdf_of(report(table(3, columns=40)))) == 1


def test_a_table_that_is_not_shown_is_not_printed() -> None:
    hidden = Table("table", "Hidden", (Column("a", "a"),), tuple((Cell.of(row),) for row in range(400)), is_shown=False)
    assert pages(pdf_of(report(hidden))) == 1


def test_each_chapter_begins_on_a_new_page() -> None:
    assert pages(pdf_of(report(Paragraph("short"), chapters=3))) == 3


def test_a_tall_figure_fits_onto_a_page() -> None:
    tall = Figure("tall", "Tall", "", Drawing(100, 5000).root)
    assert pages(pdf_of(report(tall))) == 2


def test_figures_are_written_in_three_formats(tmp_path: Path) -> None:
    written = write_figures(report(figure("one"), figure("two")), tmp_path)
    assert sorted(path.name for path in written) == [
        f"{name}.{end}" for name in ("one", "two") for end in ("pdf", "png", "svg")
    ]
    assert "a &lt; b &amp; c" in (tmp_path / "one.svg").read_text(encoding="utf-8")
    image = QImage(str(tmp_path / "one.png"))
    assert (image.width(), image.height()) == (600, 300)
    # The rectangle, the ground, and the picture of a full square of ink.
    assert image.pixelColor(150, 150).name() == "#0b7f68"
    assert image.pixelColor(10, 10).name() == "#ffffff"
    assert image.pixelColor(510, 90).lightness() < 10
    pdf = (tmp_path / "one.pdf").read_bytes()
    assert pages(pdf) == 1
    assert re.search(rb"/MediaBox\s*\[\s*0 0 150(\.0*)? 75(\.0*)?\s*\]", pdf)
    # Lines and areas, and not only a picture of them.
    assert any(b" re\n" in stream or b" l\n" in stream for stream in streams(pdf))


def test_several_chapters_have_files_of_their_own(tmp_path: Path) -> None:
    written = write_figures(report(figure("one"), chapters=2), tmp_path)
    assert {path.name for path in written} >= {"run-0-one.svg", "run-1-one.svg"}


def test_the_size_of_a_figure_is_that_of_its_drawing() -> None:
    size = FigurePainter(figure()).size
    assert (size.width(), size.height()) == (200, 100)


@pytest.mark.parametrize("text", ["plain words in a row " * 20, "x" * 300, "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 " * 40, "two\n\nparagraphs"])
def test_lines_have_all_letters_and_fit(text: str) -> None:
    font = font_of(9.5)
    lines = lines_of(text, font, 200)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert all(width_of(line, font) <= 200 + 1 for line in lines)


def test_a_long_line_is_elided() -> None:
    font = font_of(9.5)
    assert elided("short", font, 200) == "short"
    cut = elided("long " * 50, font, 200)
    assert cut.endswith("…")
    assert width_of(cut, font) <= 200
