"""In all tabs and dialogs, at all allowed sizes and in all languages, no text is cut and no widget collapses."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QScrollArea, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.data.tab import DataTab
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.lab.tab import PAGES, LabTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.top_bar import ModelChooser
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.theme import Theme
from tests.gui.controls import controls_of
from tests.gui.languages import LANGUAGES, speaking
from tests.gui.measuring import faults
from tests.gui.settling import lay_out

#: Width, height and text size: the smallest window, what scale 2 leaves of 1920x1080, a projector's text, large text.
SIZES = ((800, 560, 1.0), (960, 540, 1.0), (1024, 640, 1.5), (1280, 800, 2.0))
TABS = ("Draw", "Data", "Train", "Features", "Evaluate", "Lab")
DIALOGS = (
    "actionAbout",
    "actionKeyboardHelp",
    "actionTrainMore",
    "actionTrainNetwork",
    "actionTrainRuns",
    "actionTrainDistributions",
    "actionTrainSweep",
    "actionShare",
)


@pytest.fixture(params=LANGUAGES)
def any_window(
    qapp: QApplication,
    pseudo_catalogues: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[MainWindow]:
    """Show the window in one of the languages."""
    with speaking(str(request.param), qapp, pseudo_catalogues, monkeypatch):
        window: MainWindow = request.getfixturevalue("window")
        # What the test wants is smaller than a screen would make it.
        window.setMinimumSize(QSize(400, 300))
        yield window


def _pages(window: MainWindow, tab: str) -> Iterator[tuple[str, QWidget]]:
    """Show a tab, and each page that it has; yield what is shown."""
    page = window.go_to(tab)
    if isinstance(page, DataTab):
        for name in ("collect", "look"):
            page.page(name)
            lay_out()
            yield f"{tab}, {name}", page
        return
    if isinstance(page, LabTab):
        for name in PAGES:
            page.page(name)
            lay_out()
            yield f"{tab}, {name}", page
        return
    if isinstance(page, EvaluationTab):
        for view in (-1, 0):
            page.views[view].trigger()
            lay_out()
            yield f"{tab}, {page.results.view}", page
        return
    if not isinstance(page, FeaturesTab):
        lay_out()
        yield tab, page
        return
    for number in range(7):
        page.panel.show_page(number)
        lay_out()
        yield f"{tab}, page {number}", page


@pytest.mark.parametrize("tab", TABS)
def test_every_text_of_a_tab_has_room(any_window: MainWindow, theme: Theme, tab: str) -> None:
    any_window.go_to(tab)
    found = []
    for width, height, scale in SIZES:
        any_window.resize(width, height)
        theme.set_scale(scale)
        for name, _ in _pages(any_window, tab):
            found += [f"{name}, {width}x{height}, scale {scale}: {fault}" for fault in faults(any_window)]
        if any_window.size() != QSize(width, height):
            found.append(f"{tab}, scale {scale}: {width}x{height} became {any_window.size()}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("chart", ["answer", "classes", "none"])
def test_every_text_of_the_replay_has_room(
    any_window: MainWindow, theme: Theme, filmed_run: Path, qtbot: QtBot, chart: str
) -> None:
    any_window.workspace.replay_asked.emit(filmed_run)
    strip = any_window.replay.strip
    assert strip is not None
    qtbot.waitUntil(strip.isVisible, timeout=20_000)
    player = strip.player
    assert player is not None
    strip.charts.choice.choose(chart)
    found = []
    for width, height, scale in (*SIZES, (1280, 800, 1.0)):
        any_window.resize(width, height)
        theme.set_scale(scale)
        qtbot.waitUntil(lambda: player.is_settled and not strip.charts.busy, timeout=20_000)
        lay_out()
        found += [f"{width}x{height}, scale {scale}: {fault}" for fault in faults(strip)]
        if any_window.size() != QSize(width, height):
            found.append(f"scale {scale}: {width}x{height} became {any_window.size()}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_every_text_of_a_dialog_has_room(any_window: MainWindow, theme: Theme, scale: float) -> None:
    theme.set_scale(scale)
    any_window.go_to("Train")
    found = []
    for action in (action for action in any_window.findChildren(QAction) if action.objectName() in DIALOGS):
        before = set(any_window.findChildren(QDialog))
        action.trigger()
        lay_out()
        for dialog in set(any_window.findChildren(QDialog)) - before:
            adopt(dialog)
            lay_out()
            found += [f"{dialog.objectName()}: {fault}" for fault in faults(dialog)]
            dialog.close()
    assert not found, "\n".join(found)


def test_the_window_that_opens_with_large_text_is_the_one_that_was_made_larger(
    window: MainWindow, theme: Theme
) -> None:
    theme.set_scale(2.0)
    lay_out()
    late = window.go_to("Evaluate")
    lay_out()
    built = {control.objectName(): control.size() for control in controls_of(late)}
    theme.set_scale(1.0)
    lay_out()
    theme.set_scale(2.0)
    lay_out()
    assert {control.objectName(): control.size() for control in controls_of(late)} == built


def test_the_tabs_keep_their_words(window: MainWindow, theme: Theme) -> None:
    tabs = window.findChild(QTabBar, "tabStrip")
    assert tabs is not None
    window.resize(1280, 800)
    theme.set_scale(2.0)
    lay_out()
    assert tabs.width() >= tabs.sizeHint().width()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_features_does_not_scroll_sideways_in_the_smallest_window(
    window: MainWindow, theme: Theme, scheme: str
) -> None:
    theme.choose(scheme)
    page = window.go_to("Features")
    window.resize(800, 560)
    for name, _ in _pages(window, "Features"):
        area = next(area for area in window.findChildren(QScrollArea) if area.isAncestorOf(page))
        assert area.horizontalScrollBar().maximum() == 0, name
    theme.choose("light")


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0])
def test_the_name_of_the_network_is_whole_in_the_smallest_window(
    window: MainWindow, theme: Theme, scale: float
) -> None:
    chooser = window.findChild(ModelChooser, "modelChooser")
    assert chooser is not None
    network = window.workspace.in_use
    assert network is not None
    window.workspace.use_network(replace(network, title="digitpad · 99.5 % on MNIST"))
    window.resize(800, 560)
    theme.set_scale(scale)
    lay_out()
    # Beside six tabs, there is room for the accuracy at the usual text size only.
    expected = "digitpad · 99.5 % on MNIST" if scale == 1.0 else "digitpad"
    assert chooser.text_shown == expected


def test_the_maps_keep_more_room_than_the_panel_whatever_page_it_shows(window: MainWindow) -> None:
    window.resize(1280, 800)
    tab = window.go_to("Features")
    assert isinstance(tab, FeaturesTab)
    heights = []
    for _name, _page in _pages(window, "Features"):
        lay_out()
        heights.append(tab.panel.height())
    assert len(set(heights)) == 1
    assert tab.panel.height() < tab.height() // 2
