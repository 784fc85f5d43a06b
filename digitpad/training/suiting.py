"""Suits a plan to its data: what the user has not chosen follows the data, and what was changed is said in sentences.

The window shows the suited plan before the training starts. A plan that cannot be trained on the data is returned as
it is, with the reason.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from digitpad.data.labels import are_digits
from digitpad.data.lazy_pictures import Progress
from digitpad.errors import DigitpadError
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.training.data_facts import DataFacts, facts_of
from digitpad.training.film.limits import FilmLimits
from digitpad.training.live import LiveRun
from digitpad.training.network_fit import fit_network, output_sentence
from digitpad.training.opened import OpenedData, samples_of
from digitpad.training.plan import RunPlan
from digitpad.training.runs import RunStore
from digitpad.training.small_sets import small_set_values
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

_COLOURS = 3  # channels
_TOGETHER = (
    frozenset({"optimizer", "learning_rate", "schedule", "momentum", "beta1"}),
    frozenset({"batch_size", "epochs"}),
)


@dataclass(frozen=True, slots=True)
class SuitedPlan:
    """A plan and the remarks about it.

    Attributes
    ----------
    plan
        The plan, with the settings that suit the data, and with the architecture as it was chosen.
    architecture
        The architecture, fitted to the data.
    sentences
        What was changed.
    trouble
        Why the plan cannot be trained on the data; empty if it can, as far as is known.
    """

    plan: RunPlan
    architecture: Architecture
    sentences: tuple[str, ...] = ()
    trouble: str = ""


def belonging_together(names: Collection[str]) -> frozenset[str]:
    """Return the settings that suit each other and some of the named ones: who chooses one keeps the others.

    A learning rate suits one optimizer and one schedule, and a number of epochs one batch size.
    """
    groups = (group for group in _TOGETHER if group & set(names))
    return frozenset(names).union(*groups)


def suit(plan: RunPlan, chosen: Collection[str], facts: DataFacts | None) -> SuitedPlan:
    """Suit a plan to its data.

    Parameters
    ----------
    plan
        The plan.
    chosen
        Names of what the user has chosen, which stays: `architecture` and fields of `TrainingSettings`.
    facts
        The facts about the data; None leaves the plan as it is.
    """
    if facts is None:
        return SuitedPlan(plan, plan.architecture)
    try:
        suited, small = _for_a_small_set(plan, chosen, facts) if facts.has_classes else (plan, "")
        fit = fit_network(suited.architecture, facts)
    except DigitpadError as error:
        return SuitedPlan(plan, plan.architecture, trouble=str(error))
    plan, sentences = suited, [*fit.changes, *([small] if small else [])]
    if (
        fit.architecture is plan.architecture
        and not are_digits(facts.classes)
        and not _has_one_output(plan.architecture)
    ):
        # Nothing was changed, but the classes have names that should be known.
        sentences.insert(0, output_sentence(facts.classes))
    if _has_one_output(fit.architecture) and plan.settings.label_smoothing:
        plan = plan.with_settings(label_smoothing=0.0)
        sentences.append(_("Label smoothing is 0, because the network has one output for both classes."))
    return SuitedPlan(plan, fit.architecture, tuple(sentences))


def start_suited(
    plan: RunPlan,
    chosen: Collection[str],
    store: RunStore,
    opened: OpenedData | None = None,
    on_progress: Progress = lambda _done, _total: None,
    *,
    film: FilmLimits | None = None,
) -> LiveRun:
    """Open the data, suit the plan to them, and start a run.

    Parameters
    ----------
    plan, chosen
        As for `suit`.
    store
        The store of runs.
    opened
        Data opened before; they are used if they are those of the plan and their files have not changed.
    on_progress
        As for `open_samples`.
    film
        How much the film of the run may take; None for the default limits.

    Raises
    ------
    DigitpadError
        If the data cannot be opened, or the plan cannot be executed.
    """
    samples = samples_of(plan, opened, on_progress=on_progress)
    suited = suit(plan, chosen, facts_of(samples))
    return LiveRun.start(suited.plan, store, film=film, samples=samples)


def _for_a_small_set(plan: RunPlan, chosen: Collection[str], facts: DataFacts) -> tuple[RunPlan, str]:
    """Return a plan with the defaults for a small dataset where nothing was chosen, and the sentence about them."""
    kept = belonging_together(chosen)
    batch = plan.settings.batch_size if "batch_size" in kept else None
    colour = facts.shape[0] == _COLOURS
    known = small_set_values(
        facts.count,
        len(facts.present),
        limit=plan.limit,
        validation=plan.validation,
        batch_size=batch,
        colour=colour,
    )
    if known is None:
        return plan, ""
    if batch is not None and batch > known.training and "batch_size" not in chosen:
        # The user has chosen the number of epochs only, and a batch that cannot be filled is not trained.
        kept -= {"batch_size"}
        known = replace(known, settings=known.settings | {"batch_size": known.training})
    settings = {name: value for name, value in known.settings.items() if name not in kept}
    words: list[str] = []
    if "architecture" not in kept:
        plan = replace(plan, architecture=ARCHITECTURES[known.architecture])
        words.append(_("the network {name}").format(name=known.architecture))
    if "augmentation" in settings:
        words.append(_("augmentation"))
    if "batch_size" in settings:
        size = settings["batch_size"]
        words.append(ngettext("batches of {count} image", "batches of {count} images", size).format(count=size))
    if "epochs" in settings:
        epochs = settings["epochs"]
        words.append(ngettext("{count} epoch", "{count} epochs", epochs).format(count=epochs))
    if "optimizer" in settings:
        words.append(_("Adam with a one-cycle schedule"))
    if not words:
        return plan, ""
    text = ngettext(
        "Defaults for a small dataset ({count} image): {choices}. What you choose yourself stays.",
        "Defaults for a small dataset ({count} images): {choices}. What you choose yourself stays.",
        known.count,
    )
    return plan.with_settings(**settings), text.format(count=known.count, choices=", ".join(words))


def _has_one_output(architecture: Architecture) -> bool:
    last = architecture.layers[-1] if architecture.layers else {}
    return last.get("type") == "Linear" and last.get("out_features") == 1
