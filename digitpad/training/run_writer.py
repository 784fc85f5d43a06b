"""Records a run in its folder: history, checkpoints and `run.json`.

Write errors, usually because the disk is full, do not stop training: the training is worth more than its record, and
the user can free space meanwhile. The error is reported, rows wait in memory, and the next checkpoint is tried when it
is due. What was written before stays intact.
"""

import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from digitpad import __version__
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.training.checkpoints import Checkpoint, save_checkpoint
from digitpad.training.events import (
    EpochCompleted,
    Event,
    RecordingTrouble,
    StepCompleted,
    StopReason,
    TrainingStarted,
    TrainingStopped,
    ValidationProgress,
)
from digitpad.training.history import HistoryWriter
from digitpad.training.plan import RunPlan
from digitpad.training.run_info import RunStatus
from digitpad.training.runs import CheckpointFile, Run
from digitpad.training.trainer import Trainer
from digitpad.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Keeping:
    """How often checkpoints are written, and how many are kept.

    Parameters
    ----------
    between_epochs
        Smallest number of seconds between two checkpoints at the ends of epochs.
    within_epoch
        Seconds after which a checkpoint is written in the middle of an epoch.
    times_its_cost
        The time between two checkpoints is at least this multiple of the time to write one, so writing costs 5% at
        most.
    most, most_bytes
        Largest number and total size of the checkpoints of a run; the last one is always kept.
    """

    between_epochs: float = 0.5
    within_epoch: float = 30.0
    times_its_cost: float = 20.0
    most: int = 16
    most_bytes: int = 256 << 20


class RunWriter:
    """Records one training.

    Parameters
    ----------
    run
        The run to write to; locked by the caller.
    trainer
        The trainer of the run.
    resumed
        The checkpoint that the training resumes from, if any.
    keeping
        How often checkpoints are written, and how many are kept.

    Raises
    ------
    DigitpadError
        If the history cannot be opened.
    """

    def __init__(
        self,
        run: Run,
        trainer: Trainer,
        resumed: Checkpoint | None,
        keeping: Keeping,
    ) -> None:
        self._run, self._trainer, self._keeping = run, trainer, keeping
        self._history = HistoryWriter(run.folder, resumed)
        self._saved = (-1, -1) if resumed is None else _place(resumed)
        self._saved_at = time.perf_counter()
        self._cost = 0.0
        #: What cannot be written at the moment: "history", "checkpoint", "model" or "run".
        self._troubled: set[str] = set()
        self._reason = ""

    def record(self, event: Event) -> Iterator[RecordingTrouble]:
        """Record an event before it is passed on.

        Yields
        ------
        RecordingTrouble
            A write error; reported once until everything can be written again, and at the end.
        """
        before = bool(self._troubled)
        troubles = [self._try("history", lambda: self._history.write(event))]
        match event:
            case TrainingStarted():
                begun = {"message": "", "digitpad": __version__, "score": event.score}
                troubles.append(self._update(status=RunStatus.RUNNING, **begun))
            case EpochCompleted():
                troubles.append(self._update(seconds=self._trainer.seconds, steps=event.step, **_figures(event)))
            case TrainingStopped():
                troubles += self._end(event)
        if self._asks_for_checkpoint(event):
            troubles.append(self.checkpoint())
        told = [trouble for trouble in troubles if trouble]
        if told and (not before or isinstance(event, TrainingStopped)):
            yield RecordingTrouble(told[0])

    def checkpoint(self) -> str:
        """Write a checkpoint now, unless this step has one; return the error message, or ""."""
        checkpoint = self._trainer.checkpoint(copied=False)
        if _place(checkpoint) == self._saved or not checkpoint.is_sound():
            return ""
        begun = time.perf_counter()
        path = self._run.checkpoint_path(checkpoint.steps)
        trouble = self._try("checkpoint", lambda: save_checkpoint(path, checkpoint))
        if not trouble:
            self._saved = _place(checkpoint)
            _thin(self._run, self._keeping)
        self._saved_at = time.perf_counter()
        self._cost = self._saved_at - begun
        return trouble

    def break_off(self, status: RunStatus, message: str) -> None:
        """Record that training ended early, if possible."""
        self._update(status=status, message=message, steps=self._trainer.steps, seconds=self._trainer.seconds)

    def close(self) -> str:
        """Close the history; return the error message, or ""."""
        return self._try("history", self._history.close)

    def _end(self, event: TrainingStopped) -> list[str]:
        info = self._run.info
        troubles = [] if event.reason is StopReason.DIVERGED else [self.checkpoint()]
        model = trained_model(self._trainer, info.plan, event, info.command)
        troubles.append(self._try("model", lambda: self._run.keep_model(model)))
        status, message = RunStatus(str(event.reason)), event.message
        if event.reason is not StopReason.DIVERGED and all(troubles):
            # The final state is not saved. Resumed from the last checkpoint, the same steps give the same weights.
            kept = max(self._saved[0], 0)
            status = RunStatus.INTERRUPTED
            message = _(
                "{trouble} The final weights, after {steps:,} steps, were not saved; those of step "
                "{kept:,} were. Free disk space, then resume the run."
            ).format(trouble=self._reason, steps=event.steps, kept=kept)
            troubles = [message]
        place = {"steps": event.steps, "seconds": event.seconds}
        troubles.append(self._update(status=status, message=message, **place, **_figures(event)))
        return troubles

    def _update(self, **changes: Any) -> str:
        return self._try("run", lambda: self._run.update(**changes))

    def _try(self, what: str, write: Callable[[], object]) -> str:
        """Call a function that writes; return the error message, or ""."""
        try:
            write()
        except DigitpadError as error:
            self._troubled.add(what)
            self._reason = str(error)
            return _(
                "{trouble} Training continues, and nothing that was saved is lost; free disk space, "
                "and the next checkpoint will be saved."
            ).format(trouble=error)
        self._troubled.discard(what)
        return ""

    def _asks_for_checkpoint(self, event: Event) -> bool:
        match event:
            case TrainingStarted():
                return event.steps_done == 0
            case StepCompleted():
                return self._is_due(self._keeping.within_epoch)
            case EpochCompleted():
                return self._is_due(self._keeping.between_epochs)
            case ValidationProgress():
                # Immediately, and not only after the weights have been validated.
                return self._trainer.is_stopping
        return False

    def _is_due(self, seconds: float) -> bool:
        return time.perf_counter() - self._saved_at >= max(seconds, self._keeping.times_its_cost * self._cost)


