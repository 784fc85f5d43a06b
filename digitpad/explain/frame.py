"""A frame: all activations of a network for one image, from a single forward pass.

The `Inspector` owns a probe of a network and is used by one thread; the frames that it makes are immutable and may be
passed to other threads. With `gradients`, a backward pass from the score of one class follows, so saliency and Grad-CAM
are computed from a frame without another pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import by_channel
from digitpad.explain.structure import Structure
from digitpad.models.model_file import CLASSIFICATION, Model, ModelMetadata, Preprocessing
from digitpad.nn import Sequential, functional
from digitpad.nn.backend import Shape
from digitpad.nn.engine.fused import fuse
from digitpad.nn.engine.one_image import OneImage

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FramePrediction:
    """The prediction of a network, and the steps of its softmax.

    Attributes
    ----------
    logits
        float32 (classes,): the output of the last layer. For a single output that decides between two classes,
        (0, output).
    exponentials
        float64 (classes,): exp(logit - largest logit).
    total
        The sum of the exponentials.
    probabilities
        float64 (classes,): exponentials / total.
    """

    logits: Values
    exponentials: NDArray[np.float64]
    total: float
    probabilities: NDArray[np.float64]

    @property
    def best(self) -> int:
        """The most probable class; the first of several."""
        return int(self.logits.argmax())

    @classmethod
    def of(cls, output: Values) -> Self:
        """Return the answer for the output of one sample, (classes,) or one logit (1,)."""
        logits = _of_classes(output[np.newaxis])[0]
        exponentials = np.exp(logits.astype(np.float64) - float(logits.max()))
        total = float(exponentials.sum())
        return cls(logits, exponentials, total, exponentials / total)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """All activations of one network for one image.

    Attributes
    ----------
    generation
        Number of the frame, counted by its inspector from 1; a later frame replaces an earlier one.
    pixels
        float32 (C, H, W) in [0, 1]: the image.
    structure
        The graph of the network.
    activations
        Activations by name, in the order of computation: (C, H, W) or (units,). The first, "input", is the normalized
        image. Containers have no entry; see `Structure.aliases`.
    answer
        The prediction; None for a network whose output is not a vector, such as one that finds ink on pages.
    target
        The class whose score is differentiated; None without gradients, or if the output is not a vector (the score is
        then its mean).
    gradients
        Gradients of the score with respect to each activation, by name; "input" is that of the normalized image. Empty
        if not requested.
    preprocessing
        The normalization of the image.
    labels
        Names of the classes.
    """

    generation: int
    pixels: Values
    structure: Structure
    activations: Mapping[str, Values]
    answer: FramePrediction | None
    target: int | None
    gradients: Mapping[str, Values]
    preprocessing: Preprocessing
    labels: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Whether the image is blank: without ink, or a picture of white paper."""
        return bool((self.pixels == 1).all()) if self.preprocessing.is_picture else not self.pixels.any()

    def __getitem__(self, name: str) -> Values:
        """Return an activation by its name or by the name of a container."""
        return self.activations[self.structure.aliases.get(name, name)]

    def range(self, name: str) -> tuple[float, float]:
        """Return the minimum and the maximum of an activation."""
        values = self[name]
        return float(values.min()), float(values.max())


