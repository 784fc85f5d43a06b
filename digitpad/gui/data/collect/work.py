"""What the Collect page asks of the desk: each function is called in the worker's thread."""

from pathlib import Path

from digitpad.data.collections.editor import NewSample
from digitpad.data.collections.folder import Sample
from digitpad.data.ink import Drawing
from digitpad.gui.data.collect.desk import Desk, added
from digitpad.gui.data.collect.incoming import MakeSamples
from digitpad.translation import gettext as _


def refresh(wanted: Path | None, desk: Desk) -> None:
    """Open a collection if none is open; the state is read after every job, and thus after this one."""
    desk.open_first(wanted)


def open_collection(folder: Path, desk: Desk) -> None:
    """Open a collection."""
    desk.open(folder)


def create(name: str, desk: Desk) -> None:
    """Make a collection."""
    desk.create(name)


def rename_collection(name: str, desk: Desk) -> None:
    """Rename the open collection."""
    desk.editor().rename(name)


def delete_collection(desk: Desk) -> str:
    """Delete the open collection."""
    return desk.delete()


def restore_collection(desk: Desk) -> None:
    """Restore the collection deleted last."""
    desk.restore()


def import_from(path: Path, collection: str, desk: Desk) -> str:
    """Import an archive, a folder or a file of ink."""
    return desk.import_from(path, collection)


def export_to(form: str, path: Path, desk: Desk) -> str:
    """Export the open collection."""
    return desk.export_to(form, path)


def add_class(name: str, collection: str, desk: Desk) -> None:
    """Add a class; `collection` is the name of the collection that is made if none is open."""
    desk.editor(collection).add_class(name)


def rename_class(folder: str, name: str, desk: Desk) -> None:
    """Rename a class."""
    desk.editor().rename_class(folder, name)


def delete_class(folder: str, desk: Desk) -> str:
    """Delete a class."""
    deleted = desk.editor().contents().of(folder)
    desk.editor().delete_class(folder)
    name = "" if deleted is None else deleted.name
    return _("Deleted the class {name}; Undo restores it.").format(name=name)


def merge_classes(folder: str, into: str, desk: Desk) -> str:
    """Move the samples of a class to another one, and delete it."""
    return desk.editor().merge_classes(folder, into)


def add_drawing(folder: str, drawing: Drawing, desk: Desk) -> None:
    """Add what was drawn on the pad."""
    desk.editor().add(folder, [NewSample(drawing)])


def add_samples(folder: str, make: MakeSamples, desk: Desk) -> str:
    """Add what was dropped, pasted or opened."""
    samples = make()
    remarks = desk.editor().add(folder, samples, desk.progress)
    return added(len(samples) - len(remarks), remarks)


def move_samples(samples: tuple[Sample, ...], folder: str, desk: Desk) -> str:
    """Move samples to another class."""
    return desk.editor().move(samples, folder)


def delete_samples(samples: tuple[Sample, ...], desk: Desk) -> str:
    """Delete samples."""
    return desk.editor().delete(samples)


def undo(desk: Desk) -> str:
    """Undo the last change."""
    return desk.editor().undo()


def redo(desk: Desk) -> str:
    """Redo the change that was undone last."""
    return desk.editor().redo()


def nothing(_desk: Desk) -> None:
    """Wait for everything before it."""
