"""Training health in plain words, by rules over the events of a run.

Each hint says what is wrong, why (with the true numbers), and what helps: a change during the run, or another plan for
the next one. The rules are deliberately simple, so that they can be checked against the curves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from digitpad.data.augmentation import Augmentation
from digitpad.nn import Architecture
from digitpad.training.building import has_layer, replaced_type
from digitpad.training.controls import Controls
from digitpad.training.events import EpochCompleted, Event, StopReason
from digitpad.training.history import RunHistory
from digitpad.training.observations import WINDOW, Observations
from digitpad.training.plan import RunPlan
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

#: No hint about the speed of learning before this number of steps.
_PATIENCE = 100
#: With this training accuracy, a network does not count as not learning.
_LEARNED = 0.9
#: The usual update is about a thousandth of the weights; this is far below.
_TINY_UPDATE = 1e-4
_FEW_STEPS = 10
_NAMED = 5  # classes that are named if there are more
_USUAL_AUGMENTATION = Augmentation(rotation=10, shift=1.5, scale=0.1, shear=10, elastic=0.6)


class Severity(StrEnum):
    """The importance of a hint."""

    GOOD = "good"
    NOTICE = "notice"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Cure:
    """A remedy.

    Attributes
    ----------
    label
        Text of the button that applies it.
    controls
        Changes for `Controls.change` during the run; empty if a new run is needed.
    settings
        Changes of the settings for a new run.
    architecture
        The architecture of a new run; None keeps it.
    """

    label: str
    controls: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    architecture: Architecture | None = None

    @property
    def is_live(self) -> bool:
        """Whether it can be applied during the run."""
        return bool(self.controls)

    def apply_to(self, controls: Controls) -> None:
        """Apply the change to a running training."""
        controls.change(**self.controls)

    def changed(self, plan: RunPlan) -> RunPlan:
        """Return the plan of a new run."""
        architecture = plan.architecture if self.architecture is None else self.architecture
        return replace(plan, architecture=architecture).with_settings(**self.settings)


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint about a training.

    Attributes
    ----------
    key
        Identifies the subject of the hint; a later hint about the same subject has the same key.
    severity
        Importance.
    title, why
        The problem in a few words, and the reason in one or two sentences.
    cure
        A remedy; None if nothing needs to be done.
    """

    key: str
    severity: Severity
    title: str
    why: str
    cure: Cure | None = None


