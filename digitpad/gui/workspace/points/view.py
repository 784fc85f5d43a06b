"""The map of points with its controls: follows the network and the drawing of the workspace."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.picture_image import image_of_colours, levels_of
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.gui.workspace.captions import caption_of
from digitpad.gui.workspace.gallery import Caption
from digitpad.gui.workspace.look import Depth, Look
from digitpad.gui.workspace.points.controls import PointsControls
from digitpad.gui.workspace.points.follower import PointsFollower, are_moments
from digitpad.gui.workspace.points.map import Note, PointsMap
from digitpad.gui.workspace.tiles import Palette, TileStore
from digitpad.gui.workspace.workspace import Workspace
from digitpad.inspection import SplitDataset

if TYPE_CHECKING:
    from digitpad.data.dataset import Dataset
    from digitpad.evaluation.film.embedding import Embedding
    from digitpad.gui.workspace.points.work import PlacedPoints, PointsProgress
    from digitpad.models.model_file import Model

_NEAREST = 24
_REST = 300  # milliseconds that the slider rests on a moment of the film before it is computed in full


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """Images to list in a gallery.

    Attributes
    ----------
    title
        What they are.
    images, indices
        The dataset, and the indices of the images in it, int64 (M,).
    caption
        Returns the caption of an image, given its index.
    ink
        Whether they are ink, and not pictures.
    are_misread
        Whether these are all misread images, which are others at another moment.
    """

    title: str
    images: "Dataset"
    indices: NDArray[np.int64]
    caption: Callable[[int], Caption]
    ink: bool
    are_misread: bool = False


class PointsView(QWidget):
    """Shows what a layer makes of 1,000 images and of the drawing.

    It works while it is visible.

    Signals
    -------
    listed
        A `Listing`: the misread images, those nearest to the drawing, or those inside a rectangle or lasso.
    opened
        The index of an image that was clicked; it is listed, so that a gallery can fetch it.
    """

    listed = Signal(object)
    opened = Signal(int)

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pointsView")
        self._workspace = workspace
        self._theme = theme
        self._palette = Palette(theme)
        self.follower = PointsFollower(self)
        self._tiles = TileStore(self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(self._compute)
        self.map = PointsMap(theme, self._note_of, self)
        self.controls = PointsControls(theme, self)
        self.words = LiveText(
            theme, "pointsWords", text_font(self.font(), scale=0.9), "muted", self, spoken=self.tr("Points"), lines=2
        )
        self._lay_out()
        self.controls.layer_chosen.connect(self._choose_layer)
        self.controls.placing_chosen.connect(self._place_by)
        self.controls.cannot_place.connect(self._show_trouble)
        self.controls.lasso_chosen.connect(self._select_by)
        self.controls.fit_asked.connect(self._fit_again)
        self.controls.misread_asked.connect(self.list_misread)
        self.controls.nearest_asked.connect(self._list_nearest)
        self._tiles.changed.connect(self.map.refresh_note)
        self.follower.placed.connect(self._show_placed)
        self.follower.progressed.connect(self._show_progress)
        self.follower.failed.connect(self._show_trouble)
        self.follower.cleared.connect(self._clear)
        self.map.chosen.connect(self._list_inside)
        self.map.opened.connect(self.opened)
        theme.changed.connect(self._dress)
        workspace.networks_changed.connect(self._follow)
        workspace.published.connect(self.show_look)

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers to choose from."""
        return self.controls.layers

    def use_images(self, images: "Dataset | None") -> None:
        """Show these images where they fit the network; None shows those of its training."""
        if images is not self.follower.images:
            self.follower.images = images
            self.follower.forget()
            self._ask()

    def caption(self, index: int) -> Caption:
        """Return the caption of an image."""
        placed = self.follower.shown
        if placed is None:
            return Caption((), "", wrong=False, words="")
        name = self.tr("image {number:,}").format(number=index)
        return caption_of(placed.labels[int(placed.truth[index])], placed.labels, placed.log_probabilities[index], name)

    def shut_down(self) -> None:
        """Stop the workers and wait for their end."""
        self._rest.stop()
        self.follower.shut_down()
        self._tiles.shut_down()

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the workspace from now on."""
        super().showEvent(event)
        self._workspace.ask(self, Depth.ACTIVATIONS)
        self._follow()
        self.show_look(self._workspace.look)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop work whose result is not visible."""
        self._workspace.ask(self, Depth.READING)
        self._rest.stop()
        self.follower.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update the height: the controls may need another line."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Return room for the controls at this width."""
        least, layout = super().minimumSizeHint(), self.layout()
        if layout is not None:
            least.setHeight(layout.totalMinimumHeightForWidth(max(self.width(), least.width())))
        return least

    # Following

    @Slot()
    def _follow(self) -> None:
        """Follow the network of the workspace."""
        if not self.isVisible():
            return
        network = self._workspace.looked_at
        self.follower.is_idle = self._workspace.in_training is None
        changed = network is not self.follower.network
        self.follower.follow(network)
        model = None if network is None else network.model
        if model is None:
            self._offer(())
            self.words.show_text(self.tr("There is no network to look into."))
            return
        self._offer(*_layers_of(model))
        shown = self.follower.shown
        if shown is not None and shown.network is network and shown.points is None:
            # The film knows this moment. Its outputs are computed once the slider rests.
            self._rest.start()
        elif changed or shown is None:
            self._ask()

    @Slot()
    def _compute(self) -> None:
        self._ask()

    def _ask(self, *, fit: bool = False) -> None:
        if self.isVisible() and self.follower.network is not None and self.layers:
            self.follower.layer = self.controls.layer.chosen
            self.follower.ask(fit=fit)

    def _offer(self, layers: tuple[str, ...], first: str = "") -> None:
        """Offer the layers of a network; the chosen one stays, otherwise another is chosen first."""
        if layers != self.layers:
            self.controls.offer(layers, first)
            self.follower.layer = self.controls.layer.chosen if layers else ""

    @Slot()
    def _choose_layer(self) -> None:
        self.follower.forget()
        self._ask(fit=True)

    @Slot(bool)
    def _place_by(self, by_neighbours: bool) -> None:
        if by_neighbours != self.follower.by_neighbours:
            self.follower.by_neighbours = by_neighbours
            self._ask(fit=True)

    @Slot(bool)
    def _select_by(self, lasso: bool) -> None:
        self.map.lasso = lasso

    @Slot()
    def _fit_again(self) -> None:
        self._ask(fit=True)

    # Results

    @Slot(object, bool)
    def _show_placed(self, placed: "PlacedPoints", steady: bool) -> None:
        self._tiles.use(SplitDataset(placed.images.name, ("test",), (placed.images,)))
        self.map.show_points(placed.places, placed.truth, placed.wrong, placed.labels, steady=steady)
        self._say(placed)
        self.controls.misread.setEnabled(bool(placed.wrong.any()))
        self.show_look(self._workspace.look)

    @Slot(object)
    def _show_progress(self, progress: "PointsProgress") -> None:
        text = self.tr("{done:,} of {total:,} images")
        if progress.embeds:
            text = self.tr("t-SNE: {done} of {total} steps")
        self.words.show_text(text.format(done=progress.done, total=progress.total))

    @Slot(str)
    def _show_trouble(self, trouble: str) -> None:
        self.words.show_text(trouble)

    @Slot()
    def _clear(self) -> None:
        nothing = np.zeros(0, np.int64)
        self.map.show_points(np.zeros((0, 2), np.float32), nothing, nothing.astype(np.bool_), (), steady=False)
        self.map.show_drawing(None, None)
        self.controls.misread.setEnabled(False)
        self.controls.nearest.setEnabled(False)
        self.words.show_text("")

    def _say(self, placed: "PlacedPoints") -> None:
        text = self.tr("{wrong:,} of {count:,} images misread (ringed)")
        text = text.format(wrong=int(placed.wrong.sum()), count=placed.count)
        if placed.embedding is None:
            shares = [f"{100 * share:.0f}\N{NO-BREAK SPACE}%" for share in placed.plane.shares]
            where = self.tr("{text} · the axes have {first} and {second} of the variance at the moment of choice")
            text = where.format(text=text, first=shares[0], second=shares[1])
        self.words.show_text(text)

    @Slot(object)
    def show_look(self, look: Look) -> None:
        """Show where the drawing is."""
        if not self.isVisible() or look.is_reading:
            return
        place = self._place_of(look)
        self.controls.nearest.setEnabled(place is not None)
        self.map.show_drawing(place, None if place is None else self._picture_of(look))

    def _place_of(self, look: Look) -> NDArray[np.float32] | None:
        point, placed = self._point_of(look), self.follower.shown
        if point is None or placed is None:
            return None
        embedding: Embedding | None = placed.embedding
        if embedding is not None:
            return embedding.place(point)
        place: NDArray[np.float32] = placed.plane.place(point[np.newaxis])[0]
        return place

    def _point_of(self, look: Look) -> NDArray[np.float32] | None:
        """Return the drawing's point in the space of the layer; None without a drawing, or for another network."""
        placed, outputs, frame = self.follower.shown, self.follower.outputs, look.frame
        if placed is None or outputs is None or frame is None or frame.is_blank or look.network is None:
            return None
        if look.network is not placed.network and not are_moments(placed.network, look.network):
            return None
        point: NDArray[np.float32] = outputs.point_of(frame[placed.layer])
        return point

    def _picture_of(self, look: Look) -> QImage | None:
        if look.pixels is None:
            return None
        levels = levels_of(look.pixels if look.pixels.ndim == 3 else look.pixels[np.newaxis])
        ink = look.network is None or not look.network.reader.reads_pictures
        return image_of_colours(self._palette.colours(levels, ink=ink))

    # Lists

    @property
    def _ink(self) -> bool:
        network = self.follower.network
        return network is None or not network.reader.reads_pictures

    @Slot()
    def list_misread(self) -> None:
        """List the misread images, the most certain first."""
        placed = self.follower.shown
        if placed is not None:
            self._list(self.tr("Misread, most certain first"), placed.mistakes(), are_misread=True)

    @Slot()
    def _list_nearest(self) -> None:
        point, outputs = self._point_of(self._workspace.look), self.follower.outputs
        if point is not None and outputs is not None:
            text = self.tr("Nearest to the drawing in {layer}").format(layer=outputs.layer)
            self._list(text, outputs.nearest(point, _NEAREST))

    @Slot(object)
    def _list_inside(self, indices: NDArray[np.int64]) -> None:
        if not len(indices):
            self.list_misread()
            return
        self._list(self.tr("Selected"), indices)

    def _list(self, title: str, indices: NDArray[np.int64], *, are_misread: bool = False) -> None:
        placed = self.follower.shown
        if placed is not None:
            self.listed.emit(Listing(title, placed.images, indices, self.caption, self._ink, are_misread))

    def listing_of(self, index: int) -> Listing | None:
        """Return a listing of one image, from which a gallery can fetch it; None without points."""
        placed = self.follower.shown
        if placed is None:
            return None
        return Listing(self.tr("Opened"), placed.images, np.array([index], np.int64), self.caption, self._ink)

    def _note_of(self, index: int) -> Note:
        caption = self.caption(index)
        lines = [caption.names[0] if caption.names else ""]
        if caption.wrong:
            lines.append(self.tr("read as {label}").format(label=caption.names[1]))
        tile = next(iter(self._tiles.pixels([index])), None)
        picture = None if tile is None else image_of_colours(self._palette.colours(tile, ink=self._ink))
        words = self.tr("{description}; click to open it in Draw").format(description=caption.words)
        return Note(picture, [*lines, caption.detail], words)

    # Parts

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(self.controls)
        column.addWidget(self.map, 1)
        column.addWidget(self.words)

    @Slot()
    def _dress(self) -> None:
        self._palette = Palette(self._theme)
        self.show_look(self._workspace.look)


def _layers_of(model: "Model") -> tuple[tuple[str, ...], str]:
    """Return the layers of a network in the order of computation, and the last hidden one that computes something."""
    from digitpad.evaluation.film.points import INPUT
    from digitpad.explain.structure import Structure

    nodes = [node for node in Structure(model.network, model.image_shape) if node.kind != "input"]
    hidden = [INPUT, *(node.name for node in nodes[:-1] if not node.passes_through)]
    return (INPUT, *(node.name for node in nodes)), hidden[-1]
