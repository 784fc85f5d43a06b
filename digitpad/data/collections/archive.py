"""A collection as one file: a ZIP archive of its files, and reading it again.

The names inside an archive are never used as paths: a file belongs to a class if its name has the expected form, and
it is stored under a new name. The sizes are bounded while reading, whatever the archive claims.
"""

import io
import re
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import IO

from digitpad.atomic import atomic_write
from digitpad.data.collections.dataset import check_sample
from digitpad.data.collections.editor import ProgressCheck
from digitpad.data.collections.folder import (
    CLASS_FILE,
    CLASSES,
    COLLECTION_FILE,
    MOST_CLASSES,
    class_folder,
    read_contents,
    sample_name,
    stored_name,
    write_class_file,
    write_collection_file,
)
from digitpad.data.collections.store import CollectionEntry, CollectionStore
from digitpad.data.file_types import INK_SUFFIX, PICTURE_SUFFIXES
from digitpad.data.skipped import first_names
from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, dump_json, parse_json
from digitpad.names import plain_name
from digitpad.regular_files import open_regular
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

SUFFIX = ".zip"

_ENTRY = re.compile(rf"{CLASSES}/([^/]+)/([^/]+)")
_MOST_ENTRIES = 200_000
_MOST_FILE = 64 << 20  # bytes of one sample
_MOST_TOTAL = 4 << 30  # bytes of all of them
_MOST_NAME = 1 << 16  # bytes of a file with a name
_CHUNK = 1 << 20


def export_archive(folder: Path, path: Path, progress: ProgressCheck = lambda _done, _total: True) -> int:
    """Write a collection as one file.

    Parameters
    ----------
    folder
        The collection.
    path
        The output file; an existing file is replaced atomically.
    progress
        Called with the progress; the work ends if it returns False.

    Returns
    -------
    int
        The number of samples.

    Raises
    ------
    DigitpadError
        If the collection cannot be read, or the file cannot be written.
    """
    contents = read_contents(folder)
    done = 0
    with atomic_write(path) as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            COLLECTION_FILE, dump_json({"format": "digitpad collection", "version": 1, "name": contents.name})
        )
        for number, each in enumerate(contents.classes):
            place = f"{CLASSES}/{each.folder}"
            archive.writestr(f"{place}/{CLASS_FILE}", dump_json({"name": each.name, "created": number + 1}))
            for sample in each.samples:
                # Pictures are compressed already.
                kind = zipfile.ZIP_DEFLATED if sample.is_ink else zipfile.ZIP_STORED
                try:
                    content = sample.path.read_bytes()
                except FileNotFoundError:
                    continue
                archive.writestr(zipfile.ZipInfo(f"{place}/{sample.name}"), content, kind)
                done += 1
                if not progress(done, contents.count):
                    raise DigitpadError(_("The export was stopped; {path} was not written.").format(path=path))
    return done


