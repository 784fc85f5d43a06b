"""What to measure: the models, the data, and the button that starts and stops."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QFrame, QLabel, QProgressBar, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from digitpad.gui.evaluation.job import Data
from digitpad.gui.widgets.actions import action_button
from digitpad.gui.widgets.cards import muted, title
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.files import INK_FILTER, MODEL_FILTER
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.progress import Progress
from digitpad.gui.workspace.models import is_checkpoint
from digitpad.gui.workspace.settings import Settings

_WIDTH = 29 * SPACE
_BROWSE, _FOLDER, _INK, _NOTHING = "browse:", "folder:", "ink:", "nothing:"
_MNIST = {
    "test:mnist": "MNIST, 10,000 test images",
    "validation:mnist": "MNIST, held out in training",
    "train:mnist": "MNIST, 60,000 training images",
}
_OTHERS = {_FOLDER: "A folder of images or IDX files…", _INK: "A file of ink…"}


class SetupCard(QFrame):
    """Chooses models and data.

    Parameters
    ----------
    theme, settings
        The colours in force, and what is remembered.
    start, export
        The actions of the buttons.

    Signals
    -------
    changed
        Something else is to be measured now.
    """

    changed = Signal()

    def __init__(
        self, theme: Theme, settings: Settings, start: QAction, export: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._models: dict[str, Path] = {}
        self._own_data: dict[str, str] = {}
        self._shown = {"model": "", "other": _NOTHING, "data": "test:mnist"}
        self.setObjectName("evaluationSetup")
        self.setProperty("card", "true")
        self.setFixedWidth(_WIDTH)
        self.model = ComboBox(theme, "evaluateModel", "Model", "The model to be measured", self)
        self.other = ComboBox(theme, "evaluateOther", "Compare with", "A second model, on the same images", self)
        self.data = ComboBox(theme, "evaluateData", "Data", "The images to be read", self)
        self.button = QToolButton(self)
        self.button.setDefaultAction(start)
        self.button.setObjectName("evaluateButton")
        self.button.setAccessibleName("Evaluate")
        self.button.setProperty("role", "primary")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setFixedHeight(5 * SPACE)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.bar = QProgressBar(self)
        self.bar.setObjectName("evaluateProgress")
        self.bar.setAccessibleName("Progress")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(SPACE)
        self.status = QLabel(self)
        self.status.setObjectName("evaluateStatus")
        self.status.setWordWrap(True)
        self.status.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE // 2)
        column.addWidget(title("What to measure", self))
        for text, field in (("Model", self.model), ("Compare with", self.other), ("Data", self.data)):
            label = muted(text, self)
            label.setBuddy(field)
            column.addSpacing(SPACE)
            column.addWidget(label)
            column.addWidget(field)
            field.activated.connect(self._chosen)
        column.addSpacing(2 * SPACE)
        column.addWidget(self.button)
        column.addSpacing(SPACE)
        column.addWidget(self.bar)
        column.addSpacing(SPACE // 2)
        column.addWidget(self.status)
        column.addStretch(1)
        save = action_button(export, "exportEvaluationButton", "Export…", self)
        save.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column.addWidget(save)
        self._fill_data()
        self.show_progress(None)

    # What is chosen

    @property
    def models(self) -> tuple[Path, ...]:
        """The files of the models to be measured: one, or two."""
        chosen = [self.model.chosen, self.other.chosen]
        return tuple(self._models[word] for word in chosen if word in self._models)

    @property
    def chosen_data(self) -> Data:
        """The images to be read."""
        word = self.data.chosen
        part, _, source = self._own_data.get(word, word).partition(":")
        if part == "train":
            return Data(source, "train")
        return Data(source, "validation" if part == "validation" else "test")

    def offer_models(self, files: Sequence[Path], in_use: Path | None) -> None:
        """Offer models; the one in use is chosen, the second one stays as it was."""
        for path in files:
            self._models.setdefault(str(path), path)
        if in_use is not None:
            self._models.setdefault(str(in_use), in_use)
            self._shown["model"] = str(in_use)
        self._fill_models()

    def add_data(self, source: str) -> None:
        """Offer a folder or a file of ink, and choose it."""
        word = f"own:{source}"
        self._own_data[word] = f"test:{source}"
        self._shown["data"] = word
        self._fill_data()
        self.changed.emit()

    def add_model(self, path: Path, field: str = "model") -> None:
        """Offer a model file, and choose it as the first model or the `other` one."""
        self._models.setdefault(str(path), path)
        self._shown[field] = str(path)
        self._fill_models()
        self.changed.emit()

    # What is going on

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far the work is; None when there is none."""
        self.bar.setVisible(progress is not None)
        if progress is None:
            return
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        counted = f": {progress.done:,} of {progress.total:,}" if progress.total else ""
        self.show_status(f"{progress.doing}{counted}")

    def show_status(self, text: str, *, error: bool = False) -> None:
        """Say something below the button; an error stays until something else is done."""
        self.status.setText(text)
        self.status.setProperty("muted", "false" if error else "true")
        self.status.setProperty("trouble", "true" if error else "false")
        self.status.style().unpolish(self.status)
        self.status.style().polish(self.status)

    # Parts

    def _fill_models(self) -> None:
        names = {
            word: f"{path.parent.parent.name}, {path.stem}" if is_checkpoint(path) else path.stem
            for word, path in self._models.items()
        }
        browse = {_BROWSE: "Open a model file…"}
        self.model.offer(names | browse)
        self.other.offer({_NOTHING: "nothing"} | names | browse)
        self.model.choose(self._shown["model"])
        self.other.choose(self._shown["other"])

    def _fill_data(self) -> None:
        own = {word: Path(entry.partition(":")[2]).name for word, entry in self._own_data.items()}
        self.data.offer(_MNIST | own | _OTHERS)
        self.data.choose(self._shown["data"])

    @Slot()
    def _chosen(self) -> None:
        """Take what was chosen; an entry that ends in dots opens a dialog and is not chosen itself."""
        for field, choice in (("model", self.model), ("other", self.other), ("data", self.data)):
            word = choice.chosen
            if word in {_BROWSE, _FOLDER, _INK}:
                choice.choose(self._shown[field])
                self._ask(field, word)
            elif word != self._shown[field]:
                self._shown[field] = word
                self.changed.emit()

    def _ask(self, field: str, word: str) -> None:
        words = {_BROWSE: "Open a model file", _FOLDER: "Choose a folder of images", _INK: "Choose a file of ink"}
        dialog = QFileDialog(self.window(), words[word], str(self._settings.folder))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if word == _FOLDER:
            dialog.setObjectName("evaluateFolderDialog")
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.fileSelected.connect(self._data_selected)
        elif word == _INK:
            dialog.setObjectName("evaluateInkDialog")
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilters([INK_FILTER, "All files (*)"])
            dialog.fileSelected.connect(self._data_selected)
        else:
            dialog.setObjectName("evaluateModelDialog")
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilters([MODEL_FILTER, "All files (*)"])
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
