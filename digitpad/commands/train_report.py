"""The output of `digitpad train`, during the training and at its end."""

from pathlib import Path
from typing import TYPE_CHECKING

from digitpad.commands.output import flush, note, percent, say, say_json
from digitpad.training.events import (
    EpochCompleted,
    Event,
    RecordingTrouble,
    StepCompleted,
    StopReason,
    TrainingStarted,
    TrainingStopped,
)
from digitpad.training.tasks import Task
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class StepBar:
    """The progress bar, updated at most ten times per second: a step takes only milliseconds."""

    def __init__(self, bar: "Progress | None") -> None:
        self._bar = bar
        self._task: TaskID | None = None
        self._waited = 0.0
        self._images = 0

    def begin(self, event: TrainingStarted) -> None:
        """Show the bar before the first step of a run."""
        if self._bar is not None:
            note(_("Press Ctrl-C to stop the training and save the model."))
            total = event.epochs * event.batches
            self._task = self._bar.add_task(
                _("epoch {epoch}").format(epoch=1), total=total, completed=event.steps_done, detail=""
            )

    def update(self, event: StepCompleted) -> None:
        """Update the bar, unless it was updated less than a tenth of a second ago."""
        self._waited += event.seconds
        self._images += event.images
        if self._bar is None or self._task is None or self._waited < 0.1:
            return
        speed = self._images / self._waited
        self._waited, self._images = 0.0, 0
        self._bar.update(
            self._task,
            completed=event.step,
            description=_("epoch {epoch}").format(epoch=f"{event.epoch}/{event.epochs}"),
            detail=_("loss {loss:.4f}  {speed:,.0f} images/s").format(loss=event.loss, speed=speed),
        )


def tell(event: Event, steps: StepBar, task: Task, architecture: str, *, json: bool) -> None:
    """Print an event if it is of interest to the user or to a program that reads the output."""
    match event:
        case StepCompleted():
            steps.update(event)
        case EpochCompleted():
            _tell_epoch(event, task, json=json)
        case RecordingTrouble():
            note(event.message)
        case TrainingStarted():
            for remark in event.remarks:
                note(remark)
            steps.begin(event)
            if not json:
                say(_start_line(event, architecture))
                flush()


def _start_line(event: TrainingStarted, architecture: str) -> str:
    parts = (
        _("Training {architecture} ({parameters:,} parameters)").format(
            architecture=architecture, parameters=event.parameters
        ),
        ngettext("{count:,} training image", "{count:,} training images", event.training_count).format(
            count=event.training_count
        ),
        ngettext("{count:,} validation image", "{count:,} validation images", event.validation_count).format(
            count=event.validation_count
        ),
        ngettext("{count} thread", "{count} threads", event.threads).format(count=event.threads),
        *([_("resumed at step {step:,}").format(step=event.steps_done)] if event.steps_done else []),
    )
    return ", ".join(parts)


def _tell_epoch(event: EpochCompleted, task: Task, *, json: bool) -> None:
    if json:
        say_json(
            {
                "epoch": event.epoch,
                "train_loss": event.train_loss,
                f"train_{task.key}": event.train_accuracy,
                "validation_loss": event.validation_loss,
                f"validation_{task.key}": event.validation_accuracy,
                "seconds": event.seconds,
                "images_per_second": event.images_per_second,
            },
        )
        flush()
        return
    parts = [
        _("epoch {epoch}").format(epoch=f"{event.epoch:>{len(str(event.epochs))}}/{event.epochs}"),
        _("loss {loss:.4f} {score} {value}").format(
            loss=event.train_loss, score=_(task.score), value=percent(event.train_accuracy)
        ),
    ]
    if event.validation_loss is not None:
        parts.append(
            _("validation loss {loss:.4f} {score} {value}").format(
                loss=event.validation_loss, score=_(task.score), value=percent(event.validation_accuracy)
            )
        )
    parts.append(
        _("{seconds:.1f} s, {speed:,.0f} images/s").format(seconds=event.seconds, speed=event.images_per_second)
    )
    say("   ".join(parts))
    flush()


def report(output: Path, run: Path | None, stopped: TrainingStopped, task: Task, *, json: bool) -> None:
    """Print the result and where it is saved."""
    if json:
        say_json(
            {
                "model": str(output),
                "run": None if run is None else str(run),
                "epochs": stopped.epochs,
                "steps": stopped.steps,
                "seconds": stopped.seconds,
                "images_per_second": stopped.images_per_second,
                "train_loss": stopped.train_loss,
                f"train_{task.key}": stopped.train_accuracy,
                "validation_loss": stopped.validation_loss,
                f"validation_{task.key}": stopped.validation_accuracy,
                "stopped": str(stopped.reason),
            }
        )
        return
    if stopped.reason in {StopReason.INTERRUPTED, StopReason.EARLY_STOPPING}:
        note(stopped.message)
    if stopped.reason is StopReason.INTERRUPTED and run is not None:
        note(_("To resume: {command}").format(command=f"digitpad train --resume {run.name}"))
    parts = [_("Saved {path}").format(path=output)]
    if stopped.validation_accuracy is not None:
        parts.append(
            _("validation {score} {value}").format(score=_(task.score), value=percent(stopped.validation_accuracy))
        )
    parts.append(_("{seconds:.1f} s").format(seconds=stopped.seconds))
    if run is not None:
        parts.append(_("run {name}").format(name=run.name))
    say(", ".join(parts))
