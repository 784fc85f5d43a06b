"""Prints a report as PDF: the same chapters, sentences, tables and figures as in its page."""

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QRectF, Qt
from PySide6.QtGui import QPdfWriter

from digitpad.gui.printing.figure_painter import FigurePainter
from digitpad.gui.printing.sheets import Sheets, elided, font_of, lines_of, width_of
from digitpad.reports.document import (
    Block,
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

_TITLE, _CHAPTER, _SECTION, _HEADING, _BODY, _SMALL = 22.0, 18.0, 14.0, 11.5, 9.5, 8.0
_ROW = 13.5  # points: the height of a line of a table
_GAP = 9.0  # points: between the columns of a table
_TABLE_SIZES = (8.5, 7.5, 6.5)  # points: the size of the font, smaller where a table is too wide
_MOST_CELL = 330.0  # points: the width from which a cell is broken into lines
_DISCUSSION = 84.0  # points: room to write by hand
_SHRINK = 0.72  # points for each pixel of a figure: as wide as the page


def pdf_of(report: Report) -> bytes:
    """Return a report as the contents of a PDF file, on A4."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(report.title)
    writer.setCreator("digitpad")
    sheets = Sheets(writer, f"{report.title} · {report.made}")
    try:
        _Printer(sheets).print(report)
    finally:
        sheets.end()
    return bytes(buffer.data().data())


class _Printer:
    """Puts the blocks of a report onto sheets."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets

    def print(self, report: Report) -> None:
        sheets = self._sheets
        sheets.text(report.title, _TITLE, bold=True)
        several = len(report.chapters) > 1
        if not several:
            sheets.text(report.chapters[0].subtitle, _HEADING, colour="muted")
        sheets.text(report.made, _SMALL, colour="muted")
        for number, chapter in enumerate(report.chapters):
            if several:
                if number:
                    sheets.break_page()
                else:
                    sheets.skip(14)
                sheets.text(chapter.title, _CHAPTER, bold=True)
                sheets.text(chapter.subtitle, _HEADING, colour="muted")
            for section in chapter.sections:
                self._section(section)

    def _section(self, section: Section) -> None:
        sheets = self._sheets
        sheets.skip(20)
        # A heading never stands alone at the foot of a page.
        sheets.keep(90)
        sheets.rule(sheets.y, sheets.left, sheets.left + sheets.width, "line")
        sheets.y += 8
        sheets.text(section.title, _SECTION, bold=True)
        sheets.y += 5
        for block in section.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        sheets = self._sheets
        match block:
            case Paragraph():
                sheets.text(block.text, _BODY)
                sheets.y += 6
            case Missing():
                self._missing(block)
            case Heading():
                sheets.skip(8)
                sheets.keep(70)
                sheets.text(block.text, _HEADING, bold=True)
                sheets.y += 3
            case Code():
                self._code(block)
            case Highlights():
                self._highlights(block)
            case Discussion():
                self._discussion(block)
            case Table():
                if block.is_shown:
                    self._table(block)
            case Figure():
                self._figure(block)

    def _missing(self, block: Missing) -> None:
        sheets = self._sheets
        lines = len(lines_of(block.text, font_of(_BODY), sheets.width - 20))
        sheets.keep(min(sheets.room, lines * _BODY * 1.42))
        top = sheets.y
        sheets.text(block.text, _BODY, colour="muted", indent=10)
        if sheets.y > top:
            sheets.painter.fillRect(QRectF(sheets.left, top + 1, 2, sheets.y - top), Qt.GlobalColor.darkYellow)
        sheets.y += 6

    def _code(self, block: Code) -> None:
        sheets = self._sheets
        sheets.skip(4)
        sheets.keep(50)
        sheets.text(block.title, _SMALL, colour="muted")
        sheets.y += 2
        sheets.text(block.text, _SMALL, fixed=True, indent=8)
        sheets.y += 8

    def _highlights(self, block: Highlights) -> None:
        sheets, gap, high = self._sheets, 8.0, 56.0
        sheets.keep(high + 10)
        width = (sheets.width - gap * (len(block.items) - 1)) / len(block.items)
        for place, item in enumerate(block.items):
            left = sheets.left + place * (width + gap)
            sheets.frame(QRectF(left, sheets.y, width, high), "line", fill="field")
            for text, y, size, bold in (
                (item.title, 14, _SMALL, False),
                (item.value, 32, 15.0, True),
                (item.detail, 46, 7.5, False),
            ):
                font = font_of(size, bold=bold)
                colour = "text" if bold else "muted"
                sheets.line(elided(text, font, width - 16), left + 8, sheets.y + y, font, colour)
        sheets.y += high + 12

    def _discussion(self, block: Discussion) -> None:
        sheets = self._sheets
        sheets.skip(10)
        question = lines_of(block.question, font_of(_BODY), sheets.width - 20)
        height = _DISCUSSION + len(question) * _BODY * 1.42
        sheets.keep(height)
        sheets.frame(QRectF(sheets.left, sheets.y, sheets.width, height), "bar", dashed=True)
        end = sheets.y + height
        sheets.y += 6
        title = QCoreApplication.translate("PrintedReport", "Your discussion")
        sheets.text(title, _SMALL, colour="accent", bold=True, indent=10)
        sheets.text(block.question, _BODY, colour="muted", indent=10)
        sheets.y = end + 6

    def _figure(self, figure: Figure) -> None:
        sheets, painter = self._sheets, FigurePainter(figure)
        caption = lines_of(figure.title, font_of(_SMALL), sheets.width)
        below = len(caption) * _SMALL * 1.42 + 14
        size = painter.size
        scale = min(_SHRINK, sheets.width / size.width(), (sheets.room - below - 8) / size.height())
        width, height = size.width() * scale, size.height() * scale
        sheets.skip(8)
        sheets.keep(height + below)
        left = sheets.left + (sheets.width - width) / 2
        painter.paint(sheets.painter, QRectF(left, sheets.y, width, height))
        sheets.y += height + 6
        sheets.text(figure.title, _SMALL, colour="muted")
        sheets.y += 8

    def _table(self, table: Table) -> None:
        sheets = self._sheets
        widths, size = _column_widths(table, sheets.width)
        sheets.skip(6)
        sheets.keep(4 * _ROW)
        self._table_head(table, widths, size)
        for row in table.rows:
            cells = [lines_of(cell.text, font_of(size), width + 0.5) for cell, width in zip(row, widths, strict=True)]
            height = max(len(lines) for lines in cells) * _ROW
            if sheets.y + height > sheets.bottom:
                sheets.break_page()
                self._table_head(table, widths, size)
            self._table_row(table, cells, widths, size)
            sheets.y += height
            sheets.rule(sheets.y, sheets.left, sheets.left + sum(widths) + _GAP * (len(widths) - 1), "line")
        sheets.y += 3
        sheets.text(table.title, _SMALL, colour="muted")
        sheets.y += 8

    def _table_head(self, table: Table, widths: Sequence[float], size: float) -> None:
        if not any(column.title for column in table.columns):
            return
        sheets = self._sheets
        heads = [
            lines_of(column.title, font_of(size), width + 0.5)
            for column, width in zip(table.columns, widths, strict=True)
        ]
        self._table_row(table, heads, widths, size, colour="muted")
        sheets.y += max(len(lines) for lines in heads) * _ROW
        sheets.rule(sheets.y, sheets.left, sheets.left + sum(widths) + _GAP * (len(widths) - 1), "bar", 0.8)

    def _table_row(
        self,
        table: Table,
        cells: Sequence[Sequence[str]],
        widths: Sequence[float],
        size: float,
        *,
        colour: str = "text",
    ) -> None:
        sheets, x = self._sheets, self._sheets.left
        font = font_of(size)
        for column, lines, width in zip(table.columns, cells, widths, strict=True):
            for number, line in enumerate(lines):
                y = sheets.y + number * _ROW + 9.5
                if column.is_number:
                    sheets.line(line, x + width, y, font, colour, align=Qt.AlignmentFlag.AlignRight)
                else:
                    sheets.line(line, x, y, font, colour)
            x += width + _GAP


def _column_widths(table: Table, room: float) -> tuple[list[float], float]:
    """Return the widths of the columns, and the size of the font with which they fit beside each other."""
    gaps = _GAP * (len(table.columns) - 1)
    widths: list[float] = []
    for size in _TABLE_SIZES:
        widths = _natural_widths(table, size)
        if sum(widths) + gaps <= room:
            return widths, size
    # Too wide in the smallest size: all columns become narrower, and their cells are broken into lines.
    share = (room - gaps) / sum(widths)
    return [width * share for width in widths], _TABLE_SIZES[-1]


def _natural_widths(table: Table, size: float) -> list[float]:
    """Return the widths of columns whose cells are lines; a title of several words may be broken."""
    font = font_of(size)
    widths = []
    for place, column in enumerate(table.columns):
        cells = max((width_of(row[place].text, font) for row in table.rows), default=0.0)
        title = max((width_of(word, font) for word in column.title.split()), default=0.0)
        widths.append(min(_MOST_CELL, max(cells, title)) + 1)
    return widths
