"""The record of a sweep, `sweep.json`: what is searched, how, and what is known about each trial."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from digitpad import __version__
from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, dump_json, parse_json, shown, to_record
from digitpad.names import plain_name
from digitpad.regular_files import read_regular
from digitpad.sweeps.variables import Values
from digitpad.translation import gettext as _

FORMAT_VERSION = 1
FILE = "sweep.json"
#: 10,000 trials take 5 MB.
_MOST_BYTES = 64 << 20


class Method(StrEnum):
    """How the trials of a sweep are chosen."""

    GRID = "grid"
    RANDOM = "random"
    HALVING = "halving"


class SweepStatus(StrEnum):
    """The status of a sweep."""

    NEW = "new"
    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"
    BROKEN_OFF = "broken off"


class TrialStatus(StrEnum):
    """The status of a trial."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DROPPED = "dropped"
    FINISHED = "finished"
    DIVERGED = "diverged"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether the trial is not trained any further, unless the sweep is resumed after a failure."""
        return self not in {TrialStatus.WAITING, TrialStatus.RUNNING, TrialStatus.PAUSED}


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial of a sweep: a training with its own settings.

    Attributes
    ----------
    number
        From 1.
    values
        The settings that the sweep varies and that have an effect in this trial, by name.
    status, message
        Status, and a sentence that explains it, or "".
    run
        Name of the folder of its run; "" before it has begun.
    rung
        With successive halving: the number of times that it was kept, from 0.
    starts
        How many times it was started: more than once after a worker was lost or the sweep was interrupted.
    worker
        The worker that trained it last.
    epochs, steps, seconds
        Complete epochs, steps, and training time in seconds.
    progress
        Share of all steps that are taken, in [0, 1].
    parameters
        Number of parameters of the network; 0 before it has begun.
    score
        Metric of the accuracies, as in `RunInfo`.
    train_loss, train_accuracy, validation_loss, validation_accuracy
        After the last complete epoch; after the end, of the final weights.
    """

    number: int
    values: Values
    status: TrialStatus = TrialStatus.WAITING
    message: str = ""
    run: str = ""
    rung: int = 0
    starts: int = 0
    worker: str = ""
    epochs: int = 0
    steps: int = 0
    seconds: float = 0.0
    progress: float = 0.0
    parameters: int = 0
    score: str = "accuracy"
    train_loss: float | None = None
    train_accuracy: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None

    @property
    def rank(self) -> tuple[float, float, int]:
        """A key that sorts trials from the best to the worst: by accuracy, then by loss, then by number."""
        accuracy, loss = self.validation_accuracy, self.validation_loss
        return (
            float("inf") if accuracy is None else -accuracy,
            float("inf") if loss is None else loss,
            self.number,
        )


@dataclass(frozen=True, slots=True)
class SweepInfo:
    """The contents of a record.

    Attributes
    ----------
    name
        The user's name for the sweep.
    created
        Time of creation, with its time zone.
    method, seed
        How the trials were chosen, and the seed of that choice.
    space
        The values of each setting that is varied, as they were written.
    fixed
        The settings that all trials share.
    rungs
        Epochs after which trials are compared and some are dropped; empty without successive halving.
    factor
        With successive halving: one trial in `factor` is kept at each rung.
    film_size
        Largest size of the film of a run in MB.
    runs
        Folder of the runs.
    trials
        All trials, in order of their numbers.
    status, message
        Status, and a sentence that explains it, or "".
    digitpad
        Version that wrote the record.
    """

    name: str
    created: datetime
    method: Method
    seed: int
    space: dict[str, str]
    fixed: Values
    runs: str
    trials: tuple[Trial, ...]
    rungs: tuple[int, ...] = ()
    factor: int = 3
    film_size: int = 0
    status: SweepStatus = SweepStatus.NEW
    message: str = ""
    digitpad: str = __version__

    def with_trial(self, trial: Trial) -> Self:
        """Return the record with one trial replaced."""
        place = trial.number - 1
        return replace(self, trials=(*self.trials[:place], trial, *self.trials[place + 1 :]))

    @property
    def best(self) -> Trial | None:
        """The best trial that has an accuracy, of those that were trained furthest; None if none has one."""
        known = [trial for trial in self.trials if trial.validation_accuracy is not None]
        return min(known, key=lambda trial: (-trial.rung, *trial.rank), default=None)

    @property
    def is_complete(self) -> bool:
        """Whether no trial is left to train."""
        return all(trial.status.is_over for trial in self.trials)


@dataclass(frozen=True, slots=True)
class _Said:
    """The contents of the file, in JSON types."""

    format_version: int
    name: str
    created: str
    method: Method
    seed: int
    space: dict[str, str]
    fixed: Values
    runs: str
    trials: list[dict[str, Any]] = field(default_factory=list)
    rungs: tuple[int, ...] = ()
    factor: int = 3
    film_size: int = 0
    status: SweepStatus = SweepStatus.NEW
    message: str = ""
    digitpad: str = __version__


def write_sweep(folder: Path, info: SweepInfo, *, durable: bool = True) -> None:
    """Write the record of a sweep atomically.

    Parameters
    ----------
    folder
        The folder of the sweep.
    info
        The record.
    durable
        As for `atomic_write`.

    Raises
    ------
    DigitpadError
        If it cannot be written.
    """
    data = {"format_version": FORMAT_VERSION, **asdict(info), "created": info.created.isoformat()}
    with atomic_write(folder / FILE, durable=durable) as file:
        file.write(dump_json(data, indent=1).encode())


def read_sweep(folder: Path) -> SweepInfo:
    """Read the record of a sweep.

    Raises
    ------
    DigitpadError
        If the record does not exist, cannot be read, is of a newer version, or is not a valid record.
    """
    path = folder / FILE
    try:
        data = parse_json(read_regular(path, most_bytes=_MOST_BYTES))
        version = data.get("format_version") if isinstance(data, dict) else None
        if isinstance(version, int) and version > FORMAT_VERSION:
            raise DigitpadError(
                _(
                    "{path} has format version {version}, and this digitpad reads up to {known}; update digitpad."
                ).format(path=path, version=version, known=FORMAT_VERSION)
            )
        said = to_record(_Said, data)
        trials = tuple(_trial(number, values) for number, values in enumerate(said.trials, 1))
        created = datetime.fromisoformat(said.created).astimezone()
    except OSError as error:
        raise DigitpadError(
            _("{path} could not be read ({reason}); check the folder.").format(
                path=path, reason=error.strerror or error
            )
        ) from error
    except (JSONError, ValueError, OverflowError) as error:
        raise DigitpadError(
            _("{path} is not a valid record of a sweep ({reason}); correct it, or delete the folder.").format(
                path=path, reason=error
            )
        ) from error
    return SweepInfo(
        plain_name(said.name),
        created,
        said.method,
        said.seed,
        said.space,
        said.fixed,
        said.runs,
        trials,
        said.rungs,
        max(2, said.factor),
        said.film_size,
        said.status,
        said.message,
        said.digitpad,
    )


def _trial(number: int, data: dict[str, Any]) -> Trial:
    trial = to_record(Trial, data)
    if trial.number != number:
        raise JSONError(_("trial {number} is numbered {value}").format(number=number, value=shown(trial.number)))
    return trial
