"""Explanations of the prediction: an overlay on the drawing, with a sentence that says what it means.

Gradient and Grad-CAM are derived from the frame and follow the pen. Occlusion and "why not a 4?" take longer: they
start when the pen rests, run in the background, show intermediate results, and are dropped when the drawing changes.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from digitpad.data.dataset import DIGITS, NO_DIGIT
from digitpad.explain.attribution import Attribution, grad_cam, last_maps, saliency
from digitpad.explain.counterfactual import CAUTION, MEANING, Change, SearchStep, why_not
from digitpad.explain.frame import Frame, Inspector
from digitpad.explain.occlusion import OcclusionStep, occlusion
from digitpad.gui.features.maps.picture import Overlay
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.percent import sureness
from digitpad.gui.widgets.scaling import unscaled
from digitpad.gui.widgets.theme import SPACE, text_font
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.models.model_file import Model

NONE, GRADIENT, GRAD_CAM, OCCLUSION, WHY_NOT = "none", "gradient", "gradcam", "occlusion", "whynot"
_REST = 150  # milliseconds that the pen rests before long work starts
_BORDER = QT_TRANSLATE_NOOP("Why", "This shows the network's decision boundary, not what a person would draw.")
_CHOICES = (
    (NONE, QT_TRANSLATE_NOOP("Why", "None"), QT_TRANSLATE_NOOP("Why", "Show the image without an explanation")),
    (
        GRADIENT,
        QT_TRANSLATE_NOOP("Why", "Gradient"),
        QT_TRANSLATE_NOOP("Why", "How fast the score of the predicted class rises with the ink of each pixel"),
    ),
    (
        GRAD_CAM,
        QT_TRANSLATE_NOOP("Why", "Grad-CAM"),
        QT_TRANSLATE_NOOP("Why", "Where the last feature maps that support the prediction are active"),
    ),
    (
        OCCLUSION,
        QT_TRANSLATE_NOOP("Why", "Occlusion"),
        QT_TRANSLATE_NOOP("Why", "How much the probability of the predicted class drops when a patch of ink is erased"),
    ),
)
_CHANGE = str(QT_TRANSLATE_NOOP("Why", "The smallest change to the ink that changes the prediction to another class"))
# The tips that differ for networks that read pictures.
_PICTURE_TIPS = {
    GRADIENT: QT_TRANSLATE_NOOP("Why", "How fast the score of the predicted class rises with the light of each pixel"),
    OCCLUSION: QT_TRANSLATE_NOOP(
        "Why", "How much the probability of the predicted class drops when a patch is covered"
    ),
    WHY_NOT: QT_TRANSLATE_NOOP("Why", "The smallest change to the pixels that changes the prediction to another class"),
}


class Why(QWidget):
    """Chooses the explanation, and describes its meaning.

    Parameters
    ----------
    background
        The background worker.
    owner
        The owner of the shortcuts.

    Signals
    -------
    overlay_changed
        The `Overlay` for the picture; None for none.
    frame_wanted
        Whether frames need gradients changed.
    """

    overlay_changed = Signal(object)
    frame_wanted = Signal()

    def __init__(self, background: LatestWorker, owner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("why")
        self._background = background
        self._model: Model | None = None
        self._frame: Frame | None = None
        self._kind = NONE
        self._target: int | None = None  # the class chosen for "why not", if any
        self._change: Change | None = None
        self._buttons: dict[str, QToolButton] = {}
        self._tips: dict[str, str] = {}  # of explanations that are described differently for pictures
        self._group = QButtonGroup(self)
        self.sentence = muted("", self)
        self.sentence.setObjectName("whySentence")
        self.sentence.setFont(text_font(self.font(), scale=0.85))
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._menu = QMenu(self)
        self._menu.setObjectName("whyNotMenu")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST)
        self._timer.timeout.connect(self._begin)
        background.result_ready.connect(self._receive)
        self._make_actions(owner)
        self._lay_out()
        self._name_whynot()

    @property
    def kind(self) -> str:
        """The current explanation."""
        return self._kind

    @property
    def needs_gradients(self) -> bool:
        """Whether the frames need gradients."""
        return self._kind in {GRADIENT, GRAD_CAM}

    @property
    def change(self) -> Change | None:
        """The change that "why not" has found so far."""
        return self._change

    def use_model(self, model: Model | None, labels: Sequence[str]) -> None:
        """Explain the predictions of another network."""
        self._model = model
        self._target = None
        pictures = model is not None and model.metadata.preprocessing.is_picture
        for kind, tip in self._tips.items():
            self._buttons[kind].setToolTip(self.tr(str(_PICTURE_TIPS[kind])) if pictures else tip)
        self._fill_menu(labels)
        self._drop()

    def choose(self, kind: str) -> None:
        """Switch to another explanation."""
        self._kind = kind
        self._buttons[kind].setChecked(True)
        self._drop()
        self.frame_wanted.emit()

    def ask_why_not(self, target: int) -> None:
        """Search for the smallest change that makes the network predict a class."""
        self._target = target
        self._name_whynot()
        self.choose(WHY_NOT)

    def show_frame(self, frame: Frame | None, *, blank: bool) -> None:
        """Explain another frame; `blank` means that there is nothing to explain."""
        before, self._frame = self._frame, None if blank else frame
        self._name_whynot()
        if self._frame is None or self._kind == NONE:
            self._drop()
            return
        if self.needs_gradients:
            self._show(self._read_off(self._frame))
            return
        if before is None or not _same(before, self._frame):
            self._drop()

    def overlay_on(self, frame: Frame | None) -> Overlay | None:
        """Return the explanation for another network if it can be derived from its frame; otherwise None."""
        if frame is None or not self.needs_gradients or frame.is_blank:
            return None
        attribution = self._read_off(frame)
        return None if attribution is None else Overlay(attribution.values, attribution.signed)

    def hideEvent(self, event: QHideEvent) -> None:
        """Cancel work that is no longer needed."""
        self._timer.stop()
        self._background.forget(OCCLUSION)
        self._background.forget(WHY_NOT)
        super().hideEvent(event)

    # Overlay

    def _read_off(self, frame: Frame) -> Attribution | None:
        if not frame.gradients:
            return None
        if self._kind == GRADIENT:
            return saliency(frame)
        return grad_cam(frame) if last_maps(frame.structure) is not None else None

    def _show(self, attribution: Attribution | None) -> None:
        if attribution is None:
            self.overlay_changed.emit(None)
            text = self.tr("This network has no feature maps that Grad-CAM could use.")
            self.sentence.setText(text if self._kind == GRAD_CAM else "")
            return
        self.overlay_changed.emit(Overlay(attribution.values, attribution.signed))
        self._say(attribution.meaning, attribution.caution)

    def _say(self, meaning: str, caution: str) -> None:
        text = f"{meaning} {caution}"
        if self.sentence.text() != text:
            self.sentence.setText(text)
            self.sentence.setToolTip(text)

    def _drop(self) -> None:
        """Discard the overlay of another drawing, and start again when the pen rests."""
        self._background.forget(OCCLUSION)
        self._background.forget(WHY_NOT)
        self._change = None
        self.overlay_changed.emit(None)
        long = self._kind in {OCCLUSION, WHY_NOT} and self._frame is not None
        self.sentence.setText("…" if long else "")
        if long and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def _begin(self) -> None:
        frame, model = self._frame, self._model
        if frame is None or model is None or frame.answer is None:
            return
        if self._kind == OCCLUSION:
            self._background.ask(OCCLUSION, partial(_occlude, model, frame))
        elif self._kind == WHY_NOT:
            self._background.ask(WHY_NOT, partial(_search, model, frame, self._wanted(frame)))

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if outcome.kind == OCCLUSION and isinstance(outcome.result, OcclusionStep) and self._kind == OCCLUSION:
            step = outcome.result
            self.overlay_changed.emit(Overlay(step.attribution.values, step.attribution.signed))
            meaning = step.attribution.meaning
            if step.done < step.total:
                text = self.tr("{done} of {total} patches so far. {text}")
                meaning = text.format(done=step.done, total=step.total, text=meaning)
            self._say(meaning, step.attribution.caution)
        elif outcome.kind == WHY_NOT and isinstance(outcome.result, SearchStep) and self._kind == WHY_NOT:
            self._show_change(outcome.result)

    def _show_change(self, step: SearchStep) -> None:
        change, frame = step.change, self._frame
        if change is None or frame is None:
            text = self.tr("Searching … {percent}\N{NO-BREAK SPACE}%")
            self.sentence.setText(text.format(percent=100 * step.done // step.total))
            return
        self._change = change
        self.overlay_changed.emit(Overlay((change.added - change.removed).sum(axis=0), signed=True))
        label = frame.labels[change.target]
        if not change.found:
            text = self.tr("No change was found that turns it into {digit}; this one came closest.")
            self._say(text.format(digit=_article(label)), self.tr(str(_BORDER)))
            return
        sure = sureness(float(change.probabilities[change.target]))
        if frame.preprocessing.is_picture:
            text = self.tr(
                "With the pixels made brighter (orange) or darker (blue), by {amount} of black to white in all, the "
                "network reads {label}, {probability}."
            )
        else:
            text = self.tr(
                "With {amount} pixels of ink added (orange) or removed (blue), the network reads {label}, "
                "{probability}."
            )
        ink = text.format(amount=f"{change.ink:.1f}", label=label, probability=sure)
        self.sentence.setText(f"{ink} {self.tr(str(_BORDER))}")
        self.sentence.setToolTip("" if frame.preprocessing.is_picture else f"{MEANING} {CAUTION}")

    # Parts

    def _wanted(self, frame: Frame) -> int:
        """Return the class to ask about: the chosen one, or the second most probable."""
        if frame.answer is None:
            return 0
        order = frame.answer.logits.argsort()[::-1]
        best, second = int(order[0]), int(order[1])
        return second if self._target is None or self._target == best else self._target

    def _name_whynot(self) -> None:
        frame = self._frame
        label = "?" if frame is None or frame.answer is None else frame.labels[self._wanted(frame)]
        self._buttons[WHY_NOT].setText(_question(label) if label != "?" else self.tr("Why not another?"))
        for button in self._buttons.values():
            button.setEnabled(self._model is not None)

    def _fill_menu(self, labels: Sequence[str]) -> None:
        if [action.text() for action in self._menu.actions()] == [_question(label) for label in labels]:
            return
        self._menu.clear()
        for index, label in enumerate(labels):
            action = QAction(_question(label), self._menu)
            action.setObjectName(f"whyNot{index}")
            action.triggered.connect(partial(self.ask_why_not, index))
            self._menu.addAction(action)

    def _make_actions(self, owner: QWidget) -> None:
        for kind, text, tip in _CHOICES:
            self._add_button(kind, self.tr(str(text)), self.tr(str(tip)))
        self._add_button(WHY_NOT, "", self.tr(_CHANGE))
        self.next = make_action(
            owner,
            "featuresWhy",
            self.tr("Next explanation"),
            ["Ctrl+H"],
            self.tr("Show the next kind of explanation"),
            self._next,
        )
        self.other = make_action(
            owner,
            "featuresWhyNot",
            self.tr("Why not another class"),
            ["Ctrl+J"],
            self.tr("Choose the class to ask about"),
            self._open_menu,
        )

    def _add_button(self, kind: str, text: str, tip: str) -> None:
        button = QToolButton(self)
        button.setObjectName(f"why-{kind}")
        button.setText(text)
        button.setToolTip(tip)
        if kind in _PICTURE_TIPS:
            self._tips[kind] = tip
        name = text or self.tr("why not another class")
        button.setAccessibleName(self.tr("Why this prediction: {explanation}").format(explanation=name))
        button.setCheckable(True)
        button.setChecked(kind == NONE)
        button.setProperty("tight", "true")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(partial(self.choose, kind))
        if kind == WHY_NOT:
            button.setMenu(self._menu)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self._group.addButton(button)
        self._buttons[kind] = button

    @Slot()
    def _next(self) -> None:
        kinds = [kind for kind, _, _ in _CHOICES]
        place = kinds.index(self._kind) if self._kind in kinds else -1
        self.choose(kinds[(place + 1) % len(kinds)])

    @Slot()
    def _open_menu(self) -> None:
        self._buttons[WHY_NOT].showMenu()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(SPACE // 2)
        for place, kind in enumerate((NONE, GRADIENT, GRAD_CAM, OCCLUSION)):
            grid.addWidget(self._buttons[kind], place // 3, place % 3)
        grid.addWidget(self._buttons[WHY_NOT], 1, 1, 1, 2)
        label = QLabel(self.tr("Why this prediction"), self)
        label.setProperty("muted", "true")
        self.heading = label
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(label)
        column.addLayout(grid)
        column.addWidget(self.sentence)
        self.sentence.setFixedHeight(unscaled(6 * self.sentence.fontMetrics().lineSpacing()))


def _same(one: Frame, other: Frame) -> bool:
    """Whether two frames have the same picture and network, so that results for one apply to the other."""
    return one.structure is other.structure and np.array_equal(one.pixels, other.pixels)


def _question(label: str) -> str:
    if label == NO_DIGIT:
        return QCoreApplication.translate("Why", 'Why not "not a digit"?')
    return QCoreApplication.translate("Why", "Why not {digit}?").format(digit=_article(label))


def _article(label: str) -> str:
    if label == NO_DIGIT:
        return QCoreApplication.translate("Why", '"not a digit"')
    if label not in DIGITS:
        return QCoreApplication.translate("Why", "“{name}”").format(name=label)
    return (
        QCoreApplication.translate("Why", "an {digit}")
        if label.startswith("8")
        else QCoreApplication.translate("Why", "a {digit}")
    ).format(digit=label)


def _occlude(model: Model, frame: Frame, progress: WorkContext) -> object:
    """Occlude patch by patch, and report intermediate results."""
    step = None
    target = None if frame.answer is None else frame.answer.best
    for step in occlusion(Inspector.of(model), frame.pixels, target=target):
        if progress.stopped():
            return None
        progress.show(step)
    return step


def _search(model: Model, frame: Frame, target: int, progress: WorkContext) -> object:
    """Search for the smallest change, and report the best so far."""
    step = None
    for step in why_not(Inspector.of(model), frame.pixels, target):
        if progress.stopped():
            return None
        progress.show(step)
    return step
