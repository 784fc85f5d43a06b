"""What a run's `run.json` says."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn

from digitpad import __version__
from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.training.plan import RunPlan

FORMAT_VERSION = 1
_FILE = "run.json"


class RunStatus(StrEnum):
    """How a run stands."""

    NEW = "new"
    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    EARLY_STOPPING = "early stopping"
    DIVERGED = "diverged"
    FAILED = "failed"
    BROKEN_OFF = "broken off"


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What is known about a run.

    Attributes
    ----------
    name, notes
        What a person calls it, and has to say about it.
    plan
        What was asked for.
    created
        When, with its time zone.
    status, message
        How it stands, and the same in a sentence ("" while it goes on).
    digitpad
        The version that trained it last.
    epochs, steps, seconds
        Whole epochs and steps taken, and the time of training.
    score
        What its accuracies are: "accuracy" or "IoU".
    train_loss, train_accuracy, validation_loss, validation_accuracy
        After the last whole epoch; once it has ended, of the weights that it keeps. None before that, or where no
        images are held out.
    data_sha256
        Checksum of the images it learns from; "" before it has begun.
    images
        How many it learns from.
    command
        The command line that trains the same, where there is one.
    branched_from
        The run and the step where it began; "" for one that began with fresh weights.
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


_TEXTS = ("notes", "message", "digitpad", "score", "data_sha256", "command", "branched_from")
_COUNTS = ("epochs", "steps", "images")
_FIGURES = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
_KNOWN = {"format_version", "name", "plan", "created", "status", "seconds", *_TEXTS, *_COUNTS, *_FIGURES}


def write_info(folder: Path, info: RunInfo) -> None:
    """Write a run's file, whole or not at all.

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
    with atomic_write(folder / _FILE) as file:
        file.write(json.dumps(data, indent=2, ensure_ascii=False).encode())


def read_info(folder: Path) -> RunInfo:
    """Read a run's file.

    Raises
    ------
    DigitpadError
        If there is none, it cannot be read, is of a newer version, or says what cannot be.
    """
    path = folder / _FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except FileNotFoundError as error:
        raise DigitpadError(f"{folder} is no run: it has no {_FILE}; put it back, or delete the folder.") from error
    except OSError as error:
        raise DigitpadError(f"{path} could not be read ({error.strerror or error}); check the folder.") from error
    except (ValueError, RecursionError) as error:
        raise DigitpadError(f"{path} is no whole JSON file ({error}); correct it, or delete the run.") from error
    if not isinstance(data, dict):
        raise DigitpadError(f"{path} does not describe a run; correct it, or delete the run.")
    version = data.get("format_version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise DigitpadError(f"{path} has the format version {version!r}, which is no number; correct it.")
    if version > FORMAT_VERSION:
        raise DigitpadError(
            f"{path} has format version {version}, and this digitpad reads up to {FORMAT_VERSION}; update digitpad."
        )
    try:
        return _parse(data)
    except DigitpadError as error:
        raise DigitpadError(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else error
        raise DigitpadError(f"{path} does not describe a run ({reason}); correct it, or delete the run.") from error


def _parse(data: dict[str, Any]) -> RunInfo:
    unknown = sorted(data.keys() - _KNOWN)
    if unknown:
        raise ValueError(f"{unknown[0]!r} means nothing")
    if not isinstance(data["name"], str):
        raise TypeError(f"name is {data['name']!r}, which is no text")
    created = datetime.fromisoformat(data["created"]).astimezone()
    info = RunInfo(data["name"], RunPlan.from_dict(data["plan"]), created, status=RunStatus(data["status"]))
    given: dict[str, Any] = {}
    for names, kinds in ((_TEXTS, (str,)), (_COUNTS, (int,)), (("seconds",), (int, float))):
        given |= {name: _of_kind(name, data[name], kinds) for name in names if name in data}
    given |= {name: _of_kind(name, data[name], (int, float, type(None))) for name in _FIGURES if name in data}
    return replace(info, **given)


def _of_kind(name: str, value: Any, kinds: tuple[type, ...]) -> Any:
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise TypeError(f"{name} is {value!r}, which cannot be")
    return value


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
