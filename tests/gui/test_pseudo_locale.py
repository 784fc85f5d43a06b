"""The window in the pseudo-language: finds texts that are not translated or cut off."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QTabBar
from pytestqt.qtbot import QtBot

from digitpad import translation
from digitpad.gui.data.tab import DataTab
from digitpad.gui.lab.tab import PAGES as LAB_PAGES
from digitpad.gui.lab.tab import LabTab
from digitpad.gui.shell.about import system_facts
from digitpad.gui.shell.languages import show_language
from digitpad.gui.shell.main_window import MainWindow
from digitpad.lab.optimizers import OPTIMIZERS
from digitpad.nn import ARCHITECTURES
from tests import pseudo
from tests.gui.measuring import cut_texts

#: The parts in which every text has room at 1024x640.
ROOMY: tuple[str, ...] = ("digitpad.gui.evaluation.setup", "digitpad.gui.evaluation.results")

#: The actions that open the dialogs.
DIALOGS = (
    "actionAbout",
    "actionKeyboardHelp",
    "actionTrainMore",
    "actionTrainNetwork",
    "actionTrainRuns",
    "actionTrainDistributions",
    "actionTrainSweep",
)

#: The same in every language: names of programs, models, datasets, formats, units, layers and their arguments.
NAMES = frozenset(
    {
        *("digitpad", "Python", "NumPy", "Qt", "CPU", "fake", "light", "standard", "MNIST", "px"),
        *("JSON", "CSV", "PNG", "SVG", "PDF"),
        *(str(spec["name"]) for spec in ARCHITECTURES["standard"].layers),
        *("Markdown", "LaTeX", "PyTorch", "ReLU", "relu", "leaky-relu", "elu", "silu", "gelu", "tanh", "sigmoid"),
        *ARCHITECTURES,
        *OPTIMIZERS,
        *(str(spec["name"]) for spec in ARCHITECTURES["exam"].layers),
        *("Conv2D", "AvgPool2D", "Linear", "Flatten", "conv", "avgpool", "flatten", "linear", "exp", "ln"),
        # Symbols and names of optimizers' settings.
        *("β1", "β2", "AMSGrad"),
        # The name of an initializer.
        *["fan", "in", "uniform"],
        *("same", "full", "valid", "he", "xavier", "normal", "uniform", "constant"),
    }
)


@pytest.fixture
def pseudo_window(
    qapp: QApplication, pseudo_catalogues: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[MainWindow]:
    """Show the window with all tabs built, in the pseudo-language."""
    monkeypatch.setattr("digitpad.paths.languages_dir", lambda: pseudo_catalogues)
    assert translation.use_language(pseudo.CODE)
    texts = pseudo.QtTexts()
    qapp.installTranslator(texts)
    show_language(qapp, pseudo.CODE)
    window: MainWindow = request.getfixturevalue("window")
    _build_all(window)
    yield window
    qapp.removeTranslator(texts)
    monkeypatch.undo()
    translation.use_language("en")
    show_language(qapp, "en")


def test_the_marks_show_what_is_not_translated() -> None:
    assert pseudo.pseudo("Save &as {path}…") == "⟦Sávé &as {path}…~~~~~ ~~~~~⟧"
    assert pseudo.untranslated(pseudo.pseudo("Saved {path}.").format(path="a.png")) == []
    assert pseudo.untranslated("Saved 3 images") == ["Saved", "images"]
    assert pseudo.untranslated("⟦Sávéd⟧ 3 images in <b>⟦fóldér ⟦óf⟧ íñk⟧</b> (Ctrl+S)", {"Images"}) == ["in"]


def test_every_text_is_translated(pseudo_window: MainWindow) -> None:
    facts = set(system_facts().values())
    found = [
        (owner, type(thing).__name__, thing.objectName(), text)
        for thing, text in pseudo.texts_of(pseudo_window)
        if (owner := pseudo.owner_of(thing)).startswith("digitpad.gui")
        and text not in facts
        and pseudo.untranslated(text, NAMES)
    ]
    assert not found, "\n".join(map(str, found))


def test_every_text_has_room(pseudo_window: MainWindow, qtbot: QtBot) -> None:
    pseudo_window.resize(1024, 640)
    tabs = _tabs(pseudo_window)
    cut: list[tuple[str, str, str]] = []
    for number in range(tabs.count()):
        tabs.setCurrentIndex(number)
        qtbot.waitUntil(lambda: pseudo_window.size() == QSize(1024, 640))
        cut += [
            (owner, widget.objectName(), text)
            for widget, text in cut_texts(pseudo_window)
            if (owner := pseudo.owner_of(widget)).startswith(ROOMY)
        ]
    assert not cut, "\n".join(map(str, cut))


def _tabs(window: MainWindow) -> QTabBar:
    tabs = window.findChild(QTabBar, "tabStrip")
    assert tabs is not None
    return tabs


def _build_all(window: MainWindow) -> None:
    """Build every tab, and the dialogs that are children of the window."""
    for number in reversed(range(_tabs(window).count())):
        _tabs(window).setCurrentIndex(number)
    data = window.go_to("Data")
    assert isinstance(data, DataTab)
    data.page("look")
    lab = window.go_to("Lab")
    assert isinstance(lab, LabTab)
    for name in LAB_PAGES:
        lab.page(name)
    actions = {action.objectName(): action for action in window.findChildren(QAction)}
    for name in DIALOGS:
        actions[name].trigger()
    for dialog in window.findChildren(QDialog):
        dialog.hide()
