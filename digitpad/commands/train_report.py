"""What `digitpad train` tells while it trains, and in the end."""

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

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class StepBar:
    """The progress bar, moved at most ten times a second: a step takes only milliseconds."""

    def __init__(self, bar: "Progress | None") -> None:
        self._bar = bar
        self._task: TaskID | None = None
        self._waited = 0.0
        self._images = 0

    def begin(self, event: TrainingStarted) -> None:
        """Begin with a run that is about to take its first step."""
        if self._bar is not None:
            note("Ctrl-C stops the training and keeps what was learned.")
            total = event.epochs * event.batches
            self._task = self._bar.add_task("epoch 1", total=total, completed=event.steps_done, detail="")

    def update(self, event: StepCompleted) -> None:
        """Move on, if the bar has stood for long enough."""
        self._waited += event.seconds
        self._images += event.images
        if self._bar is None or self._task is None or self._waited < 0.1:
            return
        speed = self._images / self._waited
        self._waited, self._images = 0.0, 0
        self._bar.update(
            self._task,
            completed=event.step,
            description=f"epoch {event.epoch}/{event.epochs}",
            detail=f"loss {event.loss:.4f}  {speed:,.0f} images/s",
        )


def tell(event: Event, steps: StepBar, task: Task, architecture: str, *, json: bool) -> None:
    """Tell of an event, if a person or a program would want to know."""
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
                done = f", going on after step {event.steps_done:,}" if event.steps_done else ""
                say(
                    f"Training {architecture} ({event.parameters:,} parameters) on "
                    f"{event.training_count:,} images, {event.validation_count:,} held out, "
                    f"{event.threads} {'thread' if event.threads == 1 else 'threads'}{done}."
                )
                flush()


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
    width = len(str(event.epochs))
    held_out = "" if event.validation_loss is None else f"   validation loss {event.validation_loss:.4f} "
    held_out += "" if event.validation_loss is None else f"{task.score} {percent(event.validation_accuracy)}"
    say(
        f"epoch {event.epoch:>{width}}/{event.epochs}   loss {event.train_loss:.4f} "
        f"{task.score} {percent(event.train_accuracy)}{held_out}   "
        f"{event.seconds:.1f} s, {event.images_per_second:,.0f} images/s"
    )
    flush()


def report(output: Path, run: Path | None, stopped: TrainingStopped, task: Task, *, json: bool) -> None:
    """Tell what came out, and where it is."""
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
        note(f"Go on with: digitpad train --resume {run.name}")
    measured = stopped.validation_accuracy is not None
    accuracy = f", validation {task.score} {percent(stopped.validation_accuracy)}" if measured else ""
    kept = "" if run is None else f" The run is {run.name}."
    say(f"Saved {output}{accuracy}, {stopped.seconds:.1f} s.{kept}")