class Advisor:
    """Derives hints from the events of one training.

    Parameters
    ----------
    plan
        The plan of the run.
    """

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan
        self._seen = Observations(plan)

    def recall(self, history: RunHistory) -> None:
        """Process the events before the run was resumed."""
        self._seen.recall(history)

    def hear(self, event: Event) -> None:
        """Process an event."""
        self._seen.hear(event)

    def hints(self) -> list[Hint]:
        """Return the current hints: problems first, then in the order in which they are best read."""
        rules = (
            self._diverged,
            self._exploding,
            self._not_learning,
            self._overfitting,
            self._large_batch,
            self._lone_classes,
            self._dead_units,
        )
        found = [hint for rule in rules if (hint := rule()) is not None]
        if not found:
            found = [hint for hint in (self._well(),) if hint is not None]
        order = list(Severity)
        return sorted(found, key=lambda hint: -order.index(hint.severity))

    # How large the steps are

    def _diverged(self) -> Hint | None:
        stopped = self._seen.stopped
        if stopped is None or stopped.reason is not StopReason.DIVERGED:
            return None
        lower = self._lower_rate()
        return Hint(
            "diverged",
            Severity.TROUBLE,
            _("The loss is not a finite number"),
            _(
                "After {steps}, with the learning rate set to {rate}, the loss was no longer finite: each step "
                "overshot further than the one before. The last good weights are kept."
            ).format(steps=_steps(stopped.steps), rate=f"{self._seen.set_rate:g}"),
            Cure(_("Train again with {rate}").format(rate=f"{lower:g}"), settings={"learning_rate": lower}),
        )

    def _exploding(self) -> Hint | None:
        seen = self._seen
        if seen.stopped is not None or not seen.has_recent_losses or seen.steps <= WINDOW:
            return None
        first, now, lowest = seen.first_loss, seen.recent_loss, seen.lowest_loss
        lost = lowest < 0.5 * first and now > 0.9 * first
        if not (now > 1.5 * first or lost):
            return None
        return Hint(
            "exploding",
            Severity.TROUBLE,
            _("The training loss has risen again") if lost else _("The loss is exploding"),
            _(
                "Over the last {count} steps the loss was {now}; it started at {first} and has been as low as "
                "{lowest}. The learning rate is set to {rate}, which is too high for this network."
            ).format(
                count=WINDOW,
                now=_figure(now),
                first=_figure(first),
                lowest=_figure(min(lowest, first)),
                rate=f"{seen.set_rate:g}",
            ),
            self._slower(),
        )

    def _not_learning(self) -> Hint | None:
        seen = self._seen
        if seen.stopped is not None or seen.steps_since_change < _PATIENCE or self._exploding() is not None:
            return None
        first, now = seen.loss_since_change, seen.recent_loss
        # A network that has learned most of it has little left to learn.
        if now < 0.98 * first or now < 0.5 * seen.first_loss or seen.recent_accuracy >= _LEARNED:
            return None
        rate = f"{seen.set_rate:g}"
        said = _("In {steps} the loss went from {first} to {now}.")
        if seen.was_changed:
            said = _("In the {steps} since the learning rate was changed, the loss went from {first} to {now}.")
        said = said.format(steps=_steps(seen.steps_since_change), first=_figure(first), now=_figure(now))
        ratio = seen.update_ratio
        if ratio is not None and ratio > _TINY_UPDATE:
            return Hint(
                "stuck",
                Severity.NOTICE,
                _("The network is not learning"),
                said
                + " "
                + _(
                    "A step changes the weights by {ratio} of their size, which is enough, but the "
                    "steps do not lower the loss. The learning rate is set to {rate}; a lower one may help."
                ).format(ratio=f"{ratio:.1e}", rate=rate),
                self._slower(),
            )
        if ratio is not None:
            said += " " + _("A step changes the weights by only {ratio} of their size.").format(ratio=f"{ratio:.1e}")
        return Hint(
            "slow",
            Severity.NOTICE,
            _("The learning rate is too low"),
            said + " " + _("The learning rate is set to {rate}.").format(rate=rate),
            self._faster(),
        )

    # What the images allow

    def _overfitting(self) -> Hint | None:
        told = [(epoch, epoch.validation_loss) for epoch in self._seen.epochs if epoch.validation_loss is not None]
        if len(told) < 3:
            return None
        (best, lowest), (last, now) = min(told, key=lambda pair: pair[1]), told[-1]
        if last.epoch - best.epoch < 2 or now < 1.05 * lowest or last.train_loss > min(best.train_loss, 0.8 * now):
            return None
        return Hint(
            "overfitting",
            Severity.NOTICE,
            _("The network is overfitting"),
            _(
                "Since epoch {epoch} the validation loss has risen from {lowest} to {now}, while "
                "the training loss has "
                "fallen to {training}. This is called overfitting."
            ).format(epoch=best.epoch, lowest=_figure(lowest), now=_figure(now), training=_figure(last.train_loss)),
            self._against_overfitting(),
        )

    def _against_overfitting(self) -> Cure:
        settings, values = self._plan.settings, self._seen.values
        if not settings.augmentation:
            return Cure(
                _("Train again with augmented images"),
                settings={"augmentation": _USUAL_AUGMENTATION, "keep_best": True},
            )
        if has_layer(self._plan.architecture, "Dropout"):
            present = values.dropout or settings.dropout or 0.25
            raised = min(0.6, round(present + 0.25, 2))
            return Cure(
                _("Raise the dropout to {share}").format(share=f"{raised:g}"),
                controls={"dropout": raised},
                settings={"dropout": raised},
            )
        decay = max(10 * (values.weight_decay or settings.weight_decay or 0.0), 1e-4)
        return Cure(
            _("Raise the L2 penalty to {strength}").format(strength=f"{decay:g}"),
            controls={"weight_decay": decay},
            settings={"weight_decay": decay},
        )

    def _large_batch(self) -> Hint | None:
        started = self._seen.started
        if started is None or started.batches >= _FEW_STEPS or started.batch_size <= 16:
            return None
        smaller = 16
        while smaller * 2 * 50 <= started.training_count:
            smaller *= 2
        return Hint(
            "large_batch",
            Severity.NOTICE,
            _("The batch size is too large for this number of images"),
            _(
                "{images} images in batches of {size} give {steps} per epoch, which is too few for "
                "the weights to change much."
            ).format(images=f"{started.training_count:,}", size=started.batch_size, steps=_steps(started.batches)),
            Cure(_("Train again in batches of {size}").format(size=smaller), settings={"batch_size": smaller}),
        )

    def _lone_classes(self) -> Hint | None:
        lone = self._seen.started.lone_classes if self._seen.started is not None else ()
        if not lone:
            return None
        cure = None
        if not self._plan.settings.augmentation:
            cure = Cure(_("Train again with augmented images"), settings={"augmentation": _USUAL_AUGMENTATION})
        names = ", ".join(lone[:_NAMED])
        said = ngettext("There is a single image of {names}.", "There is a single image each of {names}.", len(lone))
        if len(lone) > _NAMED:
            said = _("Several classes have a single image: {names} and others.")
        return Hint(
            "lone_classes",
            Severity.NOTICE,
            ngettext("A class has a single image", "Some classes have a single image", len(lone)),
            said.format(names=names)
            + " "
            + _(
                "It is used either for training or for validation, so the validation figures say "
                "little about this class. Add images to its folder."
            ),
            cure,
        )

    def _dead_units(self) -> Hint | None:
        measured = self._seen.layers
        if measured is None:
            return None
        dying = [layer for layer in measured.layers if layer.has_many_dead_units]
        if not dying:
            return None
        worst = max(dying, key=lambda layer: (layer.dead_units or 0) / (layer.units or 1))
        leaky = replaced_type(self._plan.architecture, "ReLU", "LeakyReLU")
        return Hint(
            "dead_units",
            Severity.TROUBLE if worst.dead_units == worst.units else Severity.NOTICE,
            _("Many units of {layer} never activate").format(layer=worst.name),
            _(
                "{dead} of the {units} units of {layer} activate for none of the {images} sample images. A ReLU that "
                "never activates passes no gradient on, so most of these units will not recover."
            ).format(dead=worst.dead_units, units=worst.units, layer=worst.name, images=measured.images),
            Cure(
                _("Train again with Leaky ReLU and a lower learning rate"),
                architecture=leaky,
                settings={"learning_rate": self._lower_rate(3)},
            ),
        )

    def _well(self) -> Hint | None:
        seen = self._seen
        if not seen.epochs or seen.started is None:
            return None
        last = seen.epochs[-1]
        figure = _accuracy(last)
        earlier = [_accuracy(epoch) for epoch in seen.epochs]
        if figure < 0.5 or figure < max(earlier) - 0.01:
            return None
        said = _("After {epochs} the validation {score} is {share}.")
        if last.validation_accuracy is None:
            said = _("After {epochs} the training {score} is {share}.")
        if len(earlier) > 1 and earlier[0] < figure:
            said = _("After {epochs} the validation {score} is {share}, up from {first} after the first.")
            if last.validation_accuracy is None:
                said = _("After {epochs} the training {score} is {share}, up from {first} after the first.")
        epochs = ngettext("{count} epoch", "{count} epochs", last.epoch).format(count=f"{last.epoch:,}")
        return Hint(
            "well",
            Severity.GOOD,
            _("The network is learning well"),
            said.format(epochs=epochs, score=seen.started.score, share=_percent(figure), first=_percent(earlier[0])),
        )

    # Cures

    def _slower(self) -> Cure:
        rate = self._lower_rate()
        return Cure(
            _("Lower the learning rate to {rate}").format(rate=f"{rate:g}"),
            controls={"learning_rate_factor": self._seen.values.learning_rate_factor / 10},
            settings={"learning_rate": rate},
        )

    def _faster(self) -> Cure:
        rate = _rounded(10 * self._seen.set_rate)
        return Cure(
            _("Raise the learning rate to {rate}").format(rate=f"{rate:g}"),
            controls={"learning_rate_factor": self._seen.values.learning_rate_factor * 10},
            settings={"learning_rate": rate},
        )

    def _lower_rate(self, times: float = 10) -> float:
        return _rounded(self._seen.set_rate / times)


def _rounded(rate: float) -> float:
    return float(f"{rate:.2g}")


def _accuracy(epoch: EpochCompleted) -> float:
    return epoch.train_accuracy if epoch.validation_accuracy is None else epoch.validation_accuracy


def _steps(count: int) -> str:
    return ngettext("{count} step", "{count} steps", count).format(count=f"{count:,}")


def _figure(loss: float) -> str:
    return f"{loss:.3g}" if loss < 1000 else f"{loss:.2e}"


def _percent(share: float) -> str:
    # Rounded down, so that only all of them give 100%.
    return f"{int(share * 1000) / 10:.1f}%"
