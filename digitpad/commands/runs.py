"""`digitpad runs`: list the runs, and export the film of one as models."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from digitpad.commands.output import note, percent, printable, progress_bar, say, say_json, say_table
from digitpad.errors import DigitpadError
from digitpad.models.model_file import SUFFIX, Model, save_model
from digitpad.training.film.limits import MEGABYTE, film_size
from digitpad.training.film.reader import Film
from digitpad.training.film.replay import ExactSteps
from digitpad.training.runs import Run, RunStore
from digitpad.translation import gettext as _
from digitpad.translation import ngettext


@dataclass(frozen=True, slots=True)
class RunsRequest:
    """What the command line asks for.

    Attributes
    ----------
    action
        `list` or `film`.
    run
        For `film`: the name or folder of the run.
    out
        For `film`: the folder for the models.
    steps
        For `film`: the steps to export, exactly; empty for all frames.
    overwrite
        Whether existing files may be overwritten.
    json
        Print JSON instead of text.
    """

    action: str
    run: str | None
    out: Path | None
    steps: tuple[int, ...] = ()
    overwrite: bool = False
    json: bool = False


@dataclass(frozen=True, slots=True)
class _Moment:
    """A model to export."""

    step: int
    epochs: float
    is_exact: bool
    model: Model


def runs(request: RunsRequest) -> None:
    """List the runs, or export a film.

    Raises
    ------
    DigitpadError
        If the request is incomplete, the run or its film does not exist, or something cannot be written.
    """
    if request.action == "list":
        if request.run is not None or request.out is not None or request.steps:
            raise DigitpadError(_("list takes no arguments; write `digitpad runs`."))
        _list(json=request.json)
        return
    if request.run is None or request.out is None:
        raise DigitpadError(_("film needs a run and a folder; write `digitpad runs film RUN --out DIR`."))
    _film(RunStore().find(request.run), request.out, request)


def _list(*, json: bool) -> None:
    found: list[Run] = []
    for run in RunStore().all():
        if isinstance(run, Run):
            found.append(run)
        else:
            note(run.trouble)
    if json:
        say_json([_facts(run) for run in found])
        return
    if not found:
        say(_("No runs yet; train a network with `digitpad train`."))
        return
    header = [_("run"), _("status"), _("folder"), _("steps"), _("accuracy"), _("film")]
    say_table(header, [_row(run) for run in found], left=3)


def _row(run: Run) -> list[str]:
    info = run.info
    size = film_size(run.folder)
    film = _("{size:,.1f} MB").format(size=size / MEGABYTE) if size else "-"
    cells = [printable(info.name), info.status.words, printable(run.folder.name)]
    return [*cells, f"{info.steps:,}", percent(info.validation_accuracy), film]


def _facts(run: Run) -> dict[str, object]:
    info = run.info
    return {
        "name": info.name,
        "folder": str(run.folder),
        "status": str(info.status),
        "epochs": info.epochs,
        "steps": info.steps,
        "score": info.score,
        "validation": info.validation_accuracy,
        "film_bytes": film_size(run.folder),
    }


def _film(run: Run, out: Path, request: RunsRequest) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DigitpadError(
            _("{folder} could not be created ({reason}); choose another folder.").format(
                folder=out, reason=error.strerror or error
            )
        ) from error
    if request.steps:
        total, moments = len(set(request.steps)), _exact_steps(run, request.steps)
    else:
        film = Film.open(run)
        total, moments = len(film.frames), _frames(film)
    written = list(_written(run, out, moments, total, request))
    if request.json:
        say_json({"run": run.display_name(), "out": str(out), "frames": written})
        return
    rounded = sum(not frame["exact"] for frame in written)
    if rounded:
        text = ngettext(
            "The weights of {count:,} model are rounded to float16, as in the film; --step exports a step exactly.",
            "The weights of {count:,} models are rounded to float16, as in the film; --step exports a step exactly.",
            rounded,
        )
        note(text.format(count=rounded))
    text = ngettext("Wrote {count:,} model to {path}.", "Wrote {count:,} models to {path}.", len(written))
    say(text.format(count=len(written), path=printable(out)))


def _written(
    run: Run, out: Path, moments: Iterable[_Moment], total: int, request: RunsRequest
) -> Iterator[dict[str, object]]:
    """Write models, and yield what was written."""
    info = run.info
    record = {
        "command": info.command,
        "seed": info.plan.settings.seed,
        "data_sha256": info.data_sha256,
        "images": info.images,
    }
    with progress_bar(hidden=request.json) as bar:
        task = None if bar is None else bar.add_task(_("film"), total=total, detail="")
        for moment in moments:
            path = out / f"step-{moment.step:08d}{SUFFIX}"
            if path.exists() and not request.overwrite:
                raise DigitpadError(_("{path} exists already; add --force to overwrite it.").format(path=path))
            training = record | {"steps": moment.step, "rounded": not moment.is_exact}
            save_model(path, replace(moment.model, metadata=replace(moment.model.metadata, training=training)))
            yield {
                "step": moment.step,
                "epochs": moment.epochs,
                "exact": moment.is_exact,
                "path": str(path),
            }
            if bar is not None and task is not None:
                bar.advance(task)


def _frames(film: Film) -> Iterator[_Moment]:
    for frame in film.frames:
        try:
            model = film.model(frame)
        except DigitpadError as error:
            note(str(error))
            continue
        yield _Moment(frame.step, frame.epochs, frame.is_exact, model)


def _exact_steps(run: Run, steps: Sequence[int]) -> Iterator[_Moment]:
    """Repeat the training up to each step."""
    history = run.history().steps
    batches = history[0].batches if history else 1
    with contextlib.closing(ExactSteps(run)) as exact:
        for step in sorted(set(steps)):
            yield _Moment(step, step / batches, True, exact.model(step))
