"""`digitpad train`: train a network and keep it as a model file."""

import contextlib
import platform
import shlex
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digitpad import __version__
from digitpad.architecture_file import find_architecture
from digitpad.commands.output import flush, note, percent, progress_bar, say, say_json
from digitpad.data.sources import open_samples
from digitpad.errors import DigitpadError
from digitpad.model_file import SUFFIX, Model, ModelMetadata, Preprocessing, check_output, save_model, user_models_dir
from digitpad.nn.backend import CPU, Device, select_device
from digitpad.training.events import EpochCompleted, Event, StepCompleted, StopReason, TrainingStarted, TrainingStopped
from digitpad.training.policies import EarlyStopping, KeepBest, Policy
from digitpad.training.preparation import build_network, choose_images, with_refusal
from digitpad.training.settings import OptimizerName, TrainingSettings, default_threads
from digitpad.training.tasks import Samples, Task
from digitpad.training.trainer import Trainer

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What the command line asks for, beside the settings of the run itself.

    Attributes
    ----------
    architecture
        A preset's name, or a JSON file with a plan.
    dataset
        As `open_samples` takes it: `mnist`, a folder, a `.jsonl` ink collection, several joined by "+", `paper`.
    limit, validation
        How many images to use in all, and how many of them to hold out; see `choose_images`.
    output
        Where the model goes; None makes a name in the user's data folder.
    overwrite
        Whether `output` may be replaced.
    keep_best
        Whether to keep the weights of the best epoch rather than the last.
    patience
        Stop after so many epochs without improvement; None for never.
    json
        Print JSON instead of text.
    device
        Where to compute: `auto`, `cpu` or `cuda`.
    """

    architecture: str
    dataset: str
    limit: int | None
    validation: int | None
    output: Path | None
    overwrite: bool
    keep_best: bool
    patience: int | None
    json: bool
    device: str = "auto"


def train(request: TrainRequest, settings: TrainingSettings) -> None:
    """Train, show how it goes, and write the model.

    Ctrl-C ends the run after the batch under way; what was learned is written as after a finished run.

    Parameters
    ----------
    request, settings
        What to do.

    Raises
    ------
    DigitpadError
        If something asked for is impossible (before any training), or the loss stopped being a number (after
        the last good weights were written).
    """
    device = _device(request.device)
    architecture = find_architecture(request.architecture)
    output = _output(request)
    samples = open_samples(request.dataset, split="train")
    architecture = with_refusal(architecture, samples)
    training, validation = choose_images(
        samples,
        limit=request.limit,
        validation=request.validation,
        seed=settings.seed,
    )
    # Before anything that copies weights or holds on to them is made.
    network = build_network(architecture, settings.seed).to(device)
    policies: list[Policy] = [KeepBest(network)] if request.keep_best else []
    if request.patience is not None:
        policies.append(EarlyStopping(request.patience))
    trainer = Trainer(network, training, validation, settings, policies=policies)
    with _stopped_by_ctrl_c(trainer):
        stopped, unheard = _watch(trainer, request)
        record = _record(replace(request, device=device.name), settings, training, stopped)
        score = stopped.validation_accuracy
        metadata = ModelMetadata(
            labels=trainer.task.labels,
            preprocessing=Preprocessing(trainer.task.mean, trainer.task.std, training.images.shape[-1]),
            metrics={} if score is None else {f"validation_{trainer.task.key}": score},
            training=record,
            task=trainer.task.name,
        )
        save_model(output, Model(network.to(CPU), architecture, metadata))
    if unheard is not None:
        note(f"Saved {output}.")
        raise unheard
    _report(output, stopped, request, trainer.task)
    if stopped.reason is StopReason.DIVERGED:
        raise DigitpadError(f"{stopped.message} They are in {output}.")


def _device(choice: str) -> Device:
    """Return where to compute, having said so if it is not where it could be."""
    try:
        device = select_device(choice)
    except ValueError as error:
        raise DigitpadError(f"--device {choice} cannot be had ({error}); use --device cpu.") from error
    if device.note:
        note(f"{device.note[0].upper()}{device.note[1:]}.")
    return device


def _output(request: TrainRequest) -> Path:
    """Return where the model will go, having made sure that it can."""
    if request.output is not None:
        check_output(request.output, overwrite=request.overwrite)
        return request.output
    folder = user_models_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DigitpadError(f"{folder} could not be made ({error.strerror}); name a file with --output.") from error
    moment = datetime.now(UTC).astimezone().strftime("%Y-%m-%d-%H%M%S")
    for suffix in ("", *(f"-{number}" for number in range(2, 1000))):
        path = folder / f"{Path(request.architecture).stem}-{moment}{suffix}{SUFFIX}"
        if not path.exists():
            check_output(path, overwrite=False)
            return path
    raise DigitpadError(f"{folder} has no free name left for this model; name a file with --output.")


@contextlib.contextmanager
def _stopped_by_ctrl_c(trainer: Trainer) -> Iterator[None]:
    """Let the first Ctrl-C end the run in good order, and a second one break it off."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        trainer.stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _watch(trainer: Trainer, request: TrainRequest) -> tuple[TrainingStopped, Exception | None]:
    """Run the training to its end, telling what happens; also return why it could not be told, if so."""
    stopped, unheard = None, None
    with progress_bar(hidden=request.json) as bar:
        steps = _StepBar(bar)
        for event in trainer.run():
            try:
                _tell(event, steps, trainer.task, request)
            except (BrokenPipeError, DigitpadError) as error:
                # Whoever listened has left, or the log's disk is full: what is being learned is wanted all the same.
                unheard = error
            if isinstance(event, TrainingStopped):
                stopped = event
    if stopped is None:
        raise RuntimeError("the trainer ended without saying why")
    return stopped, unheard


