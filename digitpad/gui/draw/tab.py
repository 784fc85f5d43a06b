"""The Draw tab: the canvas with its tools on the left, what the network says and sees on the right."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QActionGroup, QKeySequence
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from digitpad.gui.canvas.canvas import DEFAULT_PEN_WIDTH, PEN_WIDTHS, Canvas, Tool
from digitpad.gui.canvas.number_boxes import NumberBox
from digitpad.gui.draw.character_choice import SIGNS, CharacterChoice
from digitpad.gui.draw.page_files import PageFiles
from digitpad.gui.draw.refusal import RefusalRow
from digitpad.gui.widgets.actions import action_button, make_action
from digitpad.gui.widgets.answer import NEAR, Answer
from digitpad.gui.widgets.bars import ProbabilityBars
from digitpad.gui.widgets.cards import card, muted, title
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.percent import sureness
from digitpad.gui.widgets.received import ReceivedPicture
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.live_reader import LiveReader
from digitpad.gui.workspace.models import LoadedModel
from digitpad.gui.workspace.settings import Settings

if TYPE_CHECKING:
    from digitpad.reading.numbers import NumberReading, Segment
    from digitpad.reading.recognizer import Prediction

_KEY = QKeySequence.StandardKey
_SIDE_WIDTHS = (336, 480)  # the right column's narrowest and widest, in pixels
_WIDTH_STEP = 2


class DrawTab(QWidget):
    """Draw, and see it read.

    Signals
    -------
    message
        A `Message` for the message bar.
    digit_read
        The digit whose bars are shown is another, or read anew: its `Prediction`, or None without one.
    inside_wanted
        What every layer makes of it is to be seen.
    """

    message = Signal(object)
    digit_read = Signal(object)
    inside_wanted = Signal()

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawTab")
        self._settings = settings
        self._labels: tuple[str, ...] = ()
        self._digit: Prediction | None = None
        self._number: NumberReading | None = None
        self.canvas = Canvas(theme, self)
        self.answer = Answer(theme, self)
        self.bars = ProbabilityBars(theme, self)
        self.refusal = RefusalRow(self)
        self.received = ReceivedPicture(theme, self)
        self.reader = LiveReader(self)
        self.choice = CharacterChoice(self)
        self.files = PageFiles(self.canvas, settings, self)
        self._make_actions()
        self._lay_out()
        self.canvas.changed.connect(self._read)
        self.canvas.history_changed.connect(self._show_history)
        self.canvas.picture_set_aside.connect(self._tell_of_picture)
        self.reader.answered.connect(self._show)
        self.reader.failed.connect(self._complain)
        self.files.message.connect(self.message)
        self.refusal.moved.connect(self._read_again)
        self.choice.changed.connect(self._show_choice)
        self.answer.character_chosen.connect(self.choice.choose)
        self.width_slider.setValue(settings.pen_width or DEFAULT_PEN_WIDTH)
        self._show_history()

    @property
    def digit(self) -> "Prediction | None":
        """The digit whose bars are shown; None when there is nothing to read."""
        return self._digit

    def use_model(self, model: LoadedModel | None) -> None:
        """Read with a model from now on; None when there is none to be had."""
        self._labels = model.reader.labels if model is not None else ()
        facts = "" if model is None else f"mean {model.mean:.4f}, deviation {model.std:.4f}"
        self.normalisation.setText(facts)
        self.refusal.use(model.reader if model is not None else None)
        self.reader.use(model.reader if model is not None else None)

    # Parts

    def _make_actions(self) -> None:
        group = QActionGroup(self)
        self.pen = make_action(self, "actionPen", "Pen", ["P"], "Draw with the pen", self._take_pen)
        self.eraser = make_action(self, "actionEraser", "Eraser", ["E"], "Rub ink out", self._take_eraser)
        for action in (self.pen, self.eraser):
            action.setCheckable(True)
            group.addAction(action)
        self.pen.setChecked(True)
        self.thinner = make_action(self, "actionThinner", "Thinner pen", ["["], "Draw thinner lines", self._thinner)
        self.thicker = make_action(self, "actionThicker", "Thicker pen", ["]"], "Draw thicker lines", self._thicker)
        self.undo = make_action(self, "actionUndo", "Undo", [_KEY.Undo], "Take the last step back", self.canvas.undo)
        redo_keys: list[str | QKeySequence.StandardKey] = [_KEY.Redo, "Ctrl+Y"]
        self.redo = make_action(self, "actionRedo", "Redo", redo_keys, "Do it again", self.canvas.redo)
        clear_keys = ["Ctrl+N", "Del", "Ctrl+Backspace"]
        sentence = "Empty the canvas; Undo brings everything back"
        self.clear = make_action(self, "actionClear", "Clear", clear_keys, sentence, self.canvas.clear)
        self.focus_canvas = make_action(
            self, "actionFocusCanvas", "Go to the canvas", ["F6"], "Draw with the keyboard", self.canvas.take_keyboard
        )
        sentence = "See what every layer makes of this digit"
        self.see_inside = make_action(self, "actionSeeInside", "See inside", ["I"], sentence, self.inside_wanted.emit)

    def _lay_out(self) -> None:
        left = card("canvasCard", self)
        column = QVBoxLayout(left)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addLayout(self._toolbar(left))
        column.addWidget(self.canvas, 1)
        # The keyboard goes through the tools first, as the eye does.
        tools = [widget for widget in left.findChildren(QWidget) if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]
        for first, second in pairwise([*(tool for tool in tools if tool is not self.canvas), self.canvas]):
            QWidget.setTabOrder(first, second)
        right = QVBoxLayout()
        right.setSpacing(SPACE + SPACE // 2)
        right.addWidget(self._answer_card(), 3)
        right.addWidget(self._bars_card(), 4)
        right.addWidget(self._received_card(), 0)
        self._side = QWidget(self)
        self._side.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        self._side.setMinimumWidth(_SIDE_WIDTHS[0])
        self._side.setMaximumWidth(_SIDE_WIDTHS[1])
        self._side.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        row.setSpacing(2 * SPACE)
        row.addWidget(left, 25)
        row.addWidget(self._side, 16)

    def _toolbar(self, frame: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        for action, name in (
            (self.pen, "penButton"),
            (self.eraser, "eraserButton"),
            (self.undo, "undoButton"),
            (self.redo, "redoButton"),
            (self.clear, "clearButton"),
        ):
            row.addWidget(action_button(action, name, action.text(), frame))
        self.width_slider = QSlider(Qt.Orientation.Horizontal, frame)
        self.width_slider.setObjectName("widthSlider")
        self.width_slider.setAccessibleName("Pen width")
        self.width_slider.setToolTip("How thick the pen draws ([ and ]); the network always gets an even line")
        self.width_slider.setRange(*PEN_WIDTHS)
        self.width_slider.setPageStep(6)
        self.width_slider.setFixedHeight(24)
        self.width_slider.setMinimumWidth(48)
        self.width_slider.setMaximumWidth(120)
        self.width_slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.width_slider.valueChanged.connect(self._set_width)
        label = muted("width", frame)
        label.setWordWrap(False)
        label.setBuddy(self.width_slider)
        row.addSpacing(SPACE)
        row.addWidget(label)
        row.addWidget(self.width_slider, 1)
        row.addStretch(1)
        row.addWidget(action_button(self.files.open, "openButton", "Open…", frame))
        row.addWidget(action_button(self.files.save_png, "saveButton", "Save…", frame))
        return row

    def _answer_card(self) -> QFrame:
        frame = card("answerCard", self)
        column = QVBoxLayout(frame)
        column.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, SPACE)
        column.addWidget(self.answer)
        return frame

    def _bars_card(self) -> QFrame:
        frame = card("barsCard", self)
        column = QVBoxLayout(frame)
        column.setContentsMargins(3 * SPACE, SPACE + SPACE // 2, 3 * SPACE, SPACE + SPACE // 2)
        column.setSpacing(SPACE)
        column.addWidget(self.bars)
        column.addWidget(self.refusal)
        return frame

    def _received_card(self) -> QFrame:
        frame = card("receivedCard", self)
        frame.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        heading = title("what the network receives", frame)
        heading.setObjectName("receivedTitle")
        facts = QVBoxLayout()
        facts.setSpacing(SPACE)
        for fact in ("cropped to the ink", "long side 20 pixels", "centre of mass in the middle"):
            facts.addWidget(muted(fact, frame))
        self.normalisation = muted("", frame)
        self.normalisation.setObjectName("normalisation")
        facts.addWidget(self.normalisation)
        facts.addStretch(1)
        facts.addWidget(action_button(self.see_inside, "seeInsideButton", "See inside →", frame))
        grid = QGridLayout(frame)
        grid.setContentsMargins(3 * SPACE, SPACE + SPACE // 2, 3 * SPACE, 2 * SPACE)
        grid.setHorizontalSpacing(2 * SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.addWidget(heading, 0, 0, 1, 2)
        grid.addWidget(self.received, 1, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(facts, 1, 1)
        grid.setColumnStretch(1, 1)
        return frame

    # What the tools do

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
        for action, name, verb in (
            (self.undo, sketch.undo_name, "Take back"),
            (self.redo, sketch.redo_name, "Do again"),
        ):
            action.setEnabled(name is not None)
            key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{verb}: {name} ({key})" if name is not None else f"{action.statusTip()} ({key})")

    @Slot()
    def _tell_of_picture(self) -> None:
        self.message.emit(Message("The picture makes room for your drawing; Undo brings it back.", "info"))

    # What the network says

    @Slot()
    def _read(self) -> None:
        self.reader.request(self.canvas.sketch.page)

    @Slot()
    def _read_again(self) -> None:
        self.reader.use(self.reader.reader)

    @Slot(object)
    def _show(self, reading: "NumberReading | None") -> None:
        number = reading if reading is not None and reading.is_number else None
        before = self._number
        self._number = number
        if number is None:
            self.choice.clear()
            self.canvas.show_boxes(())
            self._show_digit(reading.as_digit if reading is not None else None)
            return
        self.choice.follow(len(number.segments), anew=before is None)
        self._show_choice()

    @Slot()
    def _show_choice(self) -> None:
        """Show the chosen character of the number that is on the canvas."""
        number = self._number
        if number is None:
            return
        place = self.choice.place
        segment = number.segments[place]
        self.canvas.show_boxes([NumberBox(one.label, one.box, at == place) for at, one in enumerate(number.segments)])
        self._show_digit(segment.prediction)
        about = f"{place + 1} of {len(number.segments)}: {_in_words(segment, self._labels)}"
        self.answer.show_number(number.text, number.probability, place, about, number.reason)

    def _show_digit(self, prediction: "Prediction | None") -> None:
        self._digit = prediction
        self._show_reading(prediction)
        self.digit_read.emit(prediction)

    def _show_reading(self, prediction: "Prediction | None") -> None:
        page = self.canvas.sketch.page
        self.refusal.show_share(None if prediction is None else prediction.no_digit)
        if prediction is None:
            self.bars.clear()
            self.received.clear()
            if page.is_blank or self.reader.reader is not None:
                self.answer.clear()
            else:
                self.answer.excuse("No model", "Choose one at the top right to have this read.")
            return
        self.received.show_image(prediction.image)
        if prediction.rejected and not prediction.image.any():
            self.bars.clear()
            self.answer.excuse("Nothing to read", "The picture is empty.")
            return
        values = [float(value) for value in prediction.probabilities]
        self.bars.show_probabilities(self._labels, values)
        self.answer.show_reading(self._labels, values, prediction.reason if prediction.rejected else None)

    @Slot(str)
    def _complain(self, text: str) -> None:
        self.message.emit(Message(text))


def _in_words(segment: "Segment", labels: Sequence[str]) -> str:
    """Say of one character of a number how sure the network is, and what else it might be."""
    if segment.prediction is None:
        return f"a {SIGNS[segment.label]}, by its size and place"
    if segment.prediction.rejected:
        return f"{segment.prediction.reason}"
    values = [float(value) for value in segment.prediction.probabilities]
    order = sorted(range(len(values)), key=lambda index: -values[index])
    best, second = order[:2]
    other = f", or {labels[second]}, {sureness(values[second])}" if values[second] >= NEAR else ""
    return f"{labels[best]}, {sureness(values[best])}{other}"
