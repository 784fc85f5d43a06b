"""The datasets that Train, Evaluate and Look offer: one list in one order, and the dialogs that open others.

Bundled and installed datasets come first, then the user's collections, then folders and files that were used before.
"""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from digitpad.data.collections.store import CollectionEntry, dataset_title, is_named
from digitpad.data.installed import find_fashion_mnist
from digitpad.data.orientation import orientations
from digitpad.errors import DigitpadError
from digitpad.gui.widgets.plain_text import one_line

FOLDER, FILE = "folder:", "file:"
"""What stands in a list for the dialogs that open a folder and a file."""

_FASHION = "fashion-mnist"
_BUNDLED = {
    "mnist": str(QT_TRANSLATE_NOOP("Datasets", "MNIST")),
    "pen": str(QT_TRANSLATE_NOOP("Datasets", "Pen ink of 30 writers")),
    _FASHION: str(QT_TRANSLATE_NOOP("Datasets", "Fashion-MNIST")),
    "styles": str(QT_TRANSLATE_NOOP("Datasets", "Synthetic digits")),
    "manners": str(QT_TRANSLATE_NOOP("Datasets", "Pen ink in particular manners")),
    "non-digits": str(QT_TRANSLATE_NOOP("Datasets", "Synthetic non-digits")),
    "figures": str(QT_TRANSLATE_NOOP("Datasets", "Hand-drawn figures and letters")),
}


def offered_datasets(collections: Sequence[CollectionEntry], own: Iterable[str]) -> dict[str, str]:
    """Return the titles of the datasets to choose from, by their names for `open_dataset`, in their order.

    Parameters
    ----------
    collections
        The user's collections.
    own
        Other datasets that are chosen or were used before: folders and files, each with its orientations.
    """
    titles = {
        name: QCoreApplication.translate("Datasets", text)
        for name, text in _BUNDLED.items()
        if name != _FASHION or _has_fashion_mnist()
    }
    titles |= {entry.dataset: one_line(entry.name) for entry in collections}
    for known in own:
        for spec in (known,) if known in titles or is_named(known) else orientations(known):
            titles.setdefault(spec, one_line(dataset_title(spec)))
    return titles


def dialog_entries() -> dict[str, str]:
    """Return the texts of the last entries of a list, which open a dialog, by `FOLDER` and `FILE`."""
    return {
        FOLDER: QCoreApplication.translate("Datasets", "Folder of images or IDX files…"),
        FILE: QCoreApplication.translate("Datasets", "Ink, CSV or NPZ file…"),
    }


def dataset_dialog(word: str, name: str, start: str, parent: QWidget) -> QFileDialog:
    """Return a dialog that chooses a folder or a file; it deletes itself when it is closed.

    Parameters
    ----------
    word
        `FOLDER` or `FILE`.
    name
        Its object name begins with this, and ends in "FolderDialog" or "FileDialog".
    start
        The folder that it shows first.
    parent
        The window.
    """
    if word == FOLDER:
        title = QCoreApplication.translate("Datasets", "Choose a folder of images or IDX files")
    else:
        title = QCoreApplication.translate("Datasets", "Choose a file of ink or images")
    dialog = QFileDialog(parent, title, start)
    dialog.setObjectName(f"{name}FolderDialog" if word == FOLDER else f"{name}FileDialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if word == FOLDER:
        dialog.setFileMode(QFileDialog.FileMode.Directory)
    else:
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [
                QCoreApplication.translate("Datasets", "Datasets (*.jsonl *.csv *.npz)"),
                QCoreApplication.translate("Datasets", "All files (*)"),
            ]
        )
    return dialog


def _has_fashion_mnist() -> bool:
    try:
        find_fashion_mnist()
    except DigitpadError:
        return False
    return True
