"""The plan of the next run, which the card, the dialog and the hints change; a change that cannot work is refused.

What the user has not chosen follows the data (`digitpad.training.suiting`). It is derived again with every change, so
that it is undone when other data are chosen.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from digitpad.errors import DigitpadError
from digitpad.nn import Architecture
from digitpad.training.data_facts import MNIST_FACTS, DataFacts
from digitpad.training.network_fit import input_for_pictures
from digitpad.training.plan import RunPlan
from digitpad.training.settings import TrainingSettings
from digitpad.training.suiting import belonging_together, suit

_MNIST = "mnist"
_SETTINGS = frozenset(field.name for field in fields(TrainingSettings))


class PlanEditor(QObject):
    """Holds a `RunPlan`.

    Parameters
    ----------
    plan
        The plan to begin with; none of it was chosen by the user.

    Signals
    -------
    changed
        The plan has changed, or a change was refused: everything that shows the plan shows it again.
    data_changed
        The plan has other data.
    refused
        Why a change cannot work, in a sentence.
    """

    changed = Signal()
    data_changed = Signal()
    refused = Signal(str)

    def __init__(self, plan: RunPlan, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked = plan
        self._chosen: frozenset[str] = frozenset()
        #: Settings beside the chosen ones, which were visible when these were chosen; they stay as long as the data.
        self._kept: dict[str, Any] = {}
        self._facts = _known(plan.dataset)
        self._suited = suit(plan, self._chosen, self._facts)

    @property
    def plan(self) -> RunPlan:
        """The plan, with the settings that suit its data and the architecture as it was chosen."""
        return self._suited.plan

    @property
    def architecture(self) -> Architecture:
        """The architecture of the plan, fitted to the data as far as they are known."""
        return self._suited.architecture

    @property
    def asked(self) -> tuple[RunPlan, frozenset[str]]:
        """The plan before it is suited to its data, and the names of what the user has chosen of it."""
        return replace(self._asked, settings=replace(self._asked.settings, **self._kept)), self._all_chosen

    @property
    def facts(self) -> DataFacts | None:
        """The facts about the data; None as long as they are not known."""
        return self._facts

    @property
    def has_built_in_data(self) -> bool:
        """Whether the facts about the data are known without opening them."""
        return _known(self._asked.dataset) is not None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was changed in the plan to suit its data."""
        return self._suited.sentences

    @property
    def trouble(self) -> str:
        """Why the plan cannot be trained on its data; empty if nothing is known to be in the way."""
        return self._suited.trouble

    def use(self, plan: RunPlan) -> None:
        """Use another plan; what differs from the current one counts as chosen."""
        now = self.plan
        changes = {name: getattr(plan.settings, name) for name in _SETTINGS}
        self._choose({name: value for name, value in changes.items() if value != getattr(now.settings, name)})
        if plan.architecture != now.architecture:
            self._chosen |= {"architecture"}
        self._take(replace(plan, settings=self._asked.settings, architecture=self._architecture_of(plan)))

    def reset(self, plan: RunPlan) -> None:
        """Use another plan, of which the user has chosen nothing."""
        self._chosen, self._kept = frozenset(), {}
        self._take(plan)

    def change(self, **changes: Any) -> bool:
        """Change fields of the plan; return whether that works."""

        def work() -> RunPlan:
            plan = replace(self._asked, **changes)
            if "architecture" in changes:
                self._chosen |= {"architecture"}
            return plan

        return self._try(work)

    def change_settings(self, **changes: Any) -> bool:
        """Change settings of the plan; return whether that works."""

        def work() -> RunPlan:
            # Checked as a whole, with the settings that are visible.
            self.plan.with_settings(**changes)
            self._choose(changes)
            return self._asked

        return self._try(work)

    def return_to(self, settings: Mapping[str, Any]) -> None:
        """Return settings to defaults, which the user has not chosen."""
        self._chosen -= settings.keys()
        self._kept = {name: value for name, value in self._kept.items() if name not in settings}
        self._take(self._asked.with_settings(**settings))

    def show_facts(self, facts: DataFacts) -> None:
        """Suit the plan to data that have become known."""
        self._facts = facts
        self._suit()

    # Parts

    @property
    def _all_chosen(self) -> frozenset[str]:
        return self._chosen | self._kept.keys()

    def _architecture_of(self, plan: RunPlan) -> Architecture:
        return plan.architecture if "architecture" in self._chosen else self._asked.architecture

    def _choose(self, changes: Mapping[str, Any]) -> None:
        """Take settings that the user has chosen, and keep those that belong with them as they are."""
        asked = self._asked.with_settings(**changes)
        now = self.plan.settings
        beside = (belonging_together(changes) - changes.keys() - self._chosen) & _SETTINGS
        kept = self._kept | {name: getattr(now, name) for name in beside}
        self._kept = {name: value for name, value in kept.items() if name not in changes}
        self._chosen |= changes.keys()
        self._asked = asked

    def _try(self, make: Callable[[], RunPlan]) -> bool:
        try:
            plan = make()
        except DigitpadError as error:
            self.refused.emit(str(error))
            self.changed.emit()
            return False
        self._take(plan)
        return True

    def _take(self, plan: RunPlan) -> None:
        other_data = _data_of(plan) != _data_of(self._asked)
        self._asked = plan
        if other_data:
            self._kept = {}
            self._facts = _known(plan.dataset)
        self._suit()
        if other_data:
            self.data_changed.emit()

    def _suit(self) -> None:
        plan, chosen = self.asked
        self._suited = suit(plan, chosen, self._facts)
        self.changed.emit()


def _data_of(plan: RunPlan) -> tuple[object, ...]:
    """Return what the facts about the data depend on."""
    # Pictures are prepared for the input of a network that has a size of its own.
    return plan.dataset, plan.limit_per_class, input_for_pictures(plan.architecture)


def _known(dataset: str) -> DataFacts | None:
    return MNIST_FACTS if dataset == _MNIST else None


def dropout_of(architecture: Architecture) -> float | None:
    """Return the probability of the first dropout layer, or None if there is no such layer."""
    return next((float(spec.get("p", 0.5)) for spec in architecture.layers if spec.get("type") == "Dropout"), None)
