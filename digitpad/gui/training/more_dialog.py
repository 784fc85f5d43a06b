"""All settings of a run, in groups: data, weights, stopping, training, augmentation.

The dialog stays open beside the window; changes apply to the next run.
"""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from digitpad.data.augmentation import LIMITS, Augmentation
from digitpad.gui.training.plan_editor import PlanEditor, dropout_of
from digitpad.gui.training.preview import AugmentationPreview
from digitpad.gui.training.setting_fields import SettingField
from digitpad.gui.widgets.cards import card, muted, scroller, title
from digitpad.gui.widgets.fields import FloatField, IntField
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.training.building import decay_of
from digitpad.training.plan import RunPlan
from digitpad.training.settings import useful_options

_LEARNING = ("optimizer", "learning_rate", "batch_size", "epochs", "label_smoothing", "warm_up_epochs")
_OPTIMIZER = (
    *("momentum", "dampening", "beta1", "beta2", "alpha", "eps"),
    *("lr_decay", "initial_accumulator_value", "amsgrad", "centered"),
)
_SCHEDULE = (
    "step_epochs",
    "milestones",
    "power",
    "cycle_epochs",
    "cycle_growth",
    "cycle_mode",
    "gamma",
    "final_learning_rate",
    "plateau_factor",
    "plateau_patience",
    "rise",
    "div_factor",
    "final_div_factor",
)
_WEIGHTS = ("weight_decay", "l1", "dropout", "initializer", "seed")
_ENDING = ("patience", "keep_best")
_STEPS = {"rotation": 1.0, "shift": 0.5, "scale": 0.01, "shear": 1.0, "elastic": 0.1, "thickness": 0.1}
_MOST_IMAGES = 100_000_000
_KINDS = {
    "rotation": str(QT_TRANSLATE_NOOP("MoreDialog", "Rotation")),
    "shift": str(QT_TRANSLATE_NOOP("MoreDialog", "Shift")),
    "scale": str(QT_TRANSLATE_NOOP("MoreDialog", "Scale")),
    "shear": str(QT_TRANSLATE_NOOP("MoreDialog", "Shear")),
    "elastic": str(QT_TRANSLATE_NOOP("MoreDialog", "Elastic")),
    "thickness": str(QT_TRANSLATE_NOOP("MoreDialog", "Thickness")),
    "blur": str(QT_TRANSLATE_NOOP("MoreDialog", "Blur")),
    "noise": str(QT_TRANSLATE_NOOP("MoreDialog", "Noise")),
    "flip": str(QT_TRANSLATE_NOOP("MoreDialog", "Horizontal flips")),
    "crop": str(QT_TRANSLATE_NOOP("MoreDialog", "Crop")),
    "stretch": str(QT_TRANSLATE_NOOP("MoreDialog", "Aspect ratio")),
    "brightness": str(QT_TRANSLATE_NOOP("MoreDialog", "Brightness")),
    "contrast": str(QT_TRANSLATE_NOOP("MoreDialog", "Contrast")),
    "saturation": str(QT_TRANSLATE_NOOP("MoreDialog", "Saturation")),
}


