"""The files of a collection, and reading them.

    collection.json                 the name of the collection
    classes/<folder>/class.json     the name of a class, and when it was made
    classes/<folder>/<sample>       one file for each sample: ink as a line of ink JSON, a picture as it is
    .trash/                         what was deleted, until the program that deleted it ends

Every sample is a file of its own with a name that no other sample has: it is added by writing it under a temporary
name, moved by renaming it, and never changed. So a killed process leaves nothing half done, and several processes may
work in one collection. Names of collections and classes are texts inside JSON files; the names of folders are made by
digitpad and are never read as anything else.
"""

import contextlib
import os
import time
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from digitpad.atomic import atomic_write
from digitpad.data.file_types import INK_SUFFIX, PICTURE_SUFFIXES
from digitpad.data.labels import natural_order
from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, dump_json, parse_json, to_record
from digitpad.names import file_stem, plain_name
from digitpad.regular_files import read_regular
from digitpad.translation import gettext as _

COLLECTION_FILE = "collection.json"
CLASS_FILE = "class.json"
CLASSES = "classes"
TRASH = ".trash"
_SUFFIXES = PICTURE_SUFFIXES | {INK_SUFFIX}
MOST_CLASSES = 200
"""The largest number of classes of a collection; larger datasets are folders of pictures, which need no collection."""

_MOST_BYTES = 1 << 16  # of a JSON file with a name
_LETTERS = 80  # of the name of a class or a collection


@dataclass(frozen=True, slots=True)
class Sample:
    """A drawing or a picture.

    Attributes
    ----------
    name
        The name of its file, which no other sample of the collection has.
    place
        The folder of its class. Samples are compared by their names, which is quick and says all.
    """

    name: str
    place: Path = field(compare=False)

    @property
    def path(self) -> Path:
        """The file."""
        return self.place / self.name

    @property
    def is_ink(self) -> bool:
        """Whether it is a drawing; otherwise, it is a picture."""
        return self.name.lower().endswith(INK_SUFFIX)


@dataclass(frozen=True, slots=True)
class SampleClass:
    """A class of a collection.

    Attributes
    ----------
    folder
        The name of its folder, which identifies it.
    name
        Its name.
    samples
        Its samples, the oldest first.
    """

    folder: str
    name: str
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """A collection at one moment.

    Attributes
    ----------
    folder
        The folder of the collection.
    name
        Its name.
    classes
        Its classes, the oldest first.
    remarks
        What could not be read.
    """

    folder: Path
    name: str
    classes: tuple[SampleClass, ...]
    remarks: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """The number of samples."""
        return sum(len(each.samples) for each in self.classes)

    def of(self, folder: str) -> SampleClass | None:
        """Return the class with a folder; None if there is none."""
        return next((each for each in self.classes if each.folder == folder), None)

    def named(self, name: str) -> SampleClass | None:
        """Return the class with a name; None if there is none."""
        return next((each for each in self.classes if each.name == name), None)


@dataclass(frozen=True, slots=True)
class _CollectionRecord:
    name: str
    format: Literal["digitpad collection"]
    version: Literal[1]


@dataclass(frozen=True, slots=True)
class _ClassRecord:
    name: str
    created: int = 0  # nanoseconds since 1970


def clean_name(text: str) -> str:
    """Return a name for a class or a collection as it is stored: one printable line.

    Parameters
    ----------
    text
        What the user typed, or a file says. Two spellings of the same characters become one.

    Raises
    ------
    DigitpadError
        If nothing is left of it.
    """
    name = plain_name(unicodedata.normalize("NFC", text).strip(), most=_LETTERS)
    if not name:
        raise DigitpadError(_("A name needs at least one visible character; type one."))
    return name


def stored_name(text: str, folder: Path) -> str:
    """Return a name that a file says, as `clean_name`; that of the folder if it has no visible character.

    Nothing that files or folders are called may keep the other classes from being read.
    """
    for name in (text, folder.name):
        with contextlib.suppress(DigitpadError):
            return clean_name(name)
    return "?"


