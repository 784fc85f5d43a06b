"""Reads a collection as a dataset, and single samples as images.

Ink is drawn by the same rasterizer as in the Draw tab, and a picture is processed like one that is opened there.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.data.collections.folder import Contents, Sample, read_contents
from digitpad.data.dataset import Dataset
from digitpad.data.images import image_to_digit, read_image
from digitpad.data.ink import Drawing, read_ink
from digitpad.data.labels import classes_of
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


def read_collection(folder: Path, stopped: Callable[[], bool] = lambda: False) -> Dataset:
    """Read a collection as a dataset.

    Parameters
    ----------
    folder
        Its folder.
    stopped
        Asked before each sample whether the dataset is still needed.

    Returns
    -------
    Dataset
        uint8 images (N, 1, 28, 28), class by class, the oldest sample of each first. A collection has no test images of
        its own: validation images are taken from these. Classes without samples are left out, and samples that cannot
        be read are skipped; the remarks name both. The names of the ten digits give the ten digits as classes.

    Raises
    ------
    DigitpadError
        If it has no samples, or more than a tenth of them cannot be read.
    """
    contents = read_contents(folder)
    if not contents.count:
        raise DigitpadError(
            _("The collection {name} has no samples yet; draw some in the Data tab.").format(name=contents.name)
        )
    names = {each.name: plain_name(each.name) for each in contents.classes if each.samples}
    classes = classes_of(names.values())
    skipped = SkippedPictures(contents.count, folder)
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    for each in contents.classes:
        for sample in each.samples:
            if stopped():
                raise DigitpadError(_("Stopped."))
            try:
                images.append(sample_image(sample))
            except DigitpadError as error:
                skipped.add(sample.path, error)
                continue
            labels.append(classes.index(names[each.name]))
    remarks = (*contents.remarks, *_empty_classes(contents), *skipped.remarks())
    pixels = np.stack(images)[:, np.newaxis]
    return Dataset.of(contents.name, pixels, np.array(labels, np.int64), classes, remarks=remarks)


def _empty_classes(contents: Contents) -> tuple[str, ...]:
    filled = {each.name for each in contents.classes if each.samples}
    empty = [each.name for each in contents.classes if each.name not in filled]
    if not empty:
        return ()
    return (_("Left out the classes without samples: {names}.").format(names=", ".join(empty[:10])),)