class Inspector:
    """Makes frames with one network.

    Parameters
    ----------
    network
        The network. It is used through a probe, which shares its weights and never changes them; the next frame shows a
        change of the weights.
    input_shape
        Shape of one image, (C, H, W).
    metadata
        The preprocessing of images, and the names of the classes.

    Raises
    ------
    ValueError
        If the network does not accept images of this shape.
    """

    def __init__(self, network: Sequential, input_shape: Shape, metadata: ModelMetadata | None = None) -> None:
        self.metadata = metadata or ModelMetadata()
        self.structure = Structure(network, input_shape)
        self.input_shape = input_shape
        self._probe = network.probe()
        self._one_image = OneImage(self._probe, input_shape)
        self._fused: Sequential | None = None
        self._generation = 0

    @classmethod
    def of(cls, model: Model) -> Self:
        """Return an inspector of a model, for images of the size in the metadata."""
        return cls(model.network, model.image_shape, model.metadata)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.metadata.labels

    def probe(self) -> Sequential:
        """Return another probe of the network, with its own caches."""
        return self._probe.probe()

    def as_picture(self, pixels: Values) -> Values:
        """Return a copy of an image (H, W) or (C, H, W) as (C, H, W).

        Raises
        ------
        ValueError
            If its shape is not the input shape.
        """
        picture = np.array(pixels, np.float32)
        picture = picture[np.newaxis] if picture.ndim == 2 else picture
        if picture.shape != self.input_shape:
            raise ValueError(f"Inspector: pixels has shape {pixels.shape}; expected {self.input_shape}")
        return picture

    def prepare(self, pixels: Values | NDArray[np.uint8]) -> Values:
        """Return images (N, C, H, W), in [0, 1] or uint8, normalized as the input of the network."""
        return self.metadata.preprocessing.normalize(pixels)

    def inspect(self, pixels: Values, *, gradients: bool = False, target: int | None = None) -> Frame:
        """Return the frame of one image.

        Parameters
        ----------
        pixels
            float32 (H, W) or (C, H, W) in [0, 1], ink 1; copied.
        gradients
            Whether to compute gradients, too.
        target
            The class whose score is differentiated; None for the predicted class.

        Raises
        ------
        ValueError
            If the image has another shape, or the class does not exist.
        """
        picture = self.as_picture(pixels)
        picture.setflags(write=False)
        batch = self.prepare(picture[np.newaxis])
        if gradients:
            output, named = self._probe.forward(batch, training=True, capture=True)
        else:
            output, named = self._one_image.forward(batch)
        aliases = self.structure.aliases
        activations = {self.structure.input: _fixed(batch)}
        activations |= {name: _fixed(array) for name, array in named.items() if name not in aliases}
        answer = self._answer(output[0])
        slopes: dict[str, Values] = {}
        if gradients:
            target, start = self._start(output, answer, target)
            grad_input, noted = self._probe.backward(start, capture=True)
            slopes = {self.structure.input: _fixed(grad_input)}
            slopes |= {name: _fixed(array) for name, array in noted.items() if name not in aliases}
        self._generation += 1
        return Frame(
            generation=self._generation,
            pixels=picture,
            structure=self.structure,
            activations=activations,
            answer=answer,
            target=target if gradients else None,
            gradients=slopes,
            preprocessing=self.metadata.preprocessing,
            labels=self.metadata.labels,
        )

    def logits(self, pixels: Values | NDArray[np.uint8]) -> Values:
        """Return the logits (N, classes) of images, computed by the plain layers; a single output gives two classes."""
        return _of_classes(self._probe.forward(self.prepare(pixels)))

    def probabilities(self, pixels: Values | NDArray[np.uint8]) -> Values:
        """Return the probabilities (N, classes) of many images, computed by the fused layers."""
        if self._fused is None:
            self._fused = fuse(self._probe.replica())
        return functional.softmax(_of_classes(self._fused.forward(self.prepare(pixels)).copy()))

    def margin(self, pixels: Values, target: int) -> tuple[float, Values]:
        """Return the margin of a class, its logit minus the largest other logit, and the gradient for each pixel.

        Parameters
        ----------
        pixels
            float32 (C, H, W) in [0, 1].
        target
            The class.
        """
        output = self._probe.forward(self.prepare(pixels[np.newaxis]), training=True)
        logits = _of_classes(output)[0]
        others = logits.copy()
        others[target] = -np.inf
        rival = int(others.argmax())
        start = np.zeros_like(output)
        if output.shape[1] == 1:
            start[0, 0] = 1 if target else -1
        else:
            start[0, target], start[0, rival] = 1, -1
        slope: Values = self._probe.backward(start)[0] / by_channel(self.metadata.preprocessing.std)
        return float(logits[target] - logits[rival]), slope

    def _answer(self, output: Values) -> FramePrediction | None:
        return FramePrediction.of(output) if output.ndim == 1 and self.metadata.task == CLASSIFICATION else None

    def _start(self, output: Values, answer: FramePrediction | None, target: int | None) -> tuple[int | None, Values]:
        """Return the class, and the gradient of its score with respect to the output."""
        if answer is None:
            return None, np.full_like(output, 1 / output.size)
        classes = len(answer.logits)
        chosen = answer.best if target is None else target
        if not 0 <= chosen < classes:
            raise ValueError(f"Inspector: target is {target}; expected a class in [0, {classes})")
        if output.shape[1] == 1:
            return chosen, np.full_like(output, 1 if chosen else -1)
        return chosen, functional.one_hot(np.array([chosen]), classes, output.dtype)


def _of_classes(output: Values) -> Values:
    """Return logits (N, classes); a single logit is that of the second of two classes, the first of which has 0."""
    if output.shape[1] != 1:
        return output
    padded: Values = np.concatenate([np.zeros_like(output), output], axis=1)
    return padded


def _fixed(batch: Values) -> Values:
    """Return the only sample of a batch as a read-only view, which may be passed to other threads."""
    sample: Values = batch[0]
    sample.setflags(write=False)
    return sample
