"""The drawings of one person: ink, pictures and collections, and their variants."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.adaptation.samples import OwnSamples, Variants, open_samples_of, samples_of_drawings
from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.store import CollectionStore
from digitpad.data.ink import Drawing, write_ink
from digitpad.data.rasterize import ink_to_image
from digitpad.errors import DigitpadError
from tests.data.collections.conftest import drawing, png


def _labelled(label: str | int | None, offset: float = 0.0) -> Drawing:
    line = drawing(offset)
    return Drawing(line.strokes, line.width, line.height, label)


def test_ink_is_drawn_as_the_window_draws_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    write_ink(path, [_labelled(1), _labelled("✓", 40)])
    own = open_samples_of(path)
    assert (own.name, own.labels, own.remarks) == ("mine", ("1", "✓"), ())
    line = _labelled(1)
    expected = np.rint(ink_to_image(line.strokes, canvas=line.long_side) * 255)
    assert (own.samples[0].image == expected).all()
    assert own.images.shape == (2, 1, 28, 28)


def test_a_collection_has_strokes_and_pictures() -> None:
    entry = CollectionStore().create("My hand")
    with CollectionEditor(entry.folder) as editor:
        editor.add_labelled([("1", NewSample(drawing())), ("7", NewSample(png(), ".png"))])
    for source in ("collection:My hand", entry.folder):
        own = open_samples_of(source)
        assert own.name == "My hand"
        found = {sample.label: sample for sample in own.samples}
        assert found.keys() == {"1", "7"}
        assert found["1"].strokes
        assert not found["7"].strokes
        assert found["7"].image.max() > 200
        path = found["7"].path
        assert path is not None
        assert path.is_file()


def test_drawings_without_a_label_are_left_out_and_named() -> None:
    own = samples_of_drawings([_labelled(1), _labelled(None), Drawing((), 10.0, 10.0, 3)], "mine")
    assert len(own.samples) == 1
    assert own.remarks == ("Left out 2 drawings without a label or ink.",)


def test_a_source_without_a_labelled_drawing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match="mine has no drawing that says what it shows"):
        samples_of_drawings([_labelled(None)], "mine")
    with pytest.raises(DigitpadError, match=r"mine\.png is neither an ink file \(\.jsonl\) nor a collection"):
        open_samples_of(tmp_path / "mine.png")
    with pytest.raises(DigitpadError, match="There is no collection named nobody"):
        open_samples_of("collection:nobody")


def test_variants_are_repeatable_differ_and_are_shared_with_parts(own: OwnSamples) -> None:
    variants, again = Variants(own.samples, 5), Variants(own.samples, 5)
    assert (variants.image(3, 0) == own.samples[3].image).all()
    assert (variants.image(3, 1) == again.image(3, 1)).all()
    assert (variants.image(3, 1) != variants.image(3, 2)).any()
    assert (variants.image(3, 1) != Variants(own.samples, 6).image(3, 1)).any()
    # The second sample of a part is the fourth of all, and its variants are made once.
    part = variants.of([1, 3])
    assert part.image(1, 1) is variants.image(3, 1)


def test_pictures_are_varied_too() -> None:
    entry = CollectionStore().create("pictures")
    with CollectionEditor(entry.folder) as editor:
        editor.add_labelled([("1", NewSample(png(), ".png"))])
    own = open_samples_of(entry.folder)
    variants = Variants(own.samples, 0)
    assert (variants.image(0, 1) != own.samples[0].image).any()
