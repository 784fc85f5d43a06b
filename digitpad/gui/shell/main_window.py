"""The main window: the tabs, their shared workspace, the menu, and the message bar."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
)
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from digitpad import paths
from digitpad.gui.board.indicator import SharingIndicator
from digitpad.gui.draw import exchange
from digitpad.gui.draw.tab import DrawTab
from digitpad.gui.shell.class_board import ClassBoard
from digitpad.gui.shell.help_menu import HelpMenu
from digitpad.gui.shell.main_menu import MainMenu, TextSizeActions, colour_actions
from digitpad.gui.shell.placement import USUAL, place_on_screen
from digitpad.gui.shell.replay import Replay
from digitpad.gui.shell.top_bar import TopBar
from digitpad.gui.shell.welcome import Welcome
from digitpad.gui.shell.window_actions import WindowActions
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.files import MODEL_SUFFIX, local_files
from digitpad.gui.widgets.focus_order import order_by_layout
from digitpad.gui.widgets.message_bar import Message, MessageBar
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.scrolling_pages import ScrollingPages
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workers.base import Worker
from digitpad.gui.workspace import models
from digitpad.gui.workspace.models import LoadedModel
from digitpad.gui.workspace.settings import Settings
from digitpad.gui.workspace.tab_page import LazyTab, TabPage
from digitpad.gui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from digitpad.gui.board.sharing import StartServer
    from digitpad.nn import Architecture


class MainWindow(QMainWindow):
    """The main window.

    Parameters
    ----------
    theme, settings
        The current colours, and the stored settings.
    load_model
        Loads a model by name or path, the default model for None; raises DigitpadError.
    runs
        The folder of the runs; None uses the user's folder.
    collections
        The folder of the collections; None uses the user's folder.
    start_server
        Starts the server of the page that is shared; None for the real one.
    """

    def __init__(
        self,
        theme: Theme,
        settings: Settings,
        load_model: Callable[[str | Path | None], LoadedModel] = models.load,
        runs: Path | None = None,
        collections: Path | None = None,
        start_server: "StartServer | None" = None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self.workspace = Workspace(settings, load_model, runs, collections, self)
        self._names: list[str] = []
        self._lazy_tabs: list[LazyTab] = []
        self.setObjectName("mainWindow")
        self.setWindowTitle("digitpad")
        self.setWindowIcon(QIcon(str(paths.resources_dir() / "icons" / "digitpad.svg")))
        self.setAcceptDrops(True)
        self._menu = MainMenu(self)
        central = QWidget(self)
        central.setObjectName("frame")
        self.class_board = ClassBoard(self, theme, self.workspace, start_server)
        self._top = TopBar(theme, self._menu, self.workspace, central)
        self._top.add_sign(SharingIndicator(theme, self.class_board.sharing, self._top), self.class_board.open_board)
        self._pages = ScrollingPages(central)
        self._pages.setObjectName("pages")
        self._pages.currentChanged.connect(self._lend_actions)
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(central)
        self.draw_tab = DrawTab(theme, self.workspace, self._pages)
        self.add_tab(self.draw_tab, "Draw", self.tr("Draw"))
        self.add_lazy_tab("Data", self._make_data_tab, self.tr("Data"))
        self.add_lazy_tab("Train", self._make_train_tab, self.tr("Train"))
        self.add_lazy_tab("Features", self._make_features_tab, self.tr("Features"))
        self.add_lazy_tab("Evaluate", self._make_evaluation_tab, self.tr("Evaluate"))
        self.add_lazy_tab("Lab", self._make_lab_tab, self.tr("Lab"))
        self.messages = MessageBar(central)
        column.addWidget(self.messages.strip)
        self.replay = Replay(self, theme, self.workspace, column)
        self.replay.message.connect(self.show_message)
        self._actions = WindowActions(self, self._top, self.messages, settings)
        self._connect()
        self._fill_menu()
        order_by_layout(self.draw_tab)
        adopt(self)
        self.resize(USUAL)
        if settings.geometry is not None:
            self.restoreGeometry(settings.geometry)
        if not self.isFullScreen():
            screen = QGuiApplication.screenAt(self.geometry().center()) or self.screen()
            place_on_screen(self, screen.availableGeometry())
        self.draw_tab.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def model(self) -> LoadedModel | None:
        """The model in use."""
        return self.workspace.in_use

    def add_tab(self, page: QWidget, name: str, title: str = "") -> None:
        """Add a tab with a page; its shortcut is Ctrl and its number.

        Parameters
        ----------
        page
            The page of the tab.
        name
            The internal name.
        title
            The translated text of the tab; the name if empty.
        """
        title = title or name
        number = self._pages.add_page(page)
        self._names.append(name)
        self._top.tabs.addTab(title)
        key = f"Ctrl+{number + 1}"
        self._top.tabs.setTabToolTip(number, f"{title} ({key})")
        sentence = self.tr("Go to {tab}").format(tab=title)
        make_action(self, f"actionTab{name}", title, [key], sentence, partial(self._top.tabs.setCurrentIndex, number))

    def add_lazy_tab(self, name: str, make: Callable[[QWidget], TabPage], title: str = "") -> None:
        """Add a tab whose page is created when it is first shown; the page is notified when the window closes.

        Parameters
        ----------
        name, title
            As for `add_tab`.
        make
            A bound method that creates the page as a child of the given widget, and imports what the page needs.
        """
        tab = LazyTab(make, self._pages)
        tab.built.connect(self._welcome)
        self._lazy_tabs.append(tab)
        self.add_tab(tab, name, title)

    @Slot(str)
    def go_to(self, name: str) -> QWidget:
        """Go to the tab of this name, and return its page.

        Raises
        ------
        ValueError
            If no tab has this name.
        """
        number = self._names.index(name)
        self._top.tabs.setCurrentIndex(number)
        tab = self._pages.page(number)
        return tab.build() if isinstance(tab, LazyTab) else self.draw_tab

    def show_tab(self, page: QWidget) -> None:
        """Go to the tab of a page."""
        for number in range(self._pages.count()):
            if _holds(self._pages.page(number), page):
                self._top.tabs.setCurrentIndex(number)

    def _make_data_tab(self, parent: QWidget) -> TabPage:
        from digitpad.gui.data.tab import DataTab

        tab = DataTab(self._theme, self.workspace, parent)
        tab.train_wanted.connect(self._train_on)
        return tab

    def _make_train_tab(self, parent: QWidget) -> TabPage:
        from digitpad.gui.training.train_tab import TrainTab

        tab = TrainTab(self._theme, self.workspace, parent)
        tab.evaluation_wanted.connect(self._evaluate)
        return tab

    def _make_features_tab(self, parent: QWidget) -> TabPage:
        from digitpad.gui.features.tab import FeaturesTab

        return FeaturesTab(self._theme, self.workspace, parent)

    def _make_evaluation_tab(self, parent: QWidget) -> TabPage:
        from digitpad.gui.evaluation.tab import EvaluationTab

        return EvaluationTab(self._theme, self.workspace, parent)

    def _make_lab_tab(self, parent: QWidget) -> TabPage:
        from digitpad.gui.lab.tab import LabTab

        tab = LabTab(self._theme, self.workspace, parent)
        tab.train_wanted.connect(self._train_network)
        return tab

    @Slot(object)
    def _train_network(self, architecture: "Architecture") -> None:
        """Go to the Train tab with a network chosen."""
        from digitpad.gui.training.train_tab import TrainTab

        page = self.go_to("Train")
        if isinstance(page, TrainTab):
            page.setup.use_network(architecture)

    @Slot(str)
    def _train_on(self, dataset: str) -> None:
        """Go to the Train tab with a dataset chosen."""
        from digitpad.gui.training.train_tab import TrainTab

        page = self.go_to("Train")
        if isinstance(page, TrainTab):
            page.train_on(dataset)

    @Slot(object)
    def _evaluate(self, place: Path) -> None:
        """Measure a network in the Evaluate tab."""
        from digitpad.gui.evaluation.tab import EvaluationTab

        page = self.go_to("Evaluate")
        if isinstance(page, EvaluationTab):
            page.evaluate(place)

    # Models

    def use_model(self, name_or_path: str | Path | None) -> bool:
        """Load and use a model; if it cannot be loaded, a message says so and the old one stays."""
        return self.workspace.use(name_or_path)

    def use_first_model(self, wanted: str | None = None) -> None:
        """Load the requested model, the one used last, or the default: the first of these that can be loaded."""
        candidates: list[str | Path | None] = [wanted] if wanted is not None else []
        if self._settings.model is not None:
            candidates.append(self._settings.model)
        for candidate in (*candidates, None):
            if self.use_model(candidate):
                return

    def show_model(self, model: LoadedModel | None) -> None:
        """Use a loaded model; None if there is none."""
        self.workspace.use_network(model)

    # The welcome, and files of later starts

    def welcome_newcomers(self) -> None:
        """Show the welcome, unless it was dismissed permanently."""
        if self._settings.welcomed:
            return
        welcome = Welcome(self.draw_tab.canvas)
        welcome.dismissed.connect(self._welcome_no_more)
        welcome.present()

    @Slot(object)
    def open_from_elsewhere(self, files: list[Path]) -> None:
        """Open the files of a later start of digitpad, and raise the window."""
        for path in files:
            self.open_path(path)
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    @Slot()
    def _welcome_no_more(self) -> None:
        self._settings.welcomed = True

    # Files and messages

    def open_path(self, path: Path) -> None:
        """Open a file that contains a model, ink or an image."""
        if path.suffix.lower() == MODEL_SUFFIX:
            self.use_model(path)
        else:
            self.show_tab(self.draw_tab)
            self.draw_tab.files.open_path(path)

    @Slot(object)
    def show_message(self, message: Message) -> None:
        """Show a message in the bar."""
        self.messages.show_message(message)

    @Slot(str, str)
    def report_fault(self, summary: str, details: str) -> None:
        """Show that an internal error occurred; the details can be expanded."""
        self.show_message(Message(summary, "error", details))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files, images and ink."""
        if exchange.can_take(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the dropped data."""
        event.acceptProposedAction()
        files = local_files(event.mimeData())
        if len(files) > 1:
            text = self.tr("You dropped {count} files; only one can be shown, and the first was opened.")
            self.show_message(Message(text.format(count=len(files)), "info"))
        if files:
            self.open_path(files[0])
        else:
            self.show_tab(self.draw_tab)
            self.draw_tab.files.take(event.mimeData(), self.tr("drop"))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save the position of the window, and wait for background work to end."""
        for page in (self.draw_tab, *self._built_pages()):
            page.shut_down()
        self.replay.shut_down()
        self.class_board.shut_down()
        self.workspace.shut_down()
        # Those of widgets that are not pages, such as drawings and menus.
        for worker in self.findChildren(Worker):
            worker.shut_down()
        self._settings.geometry = self.saveGeometry()
        super().closeEvent(event)

    # Parts

    @Slot(object)
    def _welcome(self, page: TabPage) -> None:
        order_by_layout(page)
        adopt(page)
        page.message.connect(self.show_message)
        page.tab_wanted.connect(self.go_to)
        if page.actions():
            self._add_tab_menu(page)
        self._lend_actions(self._pages.currentIndex())

    def _built_pages(self) -> list[TabPage]:
        return [tab.content for tab in self._lazy_tabs if tab.content is not None]

    def _connect(self) -> None:
        self._top.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        self._top.chooser.networks.browse_requested.connect(self._actions.browse_models)
        self._actions.model_chosen.connect(self.use_model)
        self._top.chooser.networks.message.connect(self.show_message)
        self.workspace.message.connect(self.show_message)
        self.draw_tab.message.connect(self.show_message)
        self.draw_tab.tab_wanted.connect(self.go_to)
        self.class_board.message.connect(self.show_message)
        self.class_board.train_wanted.connect(self._train_on)

    def _fill_menu(self) -> None:
        draw, own = self.draw_tab, self._actions
        files = draw.files
        add = self._menu.add_group
        add(
            "File",
            self.tr("File"),
            [files.open, None, files.save_png, files.save_ink, None, own.browse, own.choose, None, own.leave],
        )
        add("Edit", self.tr("Edit"), [draw.undo, draw.redo, None, draw.clear, None, files.copy, files.paste])
        add(
            "Draw",
            self.tr("Draw"),
            [
                draw.pen,
                draw.eraser,
                draw.thinner,
                draw.thicker,
                None,
                draw.focus_canvas,
                draw.see_inside,
                draw.keep.action,
                None,
                *draw.teaching.menu_actions,
            ],
        )
        self.text_size = TextSizeActions(self, self._theme, self._settings)
        colours = colour_actions(self, self._theme, self._settings)
        self._view_menu = add("View", self.tr("View"), [*colours, None, self.text_size.menu(self), own.full_screen])
        add("Replay", self.tr("Replay"), self.replay.actions.menu)
        add("Class", self.tr("Class"), [self.class_board.share, self.class_board.open, self.class_board.stop])
        self.help = HelpMenu(self, self._build_all_tabs)
        self.help.message.connect(self.show_message)
        add("Help", self.tr("Help"), self.help.actions)

    def _add_tab_menu(self, page: TabPage) -> None:
        """Add a menu for the actions of a page, with the name of the tab."""
        number = next(n for n, tab in enumerate(map(self._pages.page, range(self._pages.count()))) if _holds(tab, page))
        self._menu.add_group(
            self._names[number], self._top.tabs.tabText(number), page.actions(), before=self._view_menu
        )

    @Slot(int)
    def _lend_actions(self, current: int) -> None:
        """Enable only the actions of the visible page: Del must not clear a canvas that is not visible."""
        for number in range(self._pages.count()):
            tab = self._pages.page(number)
            page = tab.content if isinstance(tab, LazyTab) else tab
            for action in page.actions() if page is not None else ():
                action.setVisible(number == current)
        self._menu.hide_empty_groups()

    def _build_all_tabs(self) -> None:
        for tab in self._lazy_tabs:
            tab.build()


def _holds(tab: QWidget | None, page: QWidget) -> bool:
    return tab is not None and (tab is page or tab.isAncestorOf(page))
