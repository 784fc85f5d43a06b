"""Exports a collection for other programs: IDX, CSV and NPZ as 28x28 images, and folders of pictures."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image

from digitpad.atomic import atomic_write
from digitpad.data.collections.archive import export_archive
from digitpad.data.collections.dataset import no_samples, read_collection, sample_image
from digitpad.data.collections.editor import ProgressCheck
from digitpad.data.collections.folder import Contents, Sample, read_contents
from digitpad.data.dataset import Dataset
from digitpad.data.idx import write_idx
from digitpad.data.image_folder import DIGIT_SHAPE
from digitpad.errors import DigitpadError
from digitpad.names import file_stem
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop, ngettext


@dataclass(frozen=True, slots=True)
class ExportForm:
    """A form in which a collection can be exported.

    Attributes
    ----------
    name
        What the command line calls it.
    suffix
        What its file ends with; empty for a folder.
    title
        A description, to be translated.
    """

    name: str
    suffix: str
    title: str


FORMS = {
    form.name: form
    for form in (
        ExportForm("zip", ".zip", gettext_noop("Collection of digitpad, with ink as ink")),
        ExportForm("npz", ".npz", gettext_noop("NumPy arrays")),
        ExportForm("csv", ".csv", gettext_noop("Table of pixels")),
        ExportForm("idx", "", gettext_noop("Folder of IDX files, as MNIST has")),
        ExportForm("png", "", gettext_noop("Folder of pictures for each class")),
    )
}


def export_collection(folder: Path, form: str, path: Path, progress: ProgressCheck = lambda _done, _total: True) -> int:
    """Export a collection.

    Parameters
    ----------
    folder
        The collection.
    form
        One of `FORMS`.
    path
        The output file, replaced atomically; for `idx` and `png`, a folder that does not exist yet or is empty.
    progress
        Called with the progress; the work ends if it returns False.

    Returns
    -------
    int
        The number of samples that were exported.

    Raises
    ------
    DigitpadError
        If the collection cannot be read, the output cannot be written, or `progress` stops it.
    """
    if form == "zip":
        return export_archive(folder, path, progress)
    if form == "png":
        return _write_pictures(read_contents(folder), path, progress)

    def follow(done: int, total: int) -> None:
        if not progress(done, total):
            raise DigitpadError(_("The export was stopped; {path} was not written.").format(path=path))

    dataset = read_collection(folder, shape=DIGIT_SHAPE, on_progress=follow)
    _WRITERS[form](dataset, path)
    return len(dataset)


def left_out(folder: Path, exported: int) -> str:
    """Return a sentence on the samples that cannot be read and that an export therefore lacks; empty if it has all."""
    missing = read_contents(folder).count - exported
    if missing <= 0:
        return ""
    text = ngettext(
        "{count:,} sample cannot be read and was left out.",
        "{count:,} samples cannot be read and were left out.",
        missing,
    )
    return text.format(count=missing)


def _write_npz(dataset: Dataset, path: Path) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, images=dataset.pixels[:, 0], labels=dataset.labels.astype(np.int64), classes=np.array(dataset.classes)
    )
    with atomic_write(path) as file:
        file.write(buffer.getvalue())


def _write_csv(dataset: Dataset, path: Path) -> None:
    pixels = dataset.pixels.reshape(len(dataset), -1)
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["label", *(f"pixel{number}" for number in range(pixels.shape[1]))])
    for label, row in zip(dataset.labels.tolist(), pixels.tolist(), strict=True):
        table.writerow([dataset.classes[label], *row])
    with atomic_write(path) as file:
        file.write(text.getvalue().encode())


def _write_idx(dataset: Dataset, path: Path) -> None:
    """Write the files that EMNIST has: images, labels and, for classes of one character, their mapping."""
    if len(dataset.classes) > 256:
        raise DigitpadError(_("IDX files number at most 256 classes; choose another form."))
    _make_folder(path)
    stem = file_stem(dataset.name)
    write_idx(path / f"{stem}-train-images-idx3-ubyte", dataset.pixels[:, 0])
    write_idx(path / f"{stem}-train-labels-idx1-ubyte", dataset.labels.astype(np.uint8))
    if all(len(name) == 1 for name in dataset.classes):
        lines = "".join(f"{label} {ord(name)}\n" for label, name in enumerate(dataset.classes))
        with atomic_write(path / f"{stem}-mapping.txt") as file:
            file.write(lines.encode())
    with atomic_write(path / f"{stem}-classes.txt") as file:
        file.write("".join(f"{name}\n" for name in dataset.classes).encode())


def _write_pictures(contents: Contents, path: Path, progress: ProgressCheck) -> int:
    """Write a folder for each class; ink becomes 28x28 PNG images, dark on white, and pictures stay as they are.

    Characters of a name that the name of a folder cannot have become "-". Samples that cannot be read are left out.
    """
    if not contents.count:
        raise no_samples(contents.name)
    _make_folder(path)
    used: set[str] = set()
    done = written = 0
    for each in contents.classes:
        stem = base = file_stem(each.name)
        number = 2
        while stem.casefold() in used:
            stem, number = f"{base}-{number}", number + 1
        used.add(stem.casefold())
        _make_folder(path / stem)
        for sample in each.samples:
            if not progress(done, contents.count):
                raise DigitpadError(_("The export was stopped; what was written is in {path}.").format(path=path))
            written += _write_picture(sample, path / stem, done)
            done += 1
    return written


def _write_picture(sample: Sample, folder: Path, number: int) -> bool:
    """Write one sample; return whether it could be read."""
    suffix = ".png" if sample.is_ink else sample.path.suffix.lower()
    try:
        if sample.is_ink:
            buffer = io.BytesIO()
            PIL.Image.fromarray(255 - sample_image(sample)).save(buffer, "PNG")
            content = buffer.getvalue()
        else:
            content = sample.path.read_bytes()
    except (DigitpadError, OSError):
        # Listed as broken in the window, and by every reader of the dataset.
        return False
    with atomic_write(folder / f"{number:06d}{suffix}", durable=False) as file:
        file.write(content)
    return True


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        empty = not any(path.iterdir())
    except OSError as error:
        raise DigitpadError(
            _("{path} could not be made ({reason}); choose another place.").format(
                path=path, reason=error.strerror or str(error)
            )
        ) from error
    if not empty:
        raise DigitpadError(_("{path} is not empty; choose a new folder.").format(path=path))


_WRITERS: dict[str, Callable[[Dataset, Path], None]] = {
    "npz": _write_npz,
    "csv": _write_csv,
    "idx": _write_idx,
}
