"""What was trained on what, and what came of it, in a few numbers and sentences."""

from digitpad.charts.percentages import exact_percent, percent_interval
from digitpad.data.collections.store import dataset_title
from digitpad.data.dataset import Dataset
from digitpad.evaluation import Evaluation
from digitpad.models.model_file import Model
from digitpad.reports.document import Block, Discussion, Highlight, Highlights, Missing, Paragraph, Section
from digitpad.reports.measured import MeasuredRun
from digitpad.reports.wording import duration
from digitpad.training.run_info import RunInfo
from digitpad.translation import gettext as _
from digitpad.translation import ngettext


def overview(measured: MeasuredRun) -> Section:
    """Return the section about the run as a whole."""
    blocks: list[Block] = [Highlights(tuple(_highlights(measured))), Paragraph(_trained(measured.info, measured.model))]
    if measured.evaluation is not None and measured.images is not None:
        blocks.append(Paragraph(_found(measured.evaluation, measured.images, measured.about_images)))
    elif "results" in measured.missing:
        blocks.append(Missing(measured.missing["results"]))
    if measured.info.message:
        blocks.append(Paragraph(measured.info.message))
    if measured.info.notes.strip():
        blocks.append(Paragraph(_("Notes: {notes}").format(notes=measured.info.notes.strip())))
    blocks.append(Discussion(_("What was the question, and what was expected?")))
    return Section("overview", _("Overview"), tuple(blocks))


def _highlights(measured: MeasuredRun) -> list[Highlight]:
    info, evaluation, model = measured.info, measured.evaluation, measured.model
    items = []
    if evaluation is not None:
        items.append(
            Highlight(exact_percent(evaluation.accuracy), _("accuracy"), percent_interval(evaluation.interval))
        )
        wrong = int((~evaluation.correct).sum())
        items.append(Highlight(f"{wrong:,}", _("mistakes"), _("in {count:,} images").format(count=evaluation.count)))
    elif info.validation_accuracy is not None:
        title = _("validation {score}").format(score=info.score)
        items.append(Highlight(exact_percent(info.validation_accuracy), title))
    if model is not None:
        count = sum(parameter.value.size for parameter in model.network.parameters())
        items.append(Highlight(f"{count:,}", _("parameters"), info.plan.architecture.name))
    steps = ngettext("{count:,} step", "{count:,} steps", info.steps).format(count=info.steps)
    items.append(Highlight(duration(info.seconds), _("training time"), steps))
    return items


def _trained(info: RunInfo, model: Model | None) -> str:
    plan = info.plan
    sentence = _(
        "The network {network} was trained on {images} of {data}, for {epochs} ({steps}) in {time}; the run is "
        "{status}."
    ).format(
        network=plan.architecture.name,
        images=ngettext("{count:,} image", "{count:,} images", info.images).format(count=info.images),
        data=dataset_title(plan.dataset),
        epochs=ngettext("{count:,} epoch", "{count:,} epochs", info.epochs).format(count=info.epochs),
        steps=ngettext("{count:,} step", "{count:,} steps", info.steps).format(count=info.steps),
        time=duration(info.seconds),
        status=info.status.words,
    )
    if plan.start_from is not None:
        sentence += " " + _("It started from the weights of {model}.").format(model=plan.start_from)
    if info.branched_from:
        sentence += " " + _("It continues the run {run}.").format(run=info.branched_from)
    if model is not None and plan.settings.keep_best:
        sentence += " " + _("The weights are those of the epoch with the best validation result.")
    return sentence


def _found(evaluation: Evaluation, images: Dataset, about: str) -> str:
    right = int(evaluation.correct.sum())
    sentence = _(
        "It reads {right:,} of {count:,} images of {data} correctly: an accuracy of {accuracy}. With 95 % confidence, "
        "the accuracy on all such images is between {low} and {high}."
    ).format(
        right=right,
        count=evaluation.count,
        data=images.name,
        accuracy=exact_percent(evaluation.accuracy),
        low=exact_percent(evaluation.interval.low),
        high=exact_percent(evaluation.interval.high),
    )
    measured_on = _("Measured on:")
    return f"{sentence} {measured_on} {about}"
