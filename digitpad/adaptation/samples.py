"""The drawings of one person, with what each of them shows.

Each is learned in many variants: the strokes of ink are varied as a hand varies them, and the pixels of pictures are
moved and bent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.data.augmentation import Augmentation
from digitpad.data.collections.dataset import read_sample_ink, sample_image
from digitpad.data.collections.folder import is_collection, read_contents
from digitpad.data.collections.store import CollectionStore, is_named
from digitpad.data.file_types import INK_SUFFIX
from digitpad.data.ink import Drawing, Stroke, read_ink
from digitpad.data.ink_augmentation import InkAugmentation
from digitpad.data.rasterize import ink_to_image
from digitpad.errors import DigitpadError
from digitpad.names import plain_name
from digitpad.seeding import Purpose, generator
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

MOST_SAMPLES = 2000
"""The largest number of drawings that are learned at once; more are a dataset, for a training."""

#: Number of different variants of a drawing; making one takes a millisecond.
_VARIANTS = 96
#: One variant in this many is the drawing as it is.
_AS_DRAWN = 6
_PIXELS = Augmentation(rotation=9, shift=1, scale=0.1, shear=8, elastic=0.6, thickness=0.5)


@dataclass(frozen=True, slots=True, eq=False)
class OwnSample:
    """A drawing with what it shows.

    Attributes
    ----------
    label
        What it shows.
    image
        The input of a network for digits, uint8 (28, 28), ink 255.
    strokes
        Its strokes; none for a picture.
    path
        The file of the sample in a collection; None for a drawing of an ink file.
    """

    label: str
    image: NDArray[np.uint8]
    strokes: tuple[Stroke, ...] = ()
    path: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class OwnSamples:
    """The drawings of one person.

    Attributes
    ----------
    name
        Name of the collection, or of the ink file.
    source
        What `open_samples_of` was called with.
    samples
        The drawings, at least one.
    remarks
        What was left out, in sentences.
    """

    name: str
    source: str
    samples: tuple[OwnSample, ...]
    remarks: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """What the drawings show, each once, in the order of the samples."""
        return tuple(dict.fromkeys(sample.label for sample in self.samples))

    @property
    def images(self) -> NDArray[np.uint8]:
        """The drawings as input of a network, uint8 (N, 1, 28, 28)."""
        return np.stack([sample.image for sample in self.samples])[:, np.newaxis]


def open_samples_of(source: str | Path) -> OwnSamples:
    """Open the drawings of one person.

    Parameters
    ----------
    source
        An ink file with labels; the folder of a collection; or `collection:NAME`.

    Raises
    ------
    DigitpadError
        If it cannot be read, or has no drawing with a label, or too many.
    """
    text = str(source)
    if is_named(text):
        return _of_collection(CollectionStore().find(text.partition(":")[2]).folder, text)
    path = Path(source)
    if is_collection(path):
        return _of_collection(path, text)
    if path.suffix.lower() != INK_SUFFIX:
        raise DigitpadError(
            _("{path} is neither an ink file (.jsonl) nor a collection; name one of these.").format(
                path=plain_name(text)
            )
        )
    return samples_of_drawings(read_ink(path), path.stem, text)


def samples_of_drawings(drawings: Sequence[Drawing], name: str, source: str = "") -> OwnSamples:
    """Return labelled drawings as samples.

    Parameters
    ----------
    drawings
        The drawings; those without a label or without ink are left out.
    name, source
        See `OwnSamples`.

    Raises
    ------
    DigitpadError
        If none of them has ink and a label, or there are too many.
    """
    named = [drawing for drawing in drawings if drawing.label is not None and drawing.strokes]
    left_out = len(drawings) - len(named)
    remark = ngettext(
        "Left out {count} drawing without a label or ink.",
        "Left out {count} drawings without a label or ink.",
        left_out,
    ).format(count=left_out)
    samples = [sample_of(str(drawing.label), drawing) for drawing in named]
    return _checked(OwnSamples(plain_name(name), source, tuple(samples), (remark,) if left_out else ()))


def sample_of(label: str, drawing: Drawing, path: Path | None = None) -> OwnSample:
    """Return a drawing as a sample."""
    image = np.rint(ink_to_image(drawing.strokes, canvas=drawing.long_side) * 255).astype(np.uint8)
    return OwnSample(plain_name(label), image, drawing.strokes, path)


def _of_collection(folder: Path, source: str) -> OwnSamples:
    contents = read_contents(folder)
    samples, remarks = [], list(contents.remarks)
    for each in contents.classes:
        for sample in each.samples:
            try:
                if sample.is_ink:
                    samples.append(sample_of(each.name, read_sample_ink(sample), sample.path))
                else:
                    samples.append(OwnSample(plain_name(each.name), sample_image(sample), (), sample.path))
            except DigitpadError as error:
                remarks.append(str(error))
    return _checked(OwnSamples(contents.name, source, tuple(samples), tuple(remarks)))


def _checked(own: OwnSamples) -> OwnSamples:
    if not own.samples:
        raise DigitpadError(
            _("{name} has no drawing that says what it shows; add some in the Draw tab with “It is a…”.").format(
                name=own.name
            )
        )
    if len(own.samples) > MOST_SAMPLES:
        raise DigitpadError(
            _("{name} has {count:,} drawings, and at most {most:,} are learned; train a network on them.").format(
                name=own.name, count=len(own.samples), most=MOST_SAMPLES
            )
        )
    return own


class Variants:
    """Makes variants of samples, always the same ones for a seed, and keeps them.

    Parameters
    ----------
    samples
        The samples.
    seed
        The seed.
    """

    def __init__(self, samples: Sequence[OwnSample], seed: int) -> None:
        self._samples, self._seed, self._ink = samples, seed, InkAugmentation()
        self._chosen = list(range(len(samples)))
        self._made: dict[tuple[int, int], NDArray[np.uint8]] = {}

    def of(self, indices: Iterable[int]) -> "Variants":
        """Return the variants of some of the samples; variants that are made are made for both."""
        some = Variants(self._samples, self._seed)
        some._chosen = [self._chosen[index] for index in indices]
        some._made = self._made
        return some

    def image(self, index: int, number: int) -> NDArray[np.uint8]:
        """Return a variant of the sample at an index, uint8 (28, 28); some are the sample as it is.

        Parameters
        ----------
        index
            Index of the sample.
        number
            Number of the variant; beyond the last, the first ones are repeated.
        """
        index = self._chosen[index]
        number %= _VARIANTS
        if number % _AS_DRAWN == 0:
            return self._samples[index].image
        if (index, number) not in self._made:
            self._made[index, number] = self._vary(index, number)
        return self._made[index, number]

    def _vary(self, index: int, number: int) -> NDArray[np.uint8]:
        sample, rng = self._samples[index], generator(self._seed, Purpose.AUGMENTATION, index, number)
        if sample.strokes:
            return self._ink.image(sample.strokes, rng)
        varied: NDArray[np.uint8] = _PIXELS.apply(sample.image[np.newaxis, np.newaxis], rng)[0, 0]
        return varied
