"""`digitpad adapt`: adapt a model to one person's handwriting, and measure what that changes."""

from dataclasses import dataclass
from pathlib import Path

from digitpad.adaptation.following import finish, followed
from digitpad.adaptation.judging import BeforeAfter, Change
from digitpad.adaptation.keeping import CARD_SUFFIX, save
from digitpad.adaptation.learning import AdaptationSettings
from digitpad.adaptation.replay import preparing_replay
from digitpad.adaptation.samples import OwnSamples, open_samples_of
from digitpad.adaptation.session import LearnedHand, Progress, Stage, learning_hand
from digitpad.adaptation.start import check_adaptable
from digitpad.commands.output import note, percent, printable, progress_bar, say, say_json, say_table
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model, load_model
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop, ngettext

_STAGES = {
    Stage.LEARNING: gettext_noop("Learning"),
    Stage.READING: gettext_noop("Reading MNIST and other writers"),
    Stage.CHECKING: gettext_noop("Cross-validating"),
}


@dataclass(frozen=True, slots=True)
class AdaptRequest:
    """What to adapt.

    Attributes
    ----------
    ink
        Labelled ink, or a collection; see `open_samples_of`.
    model
        Name or file of the model; None for the default.
    output
        The file for the adapted model; its card is written beside it.
    settings
        The settings.
    overwrite
        Whether existing files may be overwritten.
    json
        Print one JSON object instead of text.
    """

    ink: str
    model: str | None
    output: Path
    settings: AdaptationSettings
    overwrite: bool = False
    json: bool = False


def adapt(request: AdaptRequest) -> None:
    """Adapt the model, print the figures before and after, and save it.

    Raises
    ------
    DigitpadError
        If the drawings or the model cannot be read, the model cannot learn them, or a file exists already or cannot be
        written.
    """
    card = request.output.with_suffix(CARD_SUFFIX)
    for path in (request.output, card):
        if path.exists() and not request.overwrite:
            raise DigitpadError(
                _("{path} already exists; choose another name, or use --force.").format(path=printable(path))
            )
    if not request.output.parent.is_dir():
        raise DigitpadError(
            _("The folder {folder} does not exist; create it, or choose another place.").format(
                folder=printable(request.output.parent)
            )
        )
    model, own = load_model(request.model), open_samples_of(request.ink)
    check_adaptable(model, own)
    if not request.json:
        for remark in own.remarks:
            note(remark)
    learned = _learn(request, model, own)
    save(learned, request.output)
    if request.json:
        say_json(_record(request, learned, card))
    else:
        _say(request, learned)


def _learn(request: AdaptRequest, model: Model, own: OwnSamples) -> LearnedHand:
    """Prepare the replay and adapt the model, with a bar for each stage."""
    with progress_bar(hidden=request.json) as bar:
        task = None if bar is None else bar.add_task(_("Preparing what is replayed"), total=None, detail="")

        def show(text: str, done: int, total: int) -> None:
            if bar is not None and task is not None:
                bar.update(task, description=text, completed=done, total=total, detail=f"{done:,}/{total:,}")

        def show_stage(progress: Progress) -> None:
            show(_(_STAGES[progress.stage]), progress.done, progress.total)

        preparing = preparing_replay(request.settings.seed)
        replay = finish(followed(preparing, lambda one: show(_("Preparing what is replayed"), one.done, one.total)))
        return finish(followed(learning_hand(model, own, replay, request.settings), show_stage))


def _say(request: AdaptRequest, learned: LearnedHand) -> None:
    count = len(learned.own.samples)
    say(
        ngettext(
            "{model} has learned from {count} drawing in {steps} steps ({seconds:.1f} s).",
            "{model} has learned from {count} drawings in {steps} steps ({seconds:.1f} s).",
            count,
        ).format(
            model=printable(learned.base.name),
            count=count,
            steps=learned.settings.steps,
            seconds=learned.adapted.seconds,
        )
    )
    rows = []
    if learned.mine is not None:
        rows.append(_row(_("your drawings, cross-validated"), learned.mine))
    rows += [_row(_("MNIST test"), learned.mnist), _row(_("pen ink of other writers"), learned.writers)]
    say_table([_("images"), _("count"), _("before"), _("after"), _("now right"), _("now wrong")], rows)
    if learned.mine is None:
        note(_("A single drawing cannot be cross-validated; add more to see whether the model reads you better."))
    say(
        _("Saved {path} and {card}.").format(
            path=printable(request.output), card=printable(request.output.with_suffix(CARD_SUFFIX))
        )
    )


def _row(name: str, result: BeforeAfter) -> list[str]:
    return [
        name,
        f"{result.count:,}",
        percent(result.before),
        percent(result.after),
        str(len(result.improved)),
        str(len(result.worsened)),
    ]


def _record(request: AdaptRequest, learned: LearnedHand, card: Path) -> dict[str, object]:
    settings = learned.settings
    return {
        "ink": request.ink,
        "model": learned.base.name,
        "output": str(request.output),
        "card": str(card),
        "drawings": len(learned.own.samples),
        "classes": list(learned.adapted.model.metadata.labels),
        "steps": settings.steps,
        "seed": settings.seed,
        "protection": str(settings.protection),
        "seconds": learned.adapted.seconds,
        "remarks": list(learned.own.remarks),
        "mine": None if learned.mine is None else _figures(learned.mine),
        "mnist": _figures(learned.mnist),
        "writers": _figures(learned.writers),
    }


def _figures(result: BeforeAfter) -> dict[str, object]:
    return {
        "count": result.count,
        "accuracy_before": result.before,
        "accuracy_after": result.after,
        "refused_before": result.refused_before,
        "refused_after": result.refused_after,
        "improved": _changes(result.improved),
        "worsened": _changes(result.worsened),
        "still_wrong": _changes(result.still_wrong),
    }


def _changes(changes: tuple[Change, ...]) -> list[dict[str, object]]:
    return [{"index": one.index, "label": one.label, "before": one.before, "after": one.after} for one in changes]
