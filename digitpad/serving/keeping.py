"""Makes a collection of the drawings of a class, for the Data tab and for training."""

import shutil
from collections.abc import Sequence

from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.store import CollectionEntry, CollectionStore
from digitpad.errors import DigitpadError
from digitpad.serving.board import KeptDrawing
from digitpad.translation import gettext as _


def keep_as_collection(store: CollectionStore, name: str, drawings: Sequence[KeptDrawing]) -> CollectionEntry:
    """Make a collection of drawings, with the classes that were asked; who drew them is not stored.

    Parameters
    ----------
    store
        The collections.
    name
        The name of the new one; if it is taken, a number is added.
    drawings
        The drawings.

    Raises
    ------
    DigitpadError
        If there are no drawings, the name has no visible character, or the collection cannot be written. Nothing is
        left behind then.
    """
    if not drawings:
        raise DigitpadError(
            _("There are no drawings to keep: ask for a class, and let those who draw agree on their pages.")
        )
    entry = store.create(name)
    try:
        with CollectionEditor(entry.folder) as editor:
            editor.add_labelled([(one.label, NewSample(one.drawing)) for one in drawings])
    except DigitpadError:
        shutil.rmtree(entry.folder, ignore_errors=True)
        raise
    return entry
