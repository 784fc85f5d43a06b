"""The workspace: the drawing, the network that is shown, and its reading; the one state behind every tab.

State, each stored here only:

- the drawing (`drawing`): the page with its history, edited by every canvas;
- the networks: the model in use (`in_use`), the network in training (`in_training`), and the one that is shown
  (`looked_at`), which is one of these two, a saved one (a checkpoint of a run), or one changed by surgery;
- the chosen character of a number (`choose`);
- how much of the network the views need (`ask`): a reading only, all activations, or gradients too.

Changes to these request a single look at the end of the current turn of the event loop, regardless of their number. A
look is one pass: a single digit goes through the network once, for the reading and for the frame that the maps show.
The result is published as a frozen, numbered `Look` through the signal `published`. Views show that value and store
nothing else, so they cannot disagree; a new view connects to `published` and, if it needs more than the reading, asks
for it while it is visible.

The window never waits for a look. A look that is expected to take less than a frame is made immediately, so that the
bars follow the pen. Any other is made by a worker, the newest first; if it takes long, a value with `is_reading` is
published in the meantime. A result for a page that was replaced has an older number than the first look at the new page
and is dropped; while one stroke grows, results for its earlier points are still shown. While the worker is busy, every
look goes to it, because a network may be used by one thread at a time.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitpad.data.picture_fit import CROP
from digitpad.errors import DigitpadError
from digitpad.gui.canvas.drawing import Drawing
from digitpad.gui.canvas.pictures import picture_of_pixels
from digitpad.gui.canvas.sketch import Page, Picture
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.workspace import models
from digitpad.gui.workspace.collection_list import CollectionList
from digitpad.gui.workspace.look import Choice, Depth, Look
from digitpad.gui.workspace.look_maker import LookMaker, LookRequest
from digitpad.gui.workspace.models import LoadedModel, Source

if TYPE_CHECKING:
    from digitpad.gui.workspace.page_reader import PageReader
    from digitpad.gui.workspace.settings import Settings
    from digitpad.models.model_file import Model
    from digitpad.reading.recognizer import Recognizer


class Workspace(QObject):
    """Holds the state, makes one look for every change, and publishes the result.

    Parameters
    ----------
    settings
        Settings that store the model in use.
    load_model
        Loads a network by name or path, the default model for None; raises DigitpadError.
    runs_folder
        The folder of the runs; None uses the user's folder.
    collections_folder
        The folder of the collections; None uses the user's folder.

    Signals
    -------
    published
        A `Look`, after every change.
    networks_changed
        Another network is in use, in training or shown, or the list of networks has changed.
    message
        A `Message`: a network could not be loaded.
    replay_asked
        The folder of a run that the user wants to replay.
    """

    published = Signal(object)
    networks_changed = Signal()
    message = Signal(object)
    replay_asked = Signal(object)

    def __init__(
        self,
        settings: "Settings",
        load_model: Callable[[str | Path | None], LoadedModel] = models.load,
        runs_folder: Path | None = None,
        collections_folder: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self.runs_folder = runs_folder
        self.drawing = Drawing(self)
        #: The user's collections, for the choosers of data.
        self.collections = CollectionList(collections_folder, self)
        self._load = load_model
        self._in_use: LoadedModel | None = None
        self._in_training: LoadedModel | None = None
        self._looked_at: LoadedModel | None = None
        self._operated: LoadedModel | None = None  # the network before surgery
        self._threshold: float | None = None  # the changed threshold of the network that is shown
        self._choice = Choice()
        self._depths: dict[QObject, Depth] = {}
        self._reader: PageReader | None = None
        self._looks = LookMaker(self._wanted, self)
        self._looks.made.connect(self._publish)
        self._looks.nothing_wanted.connect(self._publish_nothing)
        self._looks.lasting.connect(self._publish_reading)
        self._look = Look(0, self.drawing.sketch.page)
        self._look_request = 0  # the request that produced `_look`
        self.drawing.changed.connect(self._page_changed)

    # Results

    @property
    def look(self) -> Look:
        """The last published look."""
        return self._look

    @property
    def in_use(self) -> LoadedModel | None:
        """The model in use."""
        return self._in_use

    @property
    def in_training(self) -> LoadedModel | None:
        """The last known state of the network in training; None if none is being trained."""
        return self._in_training

    @property
    def looked_at(self) -> LoadedModel | None:
        """The network that reads the page."""
        return self._looked_at

    @property
    def busy(self) -> bool:
        """Whether a look is pending."""
        return self._looks.busy

    # Networks

    def use(self, name_or_path: str | Path | None) -> bool:
        """Load a model, use it and show it; if that fails, a message says so and the old one stays."""
        network = self._loaded(name_or_path)
        if network is None:
            return False
        self.use_network(network)
        bundled = network.path in _bundled()
        if models.run_of(network.path) is None:
            self.settings.remember_model(network.path, bundled=bundled)
            self.networks_changed.emit()
        return True

    def use_network(self, network: LoadedModel | None) -> None:
        """Use a loaded model and show it; None for no model."""
        self._in_use = network
        self.look_by(network)

    def use_model(self, model: "Model", place: Path) -> bool:
        """Use a model that was read elsewhere; return whether that is possible.

        Parameters
        ----------
        model
            The model; it is not remembered for the next start.
        place
            The folder of its run, or its checkpoint.
        """
        try:
            self.use_network(models.take(model, place.resolve(), models.saved_name(place)))
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return False
        return True

    def look_by(
        self, network: LoadedModel | None, *, threshold: float | None = None, reader: "PageReader | None" = None
    ) -> None:
        """Show another network; None for no network.

        Parameters
        ----------
        network
            The network.
        threshold
            The changed "not a digit" threshold; None keeps the network's own.
        reader
            The reader of pages by this network, prepared in another thread; None makes one here.
        """
        before = self._looked_at
        if threshold is None and before is not None and network is not None and before.source is network.source:
            # A network in training is replaced at every step, as is that of a replay; a changed threshold is kept.
            threshold = self._threshold if network.source in {Source.IN_TRAINING, Source.MOMENT} else None
        self._looked_at, self._threshold = network, threshold
        if network is None:
            self._reader = None
        else:
            # The network library is loaded with the first model, after the window has been painted.
            from digitpad.gui.workspace.page_reader import PageReader

            if threshold is not None:
                network.reader.threshold = threshold
            self._reader = PageReader(network.reader) if reader is None else reader
        if network is None:
            self.drawing.show_for(None, CROP)
        else:
            self.drawing.show_for(network.picture_shape, network.picture_fit)
        if not _alike(before, network):
            self._looks.forget_pace(_multiply_adds(network))
        self._looks.change()
        self.networks_changed.emit()

    @Slot(object)
    def look_at(self, path: Path) -> None:
        """Show a saved network without using it: a model file, the final network of a run, or a checkpoint."""
        try:
            model, place = models.read_model(path)
            network = models.take(model, place.resolve(), model.name, Source.SAVED)
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return
        self.look_by(_retitled(network, models.saved_name(place)))

    @Slot(object)
    def choose_network(self, path: Path) -> None:
        """Handle a choice in a menu of networks: use a model file, or show a network of a run."""
        if models.run_of(path) is not None:
            self.look_at(path)
        else:
            self.use(path)

    @Slot()
    def look_at_training(self) -> None:
        """Show the network in training, if there is one."""
        if self._in_training is not None:
            self.look_by(self._in_training)

    @Slot()
    def look_at_in_use(self) -> None:
        """Show the model in use."""
        self.look_by(self._in_use)

    def show_training(self, recognizer: "Recognizer", step: int, folder: Path, name: str | None = None) -> None:
        """Update the network in training; the first call also shows it.

        Parameters
        ----------
        recognizer
            A recognizer with a copy of its weights.
        step
            Number of steps taken.
        folder
            The folder of its run.
        name
            The name of its run; None uses the name of the network.
        """
        preprocessing = recognizer.model.metadata.preprocessing
        name = recognizer.model.name if name is None else name
        title = self.tr("in training: {name}, step {step}").format(name=name, step=f"{step:,}")
        network = LoadedModel(title, folder, preprocessing.mean, preprocessing.std, recognizer, Source.IN_TRAINING)
        begins = self._in_training is None
        self._looks.expect_training(on=True)
        follows = self._looked_at is not None and self._looked_at.source is Source.IN_TRAINING
        self._in_training = network
        if begins or follows:
            self.look_by(network)
        else:
            self.networks_changed.emit()

    def end_training(self) -> None:
        """Handle the end of the training.

        If its network was shown, the final network of its run is shown from now on; without a run, the model in use.
        """
        network, self._in_training = self._in_training, None
        self._looks.expect_training(on=False)
        if network is None:
            return
        if self._looked_at is not network:
            self.networks_changed.emit()
        elif models.run_of(network.path) is None:
            self.look_at_in_use()
        else:
            self.look_by(self._as_saved(network))

    def operate(self, model: "Model", title: str) -> None:
        """Show the current network as changed by surgery.

        Raises
        ------
        DigitpadError
            If it does not read digits.
        """
        before = self._looked_at
        if before is None:
            return
        if before.source is not Source.OPERATED:
            self._operated = before
        network = models.take(model, before.path, model.name, Source.OPERATED)
        operated = replace(_retitled(network, title), moment=before.moment)
        self.look_by(operated, threshold=before.reader.threshold)

    def end_operation(self) -> None:
        """Show the network as it was before surgery."""
        before = self._looked_at
        if before is not None and before.source is Source.OPERATED:
            self.look_by(self._operated, threshold=before.reader.threshold)

    def move_threshold(self, threshold: float) -> None:
        """Change the "not a digit" threshold of the network that is shown."""
        network = self._looked_at
        if network is None:
            return
        self._threshold = network.reader.threshold = threshold
        if self._reader is not None:
            self._reader.forget()
        self._looks.change()

    # Other state

    def show_pixels(self, pixels: NDArray[np.float32], name: str) -> None:
        """Put an image of a dataset on the page, to be read with exactly these pixels.

        Parameters
        ----------
        pixels
            float32 in [0, 1]: (28, 28) with ink 1, or a picture, (C, H, W).
        name
            Name of the image.
        """
        if pixels.ndim == 2:
            page = Page(picture=Picture(pixels, name, prepared=True))
        else:
            page = Page(picture=picture_of_pixels(np.rint(pixels * 255).astype(np.uint8), name))
        self.drawing.put(self.tr("open {name}").format(name=name), page)

    def choose(self, place: int) -> None:
        """Choose a character of the number that was read."""
        reading = self._look.reading
        if reading is not None and 0 <= place < len(reading.segments):
            self._choice = Choice(place, len(reading.segments))
            self._looks.change(fresh=False)

    def ask(self, view: QObject, depth: Depth) -> None:
        """Capture as much of the network as a view needs, until it asks for something else.

        Parameters
        ----------
        view
            The view; each view has one request.
        depth
            `Depth.READING` if nothing more is needed, for example while the view is hidden.
        """
        before = self._depth
        if depth is Depth.READING:
            self._depths.pop(view, None)
        else:
            self._depths[view] = depth
        if self._depth not in {before, Depth.READING}:
            self._looks.change(fresh=False)

    def shut_down(self) -> None:
        """Stop the workers and wait for their end."""
        self._looks.shut_down()
        self.collections.shut_down()

    # Making looks

    @property
    def _depth(self) -> Depth:
        return max(self._depths.values(), default=Depth.READING)

    @Slot()
    def _page_changed(self) -> None:
        live = self.drawing.sketch.live_stroke
        self._looks.change(continues=live is not None and len(live.points) > 1)

    def _wanted(self, number: int) -> LookRequest | None:
        """Return the request for the current state; None if there is nothing to look at."""
        page, network, reader = self.drawing.sketch.page, self._looked_at, self._reader
        if page.is_blank:
            self._choice = Choice()
        if network is None or reader is None or (page.is_blank and self._depth is Depth.READING):
            return None
        known = self._look.reading if self._look_request >= self._looks.fresh_since else None
        return LookRequest(number, page, network, reader, self._depth, self._choice, known)

    @Slot(int)
    def _publish_nothing(self, number: int) -> None:
        """Publish that there is no page or no network to look at."""
        self._publish(number, Look(0, self.drawing.sketch.page, self._looked_at))

    @Slot(object)
    def _publish_reading(self, request: LookRequest) -> None:
        """Publish that a page is still being read."""
        self._publish(request.number, Look(0, self.drawing.sketch.page, request.network, is_reading=True))

    @Slot(int, object)
    def _publish(self, request: int, look: Look) -> None:
        """Publish the result of a request under the next number."""
        if not look.is_reading and self._choice.has_lapsed(look.reading):
            self._choice = Choice()
        self._look = replace(look, number=self._look.number + 1)
        self._look_request = request
        self.published.emit(self._look)

    # Parts

    def _loaded(self, name_or_path: str | Path | None) -> LoadedModel | None:
        try:
            return self._load(name_or_path)
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return None

    def _as_saved(self, network: LoadedModel) -> LoadedModel:
        """Return the network in training as its run saved it at the end."""
        return _retitled(network, models.saved_name(network.path), Source.SAVED)


def _retitled(network: LoadedModel, title: str, source: Source | None = None) -> LoadedModel:
    return replace(network, title=title, source=network.source if source is None else source)


def _alike(one: LoadedModel | None, other: LoadedModel | None) -> bool:
    """Whether two networks take about the same time: they have the same architecture."""
    if one is None or other is None:
        return False
    first, second = one.model, other.model
    return first is not None and second is not None and first.architecture == second.architecture


def _multiply_adds(network: LoadedModel | None) -> int | None:
    """Return the operations of a network for one digit; None if they cannot be determined."""
    model = None if network is None else network.model
    if model is None:
        return None
    return model.network.multiply_adds(model.image_shape)


def _bundled() -> set[Path]:
    from digitpad.models.model_file import bundled_models

    return {path.resolve() for path in bundled_models()}