def _tell(event: Event, steps: "_StepBar", task: Task, request: TrainRequest) -> None:
    match event:
        case StepCompleted():
            steps.update(event)
        case EpochCompleted():
            _tell_epoch(event, task, json=request.json)
        case TrainingStarted():
            steps.begin(event)
            if not request.json:
                say(
                    f"Training {request.architecture} ({event.parameters:,} parameters) on "
                    f"{event.training_count:,} images, {event.validation_count:,} held out, "
                    f"{event.threads} {'thread' if event.threads == 1 else 'threads'}."
                )
                flush()


class _StepBar:
    """The progress bar, moved at most ten times a second: a step takes only milliseconds."""

    def __init__(self, bar: "Progress | None") -> None:
        self._bar = bar
        self._task: TaskID | None = None
        self._waited = 0.0
        self._images = 0

    def begin(self, event: TrainingStarted) -> None:
        if self._bar is not None:
            note("Ctrl-C stops the training and keeps what was learned.")
            self._task = self._bar.add_task("epoch 1", total=event.epochs * event.batches, detail="")

    def update(self, event: StepCompleted) -> None:
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


def _record(
    request: TrainRequest, settings: TrainingSettings, training: Samples, stopped: TrainingStopped
) -> dict[str, object]:
    """Return what the model file says about how its weights came about."""
    return {
        "command": repeating_command(request, settings),
        "seed": settings.seed,
        "data_sha256": training.checksum,
        "images": len(training),
        "epochs": stopped.epochs,
        "steps": stopped.steps,
        "stopped": str(stopped.reason),
        "digitpad": __version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
    }


def repeating_command(request: TrainRequest, settings: TrainingSettings) -> str:
    """Return the command that trains the same weights again, every default written out."""
    words = ["digitpad", "train", "--architecture", request.architecture, "--dataset", request.dataset]
    words += ["--epochs", str(settings.epochs), "--batch-size", str(settings.batch_size)]
    words += ["--learning-rate", repr(settings.learning_rate), "--schedule", str(settings.schedule)]
    words += ["--optimizer", str(settings.optimizer)]
    words += ["--momentum", repr(settings.momentum)] if OptimizerName(settings.optimizer).takes_momentum else []
    words += ["--label-smoothing", repr(settings.label_smoothing)] if settings.label_smoothing else []
    words += ["--augment", str(settings.augmentation)] if settings.augmentation else []
    words += ["--device", request.device]
    words += ["--seed", str(settings.seed), "--threads", str(settings.threads or default_threads())]
    for option, value in (
        ("--limit", request.limit),
        ("--validation", request.validation),
        ("--patience", request.patience),
    ):
        words += [] if value is None else [option, str(value)]
    words += ["--keep-best"] if request.keep_best else []
    return shlex.join(words)


def _report(output: Path, stopped: TrainingStopped, request: TrainRequest, task: Task) -> None:
    if request.json:
        say_json(
            {
                "model": str(output),
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
    measured = stopped.validation_accuracy is not None
    accuracy = f", validation {task.score} {percent(stopped.validation_accuracy)}" if measured else ""
    say(f"Saved {output}{accuracy}, {stopped.seconds:.1f} s.")
