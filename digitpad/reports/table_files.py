"""Writes the tables of a report as CSV, for other programs, and as LaTeX, for papers."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from digitpad.atomic import atomic_write
from digitpad.charts.drawing import safe_text
from digitpad.reports.document import Report, Table

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "_": r"\_",
        "%": r"\%",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "\N{NO-BREAK SPACE}": "~",
        "–": "--",
        "—": "---",
        "…": r"\dots{}",
        "×": r"$\times$",
        "→": r"$\rightarrow$",
        "°": r"\textdegree{}",
        "σ": r"$\sigma$",
        "\n": " ",
    }
)


def table_files(report: Report) -> Iterator[tuple[str, str]]:
    """Return the names and contents of all files: a CSV and a LaTeX file for each table.

    With several chapters, the names begin with that of the chapter.
    """
    for chapter in report.chapters:
        prefix = f"{chapter.key}-" if len(report.chapters) > 1 else ""
        for table in chapter.tables():
            yield f"{prefix}{table.name}.csv", csv_of(table)
            yield f"{prefix}{table.name}.tex", latex_of(table)


def write_tables(report: Report, folder: Path) -> list[Path]:
    """Write all tables into an existing folder, and return the files; existing files of these names are replaced.

    Raises
    ------
    DigitpadError
        If a file cannot be written.
    """
    written = []
    for name, contents in table_files(report):
        path = folder / name
        with atomic_write(path) as file:
            file.write(contents.encode())
        written.append(path)
    return written


def csv_of(table: Table) -> str:
    """Return a table as CSV, with the exact numbers and names of columns that are the same in every language."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.key for column in table.columns])
    writer.writerows([cell.value for cell in row] for row in table.rows)
    return text.getvalue()


def latex_of(table: Table) -> str:
    """Return a table as a LaTeX `table` with the rules of the package booktabs, as it is shown in the report."""
    columns = "".join("r" if column.is_number else "l" for column in table.columns)
    lines = [r"\begin{table}", r"  \centering", f"  \\begin{{tabular}}{{{columns}}}", r"    \toprule"]
    if any(column.title for column in table.columns):
        lines += ["    " + _row([column.title for column in table.columns]), r"    \midrule"]
    lines += ["    " + _row([cell.text for cell in row]) for row in table.rows]
    lines += [
        r"    \bottomrule",
        r"  \end{tabular}",
        f"  \\caption{{{latex_text(table.title)}}}",
        f"  \\label{{tab:{table.name}}}",
        r"\end{table}",
    ]
    return "% \\usepackage{booktabs}\n" + "\n".join(lines) + "\n"


def latex_text(text: str) -> str:
    """Return a text with the characters escaped that LaTeX would take for commands."""
    return safe_text(text).translate(_LATEX)


def _row(texts: list[str]) -> str:
    return " & ".join(latex_text(text) for text in texts) + r" \\"
