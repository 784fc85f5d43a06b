"""The training of one trial, in a worker: begins its run, or continues it from its last checkpoint."""

import contextlib
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitpad.errors import DigitpadError
from digitpad.sweeps.opened_data import training_samples
from digitpad.sweeps.pool import Link
from digitpad.sweeps.record import TrialStatus
from digitpad.training.events import EpochCompleted, Event, StepCompleted, TrainingStarted
from digitpad.training.film.limits import MEGABYTE, FilmLimits
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.run import Run
from digitpad.training.run_info import Membership, RunInfo, RunStatus
from digitpad.training.run_writer import Keeping
from digitpad.training.runs import RunStore
from digitpad.translation import gettext as _

#: Many runs share the disk, and each needs only its last checkpoint to continue.
_KEEPING = Keeping(most=4)
_SECONDS_BETWEEN_MESSAGES = 1.0
_STATUS = {
    RunStatus.FINISHED: TrialStatus.FINISHED,
    RunStatus.EARLY_STOPPING: TrialStatus.FINISHED,
    RunStatus.DIVERGED: TrialStatus.DIVERGED,
}


@dataclass(frozen=True, slots=True)
class TrialTask:
    """What a worker needs to train a trial.

    Attributes
    ----------
    place
        The sweep and the number of the trial.
    name
        Name of the run.
    plan
        The plan of the run.
    command
        The command that trains it without the sweep; None if the plan has one of its own.
    runs
        Folder of the runs.
    until
        Number of epochs after which the run pauses; None trains to the end.
    film_size
        Largest size of the film in MB.
    """

    place: Membership
    name: str
    plan: RunPlan
    command: str | None
    runs: str
    until: int | None
    film_size: int


def train_trial(task: TrialTask, link: Link) -> dict[str, Any]:
    """Train a trial to its end, to its next pause, or until the sweep stops.

    Parameters
    ----------
    task
        The trial.
    link
        Receives fields of `Trial` that have changed.

    Returns
    -------
    dict
        The final values of fields of `Trial`.
    """
    try:
        opened = _open(task)
        if isinstance(opened, Run):
            return _outcome(opened, task)
        with contextlib.closing(opened.events()) as events:
            reporter = _Reporter(link, opened)
            for event in events:
                reporter.tell(event)
                if link.is_stopping or _is_pause(event, task.until):
                    opened.stop()
        return _outcome(opened.run, task)
    except DigitpadError as error:
        return {"status": TrialStatus.FAILED, "message": str(error)}


def _open(task: TrialTask) -> LiveRun | Run:
    """Return the run of a trial, ready to be trained; or the run itself, if nothing is left to train."""
    store = RunStore(Path(task.runs))
    folder = store.trial_folder(task.place)
    film = FilmLimits(most_bytes=task.film_size * MEGABYTE)
    if (folder / "run.json").is_file():
        run = Run(folder)
        if _status(run.info, task) is not TrialStatus.WAITING:
            return run
        if run.is_running():
            raise DigitpadError(
                _("The run {name} is already being trained; stop that training first.").format(name=run.info.name)
            )
        if run.can_resume():
            return LiveRun.resume(
                run, diagnose=False, keeping=_KEEPING, film=film, samples=training_samples(run.info.plan)
            )
    # A worker may have been lost before the first checkpoint.
    shutil.rmtree(folder, ignore_errors=True)
    return LiveRun.start(
        task.plan,
        store,
        task.name,
        diagnose=False,
        keeping=_KEEPING,
        film=film,
        command=task.command,
        samples=training_samples(task.plan),
        sweep=task.place,
    )


def _is_pause(event: Event, until: int | None) -> bool:
    return isinstance(event, EpochCompleted) and until is not None and until <= event.epoch < event.epochs


def _status(info: RunInfo, task: TrialTask) -> TrialStatus:
    """Return the status of a trial whose run is not being trained; `WAITING` if something is left to train."""
    if info.status in _STATUS:
        return _STATUS[info.status]
    if info.status is RunStatus.INTERRUPTED and task.until is not None and info.epochs >= task.until:
        return TrialStatus.PAUSED
    return TrialStatus.WAITING


def _outcome(run: Run, task: TrialTask) -> dict[str, Any]:
    info = run.info
    status = _status(info, task)
    named = status is TrialStatus.WAITING or info.status in {RunStatus.EARLY_STOPPING, RunStatus.DIVERGED}
    return {
        "status": status,
        "message": info.message if named else "",
        "run": run.folder.name,
        "epochs": info.epochs,
        "steps": info.steps,
        "seconds": info.seconds,
        "score": info.score,
        "progress": min(1.0, info.epochs / info.plan.settings.epochs),
        "train_loss": info.train_loss,
        "train_accuracy": info.train_accuracy,
        "validation_loss": info.validation_loss,
        "validation_accuracy": info.validation_accuracy,
    }


class _Reporter:
    """Tells how a training proceeds, about once per second and at the end of each epoch."""

    def __init__(self, link: Link, live: LiveRun) -> None:
        self._link, self._live = link, live
        self._told = time.perf_counter()

    def tell(self, event: Event) -> None:
        """Tell what is of interest about an event."""
        match event:
            case TrainingStarted():
                self._link.tell(
                    {
                        "run": self._live.run.folder.name,
                        "parameters": event.parameters,
                        "score": event.score,
                        "steps": event.steps_done,
                        "progress": event.steps_done / (event.epochs * event.batches),
                    }
                )
            case StepCompleted():
                if time.perf_counter() - self._told >= _SECONDS_BETWEEN_MESSAGES:
                    self._told = time.perf_counter()
                    share = event.step / (event.epochs * event.batches)
                    self._link.tell({"steps": event.step, "progress": share, "seconds": self._live.trainer.seconds})
            case EpochCompleted():
                self._link.tell(
                    {
                        "epochs": event.epoch,
                        "steps": event.step,
                        "progress": event.epoch / event.epochs,
                        "seconds": self._live.trainer.seconds,
                        "train_loss": event.train_loss,
                        "train_accuracy": event.train_accuracy,
                        "validation_loss": event.validation_loss,
                        "validation_accuracy": event.validation_accuracy,
                    }
                )
