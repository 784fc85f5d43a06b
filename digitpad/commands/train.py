"""`digitpad train`: train a network, keep the run, and write the model file."""

import contextlib
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from digitpad.commands.interruption import stopped_by_ctrl_c
from digitpad.commands.opening import open_with_progress
from digitpad.commands.output import note, progress_bar
from digitpad.commands.train_report import StepBar, report, tell
from digitpad.errors import DigitpadError
from digitpad.models.architecture_file import find_architecture
from digitpad.models.model_file import SUFFIX, check_output, save_model, user_models_dir
from digitpad.names import file_stem
from digitpad.training.events import Event, StopReason, TrainingStopped
from digitpad.training.film.limits import MEGABYTE, FilmLimits
from digitpad.training.live import LiveRun, decided, prepare
from digitpad.training.network_fit import input_for_pictures
from digitpad.training.plan import RunPlan
from digitpad.training.preparation import choose_device, limit_classes
from digitpad.training.repeating import repeating_command
from digitpad.training.run_writer import trained_model
from digitpad.training.runs import RunStore
from digitpad.training.settings import TrainingSettings
from digitpad.training.small_sets import small_set_defaults
from digitpad.training.tasks import Samples
from digitpad.training.trainer import Trainer
from digitpad.translation import gettext as _


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What the command line asks for, apart from the settings of the training.

    Attributes
    ----------
    output
        The model file; None for a new file in the user's data folder.
    overwrite
        Whether `output` may be overwritten.
    json
        Print JSON instead of text.
    architecture
        Name of a preset, or a JSON file with an architecture.
    dataset
        A source for `open_samples`: `mnist`, a folder, a `.jsonl` ink file, several joined by "+", or `paper`.
    limit, validation
        Number of images in total, and number of validation images among them; see `choose_images`.
    limit_per_class
        Largest number of images of one class; None for all.
    start_from
        Model whose weights the training starts from; None for random weights.
    fold
        Validate on the writers of this fold, as in `RunPlan`; None does not.
    name
        Name of the run; empty for the name of the architecture.
    keep_run
        Whether to keep a folder of the run.
    resume
        Name or folder of the run to resume; None for a new one. The fields from `architecture` to `keep_run` are
        ignored then.
    given
        Names of the settings that the user has chosen; small datasets have their own defaults for the others.
    epochs
        Total number of epochs of a resumed run; None for the planned number.
    film_size
        Largest size of the film of the run in MB; 0 films nothing.
    films_size
        Largest size of the films of all runs in MB; 0 films nothing.
    """

    output: Path | None
    overwrite: bool
    json: bool
    architecture: str = "standard"
    dataset: str = "mnist"
    limit: int | None = None
    validation: int | None = None
    limit_per_class: int | None = None
    start_from: str | None = None
    fold: str | None = None
    name: str = ""
    keep_run: bool = True
    resume: str | None = None
    epochs: int | None = None
    given: frozenset[str] = frozenset()
    film_size: int = 192
    films_size: int = 2048

    @property
    def film(self) -> FilmLimits:
        """The limits of the film."""
        return FilmLimits(most_bytes=self.film_size * MEGABYTE, total_bytes=self.films_size * MEGABYTE)


@dataclass(frozen=True, slots=True)
class _Work:
    """A training that is ready to start.

    Attributes
    ----------
    trainer, plan, command
        The trainer, its plan, and the command that repeats it.
    live
        The run that is kept; None if none is kept.
    """

    trainer: Trainer
    plan: RunPlan
    command: str
    live: LiveRun | None

    def events(self) -> Generator[Event, None, None]:
        return self.trainer.run() if self.live is None else self.live.events()


def train(request: TrainRequest, settings: TrainingSettings | None) -> None:
    """Train, show the progress, and write the model.

    Ctrl-C stops the training after the current batch; the model is written as after a finished run, and the run can be
    resumed.

    Parameters
    ----------
    request, settings
        What to do; None as settings for a run that is resumed.

    Raises
    ------
    DigitpadError
        If the request is invalid (before any training), or the training diverges (after the last good weights are
        written).
    """
    work, output = _begin(request, settings)
    task = work.trainer.task
    run = None if work.live is None else work.live.run.folder
    with stopped_by_ctrl_c(work.trainer.stop):
        stopped, unheard = _watch(work, request)
        _save(output, work, stopped)
    if unheard is not None:
        note(_("Saved {path}").format(path=output))
        raise unheard
    report(output, run, stopped, task, json=request.json)
    if stopped.reason is StopReason.DIVERGED:
        raise DigitpadError(_("{message} The model is in {path}.").format(message=stopped.message, path=output))


def _save(output: Path, work: _Work, stopped: TrainingStopped) -> None:
    """Write the model; where that fails, say where the weights are."""
    try:
        save_model(output, trained_model(work.trainer, work.plan, stopped, work.command))
    except DigitpadError as error:
        kept = None if work.live is None else work.live.run.model_path
        if kept is None or not kept.is_file():
            raise
        raise DigitpadError(
            _("{trouble} Nothing is lost: the weights are in the run, in {path}.").format(trouble=error, path=kept)
        ) from error


def _begin(request: TrainRequest, settings: TrainingSettings | None) -> tuple[_Work, Path]:
    """Return the training and the path of the model file, after checking that it can be written."""
    if request.resume is not None or settings is None:
        run = RunStore().find(request.resume or "")
        # The name is text from a file, and must not lead anywhere.
        output = _output(request, file_stem(run.info.plan.architecture.name))
        live = LiveRun.resume(run, epochs=request.epochs, diagnose=False, film=request.film)
        info = live.run.info
        return _Work(live.trainer, info.plan, info.command, live), output
    device = choose_device(settings.device)
    if device.note:
        note(f"{device.note[0].upper()}{device.note[1:]}.")
    # Before the data are opened, which may take long.
    shape = input_for_pictures(find_architecture(request.architecture))
    if request.output is not None:
        check_output(request.output, overwrite=request.overwrite)
    opened = open_with_progress(request.dataset, "train", shape, hidden=request.json)
    samples = limit_classes(opened, request.limit_per_class, settings.seed)
    name, settings = _suited_to_small_sets(request, settings, samples)
    architecture = find_architecture(name)
    plan = decided(
        RunPlan(
            architecture,
            request.dataset,
            request.limit,
            request.validation,
            settings,
            start_from=request.start_from,
            limit_per_class=request.limit_per_class,
            fold=request.fold,
        )
    )
    output = _output(request, Path(name).stem)
    command = repeating_command(plan, name)
    if not request.keep_run:
        return _Work(prepare(plan, diagnose=False, samples=samples), plan, command, None), output
    live = LiveRun.start(plan, name=request.name, command=command, diagnose=False, film=request.film, samples=samples)
    return _Work(live.trainer, plan, command, live), output


def _suited_to_small_sets(
    request: TrainRequest, settings: TrainingSettings, samples: Samples
) -> tuple[str, TrainingSettings]:
    """Return the architecture and the settings, with the defaults for small datasets where nothing was chosen."""
    given = request.given | ({"architecture"} if request.start_from is not None else set())
    defaults = small_set_defaults(samples, given, limit=request.limit, validation=request.validation)
    if defaults is None:
        return request.architecture, settings
    note(defaults.sentence)
    return defaults.architecture or request.architecture, replace(settings, **defaults.settings)


def _output(request: TrainRequest, stem: str) -> Path:
    """Return the path of the model file, after checking that it can be written."""
    if request.output is not None:
        check_output(request.output, overwrite=request.overwrite)
        return request.output
    folder = user_models_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DigitpadError(
            _("{folder} could not be created ({reason}); choose a file with --output.").format(
                folder=folder, reason=error.strerror
            )
        ) from error
    moment = datetime.now(UTC).astimezone().strftime("%Y-%m-%d-%H%M%S")
    for suffix in ("", *(f"-{number}" for number in range(2, 1000))):
        path = folder / f"{stem}-{moment}{suffix}{SUFFIX}"
        if not path.exists():
            check_output(path, overwrite=False)
            return path
    raise DigitpadError(
        _("{folder} has no unused name left for this model; choose a file with --output.").format(folder=folder)
    )


def _watch(work: _Work, request: TrainRequest) -> tuple[TrainingStopped, Exception | None]:
    """Run the training to its end and print its events; also return the error that prevented printing, if any."""
    stopped, unheard = None, None
    with progress_bar(hidden=request.json) as bar, contextlib.closing(work.events()) as events:
        steps = StepBar(bar)
        for event in events:
            try:
                tell(event, steps, work.trainer.task, work.plan.architecture.name, json=request.json)
            except (BrokenPipeError, DigitpadError) as error:
                # The output is closed, or the disk of the log is full: continue, since the result is still wanted.
                unheard = error
            if isinstance(event, TrainingStopped):
                stopped = event
    if stopped is None:
        raise RuntimeError("the trainer ended without a TrainingStopped event")
    return stopped, unheard
