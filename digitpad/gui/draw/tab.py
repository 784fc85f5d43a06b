"""The Draw tab: the canvas with its tools on the left, prediction and network input on the right."""

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QActionGroup, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from digitpad.data.dataset import in_words
from digitpad.data.picture_fit import CROP
from digitpad.gui.canvas.canvas import PEN_WIDTHS, Canvas, Tool
from digitpad.gui.canvas.drawing import DEFAULT_PEN_WIDTH
from digitpad.gui.canvas.number_boxes import NumberBox
from digitpad.gui.draw.add_to_collection import AddToCollection
from digitpad.gui.draw.character_choice import CharacterChoice
from digitpad.gui.draw.hand.teaching import Teaching
from digitpad.gui.draw.page_files import PageFiles
from digitpad.gui.draw.photograph_switch import PhotographSwitch
from digitpad.gui.draw.reading_note import ReadingNote
from digitpad.gui.draw.refusal_threshold import RefusalRow
from digitpad.gui.widgets.actions import action_button, make_action
from digitpad.gui.widgets.answer import Headline
from digitpad.gui.widgets.cards import card, muted, title
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.received import ReceivedPicture
from digitpad.gui.widgets.refusal_bars import RefusalBars
from digitpad.gui.widgets.scrolling_pages import ScrollingColumn
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.headline import show_verdict
from digitpad.gui.workspace.look import Look
from digitpad.gui.workspace.tab_page import TabPage
from digitpad.gui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from digitpad.gui.workspace.models import LoadedModel

_KEY = QKeySequence.StandardKey
_SIDE_WIDTH = 480  # the largest width of the right column, in pixels at 100 % text size
_WIDTH_STEP = 2


