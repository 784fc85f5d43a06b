"""From ink or a picture to a reading.

A `Recognizer` owns one network and asks it about digits. Everything that reads a digit anywhere in digitpad
goes through it, so that the window, the command line and evaluation cannot disagree.

What is read for a person is computed by the network's plain layers, as they are named and shown. A whole data set is
read by their fused form (see `digitpad.nn.fused`), three to five times as fast and equal up to rounding.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import normalize
from digitpad.data.images import image_to_digit
from digitpad.data.ink import Stroke
from digitpad.data.rasterize import USUAL_CANVAS, ink_to_image
from digitpad.errors import DigitpadError
from digitpad.model_file import CLASSIFICATION, DEFAULT_MODEL, Model
from digitpad.nn import ParallelNetwork, functional

#: A picture with no pixel above this share of full ink has nothing on it that could be read.
_FAINTEST_INK = 0.1

#: Pictures that go through the network together; more would only take more memory.
_MOST_AT_ONCE = 256


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a network reads in one picture.

    Attributes
    ----------
    label
        The best reading, also when `rejected`.
    probability
        How sure the network is of it, in [0, 1].
    probabilities
        float32 (classes,), which add up to 1.
    rejected
        Whether the picture is no digit, so that the label should not be believed.
    reason
        Why it was rejected, in words; None if it was not.
    image
        float32 (28, 28) in [0, 1]: the picture as the network saw it, before normalisation.
    """

    label: str
    probability: float
    probabilities: NDArray[np.float32]
    rejected: bool
    reason: str | None
    image: NDArray[np.float32]


class Recognizer:
    """Read digits with one network.

    Parameters
    ----------
    model
        Its weights are copied: the recognizer's answers do not change when a training run goes on.

    Raises
    ------
    DigitpadError
        If the model was trained for something else.
    """

    def __init__(self, model: Model) -> None:
        if model.metadata.task != CLASSIFICATION:
            raise DigitpadError(
                f"{model.name} finds ink on pages and does not read digits; choose a model that reads, such as "
                f"{DEFAULT_MODEL}."
            )
        self.model = model.copy()
        self._network = self.model.network
        self._preprocessing = self.model.metadata.preprocessing
        # The fused layers work in memory of their own, which one thread at a time may use.
        self._fused = ParallelNetwork(self._network)
        self._fused_is_busy = threading.Lock()

    @property
    def labels(self) -> tuple[str, ...]:
        """What each probability stands for, in order."""
        return self.model.metadata.labels

    def recognize_ink(self, strokes: Sequence[Stroke], *, canvas: float = USUAL_CANVAS) -> Prediction:
        """Read a drawing.

        Parameters
        ----------
        strokes
            Each float32 (n, 2) or (n, 3), see `digitpad.data.ink`.
        canvas
            The long side of what they were drawn on, in their units.
        """
        return self.recognize_pixels(ink_to_image(strokes, canvas=canvas))

    def recognize_image(self, gray: NDArray[np.float32]) -> Prediction:
        """Read one digit in a picture of any size.

        Parameters
        ----------
        gray
            float32 (H, W) in [0, 1], ink 1 on background 0, as `digitpad.data.images.read_image` returns it.
        """
        return self.recognize_pixels(image_to_digit(gray))

    def recognize_pixels(self, image: NDArray[np.float32]) -> Prediction:
        """Read a picture that is prepared already.

        Parameters
        ----------
        image
            float32 (28, 28) in [0, 1].

        Raises
        ------
        ValueError
            If the shape differs.
        """
        return self.recognize_all(image[np.newaxis])[0]

    def recognize_all(self, images: NDArray[np.float32]) -> list[Prediction]:
        """Read many pictures that are prepared already, faster than one by one.

        Parameters
        ----------
        images
            float32 (N, 28, 28) in [0, 1].
        """
        probabilities = self._read(self._network.forward, images[:, np.newaxis])
        return [self._predict(image, row) for image, row in zip(images, probabilities, strict=True)]

    def recognize_batch(self, images: NDArray[np.float32] | NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the probabilities of every class for the pictures of a data set, as fast as they can be had.

        They are those of `recognize_all` up to rounding. Threads that ask at the same time wait for each other.

        Parameters
        ----------
        images
            (N, 1, 28, 28): float32 in [0, 1], or bytes.

        Returns
        -------
        NDArray
            float32 (N, classes).
        """
        with self._fused_is_busy:
            return self._read(self._fused.predict, images)

    def log_probabilities(self, images: NDArray[np.float32] | NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the logarithms of `recognize_batch`'s probabilities, exact where a probability rounds to 0 or 1.

        They come from the logits by log-sum-exp: what a cross-entropy must be made of.

        Parameters
        ----------
        images
            As `recognize_batch` takes them.

        Returns
        -------
        NDArray
            float32 (N, classes).
        """
        with self._fused_is_busy:
            return self._read(self._fused.predict, images, _log_probabilities)

    def activations(self, image: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return what every layer answers to one prepared picture.

        Parameters
        ----------
        image
            float32 (28, 28) in [0, 1].

        Returns
        -------
        dict
            By layer name, in order: (C, H, W) or (features,). The first, `input`, is the normalised picture.
        """
        batch = image[np.newaxis, np.newaxis]
        self._check(batch)
        batch = self._normalize(batch)
        _, named = self._network.forward(batch, capture=True)
        return {"input": batch[0]} | {name: array[0] for name, array in named.items()}

    def _read(
        self,
        forward: Callable[[NDArray[np.float32]], NDArray[np.float32]],
        images: NDArray[np.float32] | NDArray[np.uint8],
        answer: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None,
    ) -> NDArray[np.float32]:
        """Return the probabilities (or another `answer` made of logits) of every class for pictures.

        `forward` goes from a batch to its logits.
        """
        answer = answer or _probabilities
        self._check(images)
        answers = np.empty((len(images), len(self.labels)), np.float32)
        for start in range(0, len(images), _MOST_AT_ONCE):
            some = slice(start, start + _MOST_AT_ONCE)
            answers[some] = answer(forward(self._normalize(images[some])))
        return answers

    def _normalize(self, images: NDArray[np.float32] | NDArray[np.uint8]) -> NDArray[np.float32]:
        return normalize(images, self._preprocessing.mean, self._preprocessing.std)

    def _check(self, images: NDArray[np.float32] | NDArray[np.uint8]) -> None:
        side = self._preprocessing.size
        if images.shape[1:] != (1, side, side):
            raise ValueError(f"Recognizer: images has shape {images.shape}; expected (N, 1, {side}, {side})")

    def _predict(self, image: NDArray[np.float32], probabilities: NDArray[np.float32]) -> Prediction:
        best = int(probabilities.argmax())
        blank = float(image.max(initial=0.0)) < _FAINTEST_INK
        return Prediction(
            label=self.labels[best],
            probability=float(probabilities[best]),
            probabilities=probabilities,
            rejected=blank,
            reason="nothing is drawn here" if blank else None,
            image=image,
        )


def _probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probabilities of all classes; one logit alone tells the second of two from the first."""
    if logits.shape[1] == 1:
        return np.concatenate([functional.sigmoid(-logits), functional.sigmoid(logits)], axis=1)
    return functional.softmax(logits)


def _log_probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the logarithms of `_probabilities`: log(sigmoid(x)) is -softplus(-x)."""
    if logits.shape[1] == 1:
        return np.concatenate([-functional.softplus(logits), -functional.softplus(-logits)], axis=1)
    return functional.log_softmax(logits)
