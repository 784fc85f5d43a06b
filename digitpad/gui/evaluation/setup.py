"""The set-up of an evaluation: the models, the data, and the button that starts and stops it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QFrame, QLabel, QProgressBar, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from digitpad.data.collections.store import CollectionEntry
from digitpad.gui.widgets.actions import action_button
from digitpad.gui.widgets.cards import muted, title
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.files import MODEL_FILTER
from digitpad.gui.widgets.layouts import add_space
from digitpad.gui.widgets.plain_text import one_line
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.progress import WorkProgress
from digitpad.gui.workspace.catalogue import Entry
from digitpad.gui.workspace.datasets import dataset_dialog, dialog_entries, offered_datasets
from digitpad.gui.workspace.model_data import Data
from digitpad.gui.workspace.models import saved_name
from digitpad.gui.workspace.progress_text import progress_text
from digitpad.gui.workspace.settings import Settings

_WIDTH = 29 * SPACE
_BROWSE, _NOTHING = "browse:", "nothing:"
_USUAL = "test:mnist"
_MNIST = {
    _USUAL: str(QT_TRANSLATE_NOOP("EvaluationSetup", "MNIST, 10,000 test images")),
    "validation:mnist": str(QT_TRANSLATE_NOOP("EvaluationSetup", "MNIST, validation images of the model")),
    "train:mnist": str(QT_TRANSLATE_NOOP("EvaluationSetup", "MNIST, 60,000 training images")),
}


class EvaluationSetup(QFrame):
    """Chooses models and data.

    Parameters
    ----------
    theme, settings
        The current colours, and the stored settings.
    start, export
        The actions of the buttons.

    Signals
    -------
    changed
        Another model or other data were chosen.
    """

    changed = Signal()

    def __init__(
        self, theme: Theme, settings: Settings, start: QAction, export: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._models, self._names = dict[str, Path](), dict[str, str]()
        self._collections: tuple[CollectionEntry, ...] = ()
        # The dataset of the model's validation images, and whether the data were chosen because of the model.
        self._validated, self._followed = "", False
        # The moment of a replay that is selected, and the model that was selected before.
        self._moment, self._before_moments = "", ""
        self._shown = {"model": "", "other": _NOTHING, "data": _USUAL}
        self._dress()
        self.model = ComboBox(theme, "evaluateModel", self.tr("Model"), self.tr("Model to evaluate"), self)
        self.other = ComboBox(
            theme,
            "evaluateOther",
            self.tr("Compare with"),
            self.tr("Second model to evaluate on the same images"),
            self,
        )
        self.data = ComboBox(theme, "evaluateData", self.tr("Data"), self.tr("Images to evaluate the model on"), self)
        self.button = QToolButton(self)
        self.button.setDefaultAction(start)
        self.button.setObjectName("evaluateButton")
        self.button.setAccessibleName(self.tr("Evaluate"))
        self.button.setProperty("role", "primary")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setFixedHeight(5 * SPACE)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.bar = QProgressBar(self)
        self.bar.setObjectName("evaluateProgress")
        self.bar.setAccessibleName(self.tr("Progress"))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(SPACE)
        self.status = QLabel(self)
        self.status.setObjectName("evaluateStatus")
        self.status.setWordWrap(True)
        self.status.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE // 2)
        column.addWidget(title(self.tr("Evaluation"), self))
        for field in (self.model, self.other, self.data):
            label = muted(field.accessibleName(), self)
            label.setBuddy(field)
            add_space(column, SPACE)
            column.addWidget(label)
            column.addWidget(field)
            field.activated.connect(self._chosen)
        add_space(column, 2 * SPACE)
        column.addWidget(self.button)
        add_space(column, SPACE)
        column.addWidget(self.bar)
        add_space(column, SPACE // 2)
        column.addWidget(self.status)
        column.addStretch(1)
        save = action_button(export, "exportEvaluationButton", self.tr("Export…"), self)
        save.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column.addWidget(save)
        self._fill_data()
        self.show_progress(None)

    def _dress(self) -> None:
        self.setObjectName("evaluationSetup")
        self.setProperty("card", "true")
        self.setFixedWidth(_WIDTH)

    # What is chosen

    @property
    def models(self) -> tuple[Path, ...]:
        """The files of the models to evaluate: one or two."""
        chosen = [self.model.chosen, self.other.chosen]
        return tuple(self._models[word] for word in chosen if word in self._models)

    @property
    def chosen_data(self) -> Data:
        """The images to evaluate on."""
        part, _, source = self.data.chosen.partition(":")
        if part == "train":
            return Data(source, "train")
        return Data(source, "validation" if part == "validation" else "test")

    def follow_moment(self, file: Path | None, name: str = "") -> None:
        """Select the moment of a run that is replayed, in place of the one before.

        Parameters
        ----------
        file
            A model file of the moment; None at the end of the replay, when the model before it is selected again.
        name
            Its name, with the step.
        """
        before, self._moment = self._moment, "" if file is None else str(file)
        if before == self._moment:
            return
        if not before:
            self._before_moments = self._shown["model"]
        elif before != self._shown["other"]:
            self._models.pop(before, None)
            self._names.pop(before, None)
        if file is not None:
            self._offer(file, name)
            self._shown["model"] = str(file)
        elif self._shown["model"] == before:
            self._shown["model"] = self._before_moments
        self._fill_models()
        self.changed.emit()

    def offer_models(self, entries: Sequence[Entry], in_use: Path | None) -> None:
        """List models and runs; a model that was just chosen for use is selected, and the second one is kept."""
        for entry in entries:
            self._offer(entry.path, entry.name)
        if in_use is not None:
            self._offer(in_use)
            self._shown["model"] = str(in_use)
        self._fill_models()

    def _offer(self, path: Path, name: str = "") -> None:
        """Add a model, with its distinct name if given, or its file name."""
        self._models.setdefault(str(path), path)
        if name or str(path) not in self._names:
            self._names[str(path)] = one_line(name or saved_name(path))

    def add_data(self, source: str) -> None:
        """Add a folder or a file of ink, and select it."""
        self._settings.remember_dataset(source)
        self._followed = False
        self._show_data(Data(source))

    def follow(self, data: Data | None, *, digits: bool) -> None:
        """Select the data of a model that was just chosen.

        Parameters
        ----------
        data
            The images of the model's training to evaluate it on; None if they are not known. Then data that another
            model brought are replaced by MNIST if the model reads digits.
        digits
            Whether the model reads digits.
        """
        if data is None and self._followed and digits:
            self._followed = False
            self._show_data(Data("mnist"))
        elif data is not None:
            self._followed = True
            self._validated = data.source if data.part == "validation" else self._validated
            self._show_data(data)

    def _show_data(self, data: Data) -> None:
        self._shown["data"] = f"{data.part}:{data.source}"
        self._fill_data()
        self.changed.emit()

    def offer_collections(self, entries: Sequence[CollectionEntry]) -> None:
        """List the user's collections; one that is chosen stays, so that its evaluation can say that it is gone."""
        if self._collections != tuple(entries):
            self._collections = tuple(entries)
            self._fill_data()

    def add_model(self, path: Path, field: str = "model") -> None:
        """Add a model file, and select it as the first model or the `other` one."""
        self._offer(path)
        self._shown[field] = str(path)
        self._fill_models()
        self.changed.emit()

    # Progress

    def show_progress(self, progress: WorkProgress | None) -> None:
        """Show the progress of the work; None if nothing is running."""
        self.bar.setVisible(progress is not None)
        if progress is None:
            return
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        self.show_status(progress_text(progress))

    def show_status(self, text: str, *, error: bool = False) -> None:
        """Show a text below the button; an error stays until the next action."""
        self.status.setText(text)
        self.status.setProperty("muted", "false" if error else "true")
        self.status.setProperty("trouble", "true" if error else "false")
        self.status.style().unpolish(self.status)
        self.status.style().polish(self.status)

    # Parts

    def _fill_models(self) -> None:
        names = self._names
        browse = {_BROWSE: self.tr("Open a model file…")}
        self.model.offer(names | browse)
        self.other.offer({_NOTHING: self.tr("No other model")} | names | browse)
        self.model.choose(self._shown["model"])
        self.other.choose(self._shown["other"])

    def _fill_data(self) -> None:
        chosen = self._shown["data"].partition(":")[2]
        titles = offered_datasets(self._collections, (*self._settings.recent_datasets, chosen))
        entries: dict[str, str] = {}
        for name, text in titles.items():
            if name == "mnist":
                entries |= {word: self.tr(each) for word, each in _MNIST.items()}
                continue
            entries[f"test:{name}"] = text
            if name == self._validated:
                entries[f"validation:{name}"] = self.tr("{data}, validation images of the model").format(data=text)
        self.data.offer(entries | dialog_entries())
        self.data.choose(self._shown["data"])

    @Slot()
    def _chosen(self) -> None:
        """Apply the choice; an entry that ends in an ellipsis opens a dialog instead."""
        for field, choice in (("model", self.model), ("other", self.other), ("data", self.data)):
            word = choice.chosen
            if word == _BROWSE or word in dialog_entries():
                choice.choose(self._shown[field])
                self._ask(field, word)
            elif word != self._shown[field]:
                self._shown[field] = word
                self._followed = self._followed and field != "data"
                self.changed.emit()

    def _ask(self, field: str, word: str) -> None:
        if word != _BROWSE:
            dialog = dataset_dialog(word, "evaluate", str(self._settings.folder), self.window())
            dialog.fileSelected.connect(self._data_selected)
        else:
            dialog = QFileDialog(self.window(), self.tr("Open a model file"), str(self._settings.folder))
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.setObjectName("evaluateModelDialog")
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilters([MODEL_FILTER, self.tr("All files (*)")])
            dialog.fileSelected.connect(self._first_selected if field == "model" else self._second_selected)
        dialog.open()

    @Slot(str)
    def _data_selected(self, name: str) -> None:
        self._settings.folder = Path(name).parent
        self.add_data(name)

    @Slot(str)
    def _first_selected(self, name: str) -> None:
        self.add_model(Path(name))

    @Slot(str)
    def _second_selected(self, name: str) -> None:
        self.add_model(Path(name), "other")
