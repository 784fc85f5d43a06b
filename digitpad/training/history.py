"""The history of a run, step by step, in CSV tables.

A run's folder has four tables: `history.csv` with a row per step, `epochs.csv` with a row per epoch, `changes.csv` with
the changes during the run, and `layers.csv` with layer diagnostics. Rows are only appended, so an interruption can
damage at most the last row; an incomplete last row is ignored when a table is read.
"""

import contextlib
import csv
import errno
import io
import os
from collections.abc import Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from types import NoneType
from typing import Any, BinaryIO, TypeVar, get_args, get_type_hints

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.json_records import shown
from digitpad.regular_files import read_regular
from digitpad.training.checkpoints import Checkpoint
from digitpad.training.events import ControlChanged, EpochCompleted, Event, LayerMeasure, LayersMeasured, StepCompleted
from digitpad.translation import gettext as _

#: A run of a million steps has half as many.
_MOST_BYTES = 128 << 20

Row = TypeVar("Row", bound="StepCompleted | EpochCompleted | ControlChanged | LayerRow")


@dataclass(frozen=True, slots=True)
class LayerRow:
    """The measurements of one layer at one step; see `LayerMeasure` for the columns."""

    step: int
    images: int
    name: str
    type: str
    gradient_norm: float | None
    weight_norm: float | None
    update_ratio: float | None
    units: int | None
    dead_units: int | None


_TABLES: dict[str, type] = {
    "history.csv": StepCompleted,
    "epochs.csv": EpochCompleted,
    "changes.csv": ControlChanged,
    "layers.csv": LayerRow,
}


@dataclass(frozen=True, slots=True)
class RunHistory:
    """All tables of a run, as events.

    Attributes
    ----------
    steps, epochs, changes
        In the order of the run.
    layers
        Layer diagnostics, one event per measured step.
    """

    steps: Sequence[StepCompleted] = ()
    epochs: Sequence[EpochCompleted] = ()
    changes: Sequence[ControlChanged] = ()
    layers: Sequence[LayersMeasured] = ()


def read_history(folder: Path) -> RunHistory:
    """Read the tables of a run's folder; a missing table is empty.

    Raises
    ------
    DigitpadError
        If a table cannot be read; the message names file and line.
    """
    return RunHistory(
        _read(folder / "history.csv", StepCompleted),
        _read(folder / "epochs.csv", EpochCompleted),
        _read(folder / "changes.csv", ControlChanged),
        _looks(_read(folder / "layers.csv", LayerRow)),
    )


def read_epochs(folder: Path) -> Sequence[EpochCompleted]:
    """Read the table of epochs only, which is short.

    Raises
    ------
    DigitpadError
        If it cannot be read; the message names file and line.
    """
    return _read(folder / "epochs.csv", EpochCompleted)


def read_changes(folder: Path) -> Sequence[ControlChanged]:
    """Read the table of changes only, which is short.

    Raises
    ------
    DigitpadError
        If it cannot be read; the message names file and line.
    """
    return _read(folder / "changes.csv", ControlChanged)


class HistoryWriter:
    """Appends rows to the tables of a run.

    Rows that cannot be written (for example on a full disk) stay in memory and are retried with later rows.

    Parameters
    ----------
    folder
        The folder of the run.
    resumed
        Where the run is resumed, if it is; later rows are removed first, because those steps will be repeated.

    Raises
    ------
    DigitpadError
        If the tables cannot be opened, or later rows cannot be removed.
    """

    def __init__(self, folder: Path, resumed: Checkpoint | None = None) -> None:
        if resumed is not None:
            for name, kind in _TABLES.items():
                _cut(folder / name, kind, resumed)
        self._tables = {name: _Table(folder / name, kind) for name, kind in _TABLES.items()}

    def write(self, event: Event) -> None:
        """Append an event to its table.

        Raises
        ------
        DigitpadError
            If it could not be written; it is retried later.
        """
        match event:
            case StepCompleted():
                self._tables["history.csv"].add(event)
            case EpochCompleted():
                self._tables["epochs.csv"].add(event)
            case ControlChanged():
                self._tables["changes.csv"].add(event)
            case LayersMeasured():
                rows = [_row(event, layer) for layer in event.layers]
                self._tables["layers.csv"].add(*rows)

    def flush(self) -> None:
        """Write pending rows.

        Raises
        ------
        DigitpadError
            If they could not be written; they are retried later.
        """
        for table in self._tables.values():
            table.flush()

    def close(self) -> None:
        """Write pending rows and close the files, even if writing fails.

        Raises
        ------
        DigitpadError
            If rows could not be written; they are lost.
        """
        with contextlib.ExitStack() as stack:
            for table in self._tables.values():
                stack.callback(table.close)
            self.flush()


