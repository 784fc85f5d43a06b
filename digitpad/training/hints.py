"""Plain words about how a training goes, by rule, from what its events say.

Each hint says what is the matter, why (with the true numbers), and what would help: a change that can be made while the
run goes on, or another plan for the next one. The rules are simple, and meant to be: a person should be able to check
them against the curves.
"""

import statistics
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from digitpad.data.augmentation import Augmentation
from digitpad.nn import Architecture
from digitpad.training.building import has_layer, replaced_type
from digitpad.training.controls import Controls, ControlValues
from digitpad.training.events import (
    ControlChanged,
    EpochCompleted,
    Event,
    LayerMeasure,
    LayersMeasured,
    StepCompleted,
    StopReason,
    TrainingStarted,
    TrainingStopped,
)
from digitpad.training.plan import RunPlan

#: Losses are compared as means over so many steps.
_WINDOW = 10
#: Nothing is said about how fast a network learns before so many steps.
_PATIENCE = 100
#: A layer that loses this share of its units loses much of what it could tell apart. Of a sound network trained for an
#: epoch up to half the units of a linear layer answer none of the few images that they are shown: they are choosy.
_MUCH_DEAD = 2 / 3
_SETTLED = 20
#: An update of about a thousandth of the weights is usual; this is far below.
_TINY_UPDATE = 1e-4
_FEW_STEPS = 10
_USUAL_AUGMENTATION = Augmentation(rotation=10, shift=1.5, scale=0.1, shear=10, elastic=0.6)


class Severity(StrEnum):
    """How much a hint matters."""

    GOOD = "good"
    NOTICE = "notice"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Cure:
    """What would help.

    Attributes
    ----------
    label
        What a button says that does it.
    controls
        Changes for `Controls.change`, while the run goes on; empty if it takes a new run.
    settings
        Changes of the plan's settings, for a new run.
    architecture
        The network for a new run; None leaves it.
    """

    label: str
    controls: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    architecture: Architecture | None = None

    @property
    def is_live(self) -> bool:
        """Whether it can be applied while the run goes on."""
        return bool(self.controls)

    def apply_to(self, controls: Controls) -> None:
        """Change a run that goes on."""
        controls.change(**self.controls)

    def changed(self, plan: RunPlan) -> RunPlan:
        """Return the plan of a new run."""
        architecture = plan.architecture if self.architecture is None else self.architecture
        return replace(plan, architecture=architecture).with_settings(**self.settings)


@dataclass(frozen=True, slots=True)
class Hint:
    """Something worth knowing about a training.

    Attributes
    ----------
    key
        Tells hints apart; the same matter has the same key.
    severity
        How much it matters.
    title, why
        What is the matter, in a few words; and the reason, in a sentence or two.
    cure
        What would help; None if nothing needs to be done.
    """

    key: str
    severity: Severity
    title: str
    why: str
    cure: Cure | None = None


