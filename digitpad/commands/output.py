"""The output of commands: results go to standard output, notes and progress to standard error.

Results are plain aligned text or JSON, so that they can be piped, compared and parsed. Progress bars appear only on a
terminal. A program without a console, such as the executable of the window on Windows, has neither stream; its output
is discarded.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

if TYPE_CHECKING:
    from rich.progress import Progress


def say(text: str = "") -> None:
    """Write one line of the result.

    Raises
    ------
    BrokenPipeError
        If the reader has closed the output.
    DigitpadError
        If the output cannot be written for another reason, such as a full disk.
    """
    if sys.stdout is not None:
        with _guarded_output():
            sys.stdout.write(text + "\n")


def flush() -> None:
    """Flush standard output, for lines that come minutes apart and at the end; raises what `say` raises."""
    if sys.stdout is not None:
        with _guarded_output():
            sys.stdout.flush()


def note(text: str) -> None:
    """Write one line that is not part of the result to standard error."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(" ".join(text.split()) + "\n")
            sys.stderr.flush()


def say_json(value: object) -> None:
    """Write a result as one line of JSON.

    Raises
    ------
    ValueError
        If it contains a number that is not finite, which JSON cannot represent.
    """
    say(json.dumps(value, allow_nan=False))


def say_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> None:
    """Write rows in aligned columns.

    Parameters
    ----------
    header
        The titles of the columns.
    rows
        The cells of each row, one per column.
    left
        Number of columns, from the first, that are left-aligned; the others, which hold numbers, are right-aligned.
    """
    table = [header, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    for row in table:
        cells = [
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        say("  ".join(cells).rstrip())


def printable(path: Path | str) -> str:
    """Return a path as text that can be written to any output, whatever bytes its name consists of."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def percent(share: float | None) -> str:
    """Return a share in [0, 1] as a percentage, or a dash for None."""
    return "-" if share is None else f"{100 * share:.2f}%"


@contextmanager
def progress_bar(*, hidden: bool) -> Iterator["Progress | None"]:
    """Show progress on standard error while the block runs.

    Parameters
    ----------
    hidden
        Whether to show nothing (`--json`).

    Yields
    ------
    Progress or None
        None if hidden, or if standard error is not a terminal.
    """
    if hidden or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[detail]}"),
        TimeRemainingColumn(),
    )
    # Rich redirects text printed meanwhile to its console, standard error, above the bar. That is correct only where
    # standard output is the same terminal.
    shared = sys.stdout is not None and sys.stdout.isatty()
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=shared, redirect_stderr=shared
    ) as progress:
        yield progress


@contextmanager
def _guarded_output() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Discard what is still buffered, or Python would report the error again when it closes the stream.
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        if isinstance(error, BrokenPipeError):
            raise
        raise DigitpadError(
            _("The output could not be written ({reason}); redirect it somewhere else.").format(reason=error.strerror)
        ) from error
