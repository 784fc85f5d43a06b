"""Translates texts outside the window with gettext; texts of the window are translated by Qt's `tr`.

`gettext` is imported as `_`, the name that message extraction tools look for. Placeholders are named and filled in
after the lookup, so that a translation can move them: ``_("{path} does not exist.").format(path=path)``.

The catalogues are in `resources/languages`; `packaging/translations.py` generates them from the source code.
"""

import gettext as _gettext
import os
import sys
from collections.abc import Iterable, Sequence
from gettext import GNUTranslations, NullTranslations

from digitpad import paths
from digitpad.errors import DigitpadError

__all__ = [
    "available_languages",
    "gettext",
    "gettext_noop",
    "language_in_use",
    "ngettext",
    "preferred_language",
    "use_language",
    "use_translations",
]

#: The environment variable that sets the language.
VARIABLE = "DIGITPAD_LANGUAGE"

_DOMAIN = "digitpad"
#: The language of the source code.
_SOURCE = "en"


class _Catalogue:
    """Holds the current translations."""

    language = _SOURCE
    translations = NullTranslations()


def gettext(text: str) -> str:
    """Return a text in the current language; the text itself if the catalogue has no translation."""
    return _Catalogue.translations.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the singular or plural form of a text for a count, in the current language.

    Parameters
    ----------
    one, many
        The English forms for one and for several.
    count
        The count; the caller formats the text with it.
    """
    return _Catalogue.translations.ngettext(one, many, count)


def gettext_noop(text: str) -> str:
    """Mark a constant for translation where it is shown; return the text unchanged."""
    return text


def available_languages() -> list[str]:
    """Return the codes of the available languages, including English."""
    found = paths.languages_dir().glob(f"*/LC_MESSAGES/{_DOMAIN}.mo")
    return sorted({_SOURCE, *(path.parent.parent.name for path in found)})


def language_in_use() -> str:
    """Return the code of the current language."""
    return _Catalogue.language


def preferred_language(system: Sequence[str] = ()) -> str:
    """Return the available language that the user prefers.

    The environment variable DIGITPAD_LANGUAGE takes precedence, then the locale variables, then the languages of the
    system.

    Parameters
    ----------
    system
        The languages of the system in order of preference, if the caller knows them: "de-DE", "en".

    Returns
    -------
    str
        One of `available_languages`; English if no other one matches.

    Raises
    ------
    DigitpadError
        If DIGITPAD_LANGUAGE names a language that is not available.
    """
    available = available_languages()
    chosen = os.environ.get(VARIABLE, "").strip()
    if chosen:
        match = _first_match([chosen], available)
        if match is None:
            raise DigitpadError(
                gettext("{variable}={chosen}: this language is not available; choose one of {languages}.").format(
                    variable=VARIABLE, chosen=chosen, languages=", ".join(available)
                )
            )
        return match
    return _first_match([*_locale_languages(), *system], available) or _SOURCE


def use_language(code: str | None) -> bool:
    """Set the language.

    Parameters
    ----------
    code
        One of `available_languages`, such as "de" or "pt_BR"; None for English.

    Returns
    -------
    bool
        Whether there is a catalogue for it. If not, the texts are in English.
    """
    found = code is None or code in available_languages()
    language = code if code is not None and found else _SOURCE
    folder = paths.languages_dir()
    if language == _SOURCE:
        use_translations(NullTranslations())
    else:
        with (folder / language / "LC_MESSAGES" / f"{_DOMAIN}.mo").open("rb") as file:
            use_translations(GNUTranslations(file))
    _Catalogue.language = language
    # argparse looks up its own texts ("usage:", "options:") in the standard library's default catalogue.
    _gettext.bindtextdomain(_DOMAIN, str(folder))
    _gettext.textdomain(_DOMAIN)
    os.environ["LANGUAGE"] = language
    return found


def use_translations(translations: NullTranslations) -> None:
    """Set the translations in which texts are looked up."""
    _Catalogue.translations = translations


def _locale_languages() -> list[str]:
    """Return the languages of the locale in order of preference, determined as in the standard library's gettext."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return value.split(":")
    if sys.platform == "win32":
        import ctypes
        import locale

        code = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage())
        return [] if code is None else [code]
    return []


def _first_match(wanted: Iterable[str], available: Sequence[str]) -> str | None:
    """Return the first available language among those preferred; "de" also matches "de_AT.UTF-8" and "de-AT"."""
    known = {code.lower(): code for code in available}
    for text in wanted:
        code = text.split(".")[0].split("@")[0].replace("-", "_").lower()
        if code in {"c", "posix"}:
            return _SOURCE
        for candidate in (code, code.split("_")[0]):
            if candidate in known:
                return known[candidate]
    return None
