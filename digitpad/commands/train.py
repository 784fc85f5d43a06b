"""`digitpad train`: train a network, keep the run, and write the model file."""

import contextlib
import signal
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from digitpad.commands.output import note, progress_bar
from digitpad.commands.train_report import StepBar, report, tell
from digitpad.errors import DigitpadError
from digitpad.models.architecture_file import find_architecture
from digitpad.models.model_file import SUFFIX, check_output, save_model, user_models_dir
from digitpad.training.events import Event, StopReason, TrainingStopped
from digitpad.training.live import LiveRun, decided, prepare
from digitpad.training.plan import RunPlan
from digitpad.training.preparation import choose_device
from digitpad.training.repeating import repeating_command
from digitpad.training.run_writer import trained_model
from digitpad.training.runs import RunStore
from digitpad.training.settings import TrainingSettings
from digitpad.training.trainer import Trainer


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What the command line asks for, beside the settings of the run itself.

    Attributes
    ----------
    output
        Where the model goes; None makes a name in the user's data folder.
    overwrite
        Whether `output` may be replaced.
    json
        Print JSON instead of text.
    architecture
        A preset's name, or a JSON file with a plan.
    dataset
        As `open_samples` takes it: `mnist`, a folder, a `.jsonl` ink collection, several joined by "+", `paper`.
    limit, validation
        How many images to use in all, and how many of them to hold out; see `choose_images`.
    start_from
        A model whose weights the network begins with; None draws them by chance.
    name
        What to call the run; empty takes the architecture's name.
    keep_run
        Whether a folder of the run is kept.
    resume
        The run to go on with, by name or folder; None for a new one. The fields from `architecture` on say nothing
        then.
    epochs
        How many a resumed run shall have in the end; None for as many as planned.
    """

    output: Path | None
    overwrite: bool
    json: bool
    architecture: str = "standard"
    dataset: str = "mnist"
    limit: int | None = None
    validation: int | None = None
    start_from: str | None = None
    name: str = ""
    keep_run: bool = True
    resume: str | None = None
    epochs: int | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """What is about to be trained.

    Attributes
    ----------
    trainer, plan, command
        Who trains, what, and how it is asked for again.
    live
        The run that is kept; None if none is.
    """

    trainer: Trainer
    plan: RunPlan
    command: str
    live: LiveRun | None

    def events(self) -> Generator[Event, None, None]:
        return self.trainer.run() if self.live is None else self.live.events()


def train(request: TrainRequest, settings: TrainingSettings | None) -> None:
    """Train, show how it goes, and write the model.

    Ctrl-C ends the run after the batch under way; what was learned is written as after a finished run, and the run can
    be resumed.

    Parameters
    ----------
    request, settings
        What to do; no settings for a run that is resumed.

    Raises
    ------
    DigitpadError
        If something asked for is impossible (before any training), or the loss stopped being a number (after
        the last good weights were written).
    """
    work, output = _begin(request, settings)
    task = work.trainer.task
    run = None if work.live is None else work.live.run.folder
    with _stopped_by_ctrl_c(work.trainer):
        stopped, unheard = _watch(work, request)
        save_model(output, trained_model(work.trainer, work.plan, stopped, work.command))
    if unheard is not None:
        note(f"Saved {output}.")
        raise unheard
    report(output, run, stopped, task, json=request.json)
    if stopped.reason is StopReason.DIVERGED:
        raise DigitpadError(f"{stopped.message} They are in {output}.")


def _begin(request: TrainRequest, settings: TrainingSettings | None) -> tuple[_Work, Path]:
    """Return what is about to be trained, and where the model will go, having made sure that it can."""
    if request.resume is not None or settings is None:
        run = RunStore().find(request.resume or "")
        output = _output(request, run.info.plan.architecture.name)
        live = LiveRun.resume(run, epochs=request.epochs, diagnose=False)
        info = live.run.info
        return _Work(live.trainer, info.plan, info.command, live), output
    device = choose_device(settings.device)
    if device.note:
        note(f"{device.note[0].upper()}{device.note[1:]}.")
    architecture = find_architecture(request.architecture)
    plan = decided(
        RunPlan(
            architecture, request.dataset, request.limit, request.validation, settings, start_from=request.start_from
        )
    )
    output = _output(request, Path(request.architecture).stem)
    command = repeating_command(plan, request.architecture)
    if not request.keep_run:
        return _Work(prepare(plan, diagnose=False), plan, command, None), output
    live = LiveRun.start(plan, name=request.name, command=command, diagnose=False)
    return _Work(live.trainer, plan, command, live), output


def _output(request: TrainRequest, stem: str) -> Path:
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
        path = folder / f"{stem}-{moment}{suffix}{SUFFIX}"
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


def _watch(work: _Work, request: TrainRequest) -> tuple[TrainingStopped, Exception | None]:
    """Run the training to its end, telling what happens; also return why it could not be told, if so."""
    stopped, unheard = None, None
    with progress_bar(hidden=request.json) as bar, contextlib.closing(work.events()) as events:
        steps = StepBar(bar)
        for event in events:
            try:
                tell(event, steps, work.trainer.task, work.plan.architecture.name, json=request.json)
            except (BrokenPipeError, DigitpadError) as error:
                # Whoever listened has left, or the log's disk is full: what is being learned is wanted all the same.
                unheard = error
            if isinstance(event, TrainingStopped):
                stopped = event
    if stopped is None:
        raise RuntimeError("the trainer ended without saying why")
    return stopped, unheard