class MoreDialog(QDialog):
    """Shows and changes the plan of the next run."""

    def __init__(self, theme: Theme, editor: PlanEditor, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("moreDialog")
        self.setWindowTitle(self.tr("Settings of the next run"))
        self._theme = theme
        self._editor = editor
        self._rows: dict[str, tuple[QWidget, QWidget]] = {}
        self._fields: dict[str, SettingField] = {}
        self._preview = AugmentationPreview(theme, "morePreview", self)
        self._notice = InlineAlert("moreNotice", self)
        inside = QWidget(self)
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(2 * SPACE)
        for cards in (
            [
                self._data_card(inside),
                self._card("Weights", self.tr("Weights"), _WEIGHTS, inside),
                self._card("Ending", self.tr("Stopping"), _ENDING, inside),
            ],
            [self._card("Learning", self.tr("Training"), (*_LEARNING, *_OPTIMIZER, "schedule", *_SCHEDULE), inside)],
            [self._augmentation_card(inside)],
        ):
            column = QVBoxLayout()
            column.setSpacing(2 * SPACE)
            for frame in cards:
                column.addWidget(frame)
            column.addStretch(1)
            columns.addLayout(column, 1)
        scroll = scroller("moreScroll", self.tr("Settings"), inside, self)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setObjectName("moreClose")
        close.setAccessibleName(self.tr("Close the settings"))
        close.setToolTip(self.tr("Close. Changes apply at once. (Esc)"))
        reset = QPushButton(self.tr("Restore defaults"), self)
        reset.setObjectName("moreReset")
        reset.setAccessibleName(self.tr("Restore defaults"))
        reset.setToolTip(self.tr("Restore the default of every setting"))
        reset.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        reset.setAutoDefault(False)
        reset.clicked.connect(self._reset)
        buttons.addButton(reset, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(2 * SPACE)
        layout.addWidget(self._notice)
        layout.addWidget(scroll, 1)
        layout.addWidget(buttons)
        editor.changed.connect(self._show_plan)
        editor.refused.connect(self._notice.say)
        self.resize(896, 608)
        self._show_plan()

    # Cards

    def _data_card(self, parent: QWidget) -> QFrame:
        frame, grid = self._empty_card("Data", self.tr("Data"), parent)
        self._limit = IntField(
            "moreLimit",
            self.tr("Total images"),
            self.tr("Number of images for training and validation together"),
            0,
            _MOST_IMAGES,
        )
        self._limit.setSpecialValueText(self.tr("all"))
        self._validation = IntField(
            "moreValidation",
            self.tr("Validation images"),
            self.tr("Images that are used for validation and not trained on"),
            -1,
            _MOST_IMAGES,
        )
        self._validation.setSpecialValueText(self.tr("a sixth"))
        self._limit.valueChanged.connect(self._change_data)
        self._validation.valueChanged.connect(self._change_data)
        self._add(grid, "limit", self._limit.accessibleName(), self._limit)
        self._add(grid, "validation", self._validation.accessibleName(), self._validation)
        return frame

    def _card(self, word: str, heading: str, names: Sequence[str], parent: QWidget) -> QFrame:
        frame, grid = self._empty_card(word, heading, parent)
        for name in names:
            field = SettingField(name, self._theme, self._editor, frame, "more")
            self._fields[name] = field
            self._add(grid, name, "" if field.setting.kind == "tick" else field.widget.accessibleName(), field.widget)
        return frame

    def _augmentation_card(self, parent: QWidget) -> QFrame:
        frame, grid = self._empty_card("Augmentation", self.tr("Augmentation"), parent)
        self._strengths: dict[str, FloatField] = {}
        for name, (most, unit) in LIMITS.items():
            field = FloatField(
                f"more{name.title()}",
                self.tr(_KINDS[name]),
                self.tr("The largest change of an image, in {unit}; 0 switches it off").format(unit=unit)
                if unit
                else self.tr("The largest change of an image; 0 switches it off"),
                0.0,
                most,
                _STEPS.get(name, 0.05),
                frame,
            )
            field.valueChanged.connect(self._change_augmentation)
            self._strengths[name] = field
            self._add(grid, name, f"{self.tr(_KINDS[name])} ({unit})" if unit else self.tr(_KINDS[name]), field)
        row = grid.rowCount()
        grid.addWidget(muted(self.tr("As the network sees it"), frame), row, 0, 1, 2)
        grid.addWidget(self._preview, row + 1, 0, 1, 2)
        return frame

    def _empty_card(self, name: str, heading: str, parent: QWidget) -> tuple[QFrame, QGridLayout]:
        frame = card(f"more{name}Card", parent)
        column = QVBoxLayout(frame)
        column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(title(heading, frame))
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(SPACE // 2)
        grid.setColumnStretch(0, 1)
        column.addLayout(grid)
        return frame, grid

    def _add(self, grid: QGridLayout, name: str, text: str, widget: QWidget) -> None:
        row = grid.rowCount()
        if not text:
            grid.addWidget(widget, row, 0, 1, 2)
            self._rows[name] = (widget, widget)
            return
        label = muted(text, self)
        label.setWordWrap(False)
        label.setBuddy(widget)
        widget.setFixedWidth(14 * SPACE)
        grid.addWidget(label, row, 0)
        grid.addWidget(widget, row, 1)
        self._rows[name] = (label, widget)

    # The plan

    @Slot()
    def _show_plan(self) -> None:
        plan = self._editor.plan
        settings = plan.settings
        for field, value in ((self._limit, plan.limit or 0), (self._validation, plan.validation)):
            field.blockSignals(True)
            field.setValue(-1 if value is None else value)
            field.blockSignals(False)
        strengths = settings.augmentation or Augmentation()
        for name, strength in self._strengths.items():
            strength.blockSignals(True)
            strength.setValue(getattr(strengths, name))
            strength.blockSignals(False)
        facts = self._editor.facts
        self._preview.use_sample(None if facts is None else facts.sample)
        self._preview.use(settings.augmentation)
        useful = useful_options(settings)
        for name in (*_OPTIMIZER, *_SCHEDULE):
            for widget in self._rows[name]:
                widget.setVisible(name in useful)
        if settings.weight_decay is None:
            self._fields["weight_decay"].show_value(decay_of(settings))
        dropout = dropout_of(plan.architecture)
        self._fields["dropout"].widget.setEnabled(dropout is not None)
        if settings.dropout is None:
            self._fields["dropout"].show_value(dropout)

    @Slot()
    def _change_data(self) -> None:
        self._notice.clear()
        validation = self._validation.value()
        self._editor.change(limit=self._limit.value() or None, validation=None if validation < 0 else validation)

    @Slot()
    def _change_augmentation(self) -> None:
        self._notice.clear()
        strengths = {name: field.value() for name, field in self._strengths.items()}
        augmentation = replace(Augmentation(), **strengths)
        self._editor.change_settings(augmentation=augmentation or None)

    @Slot()
    def _reset(self) -> None:
        self._notice.clear()
        self._editor.reset(RunPlan.quick())
