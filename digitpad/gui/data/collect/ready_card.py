"""Says whether there is enough to train on, and begins the training."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from digitpad.data.collections.folder import Contents
from digitpad.gui.data.collect.class_card import ENOUGH
from digitpad.gui.widgets.cards import muted, title
from digitpad.gui.widgets.plain_text import shortened
from digitpad.gui.widgets.theme import SPACE

_MOST_NAMED = 3
_SHOWN = 12  # letters of the name of a class


class ReadyCard(QFrame):
    """Shows which classes need more samples.

    Signals
    -------
    train_wanted
        The collection is to be trained on.
    """

    train_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("readyCard")
        self.setProperty("card", "true")
        self._sentence = muted("", self)
        self._sentence.setObjectName("readySentence")
        self._button = QPushButton(self.tr("Train on it →"), self)
        self._button.setObjectName("trainOnCollection")
        self._button.setAccessibleName(self.tr("Train on this collection"))
        self._button.setToolTip(self.tr("Go to Train with this collection chosen (Ctrl+Return)"))
        self._button.setProperty("role", "primary")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.setFixedHeight(4 * SPACE)
        self._button.clicked.connect(self.train_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        heading = title(self.tr("Ten of each are enough to begin"), self)
        heading.setWordWrap(True)
        column.addWidget(heading)
        column.addWidget(self._sentence)
        column.addWidget(self._button)
        self.show_contents(None)

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """The controls in the order of the Tab key."""
        return (self._button,)

    @property
    def is_ready(self) -> bool:
        """Whether a network can be trained."""
        return self._button.isEnabled()

    def show_contents(self, contents: Contents | None) -> None:
        """Show whether a collection can be trained on; None if none is open."""
        classes = () if contents is None else contents.classes
        filled = [each for each in classes if each.samples]
        self._button.setEnabled(len(filled) > 1)
        self._sentence.setText(self._words(contents, len(filled)))

    def _words(self, contents: Contents | None, filled: int) -> str:
        classes = () if contents is None else contents.classes
        if len(classes) < 2:
            return self.tr("Add at least two classes: a network learns to tell them apart.")
        if filled < 2:
            return self.tr("Draw samples of at least two classes.")
        few = [(each.name, ENOUGH - len(each.samples)) for each in classes if len(each.samples) < ENOUGH]
        if not few:
            return self.tr("More samples, in different hands and sizes, make it read better.")
        named = ", ".join(
            self.tr("{name}: {count} more").format(name=shortened(name, _SHOWN), count=count)
            for name, count in few[:_MOST_NAMED]
        )
        if len(few) > _MOST_NAMED:
            named = self.tr("{classes} and others").format(classes=named)
        return self.tr("{classes}. You can train now and add more later.").format(classes=named)
