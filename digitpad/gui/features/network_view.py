"""The maps of one network, below a line with its name and its prediction."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from digitpad.explain.frame import Frame, Inspector
from digitpad.gui.features.maps.shown import PROBABILITIES, shown_layers
from digitpad.gui.features.maps.view import MapView
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.percent import sureness
from digitpad.gui.widgets.plain_text import one_line
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workspace.network_menu import NetworkMenu
from digitpad.models.model_file import Model
from digitpad.nn.checks import NotFiniteError

_LOOK = "look"
_QUICK = 15_000_000  # multiply-adds that take less than a frame of the window on any computer


class NetworkView(QWidget):
    """Shows one network's maps.

    Parameters
    ----------
    theme
        The theme.
    name
        Part of the object names: "first" or "second".
    menu
        The menu of networks to show here.

    Signals
    -------
    looked
        The `Frame` that a worker computed for `look`, or None if it is not finite, after it has been shown.
    """

    looked = Signal(object)

    def __init__(self, theme: Theme, name: str, menu: NetworkMenu | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}Network")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.maps = MapView(theme, self)
        self.maps.setObjectName(f"{name}Maps" if name != "first" else "mapView")
        self._model: Model | None = None
        self._inspector: Inspector | None = None
        self._frame: Frame | None = None
        self._takes_long = False
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)
        self._name = ""
        bold = text_font(self.font(), bold=True)
        self.reading = LiveText(theme, f"{name}Reading", bold, "text", self, spoken=self.tr("Reading"))
        self.button = QToolButton(self)
        self.button.setObjectName(f"{name}Chooser")
        self.button.setText(self.tr("Another…"))
        self.button.setToolTip(self.tr("Show another network here: a model, or a checkpoint of a run"))
        self.button.setAccessibleName(self.tr("Choose the network that is shown here"))
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if menu is not None:
            self.button.setMenu(menu)
        self._head = QWidget(self)
        row = QHBoxLayout(self._head)
        row.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, 0)
        row.addWidget(self.reading, 1)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        # A line of the style sheet separates the second network from the first.
        column.setContentsMargins(int(name == "second"), 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self.maps, 1)
        self.show_name(on=False)

    @property
    def model(self) -> Model | None:
        """The model that is shown."""
        return self._model

    @property
    def frame(self) -> Frame | None:
        """The frame that is shown."""
        return self._frame

    @property
    def labels(self) -> Sequence[str]:
        """The classes of the network."""
        return () if self._model is None else self._model.metadata.labels

    @property
    def takes_long(self) -> bool:
        """Whether the network takes longer than a frame of the window."""
        return self._takes_long

    def use(self, model: Model | None, name: str = "", frame: Frame | None = None) -> None:
        """Show another network, or none.

        Parameters
        ----------
        model, name
            The network, and its display name.
        frame
            Its frame for the digit, if it is known already; otherwise `look` computes it.
        """
        self._model, self._name, self._frame = model, one_line(name), None
        self._worker.forget(_LOOK)
        self._inspector = None if model is None or frame is not None else Inspector.of(model)
        self._takes_long = model is not None and model.network.multiply_adds(model.image_shape) > _QUICK
        source = self._inspector if frame is None else frame
        layers = (
            () if source is None else shown_layers(source.structure, len(self.labels), picture=_reads_pictures(model))
        )
        self.maps.show_network(layers, self.labels)

    def show_name(self, *, on: bool) -> None:
        """Show the line with the name of the network."""
        self._head.setVisible(on)

    def look(self, image: NDArray[np.float32] | None, *, gradients: bool = False) -> Frame | None:
        """Compute and show the frame of an image, or of a blank one for None, and return it; see `pixels_for`.

        If that `takes_long`, a worker computes it, the newest image first, and None is returned.
        """
        inspector = self._inspector
        if inspector is None:
            return self.show_frame(None)
        pixels = pixels_for(inspector.input_shape, image, picture=_reads_pictures(self._model))
        if self._takes_long:
            self._worker.ask(_LOOK, partial(_inspect, inspector, pixels, gradients))
            return None
        return self._show_looked(_inspect(inspector, pixels, gradients))

    def shut_down(self) -> None:
        """Stop the worker, and wait for its end."""
        self._worker.shut_down()

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if isinstance(outcome.result, _Looked):
            self.looked.emit(self._show_looked(outcome.result))

    def _show_looked(self, looked: "_Looked") -> Frame | None:
        return self.show_frame(looked.frame, not_finite=looked.frame is None)

    def show_frame(self, frame: Frame | None, *, not_finite: bool = False) -> Frame | None:
        """Show a frame of the network, and return it.

        Parameters
        ----------
        frame
            The frame for the digit; None if there is nothing to show.
        not_finite
            Whether there is none because the outputs are not finite.
        """
        self._frame = frame
        if frame is None:
            self.maps.show_frame({})
            text = self.tr("{network}: the outputs are not finite") if not_finite else ""
            self.reading.show_text(text.format(network=self._name))
            return None
        self.show_activations()
        answer = frame.answer
        if answer is None or frame.is_blank:
            self.reading.show_text(self._name)
        else:
            sure = sureness(float(answer.probabilities[answer.best]))
            text = self.tr("{network} reads {label}, {probability}")
            label = frame.labels[answer.best]
            self.reading.show_text(text.format(network=self._name, label=label, probability=sure))
        return frame

    def show_activations(self) -> None:
        """Show activations on the maps."""
        if self._frame is not None:
            self.maps.show_frame(_with_probabilities(self._frame))


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """A frame; None if the outputs are not finite."""

    frame: Frame | None


def _inspect(
    inspector: Inspector, pixels: NDArray[np.float32], gradients: bool, _context: WorkContext | None = None
) -> _Looked:
    try:
        return _Looked(inspector.inspect(pixels, gradients=gradients))
    except NotFiniteError:
        # A diverged training, or surgery with too large a factor.
        return _Looked(None)


def pixels_for(
    input_shape: Sequence[int], image: NDArray[np.float32] | None, *, picture: bool = False
) -> NDArray[np.float32]:
    """Return what one network received in the input size of another.

    Parameters
    ----------
    input_shape
        (C, H, W) of the other network.
    image
        float32 in [0, 1]: ink (H, W), or a picture (C, H, W), whose mean is taken for one channel; None for a blank
        page.
    picture
        Whether the other network reads pictures, in which ink is black on white.
    """
    channels, height, width = input_shape
    if image is None:
        return np.full((channels, height, width), float(picture), np.float32)
    if (image.ndim == 3) != picture:
        image = 1 - image
    planes = image if image.ndim == 3 else image[np.newaxis]
    if len(planes) != channels:
        planes = np.repeat(planes.mean(axis=0, keepdims=True, dtype=np.float32), channels, axis=0)
    if planes.shape[1:] == (height, width):
        return planes
    size, way = (width, height), Image.Resampling.BILINEAR
    return np.stack([np.asarray(Image.fromarray(plane).resize(size, way), np.float32) for plane in planes])


def _reads_pictures(model: Model | None) -> bool:
    return model is not None and model.metadata.preprocessing.is_picture


def _with_probabilities(frame: Frame) -> dict[str, NDArray[np.float32]]:
    """Return all activations, and the probabilities as an additional last layer."""
    shown = dict(frame.activations)
    if frame.answer is not None:
        shown.setdefault(PROBABILITIES, frame.answer.probabilities.astype(np.float32))
    return shown
