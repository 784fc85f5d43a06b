"""Keeps an adapted model: as a model file with its card, and as a run whose film can be replayed."""

import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from digitpad import __version__
from digitpad.adaptation.card import card
from digitpad.adaptation.session import LearnedHand
from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.models import metadata
from digitpad.models.model_file import SUFFIX, Model, save_model, user_models_dir
from digitpad.names import plain_name
from digitpad.nn.backend import Array
from digitpad.training.events import EpochCompleted
from digitpad.training.film.frame_file import FilmFrame, frame_path, write_frame
from digitpad.training.history import HistoryWriter
from digitpad.training.plan import RunPlan
from digitpad.training.run import Run
from digitpad.training.run_info import RunStatus
from digitpad.training.run_names import free_name, model_names
from digitpad.training.runs import RunStore
from digitpad.training.settings import TrainingSettings
from digitpad.translation import gettext as _

CARD_SUFFIX = ".md"


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an adapted model is kept.

    Attributes
    ----------
    model
        The model file; its card lies beside it.
    run
        The folder of the run with the film; None if there is no film.
    """

    model: Path
    run: Path | None = None


def named_model(learned: LearnedHand, name: str) -> Model:
    """Return the adapted model with its figures and its history in its metadata.

    The figures of the model before do not hold for it, so they are replaced.
    """
    own, settings, base = learned.own, learned.settings, learned.base
    metrics = {"test_accuracy": learned.mnist.after, "test_accuracy_before": learned.mnist.before}
    metrics |= {"writers_accuracy": learned.writers.after, "writers_accuracy_before": learned.writers.before}
    if learned.mine is not None:
        metrics |= {"own_accuracy": learned.mine.after, "own_accuracy_before": learned.mine.before}
    record = {
        "adapted_from": base.name,
        "command": command(learned),
        "own": own.name,
        "own_drawings": len(own.samples),
        "own_classes": list(own.labels),
        "steps": settings.steps,
        "seed": settings.seed,
        "protection": str(settings.protection),
        "seconds": round(learned.adapted.seconds, 3),
        "digitpad": __version__,
    }
    made = learned.adapted.model
    return replace(made, metadata=replace(made.metadata, metrics=metrics, training=record), name=plain_name(name))


def command(learned: LearnedHand) -> str:
    """Return the command that adapts the model again, if it has the same drawings."""
    settings = learned.settings
    words = ["digitpad", "adapt", learned.own.source or learned.own.name, "--model", learned.base.name]
    words += ["--steps", str(settings.steps), "--seed", str(settings.seed), "--protect", str(settings.protection)]
    return shlex.join([*words, "--output", "FILE"])


def save(learned: LearnedHand, path: Path) -> None:
    """Write the adapted model, and its card beside it.

    Raises
    ------
    DigitpadError
        If a file cannot be written.
    """
    model = named_model(learned, path.stem)
    save_model(path, model)
    with atomic_write(path.with_suffix(CARD_SUFFIX)) as file:
        file.write(card(learned, path.stem, command(learned)).encode())


def usual_name(learned_from: str) -> str:
    """Return a free name for an adapted model: "digitpad, my hand", also if it was adapted before, then with a number.

    Parameters
    ----------
    learned_from
        Name of the model before.
    """
    mark = _("my hand")
    before = learned_from.partition(f", {mark}")[0]
    wanted, taken, number = f"{before}, {mark}", model_names(), 2
    free = wanted
    while free in taken:
        free, number = f"{wanted} {number}", number + 1
    return free


def keep(learned: LearnedHand, name: str, *, store: RunStore | None = None) -> Kept:
    """Keep an adapted model among the user's models, and its film among the runs.

    Parameters
    ----------
    learned
        The adapted model.
    name
        Its name.
    store
        The store of runs; None uses the user's.

    Raises
    ------
    DigitpadError
        If another model has the name, the name is not valid for a file, or a file cannot be written. Nothing is kept.
    """
    plain = name.strip()
    if not plain or plain != plain_name(plain) or Path(plain).name != plain or plain.startswith("."):
        raise DigitpadError(_("{name} cannot be the name of a model; choose another.").format(name=plain_name(name)))
    if plain in model_names():
        raise DigitpadError(_("There is a model named {name} already; choose another name.").format(name=plain))
    folder = user_models_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DigitpadError(
            _("{folder} could not be created ({reason}); free disk space, or check the folder.").format(
                folder=folder, reason=error.strerror or error
            )
        ) from error
    path = folder / f"{plain}{SUFFIX}"
    run = None
    if learned.adapted.frames:
        run = _keep_film(learned, plain, RunStore() if store is None else store)
    try:
        save(learned, path)
    except DigitpadError:
        path.unlink(missing_ok=True)
        if run is not None:
            shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return Kept(path, None if run is None else run.folder)


def _keep_film(learned: LearnedHand, name: str, store: RunStore) -> Run:
    """Record the adaptation as a run that has ended, with its steps, its film and its model."""
    settings, adapted = learned.settings, learned.adapted
    plan = RunPlan(
        adapted.model.architecture,
        learned.own.source or learned.own.name,
        validation=0,
        settings=TrainingSettings(
            epochs=1,
            batch_size=adapted.steps[-1].images,
            learning_rate=settings.learning_rate,
            seed=settings.seed,
            threads=settings.threads,
        ),
        start_from=learned.base.name,
    )
    title = _("How {name} was learned").format(name=name)
    taken = {one.info.name for one in store.all() if isinstance(one, Run)}
    run = store.create(
        plan, free_name(title, taken), _("Learned from the drawings in {name}.").format(name=learned.own.name)
    )
    try:
        _write_history(run, learned)
        run.film_folder.mkdir()
        model = named_model(learned, name)
        for step, weights in adapted.frames.items():
            _write_frame(run, step, step / settings.steps, weights, model)
        run.keep_model(model)
        run.update(
            status=RunStatus.FINISHED,
            epochs=1,
            steps=settings.steps,
            seconds=adapted.seconds,
            images=len(learned.own.samples),
            train_loss=adapted.steps[-1].loss,
            train_accuracy=adapted.steps[-1].accuracy,
            command=command(learned),
        )
    except (OSError, DigitpadError) as error:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise DigitpadError(
            _("The film of {name} could not be written ({reason}); free disk space and try again.").format(
                name=name, reason=error
            )
        ) from error
    return run


def _write_history(run: Run, learned: LearnedHand) -> None:
    steps = learned.adapted.steps
    writer = HistoryWriter(run.folder)
    try:
        for step in steps:
            writer.write(step)
        writer.write(
            EpochCompleted(
                epoch=1,
                epochs=1,
                step=steps[-1].step,
                train_loss=sum(step.loss for step in steps) / len(steps),
                train_accuracy=sum(step.accuracy for step in steps) / len(steps),
                validation_loss=None,
                validation_accuracy=None,
                seconds=learned.adapted.seconds,
                images_per_second=sum(step.images for step in steps) / max(learned.adapted.seconds, 1e-9),
            )
        )
    finally:
        writer.close()


def _write_frame(run: Run, step: int, epochs: float, weights: Mapping[str, Array], model: Model) -> None:
    strings = {**metadata.to_strings(model.metadata), "architecture": model.architecture.to_json()}
    write_frame(FilmFrame(frame_path(run.film_folder, step), step, epochs, is_exact=True), dict(weights), strings)
