"""`digitpad collections`: list the collections of the Data tab, export one, or import one."""

from collections.abc import Sequence
from pathlib import Path

from digitpad.commands.output import note, printable, say, say_json
from digitpad.data.collections.archive import import_archive, is_archive
from digitpad.data.collections.editor import CollectionEditor
from digitpad.data.collections.exporting import FORMS, export_collection, left_out
from digitpad.data.collections.folder import Contents, read_contents
from digitpad.data.collections.importing import labelled_samples
from digitpad.data.collections.store import CollectionEntry, CollectionStore
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _
from digitpad.translation import ngettext


def collections(action: str, words: Sequence[str], *, form: str | None, overwrite: bool, json: bool) -> None:
    """List, export or import collections.

    Parameters
    ----------
    action
        `list`, `export` or `import`.
    words
        For `export`, the name of the collection and the output; for `import`, the file or folder.
    form
        One of `FORMS`; None decides by the name of the output.
    overwrite
        Whether an existing file may be overwritten.
    json
        Print JSON instead of text.

    Raises
    ------
    DigitpadError
        If the words do not fit the action, or it fails.
    """
    expected = {"list": 0, "export": 2, "import": 1}[action]
    if len(words) != expected:
        usage = {
            "list": "digitpad collections",
            "export": "digitpad collections export NAME FILE",
            "import": "digitpad collections import FILE",
        }
        raise DigitpadError(
            _("{action} takes {count} arguments, not {given}; write `{usage}`.").format(
                action=action, count=expected, given=len(words), usage=usage[action]
            )
        )
    if action == "list":
        _list(json=json)
    elif action == "export":
        _export(words[0], Path(words[1]), form, overwrite=overwrite, json=json)
    else:
        _import(Path(words[0]), json=json)


def _list(*, json: bool) -> None:
    found: list[Contents] = []
    for entry in CollectionStore().all():
        try:
            found.append(read_contents(entry.folder))
        except DigitpadError as error:
            note(str(error))
    if json:
        say_json([_facts(each) for each in found])
        return
    if not found:
        say(_("There are no collections yet; make one in the Data tab, or import one."))
    for each in found:
        names = ", ".join(f"{one.name} {len(one.samples):,}" for one in each.classes)
        say(
            _("{name}: {classes} ({folder})").format(
                name=printable(each.name), classes=printable(names) or _("no classes"), folder=printable(each.folder)
            )
        )


def _export(name: str, path: Path, form: str | None, *, overwrite: bool, json: bool) -> None:
    entry = CollectionStore().find(name)
    if form is None:
        form = next((known.name for known in FORMS.values() if known.suffix and path.suffix == known.suffix), None)
    if form is None:
        raise DigitpadError(
            _("{path} does not say the format; name a .zip, .npz or .csv file, or choose one with --to.").format(
                path=path
            )
        )
    if path.is_file() and not overwrite:
        raise DigitpadError(_("{path} exists already; add --force to overwrite it.").format(path=path))
    count = export_collection(entry.folder, form, path)
    missing = left_out(entry.folder, count)
    if missing:
        note(missing)
    if json:
        say_json({"name": entry.name, "path": str(path), "count": count})
        return
    text = ngettext("Wrote {count:,} sample to {path}.", "Wrote {count:,} samples to {path}.", count)
    say(text.format(count=count, path=printable(path)))


def _import(path: Path, *, json: bool) -> None:
    store = CollectionStore()
    if is_archive(path):
        entry, remarks = import_archive(path, store)
    else:
        entry, remarks = _import_samples(path, store)
    for remark in remarks:
        note(remark)
    contents = read_contents(entry.folder)
    if json:
        say_json(_facts(contents))
        return
    text = ngettext(
        "Imported {count:,} sample as the collection {name}.",
        "Imported {count:,} samples as the collection {name}.",
        contents.count,
    )
    say(text.format(count=contents.count, name=printable(entry.name)))


def _import_samples(path: Path, store: CollectionStore) -> tuple[CollectionEntry, tuple[str, ...]]:
    """Make a collection of a folder of classes, or of labelled ink."""
    samples = labelled_samples(path)
    entry = store.create(path.stem or path.resolve().name)
    try:
        with CollectionEditor(entry.folder) as editor:
            return entry, editor.add_labelled(samples)
    except DigitpadError:
        store.forget(store.delete(entry))
        raise


def _facts(contents: Contents) -> dict[str, object]:
    return {
        "name": contents.name,
        "folder": str(contents.folder),
        "count": contents.count,
        "classes": {one.name: len(one.samples) for one in contents.classes},
    }
