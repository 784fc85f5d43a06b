"""Tables for other programs have the exact numbers; tables for papers are escaped."""

import csv
import io

import pytest

from digitpad.reports.document import EMPTY, Cell, Chapter, Column, Report, Section, Table
from digitpad.reports.table_files import csv_of, latex_of, latex_text, table_files

COLUMNS = (Column("label", "class", is_number=False), Column("recall", "recall"))
TABLE = Table(
    "classes", "Figures of 10 % & more", COLUMNS, ((Cell("a_b", "a_b"), Cell("33.33 %", 1 / 3)), (Cell.of("c"), EMPTY))
)


def test_csv_has_the_exact_numbers() -> None:
    rows = list(csv.reader(io.StringIO(csv_of(TABLE))))
    assert rows[0] == ["label", "recall"]
    assert rows[1][0] == "a_b"
    assert float(rows[1][1]) == 1 / 3
    assert rows[2] == ["c", ""]


def test_latex_is_a_table_with_a_caption() -> None:
    lines = latex_of(TABLE).splitlines()
    assert r"  \begin{tabular}{lr}" in lines
    assert r"    class & recall \\" in lines
    assert r"    a\_b & 33.33 \% \\" in lines
    assert r"    c & -- \\" in lines
    assert r"  \caption{Figures of 10 \% \& more}" in lines
    assert lines[-1] == r"\end{table}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("a & b # 5 $ %", r"a \& b \# 5 \$ \%"),
        ("x^2 ~ <y>", r"x\textasciicircum{}2 \textasciitilde{} \textless{}y\textgreater{}"),
        ("97.1\N{NO-BREAK SPACE}%", r"97.1~\%"),
        ("two\nlines\x00", "two lines�"),
        ("Ä 7", "Ä 7"),
    ],
)
def test_latex_characters_are_escaped(text: str, expected: str) -> None:
    assert latex_text(text) == expected


def test_files_of_several_chapters_have_their_names() -> None:
    section = Section("one", "One", (TABLE,))
    one = Report("r", "", "en", (Chapter("run-1", "a", "", (section,)),))
    assert [name for name, _ in table_files(one)] == ["classes.csv", "classes.tex"]
    two = Report("r", "", "en", (*one.chapters, Chapter("run-2", "b", "", (section,))))
    assert [name for name, _ in table_files(two)][2:] == ["run-2-classes.csv", "run-2-classes.tex"]
