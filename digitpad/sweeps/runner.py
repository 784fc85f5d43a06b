"""Conducts a sweep: hands its trials to workers, keeps its record, and decides which trials go on."""

import contextlib
import time
from collections.abc import Generator
from dataclasses import replace

from digitpad.errors import DigitpadError
from digitpad.sweeps.halving import decide, until
from digitpad.sweeps.plans import plan_of
from digitpad.sweeps.pool import Begun, Message, Pool, Raised, Returned, Told
from digitpad.sweeps.record import SweepInfo, SweepStatus, Trial, TrialStatus
from digitpad.sweeps.store import Sweep
from digitpad.sweeps.trial_run import TrialTask, train_trial
from digitpad.training.repeating import repeating_command
from digitpad.translation import gettext as _

#: The record is written at most this often, and in a twentieth of the time. What it lacks after a crash is in the runs.
_SECONDS_BETWEEN_RECORDS = 0.5
_TIMES_ITS_COST = 20.0


class SweepRunner:
    """Conducts one sweep, from the beginning or from where it was interrupted.

    Parameters
    ----------
    sweep
        The sweep.
    pool
        The workers.
    """

    def __init__(self, sweep: Sweep, pool: Pool) -> None:
        self.sweep = sweep
        self._pool = pool
        self._info = sweep.info
        self._stop_requested = False
        self._written = self._cost = 0.0
        self._is_written = True

    @property
    def info(self) -> SweepInfo:
        """The record as it is now; the file may be half a second older."""
        return self._info

    def stop(self) -> None:
        """Stop the sweep: running trials write a checkpoint; may be called from any thread or signal handler."""
        self._stop_requested = True

    def events(self) -> Generator[Trial | None, None, None]:
        """Train all trials that are left.

        Yields
        ------
        Trial or None
            A trial that has changed; None a few times per second.

        Raises
        ------
        DigitpadError
            If the sweep is running elsewhere, the record cannot be written, or the workers are lost. The sweep can be
            resumed then.
        """
        with self.sweep.locked():
            found = self.sweep.reload()
            trials = tuple(_ready(trial) for trial in found.trials)
            self._info = replace(found, status=SweepStatus.RUNNING, message="", trials=trials)
            self.sweep.write(self._info)
            try:
                for rung in range(len(self._info.rungs) + 1):
                    yield from self._train(rung)
                    if self._stop_requested:
                        break
                    if rung < len(self._info.rungs):
                        for trial in decide(self._info, rung):
                            self._change(trial)
                            yield trial
            finally:
                self._close()

    def _train(self, rung: int) -> Generator[Trial | None, None, None]:
        """Train the waiting trials of a rung."""
        waiting = [trial for trial in self._info.trials if trial.rung == rung and trial.status is TrialStatus.WAITING]
        if not waiting or self._stop_requested:
            return
        tasks = [self._task(trial, rung) for trial in waiting]
        with contextlib.closing(self._pool.run(train_trial, tasks)) as messages:
            for message in messages:
                if self.sweep.is_asked_to_stop():
                    self._stop_requested = True
                if self._stop_requested:
                    self._pool.stop()
                trial = None
                if message is not None:
                    trial = _after(message, self._info.trials[waiting[message.index].number - 1])
                    self._change(trial)
                self._write_if_due()
                yield trial

    def _task(self, trial: Trial, rung: int) -> TrialTask:
        info = self._info
        chosen = info.fixed | trial.values
        plan = plan_of(chosen)
        name = _("{sweep}, trial {number}").format(sweep=info.name, number=trial.number)
        command = repeating_command(plan, str(chosen["architecture"])) if "architecture" in chosen else None
        return TrialTask(
            self.sweep.membership(trial), name, plan, command, info.runs, until(info, rung), info.film_size
        )

    def _change(self, trial: Trial) -> None:
        self._info = self._info.with_trial(trial)
        self._is_written = False

    def _write_if_due(self) -> None:
        begun = time.monotonic()
        due = self._written + max(_SECONDS_BETWEEN_RECORDS, _TIMES_ITS_COST * self._cost)
        if not self._is_written and begun >= due:
            self.sweep.write(self._info, durable=False)
            self._written, self._is_written = time.monotonic(), True
            self._cost = self._written - begun

    def _close(self) -> None:
        """Write how the sweep ended."""
        trials = tuple(_ready(trial, failed_too=False) for trial in self._info.trials)
        info = replace(self._info, trials=trials)
        done = sum(trial.status.is_over for trial in trials)
        if info.is_complete:
            info = replace(info, status=SweepStatus.FINISHED, message="")
        else:
            message = _("{done} of {count} trials have ended; the others continue when the sweep is resumed.")
            info = replace(info, status=SweepStatus.STOPPED, message=message.format(done=done, count=len(trials)))
        self._info = info
        self.sweep.write(info)


def _ready(trial: Trial, *, failed_too: bool = True) -> Trial:
    """Return a trial as it is when nobody trains it; one that failed is tried again when a sweep is resumed."""
    again = {TrialStatus.RUNNING, TrialStatus.FAILED} if failed_too else {TrialStatus.RUNNING}
    return replace(trial, status=TrialStatus.WAITING, message="") if trial.status in again else trial


def _after(message: Message, trial: Trial) -> Trial:
    """Return a trial after a message about it."""
    match message:
        case Begun():
            return replace(trial, status=TrialStatus.RUNNING, starts=trial.starts + 1, worker=message.worker)
        case Told():
            return replace(trial, **message.value)
        case Returned():
            if not isinstance(message.value, dict):
                raise DigitpadError(_("A worker has another version of digitpad; install the same one everywhere."))
            return replace(trial, **message.value)
        case Raised():
            return replace(trial, status=TrialStatus.FAILED, message=message.reason)