class DrawTab(TabPage):
    """Draw digits and see their predictions.

    Parameters
    ----------
    theme
        The theme.
    workspace
        The workspace, with the drawing and its reading.
    """

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawTab")
        self._workspace = workspace
        self._settings = workspace.settings
        self._network: LoadedModel | None = None  # the network whose normalisation is shown
        self.canvas = Canvas(theme, self, workspace.drawing)
        self.answer = Headline(theme, self)
        self.bars = RefusalBars(theme, self)
        self.refusal = RefusalRow(workspace, self)
        self.received = ReceivedPicture(theme, self)
        self.choice = CharacterChoice(self, workspace)
        self.files = PageFiles(self.canvas, workspace.settings, self)
        self.keep = AddToCollection(theme, workspace, self)
        self._make_actions()
        self.teaching = Teaching(theme, workspace, self.bars, self)
        self._lay_out()
        self.canvas.history_changed.connect(self._show_history)
        self.reading_note = ReadingNote(self.canvas)
        self.files.reading.connect(self.reading_note.show_reading)
        self.files.message.connect(self.message)
        self.keep.message.connect(self.message)
        self.teaching.message.connect(self.message)
        self.answer.character_chosen.connect(workspace.choose)
        self.bars.threshold_moved.connect(workspace.move_threshold)
        workspace.published.connect(self.show_look)
        self.width_slider.setValue(self._settings.pen_width or DEFAULT_PEN_WIDTH)
        self._show_history()
        self.show_look(workspace.look)

    @Slot(object)
    def show_look(self, look: Look) -> None:
        """Show the reading of the network."""
        number = look.number_read
        boxes = () if number is None else number.segments
        self.canvas.show_boxes([NumberBox(one.label, one.box, at == look.place) for at, one in enumerate(boxes)])
        self.choice.show_look(look)
        self.keep.show_look(look)
        self.teaching.show_look(look)
        self.refusal.show_look(look)
        if look.pixels is None:
            self.received.clear()
        else:
            self.received.show_image(look.pixels)
        show_verdict(look, self.answer, self.bars)
        if look.network is not self._network:
            self._network = network = look.network
            text = "" if network is None else self.tr("mean {mean}, std {std}")
            if network is not None:
                text = text.format(mean=in_words(network.mean, ".4f"), std=in_words(network.std, ".4f"))
            self.normalisation.setText(text)
            self._show_preparation(network)
        if look.error:
            self.message.emit(Message(look.error))

    def _show_preparation(self, network: "LoadedModel | None") -> None:
        """Say how the page is prepared for the network: as a picture or as ink."""
        facts = [
            self.tr("cropped to the ink"),
            self.tr("long side 20 pixels"),
            self.tr("centre of mass in the middle"),
        ]
        if network is not None and network.picture_shape is not None:
            channels, height, width = network.picture_shape
            cropped = network.picture_fit == CROP
            facts = [
                self.tr("resized and cropped to the marked part") if cropped else self.tr("resized as a whole"),
                self.tr("{width} × {height} pixels").format(width=width, height=height),
                self.tr("red, green and blue") if channels == 3 else self.tr("grey"),
            ]
        for label, fact in zip(self._facts, facts, strict=True):
            label.setText(fact)

    def shut_down(self) -> None:
        """Wait for the workers that read and write files."""
        self.files.shut_down()
        self.keep.shut_down()
        self.teaching.shut_down()

    # Parts

    def _make_actions(self) -> None:
        group = QActionGroup(self)
        self.pen = make_action(self, "actionPen", self.tr("Pen"), ["P"], self.tr("Draw with the pen"), self._take_pen)
        self.eraser = make_action(
            self, "actionEraser", self.tr("Eraser"), ["E"], self.tr("Erase ink"), self._take_eraser
        )
        for action in (self.pen, self.eraser):
            action.setCheckable(True)
            group.addAction(action)
        self.pen.setChecked(True)
        self.thinner = make_action(
            self, "actionThinner", self.tr("Thinner pen"), ["["], self.tr("Draw thinner lines"), self._thinner
        )
        self.thicker = make_action(
            self, "actionThicker", self.tr("Thicker pen"), ["]"], self.tr("Draw thicker lines"), self._thicker
        )
        self.undo = make_action(
            self, "actionUndo", self.tr("Undo"), [_KEY.Undo], self.tr("Undo the last step"), self.canvas.undo
        )
        redo_keys: list[str | QKeySequence.StandardKey] = [_KEY.Redo, "Ctrl+Y"]
        self.redo = make_action(
            self,
            "actionRedo",
            self.tr("Redo"),
            redo_keys,
            self.tr("Redo the last step that was undone"),
            self.canvas.redo,
        )
        clear_keys = ["Ctrl+N", "Del", "Ctrl+Backspace"]
        sentence = self.tr("Clear the canvas; Undo restores it")
        self.clear = make_action(self, "actionClear", self.tr("Clear"), clear_keys, sentence, self.canvas.clear)
        self.focus_canvas = make_action(
            self,
            "actionFocusCanvas",
            self.tr("Go to the canvas"),
            ["F6"],
            self.tr("Draw with the keyboard"),
            self.canvas.take_keyboard,
        )
        sentence = self.tr("Show the activations of every layer for this drawing")
        self.see_inside = make_action(self, "actionSeeInside", self.tr("See inside"), ["I"], sentence, self._see_inside)

    def _lay_out(self) -> None:
        left = card("canvasCard", self)
        column = QVBoxLayout(left)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addLayout(self._toolbar(left))
        column.addWidget(self.canvas, 1)
        column.addWidget(self.teaching.bar)
        # The tab order starts with the tools, in visual order.
        tools = [widget for widget in left.findChildren(QWidget) if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]
        for first, second in pairwise([*(tool for tool in tools if tool is not self.canvas), self.canvas]):
            QWidget.setTabOrder(first, second)
        right = QVBoxLayout()
        right.setSpacing(SPACE + SPACE // 2)
        right.addWidget(self._answer_card(), 3)
        right.addWidget(self._bars_card(), 4)
        right.addWidget(self._received_card(), 0)
        cards = QWidget(self)
        cards.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        # It scrolls for itself: in a low window, the canvas and the row below it stay visible as a whole.
        self._side = ScrollingColumn("drawSide", cards, self)
        self._side.setMaximumWidth(_SIDE_WIDTH)
        self._side.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        row.setSpacing(2 * SPACE)
        row.addWidget(left, 25)
        row.addWidget(self._side, 17)

    def _toolbar(self, frame: QWidget) -> FlowLayout:
        row = FlowLayout()
        row.setSpacing(SPACE - 2)
        for action, name in (
            (self.pen, "penButton"),
            (self.eraser, "eraserButton"),
            (self.undo, "undoButton"),
            (self.redo, "redoButton"),
            (self.clear, "clearButton"),
        ):
            row.addWidget(action_button(action, name, action.text(), frame))
        row.addWidget(self._pen_width(frame))
        row.add_stretch()
        row.addWidget(action_button(self.files.open, "openButton", self.tr("Open…"), frame))
        row.addWidget(action_button(self.files.save_png, "saveButton", self.tr("Save…"), frame))
        row.addWidget(action_button(self.keep.action, "addToCollectionButton", self.tr("Collect…"), frame))
        return row

    def _pen_width(self, frame: QWidget) -> QWidget:
        """Return the slider for the pen width with its label; both stay on one line of the toolbar."""
        both = QWidget(frame)
        both.setObjectName("penWidth")
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        self.width_slider = QSlider(Qt.Orientation.Horizontal, both)
        self.width_slider.setObjectName("widthSlider")
        self.width_slider.setAccessibleName(self.tr("Pen width"))
        self.width_slider.setToolTip(
            self.tr("The width of the pen ([ and ]); the network always receives lines of one width")
        )
        self.width_slider.setRange(*PEN_WIDTHS)
        self.width_slider.setPageStep(6)
        self.width_slider.setFixedHeight(24)
        self.width_slider.setFixedWidth(56)
        self.width_slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.width_slider.valueChanged.connect(self._set_width)
        label = muted(self.tr("Width"), both)
        label.setWordWrap(False)
        label.setBuddy(self.width_slider)
        row.addWidget(label)
        row.addWidget(self.width_slider)
        return both

    def _answer_card(self) -> QFrame:
        frame = card("answerCard", self)
        column = QVBoxLayout(frame)
        column.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, SPACE)
        column.addWidget(self.answer)
        return frame

    def _bars_card(self) -> QFrame:
        frame = card("barsCard", self)
        column = QVBoxLayout(frame)
        column.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, SPACE)
        column.setSpacing(SPACE // 2)
        column.addWidget(self.bars)
        column.addWidget(self.refusal)
        return frame

    def _received_card(self) -> QFrame:
        frame = card("receivedCard", self)
        frame.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        heading = title(self.tr("What the network receives"), frame)
        heading.setObjectName("receivedTitle")
        heading.setWordWrap(True)
        facts = QVBoxLayout()
        facts.setSpacing(SPACE)
        facts.addWidget(heading)
        self._facts = [muted("", frame) for _ in range(3)]
        for label in self._facts:
            facts.addWidget(label)
        self._show_preparation(None)
        self.normalisation = muted("", frame)
        self.normalisation.setObjectName("normalisation")
        facts.addWidget(self.normalisation)
        facts.addStretch(1)
        # Not among the tools: the switch comes and goes, and no tool may wrap and move the canvas then.
        self.photograph = PhotographSwitch(self.canvas.drawing, frame)
        below = FlowLayout()
        below.setSpacing(SPACE)
        below.addWidget(action_button(self.see_inside, "seeInsideButton", self.tr("See inside →"), frame))
        below.addWidget(self.photograph)
        facts.addLayout(below)
        row = QHBoxLayout(frame)
        row.setContentsMargins(3 * SPACE, SPACE + SPACE // 2, 3 * SPACE, SPACE + SPACE // 2)
        row.setSpacing(2 * SPACE)
        row.addWidget(self.received, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(facts, 1)
        return frame

    # Actions of the tools

    @Slot()
    def _see_inside(self) -> None:
        self.tab_wanted.emit("Features")

    @Slot()
    def _take_pen(self) -> None:
        self.canvas.use(Tool.PEN)

    @Slot()
    def _take_eraser(self) -> None:
        self.canvas.use(Tool.ERASER)

    @Slot()
    def _thinner(self) -> None:
        self.width_slider.setValue(self.width_slider.value() - _WIDTH_STEP)

    @Slot()
    def _thicker(self) -> None:
        self.width_slider.setValue(self.width_slider.value() + _WIDTH_STEP)

    @Slot(int)
    def _set_width(self, width: int) -> None:
        self.canvas.pen_width = float(width)
        self.canvas.update()
        self._settings.pen_width = width

    @Slot()
    def _show_history(self) -> None:
        sketch = self.canvas.sketch
        for action, name, text in (
            (self.undo, sketch.undo_name, self.tr("Undo {step} ({key})")),
            (self.redo, sketch.redo_name, self.tr("Redo {step} ({key})")),
        ):
            action.setEnabled(name is not None)
            key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            tip = f"{action.statusTip()} ({key})" if name is None else text.format(step=name, key=key)
            action.setToolTip(tip_text(tip))
