"""The settings that a sweep can vary, and how their values are read from text."""

import math
from collections.abc import Callable
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, TypeAlias, get_args, get_origin, get_type_hints

from digitpad.data.augmentation import Augmentation
from digitpad.errors import DigitpadError
from digitpad.json_records import shown
from digitpad.models.architecture_file import find_architecture
from digitpad.training.folds import Fold
from digitpad.training.recipes import find_recipe
from digitpad.training.settings import TrainingSettings
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

Value: TypeAlias = str | int | float | bool
"""A value of a setting, as it is stored in a record."""

Values: TypeAlias = dict[str, Value]
"""Values by the name of the setting, with underscores."""

#: Settings of `TrainingSettings` that have no place in a sweep: how fast a trial is depends on them, not how good.
#: `augmentation` is written as `augment`.
_LEFT_OUT = {"threads", "device", "augmentation"}
#: What else decides about a training, by the type of its values.
_OF_THE_PLAN: dict[str, type] = {
    "architecture": str,
    "dataset": str,
    "recipe": str,
    "augment": str,
    "start_from": str,
    "limit": int,
    "limit_per_class": int,
    "fold": str,
}
#: Settings of a plan that cannot be varied, with the reason.
_REFUSED = {
    "validation": gettext_noop("trials are compared on their validation images; set the number of these once"),
    "threads": gettext_noop("the number of threads changes only the speed of a trial"),
    "device": gettext_noop("the device changes only the speed of a trial"),
}


def _kind(hint: object) -> type:
    """Return the type of a setting that may be None as well."""
    members = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    kinds = [kind for kind in members if kind is not NoneType]
    # A list of numbers, such as the milestones, is written as text.
    return kinds[0] if isinstance(kinds[0], type) and get_origin(kinds[0]) is None else str


def _kinds() -> dict[str, type]:
    hints = get_type_hints(TrainingSettings)
    own = {field.name: _kind(hints[field.name]) for field in fields(TrainingSettings) if field.name not in _LEFT_OUT}
    return own | _OF_THE_PLAN


KINDS = _kinds()
"""The type of each setting that can be varied, by its name."""
FIXED = frozenset({*KINDS, "validation", "threads", "device"})
"""The settings that all trials of a sweep can share."""


def display_name(name: str) -> str:
    """Return a setting as it is written on the command line."""
    return name.replace("_", "-")


def find_variable(text: str) -> str:
    """Return the name of a setting, written with dashes or underscores.

    Raises
    ------
    DigitpadError
        If a sweep cannot vary it.
    """
    name = text.strip().replace("-", "_")
    if name in KINDS:
        return name
    if name in _REFUSED:
        raise DigitpadError(_("{setting} cannot be varied: {reason}.").format(setting=text, reason=_(_REFUSED[name])))
    known = ", ".join(display_name(each) for each in sorted(KINDS))
    raise DigitpadError(
        _("There is no setting named {setting} to vary; choose one of: {known}.").format(
            setting=shown(text), known=known
        )
    )


def read_value(name: str, text: str) -> Value:
    """Return the value of a setting that a text stands for.

    Raises
    ------
    DigitpadError
        If it is of another type, or the setting cannot have it.
    """
    value = _READERS[KINDS[name]](name, text.strip())
    check_value(name, value)
    return value


def check_value(name: str, value: Value) -> None:
    """Check a value of one setting by itself.

    Raises
    ------
    DigitpadError
        If the setting cannot have it.
    """
    match name:
        case "architecture":
            find_architecture(str(value))
        case "recipe":
            find_recipe(str(value))
        case "augment":
            Augmentation.parse(str(value))
        case "limit" | "limit_per_class":
            if not isinstance(value, int) or value < 1:
                raise DigitpadError(
                    _("The {setting} must be a whole number of at least 1, not {value}.").format(
                        setting=display_name(name), value=shown(value)
                    )
                )
        case "fold":
            Fold.parse(str(value))
        case "dataset" | "start_from":
            if not value:
                raise DigitpadError(_("{setting} has an empty value; name one.").format(setting=display_name(name)))
        case _:
            TrainingSettings(**{name: field_value(name, value)})


def as_value(setting: Any) -> Value:
    """Return what a field of `TrainingSettings` is in a record; the inverse of `field_value`."""
    if isinstance(setting, tuple | list):
        return ",".join(map(str, setting))
    value: Value = setting
    return value


def field_value(name: str, value: Value) -> Any:
    """Return the value of a field of `TrainingSettings`; milestones are a tuple there, and text here.

    Raises
    ------
    DigitpadError
        If the milestones are not whole numbers.
    """
    if name != "milestones":
        return value
    return tuple(int(_whole(name, part)) for part in str(value).split(","))


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        value = _number_or_nan(text)
    if not value.is_integer():
        raise DigitpadError(
            _("{setting}={text}: this setting takes whole numbers.").format(setting=display_name(name), text=text)
        )
    return int(value)


def _real(name: str, text: str) -> float:
    value = _number_or_nan(text)
    if not math.isfinite(value):
        raise DigitpadError(
            _("{setting}={text}: this setting takes numbers.").format(setting=display_name(name), text=text)
        )
    return value


def _flag(name: str, text: str) -> Value:
    if text.lower() not in {"true", "false"}:
        raise DigitpadError(
            _("{setting}={text}: this setting is true or false.").format(setting=display_name(name), text=text)
        )
    return text.lower() == "true"


def _text(_name: str, text: str) -> Value:
    return text


def _number_or_nan(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


_READERS: dict[type, Callable[[str, str], Value]] = {int: _whole, float: _real, bool: _flag, str: _text}
