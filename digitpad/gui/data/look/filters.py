"""The filters of Look: by class, by split, by writer and by source."""

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP, QSize, Signal, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from digitpad.gui.data.look.arrangement import Filters
from digitpad.gui.widgets.cards import muted, scroller, title
from digitpad.gui.widgets.fields import CheckBox, ComboBox
from digitpad.gui.widgets.layouts import add_space
from digitpad.gui.widgets.plain_text import one_line
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.inspection import SplitDataset

_WIDTH = 22 * SPACE
_ALL, _CLASS, _NAME = "all:", "class:", "name:"
_KINDS = ("writer", "source")
_TITLES = {
    "writer": str(QT_TRANSLATE_NOOP("LookFilters", "Writer")),
    "source": str(QT_TRANSLATE_NOOP("LookFilters", "Source")),
}
_TIPS = {
    "writer": str(QT_TRANSLATE_NOOP("LookFilters", "Show only the images of one writer")),
    "source": str(QT_TRANSLATE_NOOP("LookFilters", "Show only the images of one source")),
}


class LookFilters(QFrame):
    """Chooses which images are shown. What a dataset does not record is named, and cannot be chosen.

    Signals
    -------
    changed
        Other images are to be shown.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lookFilters")
        self.setProperty("card", "true")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._splits: tuple[str, ...] = ()
        inside = QWidget(self)
        inside.setObjectName("lookFilterFields")
        inside.setToolTip(self.tr("Which images are shown"))
        self.label = ComboBox(
            theme, "lookClass", self.tr("Class"), self.tr("Show only the images of one class"), inside
        )
        self.train = CheckBox(
            theme, "lookTrain", self.tr("Training images"), self.tr("Show the training images"), inside
        )
        self.test = CheckBox(theme, "lookTest", self.tr("Test images"), self.tr("Show the test images"), inside)
        self.origins = {
            kind: ComboBox(theme, f"look{kind.title()}", self.tr(_TITLES[kind]), self.tr(_TIPS[kind]), inside)
            for kind in _KINDS
        }
        self.reset_button = QPushButton(self.tr("Reset filters"), inside)
        self.reset_button.setObjectName("lookReset")
        self.reset_button.setAccessibleName(self.tr("Reset filters"))
        self.reset_button.setToolTip(self.tr("Show all images of the dataset"))
        self.reset_button.setFixedHeight(4 * SPACE)
        self.reset_button.clicked.connect(self.reset)
        self.split_counts = {"train": muted("", inside), "test": muted("", inside)}
        column = QVBoxLayout(inside)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, SPACE, 2 * SPACE)
        column.setSpacing(SPACE // 2)
        column.addWidget(title(self.tr("Show"), inside))
        self._add(column, self.label)
        add_space(column, SPACE)
        column.addWidget(muted(self.tr("Split"), inside))
        for split, box in (("train", self.train), ("test", self.test)):
            column.addWidget(box)
            column.addWidget(self.split_counts[split])
            box.clicked.connect(self._edited)
        for field in self.origins.values():
            self._add(column, field)
        add_space(column, SPACE)
        column.addStretch(1)
        column.addWidget(self.reset_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.addWidget(scroller("lookFilterScroller", self.tr("Filters"), inside, self))
        self.clear()

    def sizeHint(self) -> QSize:
        """Return the usual width, or more where the texts are longer."""
        least = self.minimumSizeHint()
        return least.expandedTo(QSize(px(_WIDTH), 0))

    def _add(self, column: QVBoxLayout, field: ComboBox) -> None:
        add_space(column, SPACE)
        label = muted(field.accessibleName(), self)
        label.setBuddy(field)
        column.addWidget(label)
        column.addWidget(field)
        field.activated.connect(self._edited)

    @property
    def filters(self) -> Filters:
        """What is to be shown."""
        label = self.label.chosen
        boxes = {"train": self.train, "test": self.test}
        hidden = frozenset(split for split in self._splits if not boxes[split].isChecked())
        origins = {
            kind: field.chosen.removeprefix(_NAME)
            for kind, field in self.origins.items()
            if field.chosen.startswith(_NAME)
        }
        return Filters(int(label.removeprefix(_CLASS)) if label.startswith(_CLASS) else None, hidden, origins)

    def clear(self) -> None:
        """Offer nothing, because there is no dataset."""
        self._splits = ()
        self.label.offer({_ALL: self.tr("All classes")})
        for kind in _KINDS:
            self.origins[kind].offer({_ALL: self.tr("Not recorded")})
        for box, count in ((self.train, self.split_counts["train"]), (self.test, self.split_counts["test"])):
            box.setChecked(False)
            count.setText(" ")
        for field in (self.label, self.train, self.test, *self.origins.values(), self.reset_button):
            field.setEnabled(False)

    def show_dataset(self, images: SplitDataset) -> None:
        """Offer the classes, splits and origins of a dataset, all of which are shown."""
        self._splits = images.splits
        counts = np.bincount(images.labels, minlength=len(images.classes)).tolist()
        names = {f"{_CLASS}{label}": one_line(name) for label, name in enumerate(images.classes) if counts[label]}
        self.label.offer({_ALL: self.tr("All classes")} | names)
        self.label.setEnabled(True)
        for split, box in (("train", self.train), ("test", self.test)):
            there = split in images.splits
            box.setEnabled(there and len(images.splits) > 1)
            box.setChecked(there)
            count = len(images.parts[images.splits.index(split)]) if there else 0
            self.split_counts[split].setText(self.tr("{count:,} image(s)", "", count).format(count=count))
        for kind, field in self.origins.items():
            self._offer_origins(images, kind, field)
        self.reset_button.setEnabled(True)

    def show_class(self, label: int | None) -> None:
        """Show only the images of a class; None for all."""
        self.label.choose(_ALL if label is None else f"{_CLASS}{label}")
        self.changed.emit()

    @Slot()
    def reset(self) -> None:
        """Show all images."""
        self.label.choose(_ALL)
        for split, box in (("train", self.train), ("test", self.test)):
            box.setChecked(split in self._splits)
        for field in self.origins.values():
            field.choose(_ALL)
        self.changed.emit()

    def _offer_origins(self, images: SplitDataset, kind: str, field: ComboBox) -> None:
        known = kind in images.kinds
        field.setEnabled(known)
        if not known:
            field.offer({_ALL: self.tr("Not recorded")})
            return
        names = images.origins(kind).names
        everything = self.tr("All ({count:,})").format(count=len(names))
        field.offer({_ALL: everything} | {f"{_NAME}{name}": one_line(name) for name in sorted(names, key=_natural)})

    @Slot()
    def _edited(self) -> None:
        self.changed.emit()


def _natural(name: str) -> tuple[int, str]:
    """Order writers that are numbers by their numbers."""
    return (int(name), "") if name.isdecimal() and len(name) < 10 else (1 << 40, name)
