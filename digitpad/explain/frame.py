"""A frame: all that a network makes of one picture, from a single pass through it.

The `Inspector` owns a probe of a network and is used by one thread; the frames that it makes are never changed again
and may go anywhere. With `gradients`, the same pass is also gone back through once, from the score of one class:
saliency and Grad-CAM are read off a frame, not computed anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import normalize
from digitpad.explain.structure import Structure
from digitpad.models.model_file import CLASSIFICATION, Model, ModelMetadata, Preprocessing
from digitpad.nn import Sequential, functional
from digitpad.nn.backend import Shape
from digitpad.nn.engine.fused import fuse

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a network answers, and how it gets from its last numbers to probabilities.

    Attributes
    ----------
    logits
        float32 (classes,): the last layer's numbers. Where one number decides between two classes, (0, number).
    exponentials
        float64 (classes,): exp(logit - largest logit), whose shares are the probabilities.
    total
        Their sum.
    probabilities
        float64 (classes,), exponentials / total.
    """

    logits: Values
    exponentials: NDArray[np.float64]
    total: float
    probabilities: NDArray[np.float64]

    @property
    def best(self) -> int:
        """The class with the largest probability; the first of several."""
        return int(self.logits.argmax())

    @classmethod
    def of(cls, output: Values) -> Self:
        """Turn the output for one sample, (classes,) or one logit (1,), into an answer."""
        logits = _of_classes(output[np.newaxis])[0]
        exponentials = np.exp(logits.astype(np.float64) - float(logits.max()))
        total = float(exponentials.sum())
        return cls(logits, exponentials, total, exponentials / total)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Everything that one network makes of one picture.

    Attributes
    ----------
    generation
        Counts the frames of an inspector, from 1; a later frame replaces an earlier one.
    pixels
        float32 (C, H, W) in [0, 1]: the picture.
    structure
        The graph of the network.
    activations
        By name, in the order of computation, as the network computed them: (C, H, W) or (units,). The first, "input",
        is the normalised picture. Containers have no entry of their own; see `Structure.aliases`.
    answer
        None for a network whose output is no vector, such as one that finds ink on pages.
    target
        The class whose score the gradients belong to; None without gradients, or where the output is no vector (its
        mean is then the score).
    gradients
        By name, each as large as its activation: how much the score rises for each unit by which a number rises.
        "input" is that of the normalised picture. Empty if they were not asked for.
    preprocessing
        How the picture was normalised.
    labels
        What each class is called.
    """

    generation: int
    pixels: Values
    structure: Structure
    activations: Mapping[str, Values]
    answer: Answer | None
    target: int | None
    gradients: Mapping[str, Values]
    preprocessing: Preprocessing
    labels: tuple[str, ...]

    def __getitem__(self, name: str) -> Values:
        """Return an activation by its name, or by that of a container."""
        return self.activations[self.structure.aliases.get(name, name)]

    def range(self, name: str) -> tuple[float, float]:
        """Return the smallest and the largest number of an activation."""
        values = self[name]
        return float(values.min()), float(values.max())


class Inspector:
    """Makes frames with one network.

    Parameters
    ----------
    network
        The network. It is looked at through a probe: its weights are shared, so a change to them shows in the next
        frame, and nothing of it is ever written.
    input_shape
        Shape of one picture, (C, H, W).
    metadata
        How pictures are prepared, and what the outputs mean.

    Raises
    ------
    ValueError
        If the network cannot work on such a picture.
    """

    def __init__(self, network: Sequential, input_shape: Shape, metadata: ModelMetadata | None = None) -> None:
        self.metadata = metadata or ModelMetadata()
        self.structure = Structure(network, input_shape)
        self.input_shape = input_shape
        self._probe = network.probe()
        self._fused: Sequential | None = None
        self._generation = 0

    @classmethod
    def of(cls, model: Model) -> Self:
        """Return an inspector of a model, for pictures as the model file asks for them."""
        size = model.metadata.preprocessing.size
        channels = model.architecture.input_shape[0]
        return cls(model.network, (channels, size, size), model.metadata)

    @property
    def labels(self) -> tuple[str, ...]:
        """What each class is called."""
        return self.metadata.labels

    def probe(self) -> Sequential:
        """Return another probe of the network, with caches of its own."""
        return self._probe.probe()

    def as_picture(self, pixels: Values) -> Values:
        """Return a copy of a picture (H, W) or (C, H, W) as (C, H, W).

        Raises
        ------
        ValueError
            If it is not of the size that the network is asked about.
        """
        picture = np.array(pixels, np.float32)
        picture = picture[np.newaxis] if picture.ndim == 2 else picture
        if picture.shape != self.input_shape:
            raise ValueError(f"Inspector: pixels has shape {pixels.shape}; expected {self.input_shape}")
        return picture

    def prepare(self, pixels: Values | NDArray[np.uint8]) -> Values:
        """Return what goes into the network for pictures (N, C, H, W), in [0, 1] or bytes: the same, normalised."""
        preprocessing = self.metadata.preprocessing
        return normalize(pixels, preprocessing.mean, preprocessing.std)

    def inspect(self, pixels: Values, *, gradients: bool = False, target: int | None = None) -> Frame:
        """Look at one picture.

        Parameters
        ----------
        pixels
            float32 (H, W) or (C, H, W) in [0, 1], ink 1; copied.
        gradients
            Whether to go back through the network too.
        target
            The class whose score the gradients are of; None means the network's answer.

        Raises
        ------
        ValueError
            If the picture has another shape, or there is no such class.
        """
        picture = self.as_picture(pixels)
        picture.setflags(write=False)
        batch = self.prepare(picture[np.newaxis])
        output, named = self._probe.forward(batch, training=gradients, capture=True)
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
        """Return the logits (N, classes) for pictures, as `prepare` takes them, by the plain layers; one is two."""
        return _of_classes(self._probe.forward(self.prepare(pixels)))

    def probabilities(self, pixels: Values | NDArray[np.uint8]) -> Values:
        """Return the probabilities (N, classes) for many pictures, as `prepare` takes them, by the fused layers."""
        if self._fused is None:
            self._fused = fuse(self._probe.replica())
        return functional.softmax(_of_classes(self._fused.forward(self.prepare(pixels)).copy()))

    def margin(self, pixels: Values, target: int) -> tuple[float, Values]:
        """Return how far the logit of a class lies above the best other, and that margin's slope for each pixel.

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
        slope: Values = self._probe.backward(start)[0] / np.float32(self.metadata.preprocessing.std)
        return float(logits[target] - logits[rival]), slope

    def _answer(self, output: Values) -> Answer | None:
        return Answer.of(output) if output.ndim == 1 and self.metadata.task == CLASSIFICATION else None

    def _start(self, output: Values, answer: Answer | None, target: int | None) -> tuple[int | None, Values]:
        """Return the class, and the gradient of its score with respect to the output, from which to go back."""
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
    """Return logits (N, classes); one logit alone tells the second of two classes from the first, which has 0."""
    if output.shape[1] != 1:
        return output
    padded: Values = np.concatenate([np.zeros_like(output), output], axis=1)
    return padded


def _fixed(batch: Values) -> Values:
    """Return the one sample of a batch as a view that nobody can write to: it goes to other threads."""
    sample: Values = batch[0]
    sample.setflags(write=False)
    return sample
