"""Reads a page with a network and, for a single digit, makes a frame in the same pass.

This is the only module that converts a page to pixels. It does not depend on widgets: the workspace calls it in the GUI
thread or in a worker, never in both at the same time, because a network is used by one thread at a time.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitpad.data.rasterize import USUAL_CANVAS
from digitpad.explain.frame import Frame, Inspector
from digitpad.gui.canvas.ink_painter import colours_of_picture, ink_of_picture, ink_over
from digitpad.gui.canvas.sketch import Page, Picture
from digitpad.gui.workspace.look import Choice, Depth
from digitpad.nn.checks import NotFiniteError
from digitpad.reading.number_reading import NumberReading
from digitpad.reading.numbers import NumberReader, Reader
from digitpad.reading.recognizer import Prediction, Recognizer

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """The result for one page; the attributes are those of `Look`."""

    reading: NumberReading | None = None
    place: int = 0
    prediction: Prediction | None = None
    pixels: NDArray[np.float32] | None = None
    frame: Frame | None = None
    not_finite: bool = False


class PageReader:
    """Reads pages with one network, and captures its activations.

    Parameters
    ----------
    reader
        The reader. Only a `Recognizer` has activations.
    """

    def __init__(self, reader: Reader) -> None:
        self._framing = _FramingReader(reader) if isinstance(reader, Recognizer) else None
        self._reader = reader if self._framing is None else self._framing
        self._numbers = NumberReader(self._reader)

    def forget(self) -> None:
        """Discard the last reading, because the reader's threshold has changed."""
        self._numbers = NumberReader(self._reader)

    def prepare(self) -> None:
        """Prepare for capturing activations, which takes a few milliseconds and need not be done in the GUI thread."""
        if self._framing is not None:
            self._framing.prepare_inspector()

    def look(self, page: Page, depth: Depth, choice: Choice, known: NumberReading | None = None) -> Sight:
        """Read a page.

        Parameters
        ----------
        page
            The page on the canvas.
        depth
            How much of the network to capture.
        choice
            The character of a number to show.
        known
            The reading of this page by this network, if only the choice or the depth has changed.

        Raises
        ------
        DigitpadError
            If the page cannot be read.
        """
        framing = self._framing
        if framing is not None:
            framing.begin(depth)
        try:
            # Diverging weights: the result is reported, without NumPy's warnings.
            with np.errstate(over="ignore", invalid="ignore"):
                sight = self._look(page, choice, known)
        except NotFiniteError:
            sight = Sight(not_finite=True)
        if sight.prediction is not None and not np.isfinite(sight.prediction.probabilities).all():
            sight = Sight(not_finite=True)
        if sight.not_finite and framing is not None:
            return Sight(pixels=framing.image, not_finite=True)
        return sight

    def _look(self, page: Page, choice: Choice, known: NumberReading | None) -> Sight:
        reading = known
        if reading is None and not page.is_blank:
            reading = self._read(page)
        if reading is None:
            return Sight(frame=None if self._framing is None else self._framing.frame_of(None))
        place = choice.place_in(reading)
        prediction = reading.segments[place].prediction
        pixels = None if prediction is None else prediction.image
        frame = None if self._framing is None else self._framing.frame_of(pixels)
        return Sight(reading, place, prediction, pixels, frame)

    def _read(self, page: Page) -> NumberReading:
        if self._framing is not None and self._framing.reads_pictures:
            return self._numbers.read_prepared(self._framing.prepare(page))
        if page.picture is not None:
            ink = ink_of_picture(page)
            return self._numbers.read_prepared(ink) if page.picture.prepared else self._numbers.read_picture(ink)
        return self._numbers.read_drawing([stroke.points for stroke in page.strokes], canvas=_canvas_of(page))


def _canvas_of(page: Page) -> float:
    """Return the long side of the canvas, in canvas units."""
    # As the command line reads the same file; the canvas of the window has a normal size.
    return USUAL_CANVAS if page.size is None else max(page.size)


class _FramingReader:
    """A `Reader` that makes a frame of each picture of a single digit, in the pass that reads it."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._inspector: Inspector | None = None
        self._depth = Depth.READING
        self._frame: Frame | None = None
        self.image: NDArray[np.float32] | None = None
        self._prepared: tuple[Picture, NDArray[np.float32]] | None = None  # the last opened picture

    @property
    def threshold(self) -> float:
        return self._recognizer.threshold

    @threshold.setter
    def threshold(self, value: float) -> None:
        self._recognizer.threshold = value

    @property
    def labels(self) -> tuple[str, ...]:
        return self._recognizer.labels

    @property
    def refuses(self) -> bool:
        return self._recognizer.refuses

    @property
    def reads_pictures(self) -> bool:
        return self._recognizer.reads_pictures

    def begin(self, depth: Depth) -> None:
        """Capture this much from now on; the last frame is kept while it may be needed again."""
        if depth != self._depth:
            self._depth, self._frame = depth, None
        self.image = None

    def frame_of(self, pixels: NDArray[np.float32] | None) -> Frame | None:
        """Return the frame of a prepared picture, or of a blank one for None; None if no view asks for frames."""
        if self._depth is Depth.READING:
            return None
        inspector = self._inspector_now()
        if pixels is None:
            # Nothing is ink 0, and paper is white.
            pixels = np.full(inspector.input_shape, float(self.reads_pictures), np.float32)
            pixels = pixels if self.reads_pictures else pixels[0]
        self.image = pixels
        frame = self._frame
        if frame is None or not np.array_equal(frame.pixels, inspector.as_picture(pixels)):
            frame = self._frame = inspector.inspect(pixels, gradients=self._depth is Depth.GRADIENTS)
        return frame

    def prepare(self, page: Page) -> NDArray[np.float32]:
        """Return a page that is not blank as a network for pictures receives it, float32 (C, H, W) in [0, 1]."""
        picture = page.picture
        if picture is None:
            return self._recognizer.prepare_ink([stroke.points for stroke in page.strokes], canvas=_canvas_of(page))
        if self._prepared is None or self._prepared[0] is not picture:
            # Decoded once, not again with every point of a stroke over it.
            source = colours_of_picture(picture) if picture.encoded is None else picture.encoded
            self._prepared = picture, self._recognizer.prepare_picture(source)
        pixels = self._prepared[1]
        return ink_over(pixels, page, self._recognizer.picture_fit) if page.strokes else pixels

    def recognize_ink(self, strokes: "Sequence[NDArray[np.float32]]", *, canvas: float = USUAL_CANVAS) -> Prediction:
        return self.recognize_pixels(self._recognizer.prepare_ink(strokes, canvas=canvas))

    def recognize_image(self, gray: NDArray[np.float32]) -> Prediction:
        return self.recognize_pixels(self._recognizer.prepare_image(gray))

    def recognize_pixels(self, image: NDArray[np.float32]) -> Prediction:
        self.image = image
        frame = self.frame_of(image)
        if frame is None:
            return self._recognizer.recognize_pixels(image)
        return self._recognizer.predict(image, frame[frame.structure.output])

    def recognize_all(self, images: NDArray[np.float32]) -> list[Prediction]:
        return self._recognizer.recognize_all(images)

    def prepare_inspector(self) -> None:
        """Make the inspector, which the first frame would make otherwise."""
        self._inspector_now()

    def _inspector_now(self) -> Inspector:
        if self._inspector is None:
            self._inspector = Inspector.of(self._recognizer.model)
        return self._inspector
