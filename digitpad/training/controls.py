"""Settings that can be changed during a run: learning rate, momentum, weight decay and dropout.

Changes can be requested from any thread. The trainer applies them before the next step and emits a `ControlChanged`
event, so that the history of a run records the values it was really trained with.
"""

import math
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, to_record
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop


@dataclass(frozen=True, slots=True)
class ControlValues:
    """Requested values; None follows the settings of the run.

    Parameters
    ----------
    learning_rate_factor
        Multiplies the learning rate; greater than 0.
    learning_rate
        Replaces the learning rate of the schedule; greater than 0.
    momentum
        For "sgd", "nesterov" and "rmsprop"; the first beta for "adam" and "adamw". In [0, 1).
    weight_decay
        See `TrainingSettings`; at least 0.
    dropout
        Probability of all dropout layers, in [0, 1).

    Raises
    ------
    DigitpadError
        If a value is invalid.
    """

    learning_rate_factor: float = 1.0
    learning_rate: float | None = None
    momentum: float | None = None
    weight_decay: float | None = None
    dropout: float | None = None

    def __post_init__(self) -> None:
        for name in ("learning_rate_factor", "learning_rate"):
            _check(name, getattr(self, name), gettext_noop("a number above 0"), least=math.nextafter(0.0, 1.0))
        for name in ("momentum", "dropout"):
            _check(name, getattr(self, name), gettext_noop("at least 0 and below 1"), below=1.0)
        _check("weight_decay", self.weight_decay, gettext_noop("at least 0"))

    def differences(self, other: "ControlValues") -> Iterator[tuple[str, float | None, float | None]]:
        """Yield the name, this value and the value in `other` for each difference."""
        for field in fields(self):
            old, new = getattr(self, field.name), getattr(other, field.name)
            if old != new:
                yield field.name, old, new

    def to_dict(self) -> dict[str, float | None]:
        """Return the values by name."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read values as `to_dict` returns them.

        Raises
        ------
        DigitpadError
            If they are invalid.
        """
        try:
            return to_record(cls, data)
        except JSONError as error:
            raise DigitpadError(
                _("The controls cannot be used ({reason}); update digitpad.").format(reason=error)
            ) from error


class Controls:
    """Holds the requested values; any thread may change and read them."""

    def __init__(self, values: ControlValues | None = None) -> None:
        self._values = values or ControlValues()
        self._lock = threading.Lock()

    @property
    def values(self) -> ControlValues:
        """The requested values; the trainer applies them from the next step."""
        return self._values

    def change(self, **changes: Any) -> None:
        """Request other values, by the names of `ControlValues`; the others stay unchanged.

        Raises
        ------
        DigitpadError
            If a value is invalid; nothing changes then.
        """
        with self._lock:
            self._values = replace(self._values, **changes)


def _check(name: str, value: float | None, expected: str, *, least: float = 0.0, below: float = math.inf) -> None:
    if value is not None and not least <= value < below:
        raise DigitpadError(
            _("The {setting} must be {expected}, not {value}.").format(
                setting=name.replace("_", " "), expected=_(expected), value=value
            )
        )
