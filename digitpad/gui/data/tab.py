"""The Data tab: a switch between its pages, collecting samples and looking at datasets.

To add a page, give `_PAGES` its name, text and tip, and `DataTab._make` the way to create it.
"""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from digitpad.gui.data.collect.page import CollectPage
from digitpad.gui.data.look.actions import LookActions
from digitpad.gui.data.page import DataPage
from digitpad.gui.widgets.layouts import add_space
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.tab_page import TabPage
from digitpad.gui.workspace.workspace import Workspace

#: The name, the text and the tooltip of each page, in the order of the switch.
_PAGES = (
    (
        "collect",
        str(QT_TRANSLATE_NOOP("DataTab", "Collect")),
        str(QT_TRANSLATE_NOOP("DataTab", "Make classes, and collect drawings and pictures of each")),
    ),
    (
        "look",
        str(QT_TRANSLATE_NOOP("DataTab", "Look")),
        str(QT_TRANSLATE_NOOP("DataTab", "Look at the images of any dataset, and find doubtful ones")),
    ),
)


class DataTab(TabPage):
    """Collect samples of your own classes, and look at datasets.

    Parameters
    ----------
    theme
        The theme.
    workspace
        The workspace.

    Signals
    -------
    train_wanted
        The name of a dataset, as `open_dataset` takes it, to be trained on.
    """

    train_wanted = Signal(str)

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dataTab")
        self._theme = theme
        self._workspace = workspace
        texts = [
            (f"{name}Segment", QCoreApplication.translate("DataTab", text), QCoreApplication.translate("DataTab", tip))
            for name, text, tip in _PAGES
        ]
        self._group, buttons = segments(texts, self, label=self.tr("The page shows"))
        self._stack = QStackedWidget(self)
        self._stack.setObjectName("dataPages")
        self._pages: dict[str, DataPage] = {}
        self._row = QHBoxLayout()
        self._row.setSpacing(SPACE)
        for button in buttons:
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        add_space(self._row, SPACE)
        self._built("collect")
        self._look_actions = LookActions(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE + SPACE // 2)
        column.addLayout(self._row)
        column.addWidget(self._stack, 1)
        self._group.idClicked.connect(self._show_page)

    def page(self, name: str) -> DataPage:
        """Show a page, and return it.

        Parameters
        ----------
        name
            "collect" or "look".
        """
        number = [known for known, _text, _tip in _PAGES].index(name)
        self._group.button(number).setChecked(True)
        self._show_page(number)
        return self._built(name)

    def shut_down(self) -> None:
        """Wait for the workers of the pages."""
        for page in self._pages.values():
            page.shut_down()

    def _built(self, name: str) -> DataPage:
        """Return a page, which is made when it is first needed."""
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = self._make(name)
            page.message.connect(self.message)
            page.train_wanted.connect(self.train_wanted)
            page.tab_wanted.connect(self.tab_wanted)
            self._stack.addWidget(page)
            self._row.addWidget(page.head, 1)
            adopt(page)
            adopt(page.head)
        return page

    def _make(self, name: str) -> DataPage:
        match name:
            case "collect":
                return CollectPage(self._theme, self._workspace, self)
            case "look":
                # It imports what reads datasets, and few visits to the tab need it.
                from digitpad.gui.data.look.page import LookPage

                return LookPage(self._theme, self._workspace, self, actions=self._look_actions)
            case _:
                raise ValueError(name)

    @Slot(int)
    def _show_page(self, number: int) -> None:
        shown = self._built(_PAGES[number][0])
        for page in self._pages.values():
            # The tab needs room for the page that is shown, not for the largest one.
            ignored, usual = QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
            policy = usual if page is shown else ignored
            page.setSizePolicy(policy, policy)
            page.head.setVisible(page is shown)
        self._stack.setCurrentWidget(shown)