def _figures(event: EpochCompleted | TrainingStopped) -> dict[str, Any]:
    figures = {
        "train_loss": event.train_loss,
        "train_accuracy": event.train_accuracy,
        "validation_loss": event.validation_loss,
        "validation_accuracy": event.validation_accuracy,
    }
    return figures | {"epochs": event.epoch if isinstance(event, EpochCompleted) else event.epochs}


def _place(checkpoint: Checkpoint) -> tuple[int, int]:
    return checkpoint.steps, int(checkpoint.progress["epochs"])


def _thin(run: Run, keeping: Keeping) -> None:
    """Delete checkpoints until the limits are met, so that the remaining ones are spread evenly over the run.

    The first, the best and the last are kept as long as possible; those in the middle of an epoch are deleted first.
    """
    files = run.checkpoints()
    while len(files) > 1 and (len(files) > keeping.most or sum(file.size for file in files) > keeping.most_bytes):
        leaving = _least_missed(files)
        # A file that is missing or cannot be deleted must not stop the training.
        try:
            leaving.path.unlink(missing_ok=True)
        except OSError:
            return
        files.remove(leaving)


def _least_missed(files: list[CheckpointFile]) -> CheckpointFile:
    """Return the checkpoint to delete first; never the last one."""
    best = max(files, key=lambda file: -1.0 if file.validation_accuracy is None else file.validation_accuracy)
    inner = [file for file in files[1:-1] if file is not best] or files[:-1]
    middle = [file for file in inner if file.epoch is None]
    if middle:
        return middle[0]

    def gap(file: CheckpointFile) -> int:
        place = files.index(file)
        return files[place + 1].step - files[max(0, place - 1)].step

    return min(inner, key=gap)


def trained_model(trainer: Trainer, plan: RunPlan, event: TrainingStopped, command: str) -> Model:
    """Return the final model of a run, with its training record.

    Parameters
    ----------
    trainer
        The trainer of the run.
    plan
        The plan of the run.
    event
        The last event of the run.
    command
        The command line that reproduces the run; "" if there is none.
    """
    model, score = trainer.snapshot_model(), event.validation_accuracy
    record = {
        "command": command,
        "dataset": plan.dataset,
        "seed": plan.settings.seed,
        "data_sha256": trainer.data_sha256,
        "images": trainer.images,
        "epochs": event.epochs,
        "steps": event.steps,
        "stopped": str(event.reason),
        "digitpad": __version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
        **({} if plan.fold is None else {"fold": plan.fold}),
    }
    metrics = {} if score is None else {f"validation_{trainer.task.key}": score}
    return replace(model, metadata=replace(model.metadata, metrics=metrics, training=record))
