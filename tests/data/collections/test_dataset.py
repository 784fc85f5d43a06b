"""A collection as a dataset: the images that the Draw tab would give a network."""

import numpy as np
import pytest

from digitpad.data.collections.dataset import read_collection
from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.images import image_to_digit, read_image
from digitpad.data.rasterize import ink_to_image
from digitpad.errors import DigitpadError
from tests.data.collections.conftest import drawing, ink, png


def test_samples_are_rasterized_as_in_the_draw_tab(editor: CollectionEditor) -> None:
    editor.add(editor.add_class("B"), [NewSample(drawing(5))])
    editor.add(editor.add_class("A"), [NewSample(png(), ".png")])
    dataset = read_collection(editor.folder)
    assert dataset.name == "letters"
    assert dataset.classes == ("A", "B")
    assert dataset.labels.tolist() == [1, 0]
    expected = [ink_to_image(drawing(5).strokes, canvas=400.0), image_to_digit(read_image(png()))]
    np.testing.assert_array_equal(dataset.images[:, 0], np.rint(np.stack(expected) * 255).astype(np.uint8))


def test_digits_are_the_ten_digits(editor: CollectionEditor) -> None:
    editor.add_labelled([("7", ink()), ("1", ink())])
    dataset = read_collection(editor.folder)
    assert dataset.classes == tuple("0123456789")
    assert sorted(dataset.labels.tolist()) == [1, 7]


def test_an_empty_class_is_left_out_and_named(editor: CollectionEditor) -> None:
    editor.add(editor.add_class("A"), [ink()])
    editor.add_class("later")
    dataset = read_collection(editor.folder)
    assert dataset.classes == ("A",)
    assert dataset.remarks == ("Left out the classes without samples: later.",)


def test_a_broken_sample_is_skipped_and_named(editor: CollectionEditor) -> None:
    folder = editor.add_class("A")
    editor.add(folder, [ink(n) for n in range(4)])
    broken = editor.contents().classes[0].samples[1]
    broken.path.write_text("{")
    dataset = read_collection(editor.folder)
    assert len(dataset) == 3
    assert any(broken.name in remark for remark in dataset.remarks)


def test_a_collection_without_samples_is_answered_in_words(editor: CollectionEditor) -> None:
    editor.add_class("A")
    with pytest.raises(DigitpadError, match="The collection letters has no samples yet"):
        read_collection(editor.folder)


def test_two_classes_with_one_name_are_one(editor: CollectionEditor) -> None:
    # Two processes could have made them at the same moment.
    for folder in ("one", "two"):
        place = editor.folder / "classes" / folder
        place.mkdir()
        (place / "class.json").write_text('{"name": "A"}')
        editor.add(folder, [ink()])
    dataset = read_collection(editor.folder)
    assert dataset.classes == ("A",)
    assert len(dataset) == 2
