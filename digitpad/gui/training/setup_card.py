"""The most important training settings on a card; the others are in dialogs that its buttons open.

The learning rate, momentum, L2 and dropout can be changed while a training runs.
"""

import importlib.util
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from digitpad.data.augmentation import PHOTO_STRENGTHS, USUAL_STRENGTHS, Augmentation
from digitpad.data.collections.store import CollectionEntry, find_collection
from digitpad.gui.training.plan_editor import PlanEditor, dropout_of
from digitpad.gui.training.preset_sizes import describe_preset, suitable_presets
from digitpad.gui.training.preview import AugmentationPreview
from digitpad.gui.training.setting_fields import SettingField
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.cards import muted, title
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.focus_order import come_after
from digitpad.gui.widgets.layouts import add_space
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.gui.workspace.datasets import dataset_dialog, dialog_entries, offered_datasets
from digitpad.gui.workspace.settings import Settings
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.training.building import decay_of
from digitpad.training.controls import ControlValues
from digitpad.training.plan import RunPlan
from digitpad.training.recipes import QUICK, default_recipe, find_recipe
from digitpad.training.settings import OptimizerName, default_threads

#: Strengths that suit handwriting, where every digit stays recognizable, and those for photographs.
AUGMENTATIONS = {
    "none": Augmentation(),
    "gentle": Augmentation(rotation=6, shift=1, scale=0.06, shear=6),
    "usual": Augmentation(**USUAL_STRENGTHS),
    "strong": Augmentation(rotation=18, shift=2.5, scale=0.18, shear=18, elastic=1.0, thickness=0.8, noise=0.05),
    "photo": Augmentation(**PHOTO_STRENGTHS),
}
_IMAGE = (1, 28, 28)
_OWN = "own"
_MNIST, _MNIST_COUNT, _MOST_VALIDATION = "mnist", 60_000, 5_000
_LIVE = ("learning_rate", "momentum", "weight_decay", "dropout")
_FIXED = ("optimizer", "schedule", "batch_size", "epochs", "label_smoothing")
_AUGMENTATION_NAMES = {
    "none": str(QT_TRANSLATE_NOOP("TrainingSetup", "none")),
    "gentle": str(QT_TRANSLATE_NOOP("TrainingSetup", "gentle")),
    "usual": str(QT_TRANSLATE_NOOP("TrainingSetup", "usual")),
    "strong": str(QT_TRANSLATE_NOOP("TrainingSetup", "strong")),
    "photo": str(QT_TRANSLATE_NOOP("TrainingSetup", "photographs")),
}


