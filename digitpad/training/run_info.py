"""The contents of a run's `run.json`."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from digitpad import __version__
from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.json_records import MOST_BYTES, JSONError, dump_json, parse_json, shown, to_record
from digitpad.names import plain_name
from digitpad.regular_files import read_regular
from digitpad.training.plan import RunPlan
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

FORMAT_VERSION = 1
_FILE = "run.json"


class RunStatus(StrEnum):
    """The status of a run."""

    NEW = "new"
    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    EARLY_STOPPING = "early stopping"
    DIVERGED = "diverged"
    FAILED = "failed"
    BROKEN_OFF = "broken off"

    @property
    def words(self) -> str:
        """Its name in the user's language."""
        return _(_STATUS_WORDS[self])


_STATUS_WORDS = {
    RunStatus.NEW: gettext_noop("new"),
    RunStatus.RUNNING: gettext_noop("running"),
    RunStatus.FINISHED: gettext_noop("finished"),
    RunStatus.INTERRUPTED: gettext_noop("interrupted"),
    RunStatus.EARLY_STOPPING: gettext_noop("early stopping"),
    RunStatus.DIVERGED: gettext_noop("diverged"),
    RunStatus.FAILED: gettext_noop("failed"),
    RunStatus.BROKEN_OFF: gettext_noop("broken off"),
}


@dataclass(frozen=True, slots=True)
class Membership:
    """The place of a run in a sweep (see `digitpad.sweeps`).

    Attributes
    ----------
    sweep
        Name of the sweep's folder.
    trial
        Number of the trial, from 1.
    """

    sweep: str
    trial: int


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Information about a run.

    Attributes
    ----------
    name, notes
        The user's name and notes for the run.
    plan
        The plan of the run.
    created
        Time of creation, with its time zone.
    status, message
        Status, and a sentence that explains it ("" while the run is active).
    digitpad
        Version that trained it last.
    epochs, steps, seconds
        Complete epochs, steps, and training time.
    score
        Metric of its accuracies: "accuracy" or "IoU".
    train_loss, train_accuracy, validation_loss, validation_accuracy
        After the last complete epoch; after the end, of the final weights. None before, or without validation images.
    data_sha256
        Checksum of the training images; "" before training has started.
    images
        Number of training images.
    command
        Command line that reproduces the run, if there is one.
    branched_from
        Run and step that it was branched from; "" for a run that started from initial weights.
    extensions
        For each time that the number of planned epochs was changed: the last step before, and the number until then.
        Schedules depend on it, so it is needed to repeat these steps.
    sweep
        The sweep that the run is a trial of; None for any other run.
    """

    name: str
    plan: RunPlan
    created: datetime
    notes: str = ""
    status: RunStatus = RunStatus.NEW
    message: str = ""
    digitpad: str = __version__
    epochs: int = 0
    steps: int = 0
    seconds: float = 0.0
    score: str = "accuracy"
    train_loss: float | None = None
    train_accuracy: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    data_sha256: str = ""
    images: int = 0
    command: str = ""
    branched_from: str = ""
    extensions: tuple[tuple[int, int], ...] = ()
    sweep: Membership | None = None


_TEXTS = ("notes", "message", "digitpad", "score", "data_sha256", "command", "branched_from")
_COUNTS = ("epochs", "steps", "images")
_FIGURES = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


@dataclass(frozen=True, slots=True)
class _Said:
    """The contents of the file, in JSON types."""

    format_version: int
    name: str
    plan: dict[str, Any]
    created: str
    status: RunStatus
    notes: str = ""
    message: str = ""
    digitpad: str = __version__
    epochs: int = 0
    steps: int = 0
    seconds: float = 0.0
    score: str = "accuracy"
    train_loss: float | None = None
    train_accuracy: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    data_sha256: str = ""
    images: int = 0
    command: str = ""
    branched_from: str = ""
    extensions: tuple[tuple[int, int], ...] = ()
    sweep: Membership | None = None


def write_info(folder: Path, info: RunInfo) -> None:
    """Write a run's file atomically.

    Raises
    ------
    DigitpadError
        If it cannot be written.
    """
    data: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "name": info.name,
        "created": info.created.isoformat(),
        "status": str(info.status),
        "seconds": info.seconds,
        **{name: getattr(info, name) for name in (*_TEXTS, *_COUNTS, *_FIGURES)},
        "plan": info.plan.to_dict(),
    }
    if info.extensions:
        data["extensions"] = [list(extension) for extension in info.extensions]
    if info.sweep is not None:
        data["sweep"] = asdict(info.sweep)
    with atomic_write(folder / _FILE) as file:
        file.write(dump_json(data, indent=2).encode())


def read_info(folder: Path) -> RunInfo:
    """Read a run's file.

    Raises
    ------
    DigitpadError
        If the file does not exist, cannot be read, is of a newer version, or contains impossible values.
    """
    path = folder / _FILE
    try:
        data = parse_json(read_regular(path, most_bytes=MOST_BYTES))
    except FileNotFoundError as error:
        raise DigitpadError(
            _("{folder} is not a run: {file} is missing; restore it, or delete the folder.").format(
                folder=folder, file=_FILE
            )
        ) from error
    except OSError as error:
        reason = error.strerror or error
        raise DigitpadError(
            _("{path} could not be read ({reason}); check the folder.").format(path=path, reason=reason)
        ) from error
    except JSONError as error:
        raise DigitpadError(
            _("{path} is not a valid JSON file ({reason}); correct it, or delete the run.").format(
                path=path, reason=error
            )
        ) from error
    if not isinstance(data, dict):
        raise DigitpadError(_("{path} does not describe a run; correct it, or delete the run.").format(path=path))
    _check_version(path, data.get("format_version"))
    try:
        return _parse(data)
    except DigitpadError as error:
        raise DigitpadError(f"{path}: {error}") from error
    except (TypeError, ValueError, OverflowError, OSError) as error:
        # A date in the year 1 overflows in some time zones, and Windows' clock refuses others.
        raise DigitpadError(
            _("{path} does not describe a run ({reason}); correct it, or delete the run.").format(
                path=path, reason=error
            )
        ) from error


def _check_version(path: Path, version: object) -> None:
    if not isinstance(version, int) or isinstance(version, bool):
        raise DigitpadError(
            _("{path} has the format version {version}, which is not a number; correct it.").format(
                path=path, version=shown(version)
            )
        )
    if version > FORMAT_VERSION:
        raise DigitpadError(
            _("{path} has format version {version}, and this digitpad reads up to {known}; update digitpad.").format(
                path=path, version=version, known=FORMAT_VERSION
            )
        )


def _parse(data: dict[str, Any]) -> RunInfo:
    said = to_record(_Said, data)
    counted = {name: getattr(said, name) for name in (*_COUNTS, "seconds")}
    for name, value in counted.items():
        if value < 0:
            raise ValueError(_("{name} is {value}, which is not possible").format(name=name, value=value))
    return RunInfo(
        plain_name(said.name),
        RunPlan.from_dict(said.plan),
        datetime.fromisoformat(said.created).astimezone(),
        status=said.status,
        **counted,
        **{name: getattr(said, name) for name in (*_TEXTS, *_FIGURES)},
        extensions=said.extensions,
        sweep=said.sweep and Membership(plain_name(said.sweep.sweep), said.sweep.trial),
    )
