"""The window's catalogues: Qt's own texts and digitpad's, in the language in use."""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from digitpad import paths

#: Name by which installed translators are found again.
_NAME = "digitpadTranslator"


def show_language(application: QCoreApplication, code: str) -> None:
    """Translate the texts that `tr` looks up from now on.

    Parameters
    ----------
    application
        The application; translators of an earlier call are removed.
    code
        A language of `digitpad.translation.available_languages`.
    """
    for old in application.findChildren(QTranslator, _NAME):
        application.removeTranslator(old)
        old.deleteLater()
    own = str(paths.languages_dir())
    # Qt asks the translator that was installed last first. The English catalogue holds the plural forms of the source
    # texts ("%n image(s)"), and serves every text that the language's own catalogue lacks.
    _install(application, "digitpad_en", own)
    if code != "en":
        _install(application, f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        _install(application, f"digitpad_{code}", own)


def _install(application: QCoreApplication, name: str, folder: str) -> None:
    translator = QTranslator(application)
    translator.setObjectName(_NAME)
    if translator.load(name, folder):
        application.installTranslator(translator)
    else:
        translator.deleteLater()
