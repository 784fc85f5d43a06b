"""A run in two or three lines: what was trained, how, what was changed on the way, and how it ended."""

import contextlib

from PySide6.QtCore import QCoreApplication

from digitpad.data.collections.store import dataset_title
from digitpad.errors import DigitpadError
from digitpad.gui.workspace.progress_text import duration
from digitpad.training.changes import changes_in_words
from digitpad.training.history import read_changes
from digitpad.training.runs import Run, UnreadableRun

_DOT = " · "
_MOST_CHANGES = 4


def facts_about(run: Run | UnreadableRun | None) -> str:
    """Return a run in words; what is wrong with one that cannot be read; nothing for None."""
    if run is None:
        return ""
    if isinstance(run, UnreadableRun):
        return run.trouble
    lines = [_plan_in_words(run), _changes_in_words(run), run.info.message]
    return "\n".join(line for line in lines if line)


def _plan_in_words(run: Run) -> str:
    translate = QCoreApplication.translate
    info, plan = run.info, run.info.plan
    settings = plan.settings
    words = [
        translate("RunFacts", "{network} on {data}").format(
            network=plan.architecture.name, data=dataset_title(plan.dataset)
        ),
        settings.optimizer,
        translate("RunFacts", "learning rate {rate}, {schedule}").format(
            rate=f"{settings.learning_rate:g}", schedule=settings.schedule
        ),
        translate("RunFacts", "batch size {size}").format(size=settings.batch_size),
    ]
    if settings.label_smoothing:
        words.append(translate("RunFacts", "label smoothing {share}").format(share=f"{settings.label_smoothing:g}"))
    words.append(
        translate("RunFacts", "{steps} steps in {time}").format(steps=f"{info.steps:,}", time=duration(info.seconds))
    )
    words.append(translate("RunFacts", "seed {seed}").format(seed=settings.seed))
    if info.branched_from:
        words.append(translate("RunFacts", "from {run}").format(run=info.branched_from))
    return _DOT.join(words)


def _changes_in_words(run: Run) -> str:
    """Return what was changed during the run, with both values."""
    changes = []
    # A table that cannot be read is complained of where its curves are asked for.
    with contextlib.suppress(DigitpadError):
        changes = changes_in_words(run.info.plan, read_changes(run.folder))
    if not changes:
        return ""
    translate = QCoreApplication.translate
    words = [
        translate("RunFacts", "{change} at step {step}").format(change=change.text, step=f"{change.step:,}")
        for change in changes[:_MOST_CHANGES]
    ]
    if len(changes) > _MOST_CHANGES:
        words.append(translate("RunFacts", "and {count} more").format(count=len(changes) - _MOST_CHANGES))
    return translate("RunFacts", "Changed: {changes}").format(changes=_DOT.join(words))
