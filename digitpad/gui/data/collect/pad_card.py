"""The pad on which samples are drawn, and its two buttons."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from digitpad.data.ink import Drawing as InkDrawing
from digitpad.gui.canvas.canvas import Canvas
from digitpad.gui.canvas.ink_pages import drawing_of
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.widgets.cards import muted, title
from digitpad.gui.widgets.plain_text import shortened
from digitpad.gui.widgets.theme import SPACE, Theme

_SIDE = 200  # pixels: the least height of the pad
_SHOWN = 24  # letters of the name of a class


class CollectPad(Canvas):
    """The canvas for one sample."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.setObjectName("collectPad")
        self.setAccessibleName(self.tr("Pad"))
        self.setToolTip(self.tr("Draw one sample here (F6 to draw with the keyboard)"))
        self.setMinimumSize(_SIDE, _SIDE)

    def hint(self) -> str:
        """Return what is shown on a blank pad."""
        return self.tr("Draw here, then press Enter, or the key of a class.")


class PadCard(QFrame):
    """A pad to draw into the chosen class.

    Signals
    -------
    add_wanted
        The drawing is to be added to the chosen class.
    """

    add_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("padCard")
        self.setProperty("card", "true")
        self._title = title("", self)
        self._title.setWordWrap(True)
        self._count = muted("", self)
        self._count.setWordWrap(False)
        self.pad = CollectPad(theme, self)
        self._add = self._button("addSampleButton", self.tr("Add"), self.tr("Add the drawing to this class (Enter)"))
        self._add.setProperty("role", "primary")
        self._add.clicked.connect(self.add_wanted)
        self._clear = self._button("clearPadButton", self.tr("Clear"), self.tr("Clear the pad"))
        self._clear.clicked.connect(self.pad.clear)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(self._title, 1)
        head.addWidget(self._count, 0, Qt.AlignmentFlag.AlignTop)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE)
        buttons.addWidget(self._add, 2)
        buttons.addWidget(self._clear, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addLayout(head)
        column.addWidget(self.pad, 1)
        column.addLayout(buttons)
        self.pad.changed.connect(self._show_buttons)
        self.pad.history_changed.connect(self._show_buttons)
        self._class: str | None = None
        self.show_class(None, 0)

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """The controls in the order of the Tab key."""
        return self.pad, self._add, self._clear

    @property
    def is_blank(self) -> bool:
        """Whether nothing has been drawn."""
        return self.pad.sketch.page.is_blank

    def show_class(self, name: str | None, count: int) -> None:
        """Show which class is drawn.

        Parameters
        ----------
        name
            Its name; None if there is no class.
        count
            The number of its samples.
        """
        self._class = name
        if name is None:
            self._title.setText(self.tr("Draw a sample"))
            self._count.setText("")
        else:
            self._title.setText(self.tr("Draw {name}").format(name=shortened(name, _SHOWN)))
            self._count.setText(self.tr("No. {number}").format(number=f"{count + 1:,}"))
        self._show_buttons()

    def take(self) -> tuple[InkDrawing, Page]:
        """Return the drawing, as ink and as a page, and clear the pad.

        Raises
        ------
        DigitpadError
            If the pad is blank.
        """
        self.pad.finish()
        page = self.pad.sketch.page
        drawing = drawing_of(page, self.pad.sheet_size())
        self.pad.drawing.start_again()
        return drawing, page

    def give_back(self, page: Page) -> None:
        """Show a drawing that could not be saved; what has been drawn meanwhile can be restored by undo."""
        self.pad.put(self.tr("draw again"), page)

    @Slot()
    def _show_buttons(self) -> None:
        self._add.setEnabled(not self.is_blank and self._class is not None)
        self._clear.setEnabled(not self.is_blank)

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setText(text)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setFixedHeight(4 * SPACE)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return button
