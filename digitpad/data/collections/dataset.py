"""Reads a collection as a dataset, and single samples as images.

For networks that read digits and other signs, ink is drawn by the same rasterizer as in the Draw tab, and a picture is
processed like one that is opened there. For networks that see pictures as they are, ink is drawn on white paper.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from digitpad.data.collections.folder import Contents, Sample, read_contents
from digitpad.data.dataset import Dataset, Images
from digitpad.data.image_folder import DIGIT_SHAPE
from digitpad.data.images import image_to_digit, read_image
from digitpad.data.ink import Drawing, read_ink
from digitpad.data.labels import are_digits, classes_of
from digitpad.data.lazy_pictures import PictureFiles, Progress, fits_the_cache, in_threads
from digitpad.data.picture_files import check_picture
from digitpad.data.pictures import (
    COLOUR_SHAPE,
    are_photographs,
    check_channels,
    drawn_on_white,
    prepare_picture,
    read_picture,
)
from digitpad.data.rasterize import ink_to_image
from digitpad.data.skipped import SkippedPictures
from digitpad.errors import DigitpadError
from digitpad.names import plain_name
from digitpad.translation import gettext as _

_AT_ONCE = 64  # samples that are read before the progress is told


def read_sample_ink(sample: Sample) -> Drawing:
    """Return the drawing of a sample of ink.

    Raises
    ------
    DigitpadError
        If its file is damaged or gone.
    """
    return read_ink(sample.path)[0]


def sample_image(sample: Sample) -> NDArray[np.uint8]:
    """Return a sample as a network for digits receives it: uint8 (28, 28), ink 255.

    Raises
    ------
    DigitpadError
        If its file is damaged or gone.
    """
    if sample.is_ink:
        drawing = read_sample_ink(sample)
        image = ink_to_image(drawing.strokes, canvas=drawing.long_side)
    else:
        image = image_to_digit(read_image(sample.path))
    return np.rint(image * 255).astype(np.uint8)


def read_collection(
    folder: Path,
    *,
    shape: tuple[int, ...] | None = None,
    on_progress: Progress = lambda _done, _total: None,
) -> Dataset:
    """Read a collection as a dataset.

    Parameters
    ----------
    folder
        Its folder.
    shape
        The input of the network that the images are for, (C, H, W). None prepares samples for `COLOUR_SHAPE` if most of
        them are photographs in colour, and otherwise as ink, for `DIGIT_SHAPE`.
    on_progress
        Called with the number of samples read, and of all; what it raises ends the reading.

    Returns
    -------
    Dataset
        uint8 images (N, C, H, W), class by class, the oldest sample of each first. A collection has no test images of
        its own: validation images are taken from these. Classes without samples are left out, and samples that cannot
        be read are skipped; the remarks name both. The names of the ten digits give the ten digits as classes.

    Raises
    ------
    DigitpadError
        If it has no samples, more than a tenth of them cannot be read, or `shape` does not have 1 or 3 channels.
    """
    if shape is not None:
        check_channels(shape)
    contents = read_contents(folder)
    if not contents.count:
        raise no_samples(contents.name)
    names = {each.name: plain_name(each.name) for each in contents.classes if each.samples}
    classes = classes_of(names.values())
    samples = [sample for each in contents.classes for sample in each.samples]
    labels = np.array([classes.index(names[each.name]) for each in contents.classes for _sample in each.samples])
    remarks = [*contents.remarks, *_empty_classes(contents)]
    if shape is None and not are_digits(classes) and _are_photographs(samples):
        shape = COLOUR_SHAPE
        text = _("The samples of {name} are photographs in colour, so they are resized and cropped to {shape} pixels.")
        remarks.append(text.format(name=contents.name, shape="x".join(map(str, shape[1:]))))
    shape = DIGIT_SHAPE if shape is None else shape
    skipped = SkippedPictures(len(samples), folder)
    images: Images
    if fits_the_cache(len(samples), shape) or any(sample.is_ink for sample in samples):
        images, kept = _in_memory(samples, shape, skipped, on_progress)
    else:
        images, kept = _on_disk(samples, shape, skipped, on_progress)
    remarks += skipped.remarks()
    return Dataset.of(contents.name, images, labels[kept].astype(np.int64), classes, remarks=remarks)


def prepared_sample(sample: Sample, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return a sample as a network receives it.

    Parameters
    ----------
    sample
        The sample.
    shape
        Shape of the network's input, (C, H, W). For `DIGIT_SHAPE` it is read as ink; see `sample_image`. Otherwise a
        picture is prepared as it is, and ink is drawn on white paper.

    Raises
    ------
    DigitpadError
        If its file is damaged or gone.
    """
    if shape == DIGIT_SHAPE:
        return sample_image(sample)[np.newaxis]
    if not sample.is_ink:
        return read_picture(sample.path, shape)
    drawing = read_sample_ink(sample)
    paper = drawn_on_white(drawing.strokes, canvas=drawing.long_side)
    return prepare_picture(PIL.Image.fromarray(paper), shape)


def _in_memory(
    samples: Sequence[Sample], shape: tuple[int, ...], skipped: SkippedPictures, on_progress: Progress
) -> tuple[NDArray[np.uint8], list[int]]:
    """Return the images of all samples that can be read, and their places."""

    def attempt(sample: Sample) -> NDArray[np.uint8] | DigitpadError:
        try:
            return prepared_sample(sample, shape)
        except DigitpadError as error:
            return error

    images: list[NDArray[np.uint8]] = []
    kept: list[int] = []
    for start in range(0, len(samples), _AT_ONCE):
        some = samples[start : start + _AT_ONCE]
        for place, result in enumerate(in_threads(attempt, some), start):
            if isinstance(result, DigitpadError):
                skipped.add(samples[place].path, result)
            else:
                images.append(result)
                kept.append(place)
        on_progress(start + len(some), len(samples))
    return np.stack(images), kept


def _on_disk(
    samples: Sequence[Sample], shape: tuple[int, ...], skipped: SkippedPictures, on_progress: Progress
) -> tuple[PictureFiles, list[int]]:
    """Return pictures that are decoded when they are used, and their places."""
    kept: list[int] = []
    for place, sample in enumerate(samples):
        try:
            check_picture(sample.path)
        except DigitpadError as error:
            skipped.add(sample.path, error)
        else:
            kept.append(place)
        on_progress(place + 1, len(samples))
    # A sample never changes, and no other one has its name.
    marks = [hashlib.sha256(samples[place].name.encode()).digest() for place in kept]
    return PictureFiles([samples[place].path for place in kept], shape, marks), kept


def _are_photographs(samples: Sequence[Sample]) -> bool:
    pictures = [sample.path for sample in samples if not sample.is_ink]
    return 2 * len(pictures) > len(samples) and are_photographs(pictures)


def no_samples(name: str) -> DigitpadError:
    """Return the error for a collection without samples."""
    return DigitpadError(_("The collection {name} has no samples yet; draw some in the Data tab.").format(name=name))


def _empty_classes(contents: Contents) -> tuple[str, ...]:
    filled = {each.name for each in contents.classes if each.samples}
    empty = [each.name for each in contents.classes if each.name not in filled]
    if not empty:
        return ()
    return (_("Left out the classes without samples: {names}.").format(names=", ".join(empty[:10])),)
