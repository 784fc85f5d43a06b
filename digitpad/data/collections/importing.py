"""What can be put into a collection: pictures, ink, folders with a folder for each class, and labelled ink files."""

from collections.abc import Iterator
from pathlib import Path

from digitpad.data.collections.editor import NewSample
from digitpad.data.collections.folder import CLASSES, is_collection, read_contents
from digitpad.data.file_types import INK_SUFFIX, PICTURE_SUFFIXES
from digitpad.data.image_folder import is_system_file
from digitpad.data.ink import read_ink
from digitpad.errors import DigitpadError
from digitpad.names import plain_name
from digitpad.translation import gettext as _

MOST_SAMPLES = 100_000
"""The largest number of samples that are imported at once."""


def samples_in(paths: list[Path]) -> list[NewSample]:
    """Return the samples of files, for a class that the user has chosen.

    Parameters
    ----------
    paths
        Pictures, ink files (all drawings, whatever their labels) and folders of them.

    Raises
    ------
    DigitpadError
        If an ink file cannot be read, or there is nothing in them. Pictures are not opened yet.
    """
    found: list[NewSample] = []
    for path in paths:
        for file in _files(path) if path.is_dir() else [path]:
            if file.suffix.lower() == INK_SUFFIX:
                found += [NewSample(drawing, origin=file.name) for drawing in read_ink(file)]
            else:
                found.append(NewSample(file, origin=file.name))
            _check_count(len(found), path)
    if not found:
        raise DigitpadError(
            _("{path} contains neither pictures nor ink; choose PNG, JPEG or .jsonl files.").format(
                path=plain_name(str(paths[0])) if paths else _("The selection")
            )
        )
    return found


def labelled_samples(path: Path) -> list[tuple[str, NewSample]]:
    """Return the samples of a source that says what each of them is.

    Parameters
    ----------
    path
        A folder with a folder of pictures or ink for each class, which is named after the class; the folder of a
        collection; or a file of ink with a label for each drawing.

    Returns
    -------
    list of (str, NewSample)
        The name of the class, and the sample.

    Raises
    ------
    DigitpadError
        If it cannot be read, or contains no samples with classes.
    """
    if not path.is_dir():
        drawings = read_ink(path)
        without = next(
            (n for n, one in enumerate(drawings, 1) if one.label is None or not str(one.label).strip()), None
        )
        if without is not None:
            raise DigitpadError(
                _("{path}, drawing {number} has no label; drop the file on a class to add it there.").format(
                    path=plain_name(str(path)), number=without
                )
            )
        _check_count(len(drawings), path)
        return [(str(one.label), NewSample(one, origin=path.name)) for one in drawings]
    if is_collection(path):
        folders = [(each.name, path / CLASSES / each.folder) for each in read_contents(path).classes]
    else:
        folders = [(folder.name, folder) for folder in _folders(path)]
    found: list[tuple[str, NewSample]] = []
    for name, folder in folders:
        for file in _files(folder):
            if file.suffix.lower() == INK_SUFFIX:
                found += [(name, NewSample(drawing, origin=file.name)) for drawing in read_ink(file)]
            else:
                found.append((name, NewSample(file, origin=file.name)))
            _check_count(len(found), path)
    if not found:
        raise DigitpadError(
            _(
                "{path} has no folders with pictures or ink; make one folder for each class, or drop the files on a "
                "class."
            ).format(path=plain_name(str(path)))
        )
    return found


def _folders(path: Path) -> Iterator[Path]:
    yield from (entry for entry in _entries(path) if entry.is_dir())


def _files(folder: Path) -> Iterator[Path]:
    for entry in _entries(folder):
        if entry.suffix.lower() in PICTURE_SUFFIXES | {INK_SUFFIX} and not entry.is_dir():
            yield entry


def _entries(folder: Path) -> list[Path]:
    try:
        return [entry for entry in sorted(folder.iterdir()) if not is_system_file(entry)]
    except OSError as error:
        raise DigitpadError(
            _("{path} cannot be read ({reason}); check its permissions.").format(
                path=plain_name(str(folder)), reason=error.strerror or str(error)
            )
        ) from error


def _check_count(count: int, path: Path) -> None:
    if count > MOST_SAMPLES:
        raise DigitpadError(
            _("{path} contains more than {most:,} samples; choose it as a dataset in Train instead.").format(
                path=plain_name(str(path)), most=MOST_SAMPLES
            )
        )
