"""How commands talk: results on standard output, everything on the way there on standard error.

Results are plain aligned text or JSON, so that they can be piped, compared and read by machines. Progress bars
appear only where a person is watching. A program without a console, such as the window's executable on Windows, has
neither stream; what is said there goes nowhere.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from digitpad.errors import DigitpadError

if TYPE_CHECKING:
    from rich.progress import Progress


def say(text: str = "") -> None:
    """Write one line of the result.

    Raises
    ------
    BrokenPipeError
        If nobody reads the output any more.
    DigitpadError
        If it cannot be written for another reason, such as a full disk.
    """
    if sys.stdout is not None:
        with _guarded_output():
            sys.stdout.write(text + "\n")


def flush() -> None:
    """Hand on what was said so far; raises what `say` does. For lines that come minutes apart, and at the end."""
    if sys.stdout is not None:
        with _guarded_output():
            sys.stdout.flush()


def note(text: str) -> None:
    """Write one line that is not part of the result, for whoever watches."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(" ".join(text.split()) + "\n")
            sys.stderr.flush()


def say_json(value: object) -> None:
    """Write a result as one line of JSON.

    Raises
    ------
    ValueError
        If a number in it is not finite, which JSON cannot say.
    """
    say(json.dumps(value, allow_nan=False))


def say_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> None:
    """Write rows in aligned columns.

    Parameters
    ----------
    header
        The columns' titles.
    rows
        The cells, as many as titles in each row.
    left
        How many of the first columns are aligned to the left; the others, numbers, to the right.
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
    """Return a path as text that any output takes, whatever bytes its name is made of."""
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
        Whether nobody wants to see it (`--json`).

    Yields
    ------
    Progress or None
        None also where standard error is no terminal.
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
    # Rich sends what is printed meanwhile above the bar, by way of its console, which is standard error. That is
    # only right where standard output is the same screen.
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
        # What is still buffered goes nowhere, or Python would complain once more when it closes the stream.
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        if isinstance(error, BrokenPipeError):
            raise
        raise DigitpadError(f"The output could not be written ({error.strerror}); send it elsewhere.") from error
