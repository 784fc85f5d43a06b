"""What the monkey does: each act is one thing that a hand could do to the window, at random."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import shiboken6
from monkey_things import Things
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QMouseEvent,
    QWheelEvent,
    QWindow,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QTabBar,
    QWidget,
)

from digitpad.gui.data.collect.page import CollectPage
from digitpad.gui.data.tab import DataTab
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.top_bar import ModelChooser
from digitpad.gui.training.train_tab import TrainTab
from digitpad.nn import ARCHITECTURES
from digitpad.training.runs import Run, RunStore

_T = TypeVar("_T")

_TABS = ("Draw", "Data", "Train", "Features", "Evaluate")
_KEYS = (
    *(Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Delete),
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End),
    *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_F2, Qt.Key.Key_F6, Qt.Key.Key_F10, Qt.Key.Key_Backspace),
    *(Qt.Key.Key_0, Qt.Key.Key_3, Qt.Key.Key_9, Qt.Key.Key_Period, Qt.Key.Key_Minus, Qt.Key.Key_E, Qt.Key.Key_P),
)
#: Keys that are pressed with Ctrl; Ctrl+Q closes the window, and the monkey opens another.
_WITH_CTRL = "1234ZYNVCMEDGKLIB0+-Q"
_MODIFIERS = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier)
#: What makes the window open itself elsewhere, or takes its time: the monkey asks for it by acts of their own.
_LEFT_ALONE = {"actionQuit"}


class Acts:
    """Acts on one main window.

    Parameters
    ----------
    window
        The window, shown.
    things
        What there is to drop.
    store
        Where the window keeps its runs.
    rng
        Decides everything.
    """

    def __init__(self, window: MainWindow, things: Things, store: RunStore, rng: np.random.Generator) -> None:
        self._window = window
        self._things = things
        self._store = store
        self._rng = rng
        self._table: Sequence[tuple[int, Callable[[], str]]] = (
            (14, self._draw),
            (16, self._click),
            (8, self._key),
            (8, self._trigger),
            (4, self._change_field),
            (4, self._wheel_or_hover),
            (6, self._drop),
            (3, self._paste),
            (4, self._drop_after_click_on_chooser),
            (3, self._choose_in_menu),
            (3, self._use_model),
            (5, self._go_to),
            (6, self._train),
            (2, self._resume),
            (3, self._operate),
            (2, self._compare),
            (2, self._evaluate),
            (6, self._collect),
            (2, self._resize),
            (1, self._context_menu),
        )
        weights = np.array([weight for weight, _ in self._table], float)
        self._chances = weights / weights.sum()

    def do_one(self) -> str:
        """Do something, and return what it was, in words."""
        popup = QApplication.activePopupWidget()
        if popup is not None and self._rng.random() < 0.4:
            return self._in_popup(popup)
        dialog = next((widget for widget in QApplication.topLevelWidgets() if _is_open_dialog(widget)), None)
        if dialog is not None and self._rng.random() < 0.3:
            return self._in_dialog(dialog)
        _, act = self._table[int(self._rng.choice(len(self._table), p=self._chances))]
        return f"{act.__name__.strip('_')} {act()}"

    # By hand

    def _draw(self) -> str:
        canvas = self._window.draw_tab.canvas
        count = int(self._rng.integers(1, 4))
        for _ in range(count):
            points = self._rng.uniform(0.1, 0.9, 2) + np.cumsum(self._rng.normal(0, 0.04, (12, 2)), axis=0)
            line = [QPointF(x * canvas.width(), y * canvas.height()) for x, y in points]
            _mouse(canvas, QEvent.Type.MouseButtonPress, line[0])
            for point in line[1:]:
                _mouse(canvas, QEvent.Type.MouseMove, point)
            if self._rng.random() < 0.97:
                _mouse(canvas, QEvent.Type.MouseButtonRelease, line[-1])
        return f"{count} strokes"

    def _click(self) -> str:
        widget = self._visible_widget()
        if widget is None:
            return "nothing"
        place = self._place_in(widget)
        button = Qt.MouseButton.LeftButton if self._rng.random() < 0.9 else Qt.MouseButton.RightButton
        modifier = self._one(_MODIFIERS) if self._rng.random() < 0.2 else _MODIFIERS[0]
        what = f"{_name(widget)} at {place.x()},{place.y()}"
        top = widget.window()
        place_in_top = widget.mapTo(top, place)
        # Until the system has answered, a window that was resized has another size for Qt.
        if self._rng.random() < 0.7 and top.internalWinId() and _reaches(top.windowHandle(), place_in_top):
            # As from the system: an open menu takes it, and closes where it falls outside.
            QTest.mouseClick(top.windowHandle(), button, modifier, place_in_top)
        elif self._rng.random() < 0.2:
            QTest.mouseDClick(widget, button, modifier, place)
        else:
            QTest.mouseClick(widget, button, modifier, place)
        return what

    def _key(self) -> str:
        target = QApplication.focusWidget() or self._window
        if isinstance(target.window(), QFileDialog):
            return "not in a file dialog"
        if self._rng.random() < 0.3:
            letter = self._one(_WITH_CTRL)
            # Keys have the numbers of their letters.
            QTest.keyClick(target, ord(letter), Qt.KeyboardModifier.ControlModifier)
            return f"Ctrl+{letter}"
        key = self._one(_KEYS)
        QTest.keyClick(target, key)
        return f"{key.name} on {_name(target)}"

    def _trigger(self) -> str:
        actions = [
            action
            for action in self._window.findChildren(QAction)
            if action.isEnabled() and action.isVisible() and action.objectName() not in {"", *_LEFT_ALONE}
        ]
        action = self._one(actions)
        name = action.objectName()
        action.trigger()
        return name

    def _change_field(self) -> str:
        kinds = (QAbstractSpinBox, QComboBox, QLineEdit, QAbstractSlider, QTabBar, QAbstractItemView)
        fields = [widget for widget in self._widgets() if isinstance(widget, kinds)]
        if not fields:
            return "nothing"
        field = self._one(fields)
        what = _name(field)
        if isinstance(field, QComboBox) and field.count():
            field.setCurrentIndex(int(self._rng.integers(field.count())))
            field.activated.emit(field.currentIndex())
        elif isinstance(field, QAbstractSlider):
            field.setValue(int(self._rng.integers(field.minimum(), field.maximum() + 1)))
        elif isinstance(field, QTabBar):
            field.setCurrentIndex(int(self._rng.integers(max(1, field.count()))))
        else:
            text = str(self._rng.choice(["3", "0", "-1", "1e9", "0.5", "", "abc", "<b>x", "12"]))
            QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            if shiboken6.isValid(field):
                QTest.keyClicks(field, text)
            if shiboken6.isValid(field):
                QTest.keyClick(field, Qt.Key.Key_Return)
        return what

    def _wheel_or_hover(self) -> str:
        widget = self._visible_widget()
        if widget is None:
            return "nothing"
        place = QPointF(self._place_in(widget))
        what = _name(widget)
        if self._rng.random() < 0.5:
            _mouse(widget, QEvent.Type.MouseMove, place, held=False)
        else:
            turn = QPoint(0, int(self._one((-120, 120, 360))))
            none = Qt.MouseButton.NoButton
            phase = Qt.ScrollPhase.NoScrollPhase
            glob = QPointF(widget.mapToGlobal(place))
            event = QWheelEvent(place, glob, QPoint(), turn, none, self._one(_MODIFIERS), phase, False)
            QApplication.sendEvent(widget, event)
        return what

    def _context_menu(self) -> str:
        widget = self._visible_widget()
        if widget is None:
            return "nothing"
        place = self._place_in(widget)
        what = _name(widget)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, widget.mapToGlobal(place))
        QApplication.sendEvent(widget, event)
        return what

    def _resize(self) -> str:
        state = self._one((Qt.WindowState.WindowNoState,) * 4 + (Qt.WindowState.WindowMaximized,))
        self._window.setWindowState(state)
        size = QSize(int(self._rng.integers(400, 1921)), int(self._rng.integers(300, 1081)))
        self._window.resize(size)
        return f"{size.width()}x{size.height()} {state.name}"

    # From elsewhere

    def _drop(self) -> str:
        mime = self._things.mime(self._rng)
        what = mime.text()[:80] if mime.hasText() else ", ".join(mime.formats())
        place = QPoint(self._window.width() // 2, self._window.height() // 2)
        rest = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        enter = QDragEnterEvent(place, *rest)
        QApplication.sendEvent(self._window, enter)
        if enter.isAccepted() and self._rng.random() < 0.95:
            QApplication.sendEvent(self._window, QDropEvent(QPointF(place), *rest))
        else:
            QApplication.sendEvent(self._window, QDragLeaveEvent())
        return what

    def _paste(self) -> str:
        mime = self._things.mime(self._rng)
        what = mime.text()[:80] if mime.hasText() else ", ".join(mime.formats())
        if self._rng.random() < 0.2:
            QGuiApplication.clipboard().clear()
        else:
            QGuiApplication.clipboard().setMimeData(mime)
        self._window.draw_tab.files.paste.trigger()
        return what

    def _drop_after_click_on_chooser(self) -> str:
        chooser = self._window.findChild(ModelChooser)
        if chooser is None:
            return "nothing"
        if self._rng.random() < 0.5:
            QTest.mouseClick(chooser, Qt.MouseButton.LeftButton, pos=self._place_in(chooser))
        else:
            _mouse(chooser, QEvent.Type.MouseButtonPress, QPointF(5, 5))
        what = [f"menu open: {chooser.networks.isVisible()}"]
        acts = (self._drop, self._use_model, self._in_chooser_menu, self._train)
        what += [self._one(acts)() for _ in range(int(self._rng.integers(1, 4)))]
        return "; ".join(what)

    def _in_chooser_menu(self) -> str:
        chooser = self._window.findChild(ModelChooser)
        if chooser is None:
            return "nothing"
        return self._in_popup(chooser.networks)

    def _choose_in_menu(self) -> str:
        menus = [menu for menu in self._window.findChildren(QMenu) if not menu.isVisible()]
        menu = self._one(menus)
        what = _name(menu)
        menu.popup(self._window.mapToGlobal(QPoint(100, 100)))
        return what

    def _use_model(self) -> str:
        path = self._one((None, *self._things.models))
        if self._rng.random() < 0.7 or path is None:
            self._window.use_model(path)
        else:
            self._window.workspace.look_at(path)
        return str(path)

    # In tabs

    def _go_to(self) -> str:
        name = str(self._rng.choice(_TABS))
        self._window.go_to(name)
        return name

    def _collect(self) -> str:
        tab = self._window.go_to("Data")
        page = tab.page("collect") if isinstance(tab, DataTab) else None
        if not isinstance(page, CollectPage):
            return "nothing"
        pad, classes = page.pad.pad, [] if page.state.contents is None else page.state.contents.classes
        if not classes or self._rng.random() < 0.1:
            page.commands.add_class(str(self._one(("A", "B", "x/y", "\u202e", "w" * 300))))
            return "a class"
        if self._rng.random() < 0.5:
            for x, y in self._rng.uniform(0, 1, (3, 2)):
                _mouse(pad, QEvent.Type.MouseButtonPress, QPointF(x * pad.width(), y * pad.height()))
                _mouse(pad, QEvent.Type.MouseButtonRelease, QPointF(y * pad.width(), x * pad.height()))
        if page.column.cards:
            card = self._one(page.column.cards)
            page.column.choose(card.folder)
            if self._rng.random() < 0.3:
                card.view.selectAll()
        commands = page.commands
        acts = (page.add_drawing, page.add_drawing, page.add_drawing, page.undo, page.redo, commands.delete_selected)
        rare = (commands.new_collection, commands.delete_collection, commands.restore_collection, page.train)
        act = self._one(acts if self._rng.random() < 0.9 else rare)
        act()
        return act.__name__

    def _train(self) -> str:
        tab = self._window.go_to("Train")
        if not isinstance(tab, TrainTab):
            return "nothing"
        if not tab.session.is_on or self._rng.random() < 0.2:
            architecture = ARCHITECTURES["light" if self._rng.random() < 0.9 else "lenet5"]
            tab.editor.change(dataset=str(self._things.data), architecture=architecture)
            epochs = int(self._rng.integers(1, 4))
            tab.editor.change_settings(batch_size=16, epochs=epochs, threads=int(self._rng.integers(1, 3)))
        acts = (
            tab.start_or_hold,
            tab.start_or_hold,
            tab.one_batch,
            tab.one_epoch,
            tab.session.stop,
            tab.dialogs.show_runs,
        )
        act = self._one((*acts, tab.dialogs.show_more, tab.dialogs.edit_network))
        act()
        return f"{act.__name__}, {tab.session.state.name}"

    def _resume(self) -> str:
        tab = self._window.go_to("Train")
        runs = [run for run in self._store.all()[:20] if isinstance(run, Run)]
        if not isinstance(tab, TrainTab) or not runs:
            return "nothing"
        run = self._one(runs)
        tab.resume(run)
        return run.folder.name

    def _operate(self) -> str:
        tab = self._window.go_to("Features")
        if not isinstance(tab, FeaturesTab):
            return "nothing"
        surgery = tab.panel.surgery
        tab.panel.show_page(3)
        act = self._one((surgery.mute, surgery.mute, surgery.isolate, surgery.operations.undo, surgery.operations.redo))
        act()
        return act.__name__

    def _compare(self) -> str:
        tab = self._window.go_to("Features")
        if not isinstance(tab, FeaturesTab):
            return "nothing"
        if self._rng.random() < 0.3:
            tab.stop_comparing()
            return "no more"
        path = self._one(self._things.models)
        tab.compare_with_path(path)
        return str(path)

    def _evaluate(self) -> str:
        tab = self._window.go_to("Evaluate")
        if not isinstance(tab, EvaluationTab):
            return "nothing"
        if not tab.is_running:
            tab.setup.add_data(str(self._things.data))
            tab.setup.add_model(self._one(self._things.models), str(self._rng.choice(["model", "other"])))
        tab.start.trigger()
        return "running" if tab.is_running else "not running"

    # In what has opened

    def _in_popup(self, popup: QWidget) -> str:
        actions = [action for action in popup.actions() if action.isEnabled()] if isinstance(popup, QMenu) else []
        what = f"in popup {_name(popup)}"
        if actions and self._rng.random() < 0.5:
            action = self._one(actions)
            name = action.text()
            if action.objectName() not in _LEFT_ALONE:
                action.activate(self._one((QAction.ActionEvent.Trigger, QAction.ActionEvent.Hover)))
            return f"{what}: {name}"
        if self._rng.random() < 0.5:
            key = self._one((Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Escape))
            QTest.keyClick(popup, key)
            return f"{what}: {key.name}"
        popup.close()
        return f"{what}: close"

    def _in_dialog(self, dialog: QWidget) -> str:
        what = f"in dialog {_name(dialog)}"
        if not isinstance(dialog, QFileDialog):
            dialog.close()
            return f"{what}: close"
        # The monkey chooses only files of its own, and never touches the list of files: Del deletes there.
        accepts = self._rng.random() < 0.7
        if not accepts:
            dialog.reject()
            return f"{what}: reject"
        path = self._one(self._things.files)
        if dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave:
            path = self._things.folder / f"saved {int(self._rng.integers(3))}"
        elif dialog.fileMode() is QFileDialog.FileMode.Directory:
            path = self._things.data if self._rng.random() < 0.5 else self._things.folder
        dialog.fileSelected.emit(str(path))
        dialog.reject()
        return f"{what}: {path.name}"

    # What there is

    def _widgets(self) -> list[QWidget]:
        """Return the visible widgets of all windows except those of file dialogs."""
        tops = [top for top in QApplication.topLevelWidgets() if top.isVisible() and not isinstance(top, QFileDialog)]
        return [
            widget
            for top in tops
            for widget in (top, *top.findChildren(QWidget))
            if widget.isVisible() and not isinstance(widget.window(), QFileDialog)
        ]

    def _visible_widget(self) -> QWidget | None:
        widgets = [widget for widget in self._widgets() if widget.width() > 0 and widget.height() > 0]
        return self._one(widgets) if widgets else None

    def _place_in(self, widget: QWidget) -> QPoint:
        return QPoint(int(self._rng.integers(max(1, widget.width()))), int(self._rng.integers(max(1, widget.height()))))

    def _one(self, things: Sequence[_T]) -> _T:
        return things[int(self._rng.integers(len(things)))]


def _is_open_dialog(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isWindow() and not isinstance(widget, MainWindow | QMenu)


def _reaches(handle: QWindow, place: QPoint) -> bool:
    return QRect(QPoint(0, 0), handle.size()).contains(place)


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()}"


def _mouse(widget: QWidget, kind: QEvent.Type, place: QPointF, *, held: bool = True) -> None:
    if not shiboken6.isValid(widget):
        return
    moving = kind == QEvent.Type.MouseMove
    button = Qt.MouseButton.NoButton if moving else Qt.MouseButton.LeftButton
    down = held and kind != QEvent.Type.MouseButtonRelease
    buttons = Qt.MouseButton.LeftButton if down else Qt.MouseButton.NoButton
    event = QMouseEvent(kind, place, widget.mapToGlobal(place), button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)