def import_archive(
    path: Path, store: CollectionStore, progress: ProgressCheck = lambda _done, _total: True
) -> tuple[CollectionEntry, tuple[str, ...]]:
    """Make a collection of a file that `export_archive` wrote.

    Parameters
    ----------
    path
        The file.
    store
        Where to put the collection.
    progress
        Called with the progress; the work ends if it returns False.

    Returns
    -------
    (CollectionEntry, tuple of str)
        The new collection, and remarks that count and name what was left out: samples that cannot be read, and
        entries that are not samples.

    Raises
    ------
    DigitpadError
        If the file is not a collection, is damaged or too large, or the collection cannot be written. Nothing is left
        of it then.
    """
    shown = plain_name(str(path))
    hidden = store.hidden_folder()
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_ENTRIES:
                raise DigitpadError(
                    _("{path} contains more than {most:,} files; it is not a collection of digitpad.").format(
                        path=shown, most=_MOST_ENTRIES
                    )
                )
            name = store.free_name(_name_in(archive, COLLECTION_FILE, shown))
            (hidden / CLASSES).mkdir(parents=True)
            remarks = _unpack(archive, entries, hidden, shown, progress)
        write_collection_file(hidden, name)
        folder = store.folder / class_folder(name)
        hidden.rename(folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DigitpadError(
            _("{path} is not a collection, or it is damaged ({reason}); choose another file.").format(
                path=shown, reason=plain_name(str(error))
            )
        ) from error
    except OSError as error:
        raise DigitpadError(
            _("{path} cannot be imported ({reason}); check the file, the permissions and the space left.").format(
                path=shown, reason=error.strerror or str(error)
            )
        ) from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
    return CollectionEntry(folder, name), remarks


def is_archive(path: Path) -> bool:
    """Return whether a file is an archive, by its name."""
    return path.suffix.lower() == SUFFIX


def _unpack(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path, shown: str, progress: ProgressCheck
) -> tuple[str, ...]:
    """Write the samples of an archive into a new collection."""
    folders: dict[str, tuple[Path, str]] = {}
    broken: list[str] = []
    others: list[str] = []
    total = 0
    for done, entry in enumerate(entries, start=1):
        if not progress(done, len(entries)):
            raise DigitpadError(_("The import was stopped; nothing was added."))
        found = _ENTRY.fullmatch(entry.filename)
        if found is None or found[2] == CLASS_FILE or entry.is_dir():
            if found is None and entry.filename != COLLECTION_FILE and not entry.is_dir():
                others.append(plain_name(entry.filename))
            continue
        suffix = Path(found[2]).suffix.lower()
        if suffix not in PICTURE_SUFFIXES | {INK_SUFFIX}:
            others.append(plain_name(entry.filename))
            continue
        if found[1] not in folders:
            folders[found[1]] = _new_class(archive, found[1], folder, len(folders), shown)
        with archive.open(entry) as stream:
            content = _at_most(stream, min(_MOST_FILE, _MOST_TOTAL - total), shown)
        total += len(content)
        place, name = folders[found[1]]
        written = place / sample_name(suffix)
        # Not made durable one by one: the collection appears when all of them are there.
        with atomic_write(written, durable=False) as file:
            file.write(content)
        try:
            check_sample(written)
        except DigitpadError:
            written.unlink()
            broken.append(plain_name(f"{name}/{found[2]}"))
    for number, entry in enumerate(entries):
        # Classes without samples.
        found = _ENTRY.fullmatch(entry.filename)
        if found is not None and found[2] == CLASS_FILE and found[1] not in folders:
            folders[found[1]] = _new_class(archive, found[1], folder, number, shown)
    return _remarks(broken, others)


def _remarks(broken: list[str], others: list[str]) -> tuple[str, ...]:
    """Return sentences about samples that cannot be read, and about entries that are not samples."""
    remarks = []
    if broken:
        text = ngettext(
            "Left out {count:,} sample that cannot be read: {names}.",
            "Left out {count:,} samples that cannot be read: {names}.",
            len(broken),
        )
        remarks.append(text.format(count=len(broken), names=first_names(broken)))
    if others:
        text = ngettext(
            "Left out {count:,} entry that is not a sample: {names}.",
            "Left out {count:,} entries that are not samples: {names}.",
            len(others),
        )
        remarks.append(text.format(count=len(others), names=first_names(others)))
    return tuple(remarks)


def _new_class(archive: zipfile.ZipFile, key: str, folder: Path, count: int, shown: str) -> tuple[Path, str]:
    """Make the folder of a class of an archive; return it and the name of the class."""
    if count >= MOST_CLASSES and len(list((folder / CLASSES).iterdir())) >= MOST_CLASSES:
        raise DigitpadError(
            _("{path} has more than {most} classes, more than a collection can have.").format(
                path=shown, most=MOST_CLASSES
            )
        )
    try:
        record = _record(archive, f"{CLASSES}/{key}/{CLASS_FILE}")
    except KeyError:
        record = {"name": key}
    stored, created = record.get("name"), record.get("created")
    name = stored_name(stored if isinstance(stored, str) else key, Path(key))
    place = folder / CLASSES / class_folder("class")
    place.mkdir()
    write_class_file(place, name, created if isinstance(created, int) and 0 <= created < 1 << 63 else count)
    return place, name


def _name_in(archive: zipfile.ZipFile, entry: str, shown: str) -> str:
    try:
        name = _record(archive, entry).get("name")
    except KeyError as error:
        raise DigitpadError(
            _("{path} is not a collection of digitpad: it does not contain {file}. Choose another file.").format(
                path=shown, file=COLLECTION_FILE
            )
        ) from error
    stem = Path(shown).stem
    return stored_name(name if isinstance(name, str) else stem, Path(stem))


def _record(archive: zipfile.ZipFile, entry: str) -> dict[str, object]:
    """Return the values of a JSON file in an archive."""
    with archive.open(entry) as stream:
        content = stream.read(_MOST_NAME + 1)
    try:
        record = parse_json(content, most_bytes=_MOST_NAME)
    except JSONError as error:
        raise zipfile.BadZipFile(f"{entry}: {error}") from error
    if not isinstance(record, dict):
        raise zipfile.BadZipFile(entry)
    return record


def _at_most(stream: IO[bytes], most: int, shown: str) -> bytes:
    """Read an entry, up to a limit."""
    buffer = io.BytesIO()
    while chunk := stream.read(_CHUNK):
        buffer.write(chunk)
        if buffer.tell() > most:
            raise DigitpadError(
                _("{path} unpacks to more than a collection may contain; it was not imported.").format(path=shown)
            )
    return buffer.getvalue()
