"""The names of the views of the results."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

#: The views in the order of their buttons; the names of their actions and buttons are made of these words.
VIEWS = ("Confusion", "Classes", "Calibration", "Robustness", "Origins", "Compare", "Points")
_VIEW_TEXTS = {
    "Confusion": (
        str(QT_TRANSLATE_NOOP("Results", "Confusion")),
        str(QT_TRANSLATE_NOOP("Results", "Show the confusion matrix")),
    ),
    "Classes": (
        str(QT_TRANSLATE_NOOP("Results", "Classes")),
        str(QT_TRANSLATE_NOOP("Results", "Show recall, precision and F1 of each class")),
    ),
    "Calibration": (
        str(QT_TRANSLATE_NOOP("Results", "Calibration")),
        str(QT_TRANSLATE_NOOP("Results", "Show the reliability diagram")),
    ),
    "Robustness": (
        str(QT_TRANSLATE_NOOP("Results", "Robustness")),
        str(QT_TRANSLATE_NOOP("Results", "Show the accuracy on disturbed images")),
    ),
    "Origins": (
        str(QT_TRANSLATE_NOOP("Results", "Writers")),
        str(QT_TRANSLATE_NOOP("Results", "Show the accuracy of each writer or source")),
    ),
    "Compare": (
        str(QT_TRANSLATE_NOOP("Results", "Comparison")),
        str(QT_TRANSLATE_NOOP("Results", "Show the comparison of two models")),
    ),
    "Points": (
        str(QT_TRANSLATE_NOOP("Results", "Points")),
        str(QT_TRANSLATE_NOOP("Results", "Show what a layer of the network in use makes of 1,000 images, as points")),
    ),
}


def view_texts(view: str) -> tuple[str, str]:
    """Return the title of one of `VIEWS`, and a sentence on what it shows, in the user's language."""
    title, tip = _VIEW_TEXTS[view]
    return QCoreApplication.translate("Results", title), QCoreApplication.translate("Results", tip)
