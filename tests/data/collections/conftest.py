"""A collection with two classes, for tests."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.store import CollectionStore
from digitpad.data.ink import Drawing


def drawing(offset: float = 0.0, *, across: bool = False) -> Drawing:
    """Return a line, upright or across."""
    end = (300.0, 100.0 + offset) if across else (100.0 + offset, 300.0)
    points = np.linspace((100.0 + offset, 100.0 + offset), end, 12, dtype=np.float32)
    return Drawing((points.astype(np.float32),), 400.0, 400.0)


def png(shade: int = 0) -> bytes:
    """Return the bytes of a small picture: a dark square on white."""
    pixels = np.full((40, 40), 255, np.uint8)
    pixels[10:30, 15:22] = shade
    buffer = io.BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def ink(offset: float = 0.0, *, across: bool = False) -> NewSample:
    """Return `drawing` as a new sample."""
    return NewSample(drawing(offset, across=across))


@pytest.fixture
def store(tmp_path: Path) -> CollectionStore:
    return CollectionStore(tmp_path / "collections")


@pytest.fixture
def editor(store: CollectionStore) -> Iterator[CollectionEditor]:
    """Edit a collection named "letters"; it is empty."""
    with CollectionEditor(store.create("letters").folder) as editor:
        yield editor
