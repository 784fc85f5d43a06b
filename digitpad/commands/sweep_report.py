"""The output of `digitpad sweep`: a live table while it runs, and the trials in order of their accuracy."""

import sys
import time
from dataclasses import asdict
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from digitpad.commands.output import flush, note, percent, printable, say, say_json, say_table
from digitpad.errors import DigitpadError
from digitpad.sweeps.folds import FOLD, CrossValidation, cross_validations
from digitpad.sweeps.plans import in_words, shown_value
from digitpad.sweeps.record import SweepInfo, SweepStatus, Trial, TrialStatus
from digitpad.sweeps.store import Sweep
from digitpad.sweeps.variables import display_name
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live

TRIAL_STATUS = {
    TrialStatus.WAITING: gettext_noop("waiting"),
    TrialStatus.RUNNING: gettext_noop("running"),
    TrialStatus.PAUSED: gettext_noop("paused"),
    TrialStatus.DROPPED: gettext_noop("dropped"),
    TrialStatus.FINISHED: gettext_noop("finished"),
    TrialStatus.DIVERGED: gettext_noop("diverged"),
    TrialStatus.FAILED: gettext_noop("failed"),
}
SWEEP_STATUS = {
    SweepStatus.NEW: gettext_noop("new"),
    SweepStatus.RUNNING: gettext_noop("running"),
    SweepStatus.STOPPED: gettext_noop("stopped"),
    SweepStatus.FINISHED: gettext_noop("finished"),
    SweepStatus.BROKEN_OFF: gettext_noop("broken off"),
}
_ENDED = {TrialStatus.FINISHED, TrialStatus.DROPPED, TrialStatus.DIVERGED, TrialStatus.FAILED, TrialStatus.PAUSED}
#: Rows of the live table, which must fit into a terminal.
_MOST_ROWS = 12
_REDRAWS_PER_SECOND = 4


