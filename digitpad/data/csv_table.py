"""CSV files with one image per line: its label, then its pixels row by row, as Kaggle distributes MNIST.

The label is the first value of each line, or the last if the header says so (`label`, `class`, `target` or `y`); it may
be any text. Pixels are integers from 0 (background) to 255, and images are square.
"""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from digitpad.data.class_names import FASHION_CLASSES, is_fashion_mnist, names_beside, with_names
from digitpad.data.dataset import DIGITS, Dataset
from digitpad.data.labels import check_count, indexed
from digitpad.data.orientation import orientation_remarks
from digitpad.errors import DigitpadError
from digitpad.json_records import shown
from digitpad.regular_files import open_regular
from digitpad.translation import gettext as _

_LABEL_COLUMNS = {"label", "labels", "class", "target", "y"}
_LONGEST_LINE = 4 << 20  # bytes: an image of 1024x1024 pixels
_MOST_BYTES = 640 << 20  # of pixels, as for IDX files
_LINES = 2000  # parsed together
#: A label that may contain commas, and quotation marks written twice.
_QUOTED = re.compile(r'\s*("(?:[^"]|"")*")\s*,')


def read_csv_dataset(path: Path, spec: str) -> Dataset:
    """Read a CSV file of images.

    Parameters
    ----------
    path
        The file, with or without a header.
    spec
        What the user calls the dataset, for remarks.

    Returns
    -------
    Dataset
        uint8 images (N, 1, side, side). The names of EMNIST's classes come from its mapping file, if that is in the
        same folder.

    Raises
    ------
    DigitpadError
        If the file cannot be read, or a line is not a label and the pixels of a square image; the message names the
        line.
    """
    try:
        with open_regular(path) as file:
            labels, pixels = _parse(file, path)
    except OSError as error:
        raise DigitpadError(
            _("{path} cannot be read ({reason}); check the file and its permissions.").format(
                path=path, reason=error.strerror
            )
        ) from error
    side = math.isqrt(pixels.shape[1])
    classes, indices = _classes(labels, path)
    dataset = Dataset.of(path.stem, pixels.reshape(-1, 1, side, side), indices, classes)
    return Dataset.of(dataset.name, dataset.images, dataset.labels, classes, remarks=orientation_remarks(spec, dataset))


def _classes(labels: Sequence[str], path: Path) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    mapping = names_beside(path)
    if mapping is not None and all(label.isascii() and label.isdecimal() and len(label) < 10 for label in labels):
        return with_names(np.array([int(label) for label in labels], np.int64), mapping, path)
    classes, indices = indexed(labels, path)
    return (FASHION_CLASSES if classes == DIGITS and is_fashion_mnist(indices) else classes), indices


def _parse(file: BinaryIO, path: Path) -> tuple[list[str], NDArray[np.uint8]]:
    """Return the labels and the pixels, (N, pixels), of all lines."""
    lines = _lines(file, path)
    first = next(lines, None)
    if first is None:
        raise DigitpadError(_("{path} is empty; choose a CSV file of images.").format(path=path))
    _number, text = first
    last_column = False
    count = text.count(",")
    side = math.isqrt(count)
    if count == 0 or side * side != count:
        raise DigitpadError(
            _(
                "{path} has {count} values besides the label in its first line, which are not the pixels of a square "
                "image; expected a label and, for example, 784 pixels."
            ).format(path=path, count=count)
        )
    names = [_unquoted(name).lower() for name in text.split(",")]
    has_header = not all(_is_number(name) for name in names[1:-1] or names)
    if has_header:
        last_column = names[0] not in _LABEL_COLUMNS and names[-1] in _LABEL_COLUMNS
    waiting = lines if has_header else _chained(first, lines)
    labels: list[str] = []
    blocks: list[NDArray[np.uint8]] = []
    while block := list(islice(waiting, _LINES)):
        pairs = [_split(line, last_column=last_column) for _number, line in block]
        for (label, _pixels), (number, _line) in zip(pairs, block, strict=True):
            labels.append(_unquoted(label))
            if not labels[-1]:
                raise _wrong(path, number, _("it has no label"))
        check_count(len(set(labels)), path)
        blocks.append(_pixels_of([pixels for _label, pixels in pairs], block, count, path))
        if len(labels) * count > _MOST_BYTES:
            raise DigitpadError(
                _("{path} contains more than {size} MB of pixels; divide it into smaller files.").format(
                    path=path, size=_MOST_BYTES >> 20
                )
            )
    if not blocks:
        raise DigitpadError(_("{path} has a header but no images; choose another file.").format(path=path))
    return labels, np.concatenate(blocks)


def _lines(file: BinaryIO, path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers from 1."""
    number = 0
    while line := file.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) > _LONGEST_LINE:
            raise _wrong(path, number, _("it is longer than {count:,} bytes").format(count=_LONGEST_LINE))
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            raise DigitpadError(
                _("{path} is not a CSV file (it is not text); choose another file.").format(path=path)
            ) from error
        if text:
            yield number, text


def _chained(first: tuple[int, str], rest: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    yield first
    yield from rest


def _split(line: str, *, last_column: bool) -> tuple[str, str]:
    """Return the label and the pixels of a line."""
    quoted = None if last_column else _QUOTED.match(line)
    if quoted is not None:
        return quoted[1], line[quoted.end() :]
    if last_column:
        pixels, _comma, label = line.rpartition(",")
    else:
        label, _comma, pixels = line.partition(",")
    return label, pixels


def _pixels_of(texts: Sequence[str], lines: Sequence[tuple[int, str]], count: int, path: Path) -> NDArray[np.uint8]:
    """Return the pixels of some lines, (lines, count); name the first line that is wrong."""
    pixels = _parsed(texts)
    if pixels is not None and pixels.shape == (len(texts), count):
        return pixels
    for text, (number, _line) in zip(texts, lines, strict=True):
        values = text.split(",")
        if len(values) != count:
            reason = _("expected {count} pixels, found {found}")
            raise _wrong(path, number, reason.format(count=count, found=len(values)))
        for value in values:
            if not (value.strip().isdecimal() and len(value.strip()) < 4 and int(value) <= 255):
                raise _wrong(
                    path, number, _("{value} is not a pixel, an integer from 0 to 255").format(value=shown(value))
                )
    raise DigitpadError(_("{path} cannot be read as a table of pixels; check the file.").format(path=path))


def _parsed(texts: Sequence[str]) -> NDArray[np.uint8] | None:
    """Return lines of pixels as a table, or None if they are not one."""
    # NumPy warns of lines without any values.
    if not all(text.strip() for text in texts):
        return None
    try:
        return np.loadtxt(texts, dtype=np.uint8, delimiter=",", comments=None, ndmin=2)
    except (ValueError, OverflowError):
        return None


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1].replace('""', '"')
    return value.strip()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _wrong(path: Path, number: int, reason: str) -> DigitpadError:
    return DigitpadError(
        _("{path}, line {number}: {reason}; correct the line.").format(path=path, number=number, reason=reason)
    )
