"""The cards of all classes, one below the other, and a field for a new class under them."""

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from digitpad.data.collections.class_keys import keys_of
from digitpad.data.collections.folder import Contents, Sample, SampleClass
from digitpad.gui.data.collect.class_card import ClassCard
from digitpad.gui.data.collect.thumbnails import Thumbnails
from digitpad.gui.widgets.cards import card, muted, scroller, title
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.theme import SPACE, Theme

_AT_ONCE = 2  # cards that are made before the window reacts again


class _NameField(QLineEdit):
    """A field whose Enter key is not a key of the page."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Type, and keep Enter."""
        super().keyPressEvent(event)
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.accept()


class ClassColumn(QWidget):
    """Shows the classes of a collection.

    Signals
    -------
    chosen
        The folder of the class that is worked on now.
    class_wanted
        The name of a class that is to be made.
    menu_wanted, samples_menu_wanted, samples_dropped, data_dropped
        See `ClassCard`.
    cards_changed
        There are new cards, and none is missing.
    selection_changed
        Other samples are selected; only those of one class at a time.
    """

    chosen = Signal(str)
    class_wanted = Signal(str)
    menu_wanted = Signal(object, QPoint)
    samples_menu_wanted = Signal(object, QPoint)
    samples_dropped = Signal(object, str)
    data_dropped = Signal(object, str)
    selection_changed = Signal()
    cards_changed = Signal()

    def __init__(self, theme: Theme, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("classColumn")
        self._theme = theme
        self._thumbnails = thumbnails
        self._cards: dict[str, ClassCard] = {}
        self._made = 0
        self._contents: Contents | None = None
        self._current = ""
        self._shown_keys: dict[str, str] = {}
        self._builder = QTimer(self)
        self._builder.setSingleShot(True)
        self._builder.setInterval(0)
        self._builder.timeout.connect(self._build_next)
        self._list = QWidget(self)
        self._list.setObjectName("classList")
        self._list.setToolTip(self.tr("The classes of the collection"))
        self._rows = QVBoxLayout(self._list)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(SPACE)
        self._rows.addStretch(1)
        self._empty = self._invitation()
        self._scroll = scroller("classScroll", self.tr("Classes"), self._list, self)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._empty)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._new_class())
        self.show_contents(None)

    @property
    def current(self) -> str:
        """The folder of the class that is worked on; empty if there is none."""
        return self._current

    @property
    def cards(self) -> list[ClassCard]:
        """The cards, from top to bottom; those of a large collection are made one after the other."""
        if self._contents is None:
            return []
        return [self._cards[each.folder] for each in self._contents.classes if each.folder in self._cards]

    @property
    def is_complete(self) -> bool:
        """Whether every class has its card."""
        return not self._builder.isActive()

    @property
    def keys(self) -> dict[str, str]:
        """The key of each class, by its name."""
        return keys_of([] if self._contents is None else [each.name for each in self._contents.classes])

    def controls(self) -> list[QWidget]:
        """Return the controls in the order of the Tab key."""
        return [*(control for each in self.cards for control in each.controls()), self._name, self._add_button]

    def selected(self) -> tuple[Sample, ...]:
        """Return the samples that are selected."""
        return tuple(sample for each in self.cards for sample in each.view.selected)

    def show_contents(self, contents: Contents | None) -> None:
        """Show a collection; None if none is open."""
        before = {each.folder for each in self._contents.classes} if self._contents is not None else set()
        self._contents = contents
        classes = () if contents is None else contents.classes
        known = {each.folder for each in classes}
        for folder in [folder for folder in self._cards if folder not in known]:
            gone = self._cards.pop(folder)
            self._rows.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        fresh = [each.folder for each in classes if each.folder not in before]
        if self._current not in known:
            self._current = classes[0].folder if classes else ""
        if fresh and before & known:
            # A class that was just made in this collection is drawn next.
            self._current = fresh[-1]
        self._shown_keys = self.keys
        for card_shown in self.cards:
            self._show(card_shown)
        self._empty.setVisible(not classes)
        self._scroll.setVisible(bool(classes))
        self._build(_AT_ONCE)
        if fresh:
            self.bring_into_view(self._current)

    @Slot(str)
    def choose(self, folder: str) -> None:
        """Work on a class."""
        if self._contents is None or self._contents.of(folder) is None or folder == self._current:
            return
        self._current = folder
        for each in self.cards:
            self._show(each)
        self.bring_into_view(folder)
        self.chosen.emit(folder)

    def bring_into_view(self, folder: str) -> None:
        """Scroll to a class."""
        shown = self._cards.get(folder)
        if shown is not None:
            self._rows.activate()
            self._scroll.ensureWidgetVisible(shown, 0, SPACE)

    @Slot()
    def begin_class(self) -> None:
        """Let the user type the name of a new class."""
        self._name.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._name.selectAll()

    def _show(self, shown: ClassCard, one: SampleClass | None = None) -> None:
        """Show in a card what its class contains now."""
        one = one or (None if self._contents is None else self._contents.of(shown.folder))
        if one is not None:
            shown.show_class(one, self._shown_keys.get(one.name, ""), chosen=one.folder == self._current)

    @Slot()
    def _build_next(self) -> None:
        self._build(1)

    def _build(self, most: int) -> None:
        """Make some of the cards that are missing; the others follow when the window has reacted to its user."""
        built = 0
        for place, one in enumerate(() if self._contents is None else self._contents.classes):
            if one.folder in self._cards:
                continue
            if built == most:
                self._builder.start()
                return
            made = self._new_card(one.folder)
            self._rows.insertWidget(place, made)
            self._show(made, one)
            made.show()
            built += 1
        if built:
            self.cards_changed.emit()

    def _new_card(self, folder: str) -> ClassCard:
        self._made += 1
        made = ClassCard(self._theme, self._thumbnails, self._made, self._list)
        made.chosen.connect(self.choose)
        made.menu_wanted.connect(self.menu_wanted)
        made.samples_menu_wanted.connect(self.samples_menu_wanted)
        made.samples_dropped.connect(self.samples_dropped)
        made.data_dropped.connect(self.data_dropped)
        made.selection_changed.connect(self._select_in)
        self._cards[folder] = made
        # The layout of a late child gets the text size here.
        adopt(made)
        return made

    def _invitation(self) -> QWidget:
        frame = card("collectInvitation", self)
        column = QVBoxLayout(frame)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 3 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(title(self.tr("Teach a network your own signs"), frame))
        for sentence in (
            self.tr("1. Add a class below for each thing that the network should tell apart, such as A and B."),
            self.tr("2. Draw each of them ten times, or drop pictures on its card."),
            self.tr("3. Press Train on it, then Start. With Use this model, Draw reads your classes."),
        ):
            column.addWidget(muted(sentence, frame))
        column.addStretch(1)
        return frame

    def _new_class(self) -> QWidget:
        frame = card("newClassCard", self)
        self._name = _NameField(frame)
        self._name.setObjectName("newClassName")
        self._name.setAccessibleName(self.tr("Name of the new class"))
        self._name.setPlaceholderText(self.tr("Name of a new class"))
        self._name.setToolTip(self.tr("Type a name, such as A, and press Enter (Ctrl+Shift+N)"))
        self._name.setFixedHeight(4 * SPACE)
        self._name.setMaxLength(10_000)
        self._name.returnPressed.connect(self._add)
        self._add_button = QPushButton(self.tr("Add class"), frame)
        self._add_button.setObjectName("addClassButton")
        self._add_button.setAccessibleName(self.tr("Add class"))
        self._add_button.setToolTip(self.tr("Add a class with this name"))
        self._add_button.setFixedHeight(4 * SPACE)
        self._add_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._add_button.clicked.connect(self._add)
        row = QHBoxLayout(frame)
        row.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        row.setSpacing(SPACE)
        row.addWidget(self._name, 1)
        row.addWidget(self._add_button)
        return frame

    @Slot(object)
    def _select_in(self, selected: ClassCard) -> None:
        if selected.view.selected:
            for each in self.cards:
                if each is not selected:
                    each.view.clearSelection()
        self.selection_changed.emit()

    @Slot()
    def _add(self) -> None:
        if self._name.text().strip():
            self.class_wanted.emit(self._name.text())
            self._name.clear()
