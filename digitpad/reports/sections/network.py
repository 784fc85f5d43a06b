"""The data and the network of a run."""

from digitpad.data.dataset import Dataset
from digitpad.explain.graph import parameters_in_words, sizes
from digitpad.explain.graph_drawing import network_drawing
from digitpad.models.model_file import Model
from digitpad.nn.architectures.summary import summarize
from digitpad.nn.receptive_field import ReceptiveField
from digitpad.reports.document import EMPTY, Block, Cell, Column, Discussion, Figure, Missing, Paragraph, Section, Table
from digitpad.reports.measured import MeasuredRun
from digitpad.training.run_info import RunInfo
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

_MOST_NAMED = 20


def data_section(measured: MeasuredRun) -> Section:
    """Return the section about the images."""
    blocks: list[Block] = [_data_table(measured.info, measured.images, measured.model)]
    if measured.about_images:
        blocks.append(Paragraph(_("Measured on:") + " " + measured.about_images))
    blocks.append(Discussion(_("Where do the images come from, and what do they not show?")))
    return Section("data", _("Data"), tuple(blocks))


def network_section(measured: MeasuredRun) -> Section:
    """Return the section about the network."""
    model = measured.model
    if model is None:
        return Section("network", _("Network"), (Missing(measured.missing["network"]),))
    shape = model.image_shape
    table = summarize(model.network, shape)
    weights = parameters_in_words(table.parameters)
    text = _("{name} turns an image of {input} numbers into {output}; it has {parameters} and takes {cost} per image.")
    cost = ngettext("{count:,} multiply-add", "{count:,} multiply-adds", table.multiply_adds)
    words = text.format(
        name=model.architecture.name,
        input=sizes(shape),
        output=sizes(model.network.output_shape(shape)),
        parameters=weights,
        cost=cost.format(count=table.multiply_adds),
    )
    chain = " → ".join(f"{layer.name} {sizes(layer.output_shape)}" for layer in table.layers)
    figure = Figure("network", _("The network, from input to output"), chain, network_drawing(model.network, shape))
    return Section("network", _("Network"), (Paragraph(words), figure, layer_table(model)))


def layer_table(model: Model) -> Table:
    """Return the layers with their shapes, parameters and receptive fields."""
    summary = summarize(model.network, model.image_shape)
    columns = (
        Column("layer", _("layer"), is_number=False),
        Column("type", _("type"), is_number=False),
        Column("output", _("output")),
        Column("parameters", _("parameters")),
        Column("multiply_adds", _("multiply-adds")),
        Column("receptive_field", _("receptive field")),
    )
    rows = [
        (
            Cell.of(layer.name),
            Cell.of(layer.type),
            Cell(sizes(layer.output_shape), "x".join(str(size) for size in layer.output_shape)),
            Cell.of(layer.parameters),
            Cell.of(layer.multiply_adds),
            _field(layer.receptive_field),
        )
        for layer in summary.layers
    ]
    total = (
        Cell.of(_("total")),
        Cell("", ""),
        Cell("", ""),
        Cell.of(summary.parameters),
        Cell.of(summary.multiply_adds),
        Cell("", ""),
    )
    return Table("layers", _("The layers of the network"), columns, (*rows, total))


def _field(field: ReceptiveField | None) -> Cell:
    if field is None:
        return EMPTY
    both = (field.rows.size, field.columns.size)
    return Cell(sizes(both), "x".join(str(size) for size in both))


def _data_table(info: RunInfo, images: Dataset | None, model: Model | None) -> Table:
    plan = info.plan
    facts: list[tuple[str, str, Cell]] = [
        ("dataset", _("dataset"), Cell.of(plan.dataset)),
        ("training_images", _("training images"), Cell.of(info.images)),
    ]
    for key, name, count in (
        ("limit", _("limit of all images"), plan.limit),
        ("limit_per_class", _("limit per class"), plan.limit_per_class),
        ("validation_images", _("validation images"), plan.validation),
    ):
        if count is not None:
            facts.append((key, name, Cell.of(count)))
    if model is not None and model.metadata.labels:
        labels = model.metadata.labels
        named = ", ".join(labels[:_MOST_NAMED]) + (", …" if len(labels) > _MOST_NAMED else "")
        facts.append(("classes", _("classes"), Cell(f"{len(labels):,}: {named}", len(labels))))
    if model is not None:
        facts.append(
            (
                "image",
                _("image"),
                Cell(f"{sizes(model.image_shape)}, {model.metadata.preprocessing.content}", sizes(model.image_shape)),
            )
        )
    if plan.settings.augmentation:
        facts.append(("augmentation", _("augmentation"), Cell.of(str(plan.settings.augmentation))))
    facts.append(("data_sha256", _("SHA-256 of the training images"), Cell.of(info.data_sha256 or "–")))
    if images is not None:
        facts.append(("measured_on", _("measured on"), Cell(f"{images.name}, {len(images):,}", images.name)))
    return fact_table("data", _("The images of the run"), facts)


def fact_table(name: str, title: str, facts: list[tuple[str, str, Cell]]) -> Table:
    """Return a table of names and values.

    Parameters
    ----------
    name, title
        Of the table.
    facts
        Key, name and value of each row; the key names it in a CSV file.
    """
    columns = (Column("name", "", is_number=False), Column("value", "", is_number=False))
    return Table(name, title, columns, tuple((Cell(words, key), value) for key, words, value in facts))