class TrainingSetup(QFrame):
    """Shows and changes the plan of the next run.

    Signals
    -------
    live_changed
        Name (of `ControlValues`) and value of a setting that was changed during training.
    network_asked, more_asked, runs_asked, sweeps_asked
        The user wants to see the network, the other settings, the earlier runs or the sweeps.
    """

    live_changed = Signal(str, float)
    network_asked = Signal()
    more_asked = Signal()
    runs_asked = Signal()
    sweeps_asked = Signal()

    def __init__(self, theme: Theme, settings: Settings, editor: PlanEditor, owner: QWidget) -> None:
        super().__init__(owner)
        self.setObjectName("setupCard")
        self.setProperty("card", "true")
        self._settings = settings
        self._editor = editor
        self._running: RunPlan | None = None
        self._live: dict[str, float] = {}
        self._collections: tuple[CollectionEntry, ...] = ()
        self._data = ComboBox(theme, "trainData", self.tr("Data"), self.tr("The images to train on"), self)
        self._network = ComboBox(theme, "trainNetwork", self.tr("Network"), self.tr("The network to train"), self)
        self._augment = ComboBox(
            theme,
            "trainAugment",
            self.tr("Augmentation"),
            self.tr("Strength of the random changes of the training images"),
            self,
        )
        self._device = ComboBox(
            theme, "trainDevice", self.tr("Device"), self.tr("The device, and the number of threads"), self
        )
        self._fields = {
            # While a training runs, the live ones differ from the plan: the card itself fills them and listens to them.
            name: SettingField(name, theme, editor, self, bound=name not in _LIVE)
            for name in (*_FIXED, *_LIVE)
        }
        for name in _LIVE:
            self._fields[name].edited.connect(self._take_live)
        self.preview = AugmentationPreview(theme, "augmentationPreview", self)
        self._actions = [
            make_action(
                owner, "actionTrainNetwork", self.tr("Edit the network…"), ["Ctrl+T"],
                self.tr("Edit the layers of the network"),
                self.network_asked.emit,
            ),
            make_action(
                owner, "actionTrainSweep", self.tr("Sweep…"), ["Ctrl+Shift+T"],
                self.tr("Train with many settings at the same time, and compare the results"),
                self.sweeps_asked.emit,
            ),
            make_action(
                owner, "actionTrainMore", self.tr("More settings…"), ["Ctrl+,"], self.tr("All other settings"),
                self.more_asked.emit,
            ),
            make_action(
                owner, "actionTrainRuns", self.tr("Runs…"), ["Ctrl+R"], self.tr("All earlier runs"),
                self.runs_asked.emit,
            ),
        ]  # fmt: skip
        self._lay_out()
        self._data.activated.connect(self._choose_data)
        self._network.activated.connect(self._choose_network)
        self._augment.activated.connect(self._choose_augmentation)
        self._device.activated.connect(self._choose_device)
        editor.changed.connect(self.show_plan)
        self.show_plan()

    @property
    def plan(self) -> RunPlan:
        """The displayed plan: that of the current run, or of the next one."""
        return self._running or self._editor.plan

    def show_running(self, plan: RunPlan | None) -> None:
        """Show the plan of a running training, and disable what cannot be changed during it; None ends that."""
        self._running = plan
        self._live.clear()
        for widget in (self._data, self._network, self._augment, self._device):
            widget.setEnabled(plan is None)
        for name, field in self._fields.items():
            field.widget.setEnabled(plan is None or name in _LIVE)
        self.show_plan()

    def show_controls(self, values: ControlValues) -> None:
        """Show a change made during the run, by any part of the program."""
        settings = self.plan.settings
        rate = settings.learning_rate if values.learning_rate is None else values.learning_rate
        known: dict[str, float | None] = {
            "learning_rate": rate * values.learning_rate_factor,
            "momentum": values.momentum,
            "weight_decay": values.weight_decay,
            "dropout": values.dropout,
        }
        self._live = {name: value for name, value in known.items() if value is not None}
        self.show_plan()

    def offer_collections(self, entries: Sequence[CollectionEntry]) -> None:
        """List the user's collections."""
        if tuple(entries) != self._collections:
            self._collections = tuple(entries)
            self.show_plan()

    @Slot()
    def show_plan(self) -> None:
        """Show the plan."""
        plan = self.plan
        self._offer_data(plan)
        self._offer_networks(plan)
        self._offer_augmentations(plan)
        self._offer_devices(plan)
        if self._running is not None:
            for name in _FIXED:
                self._fields[name].show_value(getattr(plan.settings, name))
        for name, value in self._live_values(plan).items():
            field = self._fields[name]
            field.show_value(self._live.get(name, 0.0 if value is None else value))
            field.widget.setEnabled(value is not None)

    # Parts

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE // 2)
        grid.setVerticalSpacing(2)
        fields = {name: field.widget for name, field in self._fields.items()}
        # Each row: the name above a field, the field, and how many of twelve columns it takes.
        rows: list[list[tuple[str, QWidget, int]]] = [
            [(self.tr("Data"), self._data, 12)],
            [(self.tr("Network"), self._network, 12)],
            [(self.tr("Optimizer"), fields["optimizer"], 6), (self.tr("Schedule"), fields["schedule"], 6)],
            [
                (self.tr("Learning rate"), fields["learning_rate"], 5),
                (self.tr("Batch size"), fields["batch_size"], 4),
                (self.tr("Epochs"), fields["epochs"], 3),
            ],
            [
                (self.tr("Momentum"), fields["momentum"], 4),
                (self.tr("L2"), fields["weight_decay"], 4),
                (self.tr("Dropout"), fields["dropout"], 4),
            ],
            [
                (self.tr("Label smoothing"), fields["label_smoothing"], 6),
                (self.tr("Augmentation"), self._augment, 6),
            ],
            [(self.tr("Device"), self._device, 12)],
        ]
        for number, row in enumerate(rows):
            column = 0
            for text, widget, span in row:
                label = muted(text, self)
                label.setWordWrap(False)
                label.setFont(text_font(self.font(), scale=0.9))
                label.setBuddy(widget)
                grid.addWidget(label, 3 * number, column, 1, span)
                grid.addWidget(widget, 3 * number + 1, column, 1, span)
                column += span
            grid.setRowMinimumHeight(3 * number + 2, SPACE - 4)
        for column in range(12):
            grid.setColumnStretch(column, 1)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, SPACE + SPACE // 2)
        column_layout.setSpacing(SPACE // 2)
        column_layout.addWidget(title(self.tr("What to train"), self))
        add_space(column_layout, SPACE // 2)
        column_layout.addLayout(grid)
        column_layout.addWidget(self.preview)
        column_layout.addStretch(1)
        buttons = [
            self._button(name, action)
            for name, action in zip(
                ("networkButton", "sweepButton", "moreButton", "runsButton"), self._actions, strict=True
            )
        ]
        # Tab reaches Start as soon as the settings are made, before the dialogs with more of them.
        earlier = ("trainEvaluate", "networkButton", "sweepButton", "moreButton")
        for button, before_it in zip(buttons, earlier, strict=True):
            come_after(button, before_it)
        for first in (0, 2):
            row_layout = QHBoxLayout()
            row_layout.setSpacing(SPACE)
            row_layout.addWidget(buttons[first], 3)
            row_layout.addWidget(buttons[first + 1], 2)
            column_layout.addLayout(row_layout)
        #: The tab order, which follows the layout.
        self.tab_chain: list[QWidget] = [*(widget for row in rows for _, widget, _ in row), *buttons]
        for before, after in pairwise(self.tab_chain):
            QWidget.setTabOrder(before, after)

    def _button(self, name: str, action: QAction) -> QPushButton:
        button = QPushButton(action.text(), self)
        button.setObjectName(name)
        button.setAccessibleName(action.text().rstrip("…"))
        button.setToolTip(action.toolTip())
        button.setFixedHeight(4 * SPACE)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(action.trigger)
        return button

    def _offer_data(self, plan: RunPlan) -> None:
        entries = offered_datasets(self._collections, (*self._settings.recent_datasets, plan.dataset))
        if plan.dataset == _MNIST:
            count = plan.limit or _MNIST_COUNT
            validation = min(_MOST_VALIDATION, count // 6) if plan.validation is None else plan.validation
            # For training, and for validation.
            entries[_MNIST] = f"MNIST, {count - validation:,} + {validation:,}"
        self._data.offer(entries | dialog_entries())
        self._data.choose(plan.dataset)
        self._data.setToolTip(self.tr("Images for training + validation: {data}").format(data=plan.dataset))

    def _offer_networks(self, plan: RunPlan) -> None:
        facts = self._editor.facts
        entries = {name: describe_preset(name, facts) for name in suitable_presets(facts)}
        if plan.architecture == ARCHITECTURES.get(plan.architecture.name):
            chosen = plan.architecture.name
            entries.setdefault(chosen, describe_preset(chosen, facts))
        else:
            chosen = _OWN
            entries[_OWN] = self.tr("{network}, changed").format(network=plan.architecture.name)
        self._network.offer(entries)
        self._network.choose(chosen)

    def _offer_augmentations(self, plan: RunPlan) -> None:
        wanted = plan.settings.augmentation or Augmentation()
        entries = {name: self.tr(text) for name, text in _AUGMENTATION_NAMES.items()}
        chosen = next((name for name, known in AUGMENTATIONS.items() if known == wanted), _OWN)
        if chosen == _OWN:
            entries[_OWN] = self.tr("custom")
        self._augment.offer(entries)
        self._augment.choose(chosen)
        facts = self._editor.facts
        self.preview.use_sample(None if facts is None else facts.sample)
        self.preview.use(wanted)

    def _offer_devices(self, plan: RunPlan) -> None:
        settings, most = plan.settings, default_threads()
        entries = {f"cpu:{count}": self.tr("CPU, %n thread(s)", "", count) for count in range(most, 0, -1)}
        chosen = f"cpu:{settings.threads or most}"
        if importlib.util.find_spec("cupy") is not None:
            entries = {"auto:0": self.tr("GPU if available")} | entries | {"cuda:0": self.tr("GPU (CUDA)")}
        if f"{settings.device}:0" in entries:
            chosen = f"{settings.device}:0"
        entries.setdefault(chosen, self.tr("CPU, %n thread(s)", "", settings.threads or most))
        self._device.offer(entries)
        self._device.choose(chosen)

    def _live_values(self, plan: RunPlan) -> dict[str, float | None]:
        """Return what the four fields show; None for a field that does not apply."""
        settings = plan.settings
        has_dropout = dropout_of(plan.architecture)
        momentum: float | None = None
        if OptimizerName(settings.optimizer).takes_momentum:
            momentum = settings.momentum
        elif settings.optimizer in {OptimizerName.ADAM, OptimizerName.ADAMW}:
            momentum = settings.beta1
        return {
            "learning_rate": settings.learning_rate,
            "momentum": momentum,
            "weight_decay": decay_of(settings),
            "dropout": has_dropout if has_dropout is None or settings.dropout is None else settings.dropout,
        }

    # Choosing

    @Slot()
    def _choose_data(self) -> None:
        word = self._data.chosen
        if word not in dialog_entries():
            # A number of images belongs to the data that it was chosen for.
            self._editor.change(dataset=word, limit=None, validation=None)
            return
        self.show_plan()
        dialog = dataset_dialog(word, "train", str(self._settings.folder), self)
        dialog.fileSelected.connect(self.use_data)
        dialog.open()

    @Slot(str)
    def use_data(self, path: str) -> None:
        """Train on a folder, a file or a collection."""
        self._settings.remember_dataset(path)
        if find_collection(path) is None:
            self._settings.folder = Path(path).parent
        self._editor.change(dataset=path, limit=None, validation=None)

    def use_network(self, architecture: Architecture) -> None:
        """Train a network that was made elsewhere, such as in the Lab; problems are shown beside Start."""
        self._editor.change(architecture=architecture)

    @Slot()
    def _choose_network(self) -> None:
        if self._network.chosen not in ARCHITECTURES:
            return
        # Networks for photographs and for digits are trained differently; within each kind the settings stay.
        before, recipe = (
            default_recipe(name, QUICK) for name in (self._editor.plan.architecture.name, self._network.chosen)
        )
        self._editor.change(architecture=ARCHITECTURES[self._network.chosen])
        if recipe == before:
            return
        settings = find_recipe(recipe).settings()
        if recipe == QUICK:
            self._editor.return_to(settings)
        else:
            self._editor.change_settings(**settings)

    @Slot()
    def _choose_augmentation(self) -> None:
        if self._augment.chosen in AUGMENTATIONS:
            chosen = AUGMENTATIONS[self._augment.chosen]
            self._editor.change_settings(augmentation=chosen or None)

    @Slot()
    def _choose_device(self) -> None:
        device, _, threads = self._device.chosen.partition(":")
        count = int(threads) if device == "cpu" else None
        self._editor.change_settings(device=device, threads=None if count == default_threads() else count)

    @Slot(str, object)
    def _take_live(self, name: str, value: Any) -> None:
        settings = self.plan.settings
        if self._running is not None:
            self._live[name] = value
            factor = name == "learning_rate"
            self.live_changed.emit(
                "learning_rate_factor" if factor else name, value / settings.learning_rate if factor else value
            )
        elif name == "momentum" and not OptimizerName(settings.optimizer).takes_momentum:
            self._editor.change_settings(beta1=value)
        else:
            self._editor.change_settings(**{name: value})
