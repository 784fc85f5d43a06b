"""What was learned when: the key moments of the film of a run."""

from collections.abc import Sequence

from digitpad.evaluation.film.classes import LEARNED, ClassAccuracies
from digitpad.reports.document import EMPTY, Block, Cell, Column, Discussion, Missing, Paragraph, Section, Table
from digitpad.reports.figures.film import ReadImage, answers_figure, learned_figure
from digitpad.reports.measured import MeasuredRun
from digitpad.reports.wording import share_cell
from digitpad.translation import gettext as _
from digitpad.translation import ngettext


def film_section(measured: MeasuredRun) -> Section:
    """Return the section about the film."""
    title, film = _("How it learned"), measured.film
    if film is None:
        return Section("film", title, (Missing(measured.missing.get("film", _("Nothing was measured."))),))
    last = max(measured.info.steps, film.steps[-1])
    text = ngettext(
        "The weights were filmed at {count:,} step, {first:,}.",
        "The weights were filmed at {count:,} steps, from {first:,} to {last:,}.",
        len(film.steps),
    )
    blocks: list[Block] = [Paragraph(text.format(count=len(film.steps), first=film.steps[0], last=film.steps[-1]))]
    if film.classes is None:
        blocks.append(Missing(measured.missing.get("answers", _("Nothing was measured."))))
    else:
        blocks.append(Paragraph(film.classes.in_words()))
        if not film.classes.is_complete:
            blocks.append(
                Missing(
                    _("{count:,} of {total:,} frames could be read.").format(
                        count=len(film.classes.steps), total=film.classes.total
                    )
                )
            )
        blocks += [learned_figure(film.classes, last), learned_table(film.classes)]
    if film.examples:
        blocks += [
            answers_figure(film.examples, last, is_picture=measured.is_picture),
            first_read_table(film.examples),
        ]
    if measured.bookmarks:
        blocks.append(_bookmark_table(measured))
    blocks.append(
        Discussion(_("Which classes were learned late, and why? Which images were read, and then misread again?"))
    )
    return Section("film", title, tuple(blocks))


def learned_table(classes: ClassAccuracies) -> Table:
    """Return from which step each class counts as learned, and its accuracy at the end."""
    share = f"{100 * LEARNED:.0f} %"
    columns = (
        Column("label", _("class"), is_number=False),
        Column("images", _("images")),
        Column("learned", _("at {share} or more since step").format(share=share)),
        Column("accuracy", _("accuracy at the end")),
    )
    learned = classes.learned()
    rows = []
    for place, label in enumerate(classes.labels):
        step = learned[label]
        rows.append(
            (
                Cell.of(label),
                Cell.of(int(classes.counts[place])),
                EMPTY if step is None else Cell.of(step),
                share_cell(float(classes.accuracies[-1, place])),
            )
        )
    return Table("learned", _("When each class was learned"), columns, tuple(rows), is_shown=False)


def first_read_table(images: Sequence[ReadImage]) -> Table:
    """Return when single images were first read correctly."""
    columns = (
        Column("label", _("class"), is_number=False),
        Column("first_read", _("first read at step")),
        Column("reading", _("read at the end as"), is_number=False),
        Column("since", _("since step")),
        Column("changes", _("changes of the reading")),
    )
    rows = []
    for each in images:
        life, first = each.life, each.life.first_read_as(each.label)
        rows.append(
            (
                Cell.of(each.label),
                EMPTY if first is None else Cell.of(first),
                Cell.of(life.labels[life.readings[-1]]),
                Cell.of(life.read_since()),
                Cell.of(life.changes),
            )
        )
    return Table("first-read", _("When single images were first read"), columns, tuple(rows), is_shown=False)


def _bookmark_table(measured: MeasuredRun) -> Table:
    columns = (Column("step", _("step")), Column("note", _("note"), is_number=False))
    rows = tuple((Cell.of(bookmark.step), Cell.of(bookmark.note or "–")) for bookmark in measured.bookmarks)
    return Table("bookmarks", _("Bookmarks"), columns, rows)
