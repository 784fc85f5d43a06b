"""`digitpad sweep`: train with many settings, on all processors or on a cluster, and compare the trials."""

import contextlib
from contextlib import AbstractContextManager
from dataclasses import dataclass

from digitpad.commands.interruption import stopped_by_ctrl_c
from digitpad.commands.output import note, printable, say, say_json, say_table
from digitpad.commands.sweep_report import Board, facts, say_ensemble, say_results, sweep_facts
from digitpad.errors import DigitpadError
from digitpad.sweeps.cluster import DaskPool, connected_pool, local_pool, require_dask
from digitpad.sweeps.planning import SweepRequest, plan_sweep
from digitpad.sweeps.record import SweepStatus
from digitpad.sweeps.runner import SweepRunner
from digitpad.sweeps.store import Sweep, SweepStore
from digitpad.translation import gettext as _


@dataclass(frozen=True, slots=True)
class SweepCommand:
    """What the command line asks for.

    Attributes
    ----------
    request
        The sweep to start; None for the other actions.
    action
        `start`, `resume`, `list`, `show` or `ensemble`.
    sweep
        For `resume`, `show` and `ensemble`: the name or folder of the sweep.
    top
        For `ensemble`: number of trials.
    workers, scheduler
        Number of processes on this machine (None for one per processor), or the address of a Dask scheduler.
    json
        Print JSON instead of text.
    """

    request: SweepRequest | None
    action: str
    sweep: str = ""
    top: int = 5
    workers: int | None = None
    scheduler: str | None = None
    json: bool = False


def sweep(command: SweepCommand) -> None:
    """Start, resume, list or show sweeps, or measure the ensemble of one.

    Ctrl-C stops a sweep: the running trials write a checkpoint, and the sweep can be resumed.

    Raises
    ------
    DigitpadError
        If the request is invalid (before any training), Dask is not installed, or the workers are lost.
    """
    if command.action == "list":
        _list(json=command.json)
        return
    if command.action == "show":
        say_results(SweepStore().find(command.sweep), json=command.json)
        return
    if command.action == "ensemble":
        say_ensemble(SweepStore().find(command.sweep), command.top, json=command.json)
        return
    if command.scheduler is not None and command.workers is not None:
        raise DigitpadError(_("--workers is for this machine; omit it beside --scheduler, or omit --scheduler."))
    require_dask()
    if command.request is None:
        found = SweepStore().find(command.sweep)
        if found.info.status is SweepStatus.FINISHED:
            raise DigitpadError(
                _("The sweep {name} has finished; there is nothing to resume.").format(name=found.info.name)
            )
    else:
        info, sentence = plan_sweep(command.request)
        if sentence:
            note(sentence)
        found = SweepStore().create(info)
    _conduct(found, command)


def _conduct(found: Sweep, command: SweepCommand) -> None:
    """Train what is left of a sweep, and report it."""
    with _pool(found, command) as pool:
        runner = SweepRunner(found, pool)
        if not command.json:
            note(_("Press Ctrl-C to stop the sweep; it can be resumed."))
        with (
            stopped_by_ctrl_c(runner.stop),
            Board(pool.workers, json=command.json) as board,
            contextlib.closing(runner.events()) as events,
        ):
            for trial in events:
                board.show(runner.info, trial)
    info = found.info
    say_results(found, json=command.json)
    if info.status is not SweepStatus.FINISHED and not command.json:
        note(info.message)
        note(_("To resume: {command}").format(command=f"digitpad sweep --resume {printable(found.folder.name)}"))


def _pool(found: Sweep, command: SweepCommand) -> AbstractContextManager[DaskPool]:
    if command.scheduler is not None:
        return connected_pool(command.scheduler, found.folder)
    threads = found.info.fixed.get("threads", 1)
    return local_pool(command.workers, int(threads))


def _list(*, json: bool) -> None:
    found: list[Sweep] = []
    for each in SweepStore().all():
        if isinstance(each, Sweep):
            found.append(each)
        else:
            note(each.trouble)
    if json:
        say_json([sweep_facts(each) for each in found])
        return
    if not found:
        say(_("No sweeps yet; start one with `digitpad sweep --set learning-rate=log:1e-4..1e-1 --trials 10`."))
        return
    header = [_("sweep"), _("status"), _("folder"), _("trials"), _("best")]
    say_table(header, [facts(each) for each in found], left=3)
