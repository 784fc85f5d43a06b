"""Checks of the settings of a run, with the sentences that say what is wrong."""

from collections.abc import Sequence

from digitpad.errors import DigitpadError
from digitpad.json_records import shown
from digitpad.translation import gettext as _


def words(name: str) -> str:
    """Return the display name of a setting."""
    return name.replace("_", " ")


def check_whole(name: str, value: int | None, least: int, most: int) -> None:
    """Check that a whole number is in a range; None always is.

    Raises
    ------
    DigitpadError
        If it is not; the message names the setting.
    """
    if value is None or least <= value <= most:
        return
    if value < least:
        raise DigitpadError(
            _("The {setting} must be a whole number of at least {least}, not {value}.").format(
                setting=words(name), least=least, value=value
            )
        )
    raise DigitpadError(
        _("The {setting} must be a whole number of at most {most:,}, not {value}.").format(
            setting=words(name), most=most, value=shown(value)
        )
    )


def check_range(name: str, value: float | None, low: float, high: float, expected: str) -> None:
    """Check that a number is in a range, which `expected` describes; None always is.

    Raises
    ------
    DigitpadError
        If it is not; the message names the setting.
    """
    # Written so that a NaN, which compares false with everything, is refused.
    if value is not None and not low <= value <= high:
        raise DigitpadError(
            _("The {setting} must be {expected}, not {value}.").format(
                setting=words(name), expected=_(expected), value=shown(value)
            )
        )


def check_choice(name: str, value: str | None, choices: Sequence[str]) -> None:
    """Check that a word is one of several; None always is.

    Raises
    ------
    DigitpadError
        If it is not; the message names the setting.
    """
    if value is not None and value not in choices:
        raise DigitpadError(
            _("There is no {setting} named {value}; choose one of: {choices}.").format(
                setting=words(name), value=shown(value), choices=", ".join(choices)
            )
        )
