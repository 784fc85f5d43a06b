"""The plan of the next run, which the card, the dialog and the hints change; a change that cannot work is refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from digitpad.errors import DigitpadError
from digitpad.nn import Architecture
from digitpad.training.plan import RunPlan


class PlanEditor(QObject):
    """Holds a `RunPlan`.

    Signals
    -------
    changed
        The plan has changed, or a change was refused: everything that shows the plan shows it again.
    refused
        Why a change cannot work, in a sentence.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, plan: RunPlan, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plan = plan

    @property
    def plan(self) -> RunPlan:
        """The plan."""
        return self._plan

    def use(self, plan: RunPlan) -> None:
        """Use another plan."""
        self._plan = plan
        self.changed.emit()

    def change(self, **changes: Any) -> bool:
        """Change fields of the plan; return whether that works."""
        return self._try(lambda: replace(self._plan, **changes))

    def change_settings(self, **changes: Any) -> bool:
        """Change settings of the plan; return whether that works."""
        return self._try(lambda: self._plan.with_settings(**changes))

    def _try(self, make: Callable[[], RunPlan]) -> bool:
        try:
            self._plan = make()
        except DigitpadError as error:
            self.refused.emit(str(error))
            self.changed.emit()
            return False
        self.changed.emit()
        return True


def dropout_of(architecture: Architecture) -> float | None:
    """Return the probability of the first dropout layer, or None if there is no such layer."""
    return next((float(spec.get("p", 0.5)) for spec in architecture.layers if spec.get("type") == "Dropout"), None)