class Advisor:
    """Listens to the events of one training.

    Parameters
    ----------
    plan
        What is trained.
    """

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan
        self._started: TrainingStarted | None = None
        self._stopped: TrainingStopped | None = None
        self._layers: LayersMeasured | None = None
        self._epochs: list[EpochCompleted] = []
        self._values = ControlValues()
        self._steps = 0
        self._rate = plan.settings.learning_rate
        self._begin: list[float] = []
        self._lowest = float("inf")
        self._recent: deque[float] = deque(maxlen=_WINDOW)
        #: Since the learning rate was changed last: how many steps, and the losses of the first of them.
        self._since = 0
        self._since_begin: list[float] = []

    def hear(self, event: Event) -> None:
        """Take note of an event."""
        match event:
            case TrainingStarted():
                self._started = event
            case StepCompleted():
                self._hear_step(event)
            case EpochCompleted():
                self._epochs.append(event)
            case LayersMeasured():
                self._layers = event
            case ControlChanged():
                change: dict[str, Any] = {event.name: event.new}
                self._values = replace(self._values, **change)
                if event.name.startswith("learning_rate"):
                    self._since, self._since_begin = 0, []
            case TrainingStopped():
                self._stopped = event

    def hints(self) -> list[Hint]:
        """Return what is worth knowing now, what matters most first."""
        rules = (
            self._diverged,
            self._exploding,
            self._dead_units,
            self._too_slow,
            self._overfitting,
            self._large_batch,
            self._lone_classes,
        )
        found = [hint for rule in rules if (hint := rule()) is not None]
        if not any(hint.severity is Severity.TROUBLE for hint in found):
            found += [hint for hint in (self._well(),) if hint is not None]
        order = list(Severity)
        return sorted(found, key=lambda hint: -order.index(hint.severity))

    def _hear_step(self, event: StepCompleted) -> None:
        self._steps += 1
        self._since += 1
        self._rate = event.learning_rate
        self._recent.append(event.loss)
        for begin in (self._begin, self._since_begin):
            if len(begin) < _WINDOW:
                begin.append(event.loss)
        if len(self._recent) == _WINDOW:
            self._lowest = min(self._lowest, statistics.fmean(self._recent))

    def _diverged(self) -> Hint | None:
        if self._stopped is None or self._stopped.reason is not StopReason.DIVERGED:
            return None
        lower = self._lower_rate()
        return Hint(
            "diverged",
            Severity.TROUBLE,
            "The loss is no longer a number",
            f"After {_count(self._stopped.steps, 'step')} at a learning rate of {self._rate:g} the loss was no longer "
            "finite: each step overshot further than the one before. The last good weights are kept.",
            Cure(f"Train anew with {lower:g}", settings={"learning_rate": lower}),
        )

    def _exploding(self) -> Hint | None:
        if self._stopped is not None or len(self._recent) < _WINDOW or self._steps <= _WINDOW:
            return None
        first, now, lowest = statistics.fmean(self._begin), statistics.fmean(self._recent), self._lowest
        # The first losses may belong to the explosion already.
        first = min(first, self._begin[0])
        lost = lowest < 0.5 * first and now > 0.9 * first
        if not (now > 1.5 * first or lost):
            return None
        return Hint(
            "exploding",
            Severity.TROUBLE,
            "The loss is exploding" if not lost else "The network has forgotten what it had learned",
            f"Over the last {_WINDOW} steps the loss was {_figure(now)}; it began at {_figure(first)} and had been as "
            f"low as {_figure(min(lowest, first))}. The learning rate, {self._rate:g}, is too high for this network.",
            Cure(
                "Lower the learning rate to a tenth",
                controls={"learning_rate_factor": self._values.learning_rate_factor / 10},
                settings={"learning_rate": self._lower_rate()},
            ),
        )

    def _too_slow(self) -> Hint | None:
        if self._stopped is not None or self._since < _PATIENCE or self._exploding() is not None:
            return None
        first, now = statistics.fmean(self._since_begin), statistics.fmean(self._recent)
        if now < 0.98 * first or now < 0.5 * self._begin[0]:
            return None
        ratio = self._update_ratio()
        said = f"In {_count(self._since, 'step')} the loss has gone from {_figure(first)} to {_figure(now)} only."
        if ratio is not None and ratio > _TINY_UPDATE:
            return Hint(
                "stuck",
                Severity.NOTICE,
                "The network is not learning",
                f"{said} A step changes the weights by {ratio:.1e} of their size, so the steps are long enough: they "
                "lead nowhere. A lower learning rate may find a way.",
                Cure(
                    "Lower the learning rate to a tenth",
                    controls={"learning_rate_factor": self._values.learning_rate_factor / 10},
                    settings={"learning_rate": self._lower_rate()},
                ),
            )
        steps = "" if ratio is None else f" A step changes the weights by only {ratio:.1e} of their size."
        return Hint(
            "slow",
            Severity.NOTICE,
            "The learning rate is too low",
            f"{said}{steps} The learning rate is {self._rate:g}.",
            Cure(
                "Raise the learning rate tenfold",
                controls={"learning_rate_factor": self._values.learning_rate_factor * 10},
                settings={"learning_rate": self._plan.settings.learning_rate * 10},
            ),
        )

    def _overfitting(self) -> Hint | None:
        told = [(epoch, epoch.validation_loss) for epoch in self._epochs if epoch.validation_loss is not None]
        if len(told) < 3:
            return None
        (best, lowest), (last, now) = min(told, key=lambda pair: pair[1]), told[-1]
        if last.epoch - best.epoch < 2 or now < 1.05 * lowest or last.train_loss > min(best.train_loss, 0.8 * now):
            return None
        return Hint(
            "overfitting",
            Severity.NOTICE,
            "The network learns its images by heart",
            f"Since epoch {best.epoch} the loss on held-out images has risen from {_figure(lowest)} to {_figure(now)}, "
            f"while that on the images it learns from has fallen to {_figure(last.train_loss)}.",
            self._against_overfitting(),
        )

    def _against_overfitting(self) -> Cure:
        settings = self._plan.settings
        if not settings.augmentation:
            return Cure(
                "Train anew with augmented images",
                settings={"augmentation": _USUAL_AUGMENTATION, "keep_best": True},
            )
        if has_layer(self._plan.architecture, "Dropout"):
            present = self._values.dropout or settings.dropout or 0.25
            raised = min(0.6, round(present + 0.25, 2))
            return Cure(f"Raise the dropout to {raised:g}", controls={"dropout": raised}, settings={"dropout": raised})
        decay = max(10 * (self._values.weight_decay or settings.weight_decay or 0.0), 1e-4)
        return Cure(
            f"Raise the L2 penalty to {decay:g}", controls={"weight_decay": decay}, settings={"weight_decay": decay}
        )

    def _dead_units(self) -> Hint | None:
        if self._layers is None or self._steps < _SETTLED:
            return None
        worst: tuple[float, LayerMeasure] | None = None
        for layer in self._layers.layers:
            if layer.units and layer.dead_units is not None:
                share = layer.dead_units / layer.units
                if share >= _MUCH_DEAD and (worst is None or share > worst[0]):
                    worst = share, layer
        if worst is None:
            return None
        layer = worst[1]
        leaky = replaced_type(self._plan.architecture, "ReLU", "LeakyReLU")
        return Hint(
            "dead_units",
            Severity.TROUBLE if layer.dead_units == layer.units else Severity.NOTICE,
            f"Units of {layer.name} have died",
            f"{layer.dead_units} of the {layer.units} units of {layer.name} answered none of {self._layers.images} "
            "images. A ReLU that answers nothing passes no gradient on, so most of them will hardly come back.",
            Cure("Train anew with Leaky ReLU", architecture=leaky, settings={"learning_rate": self._lower_rate(3)}),
        )

    def _large_batch(self) -> Hint | None:
        started = self._started
        if started is None or started.batches >= _FEW_STEPS or started.batch_size <= 16:
            return None
        smaller = 16
        while smaller * 2 * 50 <= started.training_count:
            smaller *= 2
        return Hint(
            "large_batch",
            Severity.NOTICE,
            "The batches are too big for so few images",
            f"{started.training_count:,} images in batches of {started.batch_size} make "
            f"{_count(started.batches, 'step')} an epoch: the weights hardly get to move.",
            Cure(f"Train anew in batches of {smaller}", settings={"batch_size": smaller}),
        )

    def _lone_classes(self) -> Hint | None:
        lone = self._started.lone_classes if self._started is not None else ()
        if not lone:
            return None
        cure = None
        if not self._plan.settings.augmentation:
            cure = Cure("Train anew with augmented images", settings={"augmentation": _USUAL_AUGMENTATION})
        return Hint(
            "lone_classes",
            Severity.NOTICE,
            "There is a class of one image" if len(lone) == 1 else "There are classes of one image",
            f"Of {', '.join(lone[:5])}{' and others' if len(lone) > 5 else ''} there is a single image: it is either "
            "learned from or held out, so nothing tells how well others like it are read. Add images to its folder.",
            cure,
        )

    def _well(self) -> Hint | None:
        if not self._epochs or self._started is None:
            return None
        last = self._epochs[-1]
        figure = last.train_accuracy if last.validation_accuracy is None else last.validation_accuracy
        earlier = [e.train_accuracy if e.validation_accuracy is None else e.validation_accuracy for e in self._epochs]
        if figure < 0.5 or figure < max(earlier) - 0.01:
            return None
        held_out = "the images it learns from" if last.validation_accuracy is None else "held-out images"
        risen = f", from {_percent(earlier[0])} after the first" if len(earlier) > 1 and earlier[0] < figure else ""
        return Hint(
            "well",
            Severity.GOOD,
            "The network is learning well",
            f"After {_count(last.epoch, 'epoch')} its {self._started.score} on {held_out} is {_percent(figure)}"
            f"{risen}.",
        )

    def _lower_rate(self, times: float = 10) -> float:
        return float(f"{self._plan.settings.learning_rate / times:.2g}")

    def _update_ratio(self) -> float | None:
        if self._layers is None:
            return None
        ratios = [layer.update_ratio for layer in self._layers.layers if layer.update_ratio is not None]
        return statistics.median(ratios) if ratios else None


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _figure(loss: float) -> str:
    return f"{loss:.3g}" if loss < 1000 else f"{loss:.2e}"


def _percent(share: float) -> str:
    # Rounded down, so that nothing but all of them reads 100%.
    return f"{int(share * 1000) / 10:.1f}%"
