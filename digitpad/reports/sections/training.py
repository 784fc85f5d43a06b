"""How the training went: settings, curves, epochs, and what was changed on the way."""

from collections.abc import Iterator
from dataclasses import fields

from digitpad.charts.percentages import exact_percent
from digitpad.charts.plot_range import AxisScale
from digitpad.reports.document import Block, Cell, Column, Discussion, Missing, Paragraph, Section, Table
from digitpad.reports.figures.curves import Kind, curve_figure, rate_figure
from digitpad.reports.measured import MeasuredRun
from digitpad.reports.sections.network import fact_table
from digitpad.reports.wording import duration, number_cell, share_cell
from digitpad.training.events import EpochCompleted
from digitpad.training.run_info import RunInfo
from digitpad.training.setting_checks import words
from digitpad.training.settings import OptimizerName, Schedule, TrainingSettings, optimizer_options, schedule_options
from digitpad.translation import gettext as _

#: Settings that only one optimizer or schedule uses.
_OWN = {name for optimizer in OptimizerName for name in optimizer_options(optimizer)}
_OWN |= {name for schedule in Schedule for name in schedule_options(schedule)}
_MOST_EPOCHS = 12


def training_section(measured: MeasuredRun) -> Section:
    """Return the section about the course of the training."""
    blocks: list[Block] = [settings_table(measured.info.plan.settings)]
    curves = measured.curves
    if "curves" in measured.missing or curves is None:
        blocks.append(Missing(measured.missing["curves"]))
    else:
        score = measured.info.score
        figures = (
            curve_figure(loss_kind(), curves.loss, measured.changes, _loss_words(measured)),
            curve_figure(accuracy_kind(score), curves.accuracy, measured.changes, _accuracy_words(measured)),
            rate_figure(curves.rate, measured.changes, _("The learning rate of every step.")),
        )
        blocks += [figure for figure in figures if figure is not None]
        if figures[0] is None:
            blocks.append(Missing(_("No loss of the run is a finite number, so there is no curve of it.")))
    if measured.changes:
        changed = "; ".join(
            _("{change} at step {step:,}").format(change=change.text, step=change.step) for change in measured.changes
        )
        blocks.append(Paragraph(_("Changed during the training: {changes}.").format(changes=changed)))
    if measured.epochs:
        blocks += epoch_tables(measured.epochs, measured.info)
        if all(epoch.validation_loss is None for epoch in measured.epochs):
            blocks.append(Missing(_("The run has no validation images, so nothing was measured after its epochs.")))
    blocks.append(Discussion(_("Did the training converge, and is there overfitting? What do the curves show?")))
    return Section("training", _("Training"), tuple(blocks))


def loss_kind() -> Kind:
    """Return what a figure of the loss shows."""
    return Kind("loss", _("Loss"), _("loss"), AxisScale.PLAIN)


def accuracy_kind(score: str) -> Kind:
    """Return what a figure of the accuracy shows; `score` names the metric."""
    if score == "accuracy":
        return Kind("accuracy", _("Accuracy"), _("accuracy"), AxisScale.ACCURACY)
    return Kind("accuracy", score, score, AxisScale.SHARE)


def settings_table(settings: TrainingSettings) -> Table:
    """Return all settings that had an effect."""
    used = {*optimizer_options(settings.optimizer), *schedule_options(settings.schedule)}
    facts = []
    for setting in fields(settings):
        name, value = setting.name, getattr(settings, setting.name)
        if (name in _OWN and name not in used) or value is None or (name == "augmentation" and not value):
            continue
        if isinstance(value, bool):
            cell = Cell(_("yes") if value else _("no"), str(value))
        elif isinstance(value, int):
            cell = Cell.of(value) if name != "seed" else Cell(str(value), value)
        elif isinstance(value, float):
            cell = Cell(f"{value:g}", value)
        else:
            cell = Cell.of(str(value))
        facts.append((name, words(name), cell))
    return fact_table("settings", _("The settings of the training"), facts)


def epoch_tables(epochs: tuple[EpochCompleted, ...], info: RunInfo) -> Iterator[Table]:
    """Return the results after the epochs; of many, only some are shown, and all are written to files."""
    whole = _epoch_table("epochs", epochs, info, is_shown=len(epochs) <= _MOST_EPOCHS)
    if not whole.is_shown:
        places = sorted({round(place * (len(epochs) - 1) / (_MOST_EPOCHS - 1)) for place in range(_MOST_EPOCHS)})
        yield _epoch_table("some-epochs", tuple(epochs[place] for place in places), info, is_shown=True)
    yield whole


def _epoch_table(name: str, epochs: tuple[EpochCompleted, ...], info: RunInfo, *, is_shown: bool) -> Table:
    columns = (
        Column("epoch", _("epoch")),
        Column("step", _("step")),
        Column("train_loss", _("training loss")),
        Column("train_accuracy", _("training {score}").format(score=info.score)),
        Column("validation_loss", _("validation loss")),
        Column("validation_accuracy", _("validation {score}").format(score=info.score)),
        Column("seconds", _("time")),
        Column("images_per_second", _("images per second")),
    )
    rows = tuple(
        (
            Cell.of(epoch.epoch),
            Cell.of(epoch.step),
            number_cell(epoch.train_loss),
            share_cell(epoch.train_accuracy),
            number_cell(epoch.validation_loss),
            share_cell(epoch.validation_accuracy),
            Cell(duration(epoch.seconds), epoch.seconds),
            number_cell(epoch.images_per_second, ",.0f"),
        )
        for epoch in epochs
    )
    return Table(name, _("Results after the epochs"), columns, rows, is_shown=is_shown)


def _loss_words(measured: MeasuredRun) -> str:
    info = measured.info
    if info.train_loss is None:
        return _("The loss of each batch, and smoothed.")
    if info.validation_loss is None:
        return _("At the end, the training loss is {train:.4f}.").format(train=info.train_loss)
    return _("At the end, the training loss is {train:.4f} and the validation loss {validation:.4f}.").format(
        train=info.train_loss, validation=info.validation_loss
    )


def _accuracy_words(measured: MeasuredRun) -> str:
    info = measured.info
    if info.train_accuracy is None:
        return _("The accuracy of each batch, and smoothed.")
    if info.validation_accuracy is None:
        return _("At the end, it is {train} for the training images.").format(train=exact_percent(info.train_accuracy))
    return _("At the end, it is {train} for the training images and {validation} for the validation images.").format(
        train=exact_percent(info.train_accuracy), validation=exact_percent(info.validation_accuracy)
    )