class _Table:
    """One file of rows."""

    def __init__(self, path: Path, kind: type) -> None:
        self._path = path
        self._names = [field.name for field in fields(kind)]
        self._waiting = b""
        try:
            self._file: BinaryIO = path.open("ab", buffering=0)
            self._written = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise _unwritable(path, error) from error
        if self._written == 0:
            self._waiting = _line(self._names)
            self.flush()

    def add(self, *rows: Any) -> None:
        self._waiting += b"".join(_line([getattr(row, name) for name in self._names]) for row in rows)
        self.flush()

    def flush(self) -> None:
        if not self._waiting:
            return
        try:
            count = self._file.write(self._waiting)
            _check_whole(count, self._waiting)
        except OSError as error:
            # An incomplete row would damage the rows after it.
            with contextlib.suppress(OSError):
                self._file.truncate(self._written)
            raise _unwritable(self._path, error) from error
        self._written += len(self._waiting)
        self._waiting = b""

    def close(self) -> None:
        self._file.close()


def _check_whole(count: int | None, waiting: bytes) -> None:
    if count != len(waiting):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _line(values: Sequence[object]) -> bytes:
    text = io.StringIO()
    # Floats are written so that exactly the same number is read back.
    csv.writer(text, lineterminator="\n").writerow(["" if value is None else value for value in values])
    return text.getvalue().encode()


def _row(event: LayersMeasured, layer: LayerMeasure) -> LayerRow:
    """Return the row of a layer, without its histogram, which belongs to the film of the run."""
    values = {field.name: getattr(layer, field.name) for field in fields(LayerRow) if hasattr(layer, field.name)}
    return LayerRow(event.step, event.images, **values)


def _cut(path: Path, kind: type[Any], resumed: Checkpoint) -> None:
    """Remove rows after a checkpoint from a table, and an incomplete last row."""
    if not path.exists():
        return
    rows = [row for row in _read(path, kind) if _is_before(row, resumed)]
    names = [field.name for field in fields(kind)]
    text = b"".join(_line([getattr(row, name) for name in names]) for row in rows)
    with atomic_write(path) as file:
        file.write(_line(names) + text)


def _is_before(row: Any, checkpoint: Checkpoint) -> bool:
    """Return whether a row is not later than a checkpoint."""
    if isinstance(row, EpochCompleted):
        return row.epoch <= int(checkpoint.progress["epochs"])
    if isinstance(row, ControlChanged) and row.step == checkpoint.steps + 1:
        return getattr(checkpoint.controls, row.name, None) == row.new
    return bool(row.step <= checkpoint.steps)


def _read(path: Path, kind: type[Row]) -> list[Row]:
    try:
        contents = read_regular(path, most_bytes=_MOST_BYTES).decode()
        # The last row may be incomplete.
        header, *rows = [*csv.reader(io.StringIO(contents[: contents.rfind("\n") + 1]))] or [[]]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DigitpadError(
            _("{path} could not be read ({reason}); delete the file to open the run without its curves.").format(
                path=path, reason=reason
            )
        ) from error
    if not header:
        return []
    hints = get_type_hints(kind)
    # A column with a default was added in a later version; older tables lack it.
    missing = [field.name for field in fields(kind) if field.default is MISSING and field.name not in header]
    if missing:
        raise DigitpadError(
            _("{path} has no column {column}; delete the file to open the run without its curves.").format(
                path=path, column=missing[0]
            )
        )
    parsers = {name: _parser(hints[name]) for name in hints}
    read: list[Row] = []
    for number, row in enumerate(rows, start=2):
        try:
            values = {name: parsers[name](text) for name, text in zip(header, row, strict=True) if name in parsers}
            read.append(kind(**values))
        except (ValueError, TypeError) as error:
            raise DigitpadError(
                _("{path}, line {number} cannot be read ({reason}); correct or remove it.").format(
                    path=path, number=number, reason=shown(str(error))
                )
            ) from error
    return read


def _parser(hint: Any) -> Any:
    """Return the function that converts a cell to that type."""
    kinds = get_args(hint) or (hint,)
    kind = next(kind for kind in kinds if kind is not NoneType)
    if NoneType not in kinds:
        return kind
    return lambda text: None if text == "" else kind(text)


def _looks(rows: Sequence[LayerRow]) -> list[LayersMeasured]:
    """Combine the rows of one measured step."""
    looks: dict[tuple[int, int], list[LayerMeasure]] = {}
    for row in rows:
        values = asdict(row)
        look = values.pop("step"), values.pop("images")
        looks.setdefault(look, []).append(LayerMeasure(**values))
    return [LayersMeasured(step, tuple(layers), images) for (step, images), layers in looks.items()]


def _unwritable(path: Path, error: OSError) -> DigitpadError:
    reason = error.strerror or str(error)
    return DigitpadError(
        _("{path} could not be written ({reason}); free disk space and try again.").format(path=path, reason=reason)
    )
