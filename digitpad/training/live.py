"""A run in training: executes its plan and records everything in its folder.

The command line and the window both train through this class. However training ends (finished, stopped, window closed,
crash, full disk), the run is kept and can be resumed.
"""

import contextlib
from collections.abc import Generator
from dataclasses import replace
from typing import Self

import numpy as np

from digitpad.data.dataset import Dataset
from digitpad.data.lazy_pictures import Progress
from digitpad.data.picture_fit import DEFAULT_FIT
from digitpad.data.sources import open_samples
from digitpad.errors import DigitpadError
from digitpad.models.architecture_file import build_network
from digitpad.models.model_file import Model, load_model
from digitpad.training.batches import batches_ahead
from digitpad.training.building import apply_to_architecture
from digitpad.training.checkpoints import Checkpoint
from digitpad.training.controls import Controls
from digitpad.training.events import Event, RecordingTrouble
from digitpad.training.film.limits import FilmLimits
from digitpad.training.film.recorder import FilmRecorder
from digitpad.training.network_fit import fit_network, input_for_pictures
from digitpad.training.plan import RunPlan
from digitpad.training.preparation import (
    choose_device,
    choose_images,
    limit_classes,
    start_from,
)
from digitpad.training.repeating import repeating_command
from digitpad.training.run_info import Membership, RunStatus
from digitpad.training.run_writer import Keeping, RunWriter
from digitpad.training.runs import Run, RunStore
from digitpad.training.settings import default_threads
from digitpad.training.step_memory import check_memory
from digitpad.training.tasks import Samples
from digitpad.training.trainer import Trainer
from digitpad.translation import gettext as _


class LiveRun:
    """A run that is being trained. Use `start` or `resume` to create one; both open the data, which takes a moment.

    All methods are for the thread that iterates `events`, except `stop`, `measure_layers` and `controls`.

    Parameters
    ----------
    run
        The stored run.
    trainer
        The trainer of the run.
    resumed
        The checkpoint that the run is resumed from, if any.
    keeping
        How often checkpoints are written, and how many are kept.
    film
        How much the film of the run may take; None for the default limits.
    """

    def __init__(
        self,
        run: Run,
        trainer: Trainer,
        resumed: Checkpoint | None = None,
        *,
        keeping: Keeping | None = None,
        film: FilmLimits | None = None,
    ) -> None:
        self.run = run
        self.trainer = trainer
        self._resumed = resumed
        self._keeping = keeping or Keeping()
        self._film = film or FilmLimits()

    @classmethod
    def start(
        cls,
        plan: RunPlan,
        store: RunStore | None = None,
        name: str = "",
        notes: str = "",
        *,
        diagnose: bool = True,
        keeping: Keeping | None = None,
        film: FilmLimits | None = None,
        command: str | None = None,
        samples: Samples | None = None,
        sweep: Membership | None = None,
    ) -> Self:
        """Start a new run.

        Parameters
        ----------
        plan
            The plan. Automatic choices (threads, device) are resolved and recorded.
        store
            The store of runs; None uses the user's store.
        name, notes
            Name and notes of the run.
        diagnose
            Whether to measure the layers from time to time.
        keeping, film
            As for the class.
        command
            The equivalent command line; None derives it, if there is one.
        samples
            As for `prepare`.
        sweep
            The sweep that the run is a trial of, if any.

        Raises
        ------
        DigitpadError
            If the plan cannot be executed, or the run's folder cannot be created.
        """
        plan = decided(plan)
        trainer = prepare(plan, diagnose=diagnose, samples=samples)
        # Created last, so that an impossible plan leaves no folder behind.
        run = (store or RunStore()).create(plan, name, notes, sweep)
        run.update(
            data_sha256=trainer.data_sha256,
            images=trainer.images,
            command=repeating_command(plan) if command is None else command,
        )
        return cls(run, trainer, keeping=keeping, film=film)

    @classmethod
    def resume(
        cls,
        run: Run,
        *,
        epochs: int | None = None,
        diagnose: bool = True,
        keeping: Keeping | None = None,
        film: FilmLimits | None = None,
        samples: Samples | None = None,
        on_progress: Progress = lambda _done, _total: None,
    ) -> Self:
        """Resume a run from its last readable checkpoint, as if it had never been interrupted.

        To resume from an earlier checkpoint or with other settings, branch from it first (`RunStore.branch`).

        Parameters
        ----------
        run
            The run.
        epochs
            Total number of epochs, if not as planned; the schedule is stretched accordingly.
        diagnose, keeping, film, samples
            As for `start`.
        on_progress
            As for `open_samples`.

        Raises
        ------
        DigitpadError
            If the run has finished, the data have changed, or the plan can no longer be executed.
        """
        info = run.info
        if info.status is RunStatus.DIVERGED:
            raise DigitpadError(
                _(
                    "The run {name} diverged and would diverge again; return to one of its "
                    "checkpoints and change a setting, such as the learning rate."
                ).format(name=info.name)
            )
        plan = info.plan if epochs is None else info.plan.with_settings(epochs=epochs)
        checkpoint = run.load()
        if int(checkpoint.progress["epochs"]) >= plan.settings.epochs:
            raise DigitpadError(
                _("The run {name} has finished all its {count} epochs; ask for more epochs.").format(
                    name=info.name, count=plan.settings.epochs
                )
            )
        trainer = prepare(plan, diagnose=diagnose, resume=checkpoint, samples=samples, on_progress=on_progress)
        if info.data_sha256 not in {"", trainer.data_sha256}:
            raise DigitpadError(
                _(
                    "The dataset {dataset} has changed since the run {name} started, so the run "
                    "cannot be resumed; restore the old data, or start a new run."
                ).format(dataset=plan.dataset, name=info.name)
            )
        if plan is not info.plan:
            before = (checkpoint.steps, info.plan.settings.epochs)
            run.update(plan=plan, extensions=(*info.extensions, before))
        return cls(run, trainer, checkpoint, keeping=keeping, film=film)

    @property
    def controls(self) -> Controls:
        """Settings that can be changed during the run, from any thread."""
        return self.trainer.controls

    def stop(self) -> None:
        """Stop the run after the current step; may be called from any thread or signal handler."""
        self.trainer.stop()

    def measure_layers(self) -> None:
        """Request layer diagnostics at the next step; may be called from any thread."""
        self.trainer.measure_layers()

    def snapshot_model(self) -> Model:
        """Return a copy of the current network; only between events."""
        return self.trainer.snapshot_model(self.run.info.name)

    def events(self) -> Generator[Event, None, None]:
        """Train, and record each event before yielding it. To pause, do not request the next event.

        Closing the generator ends training immediately and writes a checkpoint.

        Yields
        ------
        Event
            As `Trainer.run`, and `RecordingTrouble` if something could not be written.

        Raises
        ------
        DigitpadError
            If the run is being trained elsewhere, its folder is not writable, or an image can no longer be read; then
            the run can be resumed once it can.
        """
        with self.run.locked(), contextlib.closing(self.trainer.run()) as source:
            recorder = RunWriter(self.run, self.trainer, self._resumed, self._keeping)
            film = FilmRecorder(self.run, self.trainer, self._film)
            ended = False
            try:
                for event in source:
                    yield from recorder.record(event)
                    yield from film.record(event)
                    yield event
                ended = True
            except GeneratorExit:
                recorder.checkpoint()
                film.finish()
                raise
            except DigitpadError as error:
                # A picture is gone or has changed, for example. The last step is whole.
                recorder.checkpoint()
                film.finish()
                recorder.break_off(RunStatus.INTERRUPTED, str(error))
                ended = True
                raise
            except Exception as error:
                recorder.break_off(RunStatus.FAILED, _("An internal error occurred ({reason}).").format(reason=error))
                ended = True
                raise
            finally:
                if not ended:
                    recorder.break_off(
                        RunStatus.INTERRUPTED,
                        _("Training ended after {count} steps; the weights are kept.").format(count=self.trainer.steps),
                    )
                troubles = [film.close(), recorder.close()]
            for trouble in filter(None, troubles):
                yield RecordingTrouble(trouble)


