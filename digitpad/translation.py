"""Texts outside the window in the user's language, through gettext; the window's own texts go through Qt's `tr`.

`gettext` is imported as `_`, the name that every tool for message catalogues looks for. Placeholders are named, and
filled in after the look-up, so that a translation can move them: ``_("{path} does not exist.").format(path=path)``.
"""

from gettext import GNUTranslations, NullTranslations

from digitpad import paths

__all__ = ["gettext", "gettext_noop", "ngettext", "use_language", "use_translations"]

_DOMAIN = "digitpad"


class _Catalogue:
    """Holds the translations in use."""

    translations = NullTranslations()


def gettext(text: str) -> str:
    """Return a text in the language in use; the text itself where the catalogue has no translation."""
    return _Catalogue.translations.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a text for this count, in the language in use.

    Parameters
    ----------
    one, many
        The English forms for one and for several.
    count
        How many; the text itself still has to be formatted with it.
    """
    return _Catalogue.translations.ngettext(one, many, count)


def gettext_noop(text: str) -> str:
    """Mark a constant for translation, which whoever shows it looks up; returns the text unchanged."""
    return text


def use_language(code: str | None) -> bool:
    """Speak another language from now on.

    Parameters
    ----------
    code
        A language such as "de" or "pt_BR"; None for English.

    Returns
    -------
    bool
        Whether there is a catalogue for it. Without one, the texts are English.
    """
    path = None if code is None else paths.resources_dir() / "languages" / code / "LC_MESSAGES" / f"{_DOMAIN}.mo"
    if path is None or not path.is_file():
        use_translations(NullTranslations())
        return code is None
    with path.open("rb") as file:
        use_translations(GNUTranslations(file))
    return True


def use_translations(translations: NullTranslations) -> None:
    """Look texts up in these translations from now on."""
    _Catalogue.translations = translations
