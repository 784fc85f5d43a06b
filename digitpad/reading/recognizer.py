"""Reads single digits, or photographs, in ink and pictures.

A `Recognizer` owns one network. All of digitpad reads through it, so that the window, the command line and the
evaluation always agree. The metadata of the model say how a picture is prepared: a network for digits sees the ink of a
picture, cropped and centred in 28x28 pixels; a network for pictures sees the picture itself, fitted to its input, and
never rejects it.

Single readings are those of the plain layers of the network, which the window shows. Whole datasets are read by the
fused layers (see `digitpad.nn.engine.fused`), which are three to five times as fast and equal up to rounding.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from digitpad.data.dataset import NO_DIGIT, images_at_once
from digitpad.data.images import image_to_digit, read_image
from digitpad.data.ink import Stroke
from digitpad.data.labels import are_digits
from digitpad.data.pictures import drawn_on_white, read_picture
from digitpad.data.rasterize import USUAL_CANVAS, ink_to_image, inks_to_images
from digitpad.errors import DigitpadError
from digitpad.models.model_file import CLASSIFICATION, DEFAULT_MODEL, Model
from digitpad.nn import ParallelNetwork, functional
from digitpad.nn.engine import OneImage
from digitpad.reading.not_a_digit import why_not_a_digit
from digitpad.translation import gettext as _

#: A reading is ambiguous if the second most probable class has at least this probability.
AMBIGUOUS = 0.2

#: Batch size for the fused layers; larger batches would only take more memory.
_MOST_AT_ONCE = 256
#: Batch size for the plain layers, whose intermediate arrays should fit into the processor's cache.
_MOST_PLAIN = 16
#: From this number of images, they are treated as a dataset, whose images are not inspected one by one.
_DATASET = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """The prediction of a network for one picture.

    Attributes
    ----------
    label
        The predicted class, even if `rejected`.
    probability
        The probability of the predicted class, in [0, 1].
    probabilities
        float32 (classes,): the probability of each class, given that the picture shows one of them; they add up to 1.
    rejected
        Whether the picture is not a digit, so that the label is unreliable.
    reason
        The reason for the rejection, in words; None if it was not rejected.
    image
        float32 in [0, 1], (28, 28) for digits and (C, H, W) for pictures: the input of the network, before
        normalization.
    no_digit
        The probability of "no digit", in [0, 1]; 0 for networks without that output.
    """

    label: str
    probability: float
    probabilities: NDArray[np.float32]
    rejected: bool
    reason: str | None
    image: NDArray[np.float32]
    no_digit: float = 0.0

    @property
    def is_ambiguous(self) -> bool:
        """Whether the second most probable class is nearly as probable as the first."""
        return len(self.probabilities) > 1 and float(np.sort(self.probabilities)[-2]) >= AMBIGUOUS


class Recognizer:
    """Reads digits with one network.

    A network with an output for "no digit" predicts whether the picture is a digit, and which one if it is. That output
    is excluded from the probabilities of the digits, and determines whether a picture is rejected.

    Parameters
    ----------
    model
        The model. Its weights are copied, so that predictions do not change while training continues.
    threshold
        The probability of "no digit" from which a picture is rejected; None for the model's own threshold.

    Raises
    ------
    DigitpadError
        If the model was trained for another task, or the threshold is not in [0, 1].
    """

    def __init__(self, model: Model, *, threshold: float | None = None) -> None:
        if model.metadata.task != CLASSIFICATION:
            raise DigitpadError(
                _(
                    "{model} finds ink on pages and does not read digits; choose a model that does, such as {other}."
                ).format(model=model.name, other=DEFAULT_MODEL)
            )
        self.model = model.copy()
        refuses = model.metadata.refuses
        self._labels = tuple(label for label in model.metadata.labels if not refuses or label != NO_DIGIT)
        self._no_digit = model.metadata.labels.index(NO_DIGIT) if model.metadata.refuses else None
        self.threshold = model.metadata.refusal_threshold if threshold is None else threshold
        self._network = self.model.network
        self._preprocessing = self.model.metadata.preprocessing
        # The fused layers have their own buffers, which only one thread may use at a time.
        self._fused = ParallelNetwork(self._network)
        self._fused_is_busy = threading.Lock()
        self._one_image: OneImage | None = None
        self._one_image_is_busy = threading.Lock()

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, in the order of the probabilities."""
        return self._labels

    @property
    def reads_pictures(self) -> bool:
        """Whether pictures are read as they are, and not as ink on paper."""
        return self._preprocessing.is_picture

    @property
    def picture_fit(self) -> str:
        """How these pictures are fitted to the input, see `digitpad.data.pictures.prepare_picture`."""
        return self._preprocessing.fit

    @property
    def reads_digits(self) -> bool:
        """Whether all classes are digits, which are read one by one and may form numbers."""
        return are_digits(self._labels) and not self.reads_pictures

    @property
    def refuses(self) -> bool:
        """Whether the network has an output for "no digit"."""
        return self._no_digit is not None

    @property
    def threshold(self) -> float:
        """The probability of "not a digit" from which a picture is rejected; at 1, only certainty suffices."""
        return self._threshold

    @threshold.setter
    def threshold(self, value: float) -> None:
        if not 0 <= value <= 1:
            raise DigitpadError(
                _('The "not a digit" threshold must be a number from 0 to 1, not {value}.').format(value=value)
            )
        self._threshold = float(value)

    def recognize_ink(self, strokes: Sequence[Stroke], *, canvas: float = USUAL_CANVAS) -> Prediction:
        """Read a drawing.

        Parameters
        ----------
        strokes
            Each float32 (n, 2) or (n, 3), see `digitpad.data.ink`.
        canvas
            The long side of the canvas, in the units of the strokes.
        """
        return self.recognize_pixels(self.prepare_ink(strokes, canvas=canvas))

    def recognize_image(self, gray: NDArray[np.float32]) -> Prediction:
        """Read one digit in a picture of any size.

        Parameters
        ----------
        gray
            float32 (H, W) in [0, 1], ink 1 on background 0, as `digitpad.data.images.read_image` returns it. For a
            network for pictures it is black ink on white paper.
        """
        return self.recognize_pixels(self.prepare_image(gray))

    def recognize_picture(self, picture: Path | str | bytes | PIL.Image.Image | NDArray[np.uint8]) -> Prediction:
        """Read a picture of any size, as its file says.

        Parameters
        ----------
        picture
            A file, see `digitpad.data.images.read_image`; the contents of one; or a picture: open, or uint8 (H, W) or
            (H, W, 3).

        Raises
        ------
        DigitpadError
            If the picture cannot be read.
        """
        return self.recognize_pixels(self.prepare_picture(picture))

    def prepare_picture(self, picture: Path | str | bytes | PIL.Image.Image | NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return a picture of any size as `recognize_pixels` takes it; the parameters are those of `recognize_picture`.

        Returns
        -------
        NDArray[float32]
            In [0, 1]: (28, 28) for digits, (C, H, W) for pictures.
        """
        source = PIL.Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
        if not self.reads_pictures:
            return image_to_digit(read_image(source))
        pixels = read_picture(source, self._preprocessing.shape, self._preprocessing.fit)
        return pixels.astype(np.float32) / np.float32(255)

    def prepare_image(self, gray: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the ink of a picture as `recognize_pixels` takes it; the parameters are those of `recognize_image`."""
        if not self.reads_pictures:
            return image_to_digit(gray)
        return self.prepare_picture(np.rint(255 * (1 - gray)).astype(np.uint8))

    def prepare_ink(self, strokes: Sequence[Stroke], *, canvas: float = USUAL_CANVAS) -> NDArray[np.float32]:
        """Return a drawing as `recognize_pixels` takes it; the parameters are those of `recognize_ink`."""
        if not self.reads_pictures:
            return ink_to_image(strokes, canvas=canvas)
        return self.prepare_picture(drawn_on_white(strokes, canvas=canvas))

    def prepare_drawings(self, drawings: Sequence[tuple[Sequence[Stroke], float]]) -> NDArray[np.float32]:
        """Return drawings as `recognize_all` takes them, in much less time than one by one.

        Parameters
        ----------
        drawings
            The strokes of each drawing, and the long side of its canvas.
        """
        if not self.reads_pictures:
            return inks_to_images(drawings)
        return np.stack([self.prepare_ink(strokes, canvas=canvas) for strokes, canvas in drawings])

    def recognize_pixels(self, image: NDArray[np.float32]) -> Prediction:
        """Read a prepared picture.

        Parameters
        ----------
        image
            float32 in [0, 1]: (28, 28) for digits, (C, H, W) for pictures.

        Raises
        ------
        ValueError
            If the shape differs.
        """
        return self.recognize_all(image[np.newaxis])[0]

    def recognize_all(self, images: NDArray[np.float32]) -> list[Prediction]:
        """Read many prepared pictures, faster than one by one.

        From 1,000 pictures on, the fused layers read them, which give the same predictions up to rounding.

        Parameters
        ----------
        images
            float32 in [0, 1]: (N, 28, 28) for digits, (N, C, H, W) for pictures.
        """
        batch = images[:, np.newaxis] if images.ndim == 3 else images
        if len(batch) >= _DATASET:
            return self._predictions(images, self._read_many(batch))
        return self._predictions(images, self._read(self._forward, batch, _MOST_PLAIN))

    def predict(self, image: NDArray[np.float32], logits: NDArray[np.float32]) -> Prediction:
        """Return the reading for the logits of a picture that has already passed through the network.

        Parameters
        ----------
        image
            float32 in [0, 1], (28, 28) or (C, H, W): the picture.
        logits
            float32 (outputs,): the output of the plain layers of `model`.
        """
        return self._predictions([image], logits[np.newaxis])[0]

    def recognize_batch(self, images: NDArray[np.float32] | NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the probabilities of every class for the pictures of a dataset, computed by the fused layers.

        They equal those of `recognize_all` up to rounding. Concurrent calls are serialized.

        Parameters
        ----------
        images
            (N, C, H, W): float32 in [0, 1], or bytes.

        Returns
        -------
        NDArray
            float32 (N, classes).
        """
        return self._digits(self._read_many(images), _probabilities)

    def refusals(self, images: NDArray[np.float32] | NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the probability of "no digit" for each picture, float32 (N,); 0 for networks without that output.

        Parameters
        ----------
        images
            See `recognize_batch`.
        """
        return self._none(self._read_many(images))

    def answers(
        self, images: NDArray[np.float32] | NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return `log_probabilities` and `refusals` of pictures from a single forward pass."""
        return self.answers_of(self._read_many(images))

    def answers_of(self, logits: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return `log_probabilities` and `refusals` for the output of the network, float32 (N, outputs)."""
        return self._digits(logits, _log_probabilities), self._none(logits)

    def log_probabilities(self, images: NDArray[np.float32] | NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the logarithms of the probabilities of `recognize_batch`, accurate even if those round to 0 or 1.

        They are computed from the logits with log-sum-exp, as required for a cross-entropy.

        Parameters
        ----------
        images
            See `recognize_batch`.

        Returns
        -------
        NDArray
            float32 (N, classes).
        """
        return self._digits(self._read_many(images), _log_probabilities)

    def activations(self, image: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return the output of every layer for one prepared picture.

        Parameters
        ----------
        image
            float32 in [0, 1]: (28, 28) for digits, (C, H, W) for pictures.

        Returns
        -------
        dict
            Activations by layer name, in order: (C, H, W) or (features,). The first, `input`, is the normalized
            picture.
        """
        batch = image[np.newaxis, np.newaxis] if image.ndim == 2 else image[np.newaxis]
        self._check(batch)
        batch = self._normalize(batch)
        _, named = self._network.forward(batch, capture=True)
        return {"input": batch[0]} | {name: array[0] for name, array in named.items()}

    def _forward(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the logits of a few normalized pictures, (N, outputs), as the plain layers compute them."""
        if len(batch) > 1 or not self._one_image_is_busy.acquire(blocking=False):
            return self._network.forward(batch)
        try:
            if self._one_image is None:
                self._one_image = OneImage(self._network, self._preprocessing.shape)
            return self._one_image.forward(batch)[0]
        finally:
            self._one_image_is_busy.release()

    def _read_many(self, images: NDArray[np.float32] | NDArray[np.uint8]) -> NDArray[np.float32]:
        with self._fused_is_busy:
            return self._read(self._fused.predict, images, images_at_once(images.shape[1:], _MOST_AT_ONCE))

    def _read(
        self,
        forward: Callable[[NDArray[np.float32]], NDArray[np.float32]],
        images: NDArray[np.float32] | NDArray[np.uint8],
        at_once: int,
    ) -> NDArray[np.float32]:
        """Return the logits of pictures, (N, outputs); `forward` maps a batch of up to `at_once` to its logits."""
        self._check(images)
        logits = np.empty((len(images), *self._network.output_shape(images.shape[1:])), np.float32)
        for start in range(0, len(images), at_once):
            some = slice(start, start + at_once)
            logits[some] = forward(self._normalize(images[some]))
        return logits

    def _digits(
        self, logits: NDArray[np.float32], answer: Callable[[NDArray[np.float32]], NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        """Return a reading from the logits of the digits only, whose softmax gives the probabilities among digits."""
        return answer(logits if self._no_digit is None else np.delete(logits, self._no_digit, axis=1))

    def _none(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._no_digit is None:
            return np.zeros(len(logits), np.float32)
        return functional.softmax(logits)[:, self._no_digit]

    def _normalize(self, images: NDArray[np.float32] | NDArray[np.uint8]) -> NDArray[np.float32]:
        return self._preprocessing.normalize(images)

    def _check(self, images: NDArray[np.float32] | NDArray[np.uint8]) -> None:
        shape = self._preprocessing.shape
        if images.shape[1:] != shape:
            raise ValueError(f"Recognizer: images has shape {images.shape}; expected (N, {str(shape)[1:]}")

    def _predictions(self, images: Iterable[NDArray[np.float32]], logits: NDArray[np.float32]) -> list[Prediction]:
        answers = zip(images, self._digits(logits, _probabilities), self._none(logits), strict=True)
        return [self._predict(image, row, float(none)) for image, row, none in answers]

    def _predict(self, image: NDArray[np.float32], probabilities: NDArray[np.float32], no_digit: float) -> Prediction:
        best = int(probabilities.argmax())
        threshold = self.threshold if self.refuses else None
        reason = None
        if not self.reads_pictures:
            reason = why_not_a_digit(image, no_digit, threshold, reads_digits=self.reads_digits)
        return Prediction(
            label=self.labels[best],
            probability=float(probabilities[best]),
            probabilities=probabilities,
            rejected=reason is not None,
            reason=reason,
            image=image,
            no_digit=no_digit,
        )


def _probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probabilities of all classes; a single logit is that of the second of two classes."""
    if logits.shape[1] == 1:
        return np.concatenate([functional.sigmoid(-logits), functional.sigmoid(logits)], axis=1)
    return functional.softmax(logits)


def _log_probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the logarithms of `_probabilities`: log(sigmoid(x)) is -softplus(-x)."""
    if logits.shape[1] == 1:
        return np.concatenate([-functional.softplus(logits), -functional.softplus(-logits)], axis=1)
    return functional.log_softmax(logits)