def decided(plan: RunPlan) -> RunPlan:
    """Return a plan with explicit threads and device instead of automatic choices.

    Raises
    ------
    DigitpadError
        If the device is not available.
    """
    device = choose_device(plan.settings.device)
    return plan.with_settings(threads=plan.settings.threads or default_threads(), device=device.name)


def open_training_samples(
    plan: RunPlan, *, fit: str = DEFAULT_FIT, on_progress: Progress = lambda _done, _total: None
) -> Samples:
    """Return the training split of a plan's dataset within its limit per class, with validation images.

    Parameters
    ----------
    plan
        The plan.
    fit
        How pictures are fitted to the input of the network, as in `Preprocessing`.
    on_progress
        As for `open_samples`.

    Raises
    ------
    DigitpadError
        If the data cannot be opened.
    """
    shape = input_for_pictures(plan.architecture)
    opened = open_samples(plan.dataset, split="train", shape=shape, fit=fit, on_progress=on_progress)
    return limit_classes(opened, plan.limit_per_class, plan.settings.seed)


def prepare(
    plan: RunPlan,
    *,
    diagnose: bool,
    resume: Checkpoint | None = None,
    samples: Samples | None = None,
    on_progress: Progress = lambda _done, _total: None,
) -> Trainer:
    """Return a trainer for a plan: opens the data, builds the network and moves it to its device.

    Parameters
    ----------
    plan
        The plan.
    diagnose, resume
        As for `Trainer`.
    samples
        The training split of the plan's dataset within its limit per class, if it is open already.
    on_progress
        As for `open_samples`.

    Raises
    ------
    DigitpadError
        If the plan cannot be executed.
    """
    settings = plan.settings
    if samples is None:
        fit = DEFAULT_FIT if resume is None else resume.metadata.preprocessing.fit
        samples = open_training_samples(plan, fit=fit, on_progress=on_progress)
    fitted = fit_network(plan.architecture, samples)
    architecture = apply_to_architecture(settings, fitted.architecture)
    if isinstance(samples, Dataset):
        samples = replace(samples, remarks=(*samples.remarks, *fitted.remarks))
    training, validation = choose_images(
        samples, limit=plan.limit, validation=plan.validation, seed=settings.seed, fold=plan.fold
    )
    # Before anything copies weights or keeps references to them.
    network = build_network(architecture, settings.seed)
    if plan.start_from is not None:
        start_from(network, samples, load_model(plan.start_from))
    device = choose_device(settings.device)
    if device.library is np:
        ahead = batches_ahead(training, settings.batch_size, is_augmented=bool(settings.augmentation))
        check_memory(network, architecture.input_shape, min(settings.batch_size, len(training)), batches_ahead=ahead)
    network = network.to(device)
    return Trainer(
        network,
        training,
        validation,
        settings,
        architecture=architecture,
        diagnose=diagnose,
        resume=resume,
        changes=fitted.changes,
    )