def read_contents(folder: Path) -> Contents:
    """Read which classes and samples a collection has; the samples themselves are not opened.

    Raises
    ------
    DigitpadError
        If it does not exist, or is not a collection.
    """
    name = collection_name(folder)
    remarks: list[str] = []
    found: list[tuple[int, SampleClass]] = []
    try:
        entries = sorted(entry.name for entry in os.scandir(folder / CLASSES) if entry.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        entries = []
    except OSError as error:
        raise _unreadable(folder, error) from error
    for entry in entries:
        if entry.startswith("."):
            continue
        # Another process may delete a class at any moment.
        with contextlib.suppress(FileNotFoundError):
            found.append(_read_class(folder, entry, remarks))
    found.sort(key=lambda pair: (pair[0], natural_order(pair[1].name)))
    return Contents(folder, name, tuple(each for _created, each in found), tuple(remarks))


def class_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the classes of a collection in natural order; samples are not listed.

    Parameters
    ----------
    folder
        The folder of the collection; none if it cannot be read.
    """
    names: set[str] = set()
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder / CLASSES):
            place = Path(entry.path)
            try:
                names.add(stored_name(_class_record(place).name, place))
            except (OSError, JSONError, DigitpadError):
                # As in `read_contents`, a class without a readable file is named like its folder.
                if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                    names.add(stored_name(entry.name, place))
    return tuple(sorted(names, key=natural_order))


def collection_name(folder: Path) -> str:
    """Return the name of a collection.

    Raises
    ------
    DigitpadError
        If the folder does not exist, or is not a collection.
    """
    path = folder / COLLECTION_FILE
    try:
        record = to_record(_CollectionRecord, parse_json(read_regular(path, most_bytes=_MOST_BYTES)))
    except JSONError as error:
        raise DigitpadError(
            _("{path} does not describe a collection ({reason}); restore it, or choose another.").format(
                path=path, reason=error
            )
        ) from error
    except FileNotFoundError as error:
        raise DigitpadError(
            _("The collection {folder} does not exist any more; choose another.").format(folder=folder)
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    return stored_name(record.name, folder)


def is_collection(folder: Path) -> bool:
    """Return whether a folder is a collection."""
    try:
        return (folder / COLLECTION_FILE).is_file()
    except (OSError, ValueError):
        return False


def write_collection_file(folder: Path, name: str) -> None:
    """Write the name of a collection into its folder.

    Raises
    ------
    DigitpadError
        If the file cannot be written.
    """
    _write(folder / COLLECTION_FILE, {"format": "digitpad collection", "version": 1, "name": name})


def write_class_file(folder: Path, name: str, created: int) -> None:
    """Write the name of a class into its folder.

    Parameters
    ----------
    folder
        The folder of the class.
    name
        Its name.
    created
        When it was made, in nanoseconds since 1970; classes are shown in this order.

    Raises
    ------
    DigitpadError
        If the file cannot be written.
    """
    _write(folder / CLASS_FILE, {"name": name, "created": created})


def class_created(folder: Path) -> int:
    """Return when a class was made, in nanoseconds since 1970; 0 if its file does not say."""
    try:
        return _class_record(folder).created
    except (OSError, JSONError, DigitpadError):
        return 0


def class_folder(name: str) -> str:
    """Return a new name for the folder of a class or a collection, which resembles its name."""
    return f"{file_stem(name)[:30]}-{os.urandom(4).hex()}"


def sample_name(suffix: str, origin: str = "") -> str:
    """Return a new name for the file of a sample; later names sort behind earlier ones.

    Parameters
    ----------
    suffix
        `INK_SUFFIX` or one of `PICTURE_SUFFIXES`.
    origin
        The name of the file that it comes from.
    """
    seconds, rest = divmod(time.time_ns(), 1_000_000_000)
    moment = time.strftime("%Y%m%dT%H%M%S", time.gmtime(seconds))
    stem = f"-{file_stem(Path(origin).stem)}" if origin else ""
    return f"{moment}{rest:09d}-{os.urandom(3).hex()}{stem}{suffix}"


def _read_class(folder: Path, entry: str, remarks: list[str]) -> tuple[int, SampleClass]:
    place = folder / CLASSES / entry
    try:
        record = _class_record(place)
        name, created = stored_name(record.name, place), record.created
    except (OSError, JSONError, DigitpadError) as error:
        if isinstance(error, FileNotFoundError) and not place.is_dir():
            raise
        name, created = stored_name(entry, place), 0
        if not isinstance(error, FileNotFoundError):
            # A folder that was made by hand needs no file: it is named like the folder.
            remarks.append(
                _("The name of the class in {folder} cannot be read; rename it.").format(folder=plain_name(str(place)))
            )
    files = sorted(
        each.name
        for each in os.scandir(place)
        if each.name[each.name.rfind(".") :].lower() in _SUFFIXES
        and not each.name.startswith(".")
        and each.is_file(follow_symlinks=False)
    )
    return created, SampleClass(entry, name, tuple(Sample(file, place) for file in files))


def _class_record(place: Path) -> _ClassRecord:
    return to_record(_ClassRecord, parse_json(read_regular(place / CLASS_FILE, most_bytes=_MOST_BYTES)))


def _write(path: Path, record: dict[str, object]) -> None:
    with atomic_write(path) as file:
        file.write(dump_json(record).encode())


def _unreadable(path: Path, error: OSError) -> DigitpadError:
    return DigitpadError(
        _("{path} cannot be read ({reason}); check its permissions.").format(
            path=path, reason=error.strerror or str(error)
        )
    )
