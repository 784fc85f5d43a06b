"""Reads a collection as a dataset, and single samples as images.

The network that the samples are for decides how, as in a folder of pictures. One for digits receives ink as the Draw
tab draws it, and the ink of pictures; any other receives pictures as they are, and ink on white paper.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from digitpad.data.collections.folder import Contents, Sample, read_contents
from digitpad.data.dataset import Dataset
from digitpad.data.file_types import INK_SUFFIX
from digitpad.data.image_folder import DIGIT_SHAPE, photograph_remark
from digitpad.data.images import image_to_digit, read_image
from digitpad.data.ink import Drawing, read_ink
from digitpad.data.labels import are_digits, classes_of
from digitpad.data.lazy_pictures import Progress
from digitpad.data.picture_files import check_picture
from digitpad.data.picture_fit import DEFAULT_FIT
from digitpad.data.pictures import COLOUR_SHAPE, are_photographs, check_channels, drawn_on_white, read_picture
from digitpad.data.prepared_files import prepare_digits, prepare_pictures
from digitpad.data.rasterize import ink_to_image
from digitpad.data.skipped import SkippedPictures
from digitpad.errors import DigitpadError
from digitpad.names import plain_name
from digitpad.translation import gettext as _


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


def read_sample(path: Path, shape: tuple[int, ...], fit: str = DEFAULT_FIT) -> NDArray[np.uint8]:
    """Return the file of a sample as a network for pictures receives it.

    Parameters
    ----------
    path
        A drawing or a picture.
    shape
        Shape of the network's input, (C, H, W), with 1 or 3 channels.
    fit
        How it is fitted to the shape, see `digitpad.data.pictures.prepare_picture`.

    Returns
    -------
    NDArray[uint8]
        (C, H, W): a picture as it is, a drawing as black ink on white paper.

    Raises
    ------
    DigitpadError
        If the file is damaged or gone.
    """
    if path.suffix.lower() != INK_SUFFIX:
        return read_picture(path, shape, fit)
    drawing = read_ink(path)[0]
    page = drawn_on_white(drawing.strokes, canvas=drawing.long_side)
    return read_picture(PIL.Image.fromarray(page), shape, fit)


def read_collection(
    folder: Path,
    *,
    shape: tuple[int, ...] | None = None,
    fit: str = DEFAULT_FIT,
    on_progress: Progress = lambda _done, _total: None,
) -> Dataset:
    """Read a collection as a dataset.

    Parameters
    ----------
    folder
        Its folder.
    shape
        The input of the network that the samples are for, (C, H, W). None reads a collection of which most samples are
        photographs in colour for `COLOUR_SHAPE`, and any other as digits, for `DIGIT_SHAPE`.
    fit
        How pictures are fitted to the shape, see `digitpad.data.pictures.prepare_picture`.
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
    remarks = (*contents.remarks, *_empty_classes(contents))
    if shape is None and not are_digits(classes) and _are_photographs(samples):
        shape = COLOUR_SHAPE
        remarks = (*remarks, photograph_remark(contents.name, shape, fit))
    paths = [sample.path for sample in samples]
    skipped = SkippedPictures(contents.count, folder)
    if shape is None or shape == DIGIT_SHAPE:
        files, fitted = prepare_digits(paths, folder, _read_digit, skipped, on_progress), None
    else:
        files = prepare_pictures(
            paths, folder, shape, skipped, on_progress, fit=fit, read=read_sample, check=check_sample
        )
        fitted = fit
    remarks = (*remarks, *skipped.remarks())
    return Dataset.of(
        contents.name,
        files.images,
        labels[files.kept].astype(np.int64),
        classes,
        remarks=remarks,
        marks=files.marks,
        fit=fitted,
    )


def _read_digit(path: Path) -> NDArray[np.uint8]:
    return sample_image(Sample(path.name, path.parent))[np.newaxis]


def check_sample(path: Path) -> None:
    """Check the file of a sample, without preparing it for a network.

    Raises
    ------
    DigitpadError
        If it is damaged.
    """
    if path.suffix.lower() == INK_SUFFIX:
        read_ink(path)
    else:
        check_picture(path)


def _are_photographs(samples: Sequence[Sample]) -> bool:
    """Return whether at least half of the samples are pictures, and most of those photographs in colour."""
    pictures = [sample.path for sample in samples if not sample.is_ink]
    return bool(pictures) and 2 * len(pictures) >= len(samples) and are_photographs(pictures)


def no_samples(name: str) -> DigitpadError:
    """Return the error for a collection without samples."""
    return DigitpadError(_("The collection {name} has no samples yet; draw some in the Data tab.").format(name=name))


def _empty_classes(contents: Contents) -> tuple[str, ...]:
    filled = {each.name for each in contents.classes if each.samples}
    empty = [each.name for each in contents.classes if each.name not in filled]
    if not empty:
        return ()
    return (_("Left out the classes without samples: {names}.").format(names=", ".join(empty[:10])),)
