"""The details of the selected image: enlarged, with its label, its origin, and what the network in use reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from digitpad.gui.widgets.actions import action_button
from digitpad.gui.widgets.bars import ProbabilityBars
from digitpad.gui.widgets.cards import muted, scroller, title
from digitpad.gui.widgets.picture_image import fitted, image_of_colours
from digitpad.gui.widgets.plain_text import one_line, unwrapped, wrappable
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.tiles import Palette

_WIDTH = 27 * SPACE
_SIDE = 17 * SPACE  # pixels at 100 % text size: the enlarged image
_MOST_BARS = 10


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about an image without its pixels.

    Attributes
    ----------
    name
        Name of the image: its split and number.
    lines
        Pairs of a name and a value, such as its label and its writer.
    doubt
        Why it deserves a second look; empty if nothing is known.
    """

    name: str
    lines: Sequence[tuple[str, str]] = field(default_factory=tuple)
    doubt: str = ""


class EnlargedImage(QWidget):
    """Shows one image, or two side by side, as large as there is room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._palette = Palette(theme)
        self._images: tuple[NDArray[np.uint8], ...] = ()
        self._ink = True
        self.setObjectName("lookEnlarged")
        self.setAccessibleName(self.tr("Selected image"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._dress)

    @property
    def images(self) -> tuple[NDArray[np.uint8], ...]:
        """The images shown, uint8 (C, H, W)."""
        return self._images

    def show_images(self, images: Sequence[NDArray[np.uint8]], *, ink: bool) -> None:
        """Show images, uint8 (C, H, W); none while they are being decoded."""
        self._images, self._ink = tuple(images), ink
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square."""
        return QSize(px(_SIDE), px(_SIDE))

    def minimumSizeHint(self) -> QSize:
        """Return a square."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the images."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("field"))
        count = max(1, len(self._images))
        width = (self.width() - (count - 1) * px(SPACE)) // count
        for number, pixels in enumerate(self._images):
            room = QRect(number * (width + px(SPACE)), 0, width, self.height())
            if number:
                painter.fillRect(
                    QRect(room.left() - px(SPACE), 0, px(SPACE), self.height()), self._theme.colour("surface")
                )
            colours = self._palette.colours(pixels, ink=self._ink)
            target = fitted(room, colours.shape[1], colours.shape[0])
            # Small images show their pixels, large ones are reduced smoothly.
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, target.width() < colours.shape[1])
            painter.drawImage(target, image_of_colours(colours))
        painter.end()

    @Slot()
    def _dress(self) -> None:
        self._palette = Palette(self._theme)
        self.updateGeometry()
        self.update()


class DetailsCard(QFrame):
    """Shows the details of one image.

    Parameters
    ----------
    theme
        The colours.
    open_in_draw
        The action of the button.
    """

    def __init__(self, theme: Theme, open_in_draw: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lookDetails")
        self.setProperty("card", "true")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        inside = QWidget(self)
        inside.setObjectName("lookDetailsInside")
        inside.setToolTip(self.tr("Details of the selected image"))
        self._name = title("", inside)
        self._name.setWordWrap(True)
        self._name.setObjectName("lookImageName")
        self.enlarged = EnlargedImage(theme, inside)
        self._lines = QLabel(inside)
        self._lines.setObjectName("lookImageFacts")
        self._lines.setWordWrap(True)
        self._doubt = QLabel(inside)
        self._doubt.setObjectName("lookImageDoubt")
        self._doubt.setProperty("warm", "true")
        self._doubt.setWordWrap(True)
        self._reading = muted("", inside)
        self._reading.setObjectName("lookImageReading")
        for label in (self._lines, self._doubt, self._reading):
            # Names of classes, files and models are shown as they are.
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.bars = ProbabilityBars(theme, inside)
        self.bars.setObjectName("lookBars")
        # Beside long names the bars are shorter than usual, rather than the percentages cut off.
        self.bars.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.open_button = action_button(open_in_draw, "lookOpenInDraw", self.tr("Open in Draw"), self)
        self.open_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(inside)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        for widget in (self._name, self.enlarged, self._lines, self._doubt, self._reading):
            column.addWidget(widget)
        column.addWidget(self.bars)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 2 * SPACE)
        whole.addWidget(scroller("lookDetailsScroller", self.tr("Details"), inside, self), 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, 0)
        foot.addWidget(self.open_button)
        whole.addLayout(foot)
        self.clear()

    def sizeHint(self) -> QSize:
        """Return the usual width, or more where the texts are longer."""
        least = self.minimumSizeHint()
        return least.expandedTo(QSize(px(_WIDTH), 0))

    @property
    def text(self) -> str:
        """The texts shown, one per line."""
        shown = (self._name, self._lines, self._doubt, self._reading)
        return "\n".join(unwrapped(label.text()) for label in shown if label.text())

    def clear(self) -> None:
        """Show that no image is selected."""
        self.show_facts(Facts(self.tr("No image selected")))
        self.enlarged.show_images((), ink=True)
        self.show_reading_state("")

    def show_facts(self, facts: Facts) -> None:
        """Show what is known about an image."""
        self._name.setText(facts.name)
        self._lines.setText(wrappable("\n".join(f"{name}: {one_line(value)}" for name, value in facts.lines)))
        self._doubt.setText(wrappable(facts.doubt))
        self._doubt.setVisible(bool(facts.doubt))

    def show_reading(self, model: str, labels: Sequence[str], probabilities: NDArray[np.float32]) -> None:
        """Show the probability of each class; of many classes, the most probable ones."""
        order = np.arange(len(labels))
        text = self.tr("Read by {model}").format(model=one_line(model))
        if len(labels) > _MOST_BARS + 1:
            order = np.argsort(-probabilities, kind="stable")[:_MOST_BARS]
            text = self.tr("Read by {model}; the {shown} most probable of {count:,} classes").format(
                model=one_line(model), shown=len(order), count=len(labels)
            )
        self._reading.setText(wrappable(text))
        self.bars.setVisible(True)
        self.bars.show_probabilities(
            [one_line(labels[index]) for index in order.tolist()], probabilities[order].tolist()
        )

    def show_reading_state(self, text: str) -> None:
        """Show a text instead of a reading."""
        self._reading.setText(wrappable(text))
        self.bars.setVisible(False)