class Board:
    """Shows a running sweep: a live table on a terminal, one line for each trial that ends anywhere else.

    Parameters
    ----------
    workers
        Number of trials that are trained at the same time.
    json
        Print a JSON object for each trial that ends.
    """

    def __init__(self, workers: int, *, json: bool) -> None:
        self._workers, self._json = workers, json
        self._live: Live | None = None
        self._shown = 0.0
        self._told: dict[int, TrialStatus] = {}

    def __enter__(self) -> Self:
        if not self._json and sys.stderr is not None and sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(stderr=True), auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, info: SweepInfo, trial: Trial | None) -> None:
        """Show the sweep after a trial has changed.

        Parameters
        ----------
        info
            The record.
        trial
            The trial that has changed; None if none has.
        """
        if trial is not None and trial.status in _ENDED and self._told.get(trial.number) != trial.status:
            self._told[trial.number] = trial.status
            if self._json:
                say_json(trial_facts(trial))
                flush()
            elif self._live is None:
                say(_line(info, trial))
                flush()
            elif trial.status is TrialStatus.FAILED:
                note(_("Trial {number}: {trouble}").format(number=trial.number, trouble=trial.message))
        if self._live is not None and time.monotonic() - self._shown >= 1 / _REDRAWS_PER_SECOND:
            self._shown = time.monotonic()
            self._live.update(self._picture(info), refresh=True)

    def _picture(self, info: SweepInfo) -> "Group":
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in _header(info):
            table.add_column(title, no_wrap=True)
        running = [trial for trial in info.trials if trial.status is TrialStatus.RUNNING]
        others = sorted((trial for trial in info.trials if trial.validation_accuracy is not None), key=_order)
        others = [trial for trial in others if trial.status is not TrialStatus.RUNNING]
        rows = running[: _MOST_ROWS // 2]
        rows += others[: _MOST_ROWS - len(rows)]
        best = info.best
        for trial in rows:
            table.add_row(*map(Text, _row(info, trial)), style="bold" if trial is best else None)
        done = sum(1.0 if trial.status.is_over else trial.progress for trial in info.trials)
        over = sum(trial.status.is_over for trial in info.trials)
        line = _("{done} of {count} trials, {running} running on {workers} workers").format(
            done=over, count=len(info.trials), running=len(running), workers=self._workers
        )
        if best is not None:
            line += "   " + _("best: trial {number}, {accuracy}").format(
                number=best.number, accuracy=percent(best.validation_accuracy)
            )
        bar = ProgressBar(total=len(info.trials), completed=done, width=60)
        return Group(table, bar, Text(line))


def say_results(sweep: Sweep, *, json: bool) -> None:
    """Print the trials of a sweep, the best first, and how to train the best one alone.

    Raises
    ------
    DigitpadError
        If the output cannot be written.
    """
    info = sweep.info
    folds = cross_validations(info.trials) if FOLD in info.space else []
    if json:
        results: dict[str, Any] = {"results": [trial_facts(trial) for trial in info.trials]}
        if folds:
            results["cross_validation"] = [
                {"values": each.values, "mean": each.mean, "deviation": each.deviation, "folds": len(each.accuracies)}
                for each in folds
            ]
        say_json(sweep_facts(sweep) | results)
        return
    trials = sorted(info.trials, key=_order)
    say_table(_header(info), [_row(info, trial) for trial in trials], left=2)
    for trial in trials:
        if trial.status is TrialStatus.FAILED:
            note(_("Trial {number}: {trouble}").format(number=trial.number, trouble=trial.message))
    for each in folds:
        if each.mean is not None:
            say(_cross_validation(each, info))
    best = info.best
    if best is None:
        return
    say(
        _("Best: trial {number}, validation {score} {value} ({settings})").format(
            number=best.number,
            score=_(best.score),
            value=percent(best.validation_accuracy),
            settings=in_words(best.values),
        )
    )
    # The run may be deleted since.
    try:
        run = sweep.run(best)
    except DigitpadError as error:
        note(str(error))
        return
    say(_("Run {name}").format(name=printable(run.folder.name)))
    if run.info.command:
        say(_("To train it alone: {command}").format(command=printable(run.info.command)))


def _cross_validation(result: CrossValidation, info: SweepInfo) -> str:
    score = _(info.trials[0].score)
    text = _("Cross-validation over {count} folds: mean {score} {mean}")
    parts = [text.format(count=len(result.accuracies), score=score, mean=percent(result.mean))]
    if result.deviation is not None:
        parts.append(_("standard deviation {deviation}").format(deviation=percent(result.deviation)))
    if result.values:
        parts.append(printable(in_words(result.values)))
    return ", ".join(parts)


def say_ensemble(sweep: Sweep, count: int, *, json: bool) -> None:
    """Measure the best trials of a sweep and their ensemble on the test images of its dataset, and print the results.

    Raises
    ------
    DigitpadError
        If too few trials have finished, or a model or the dataset cannot be read.
    """
    from digitpad.sweeps.ensemble import combine, members, read_all, unseen_images

    trials = members(sweep, count)
    dataset = unseen_images(sweep, sweep.run(trials[0]).model())
    evaluations = read_all(sweep, trials, dataset)
    together = combine(evaluations, sweep.info.name)
    if json:
        rows = [
            {"trial": trial.number, "accuracy": each.accuracy, "loss": each.loss}
            for trial, each in zip(trials, evaluations, strict=True)
        ]
        say_json({"dataset": dataset.name, "members": rows, "accuracy": together.accuracy, "loss": together.loss})
        return
    names = [_("trial {number}").format(number=trial.number) for trial in trials]
    table = [
        [name, percent(each.accuracy), _between(*each.interval), f"{each.loss:.4f}"]
        for name, each in zip([*names, _("ensemble")], [*evaluations, together], strict=True)
    ]
    say_table([_("on {dataset}").format(dataset=dataset.name), _("accuracy"), _("95% interval"), _("loss")], table)


def _between(low: float, high: float) -> str:
    return _("{low} to {high}").format(low=percent(low), high=percent(high))


def facts(sweep: Sweep) -> list[str]:
    """Return the row of a sweep in the list of sweeps."""
    info = sweep.info
    over = sum(trial.status.is_over for trial in info.trials)
    best = info.best
    return [
        printable(info.name),
        _(SWEEP_STATUS[info.status]),
        printable(sweep.folder.name),
        f"{over}/{len(info.trials)}",
        percent(None if best is None else best.validation_accuracy),
    ]


def sweep_facts(sweep: Sweep) -> dict[str, Any]:
    """Return a sweep for JSON, without its trials."""
    info = sweep.info
    best = info.best
    return {
        "sweep": info.name,
        "folder": str(sweep.folder),
        "status": str(info.status),
        "method": str(info.method),
        "seed": info.seed,
        "space": info.space,
        "fixed": info.fixed,
        "trials": len(info.trials),
        "ended": sum(trial.status.is_over for trial in info.trials),
        "best": None if best is None else best.number,
        "best_validation": None if best is None else best.validation_accuracy,
    }


def trial_facts(trial: Trial) -> dict[str, Any]:
    """Return a trial for JSON."""
    return asdict(trial) | {"status": str(trial.status)}


def _order(trial: Trial) -> tuple[float, ...]:
    return (-trial.rung, *trial.rank)


def _header(info: SweepInfo) -> list[str]:
    settings = [display_name(name) for name in info.space]
    return [_("trial"), _("status"), *settings, _("epochs"), _("loss"), _("accuracy"), _("seconds")]


def _row(info: SweepInfo, trial: Trial) -> list[str]:
    status = _(TRIAL_STATUS[trial.status])
    if trial.status is TrialStatus.RUNNING:
        status += f" {100 * trial.progress:.0f}%"
    values = [shown_value(trial.values[name]) if name in trial.values else "-" for name in info.space]
    loss = "-" if trial.validation_loss is None else f"{trial.validation_loss:.4f}"
    figures = [str(trial.epochs), loss, percent(trial.validation_accuracy), f"{trial.seconds:.1f}"]
    return [str(trial.number), status, *map(printable, values), *figures]


def _line(info: SweepInfo, trial: Trial) -> str:
    """Return the line about a trial that has ended."""
    over = sum(each.status.is_over for each in info.trials)
    width = len(str(len(info.trials)))
    parts = (
        f"{over:>{width}}/{len(info.trials)}",
        _("trial {number} {status}").format(number=trial.number, status=_(TRIAL_STATUS[trial.status])),
        _("validation {score} {value}").format(score=_(trial.score), value=percent(trial.validation_accuracy)),
        _("{seconds:.1f} s").format(seconds=trial.seconds),
        printable(in_words(trial.values)),
    )
    return "   ".join(parts) + (f"   {trial.message}" if trial.status is TrialStatus.FAILED else "")
