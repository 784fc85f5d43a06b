"""A collection as a dataset: the images that the Draw tab would give a network."""

import io

import numpy as np
import PIL.Image
import pytest

from digitpad.data.collections.dataset import read_collection
from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.image_folder import read_image_folder
from digitpad.data.images import image_to_digit, read_image
from digitpad.data.memory_budget import MemoryBudget
from digitpad.data.picture_fit import CROP, STRETCH
from digitpad.data.pictures import COLOUR_SHAPE, drawn_on_white, prepare_picture, read_picture
from digitpad.data.rasterize import ink_to_image
from digitpad.errors import DigitpadError
from tests.data.collections.conftest import drawing, ink, png
from tests.pictures import photograph


def test_samples_are_rasterized_as_in_the_draw_tab(editor: CollectionEditor) -> None:
    editor.add(editor.add_class("B"), [NewSample(drawing(5))])
    editor.add(editor.add_class("A"), [NewSample(png(), ".png")])
    dataset = read_collection(editor.folder)
    assert dataset.name == "letters"
    assert dataset.classes == ("A", "B")
    assert dataset.labels.tolist() == [1, 0]
    expected = [ink_to_image(drawing(5).strokes, canvas=400.0), image_to_digit(read_image(png()))]
    np.testing.assert_array_equal(dataset.pixels[:, 0], np.rint(np.stack(expected) * 255).astype(np.uint8))


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


def _photograph(seed: int) -> bytes:
    """Return a colourful picture, in which no colour prevails."""
    rng = np.random.default_rng(seed)
    pixels = PIL.Image.fromarray(rng.integers(0, 256, (12, 12, 3)).astype(np.uint8)).resize((90, 60))
    buffer = io.BytesIO()
    pixels.save(buffer, "JPEG")
    return buffer.getvalue()


def _pets(editor: CollectionEditor) -> None:
    for number, name in enumerate(("cat", "dog")):
        editor.add(
            editor.add_class(name), [NewSample(_photograph(10 * number + n), ".jpg", f"{n}.jpg") for n in range(4)]
        )


def test_photographs_are_read_in_colour_as_they_are_in_folders(editor: CollectionEditor) -> None:
    _pets(editor)
    dataset = read_collection(editor.folder)
    assert dataset.images.shape == (8, 3, 64, 64)
    (remark,) = dataset.remarks
    assert "photographs in colour" in remark
    sample = editor.contents().classes[0].samples[0]
    np.testing.assert_array_equal(dataset.images[0], read_picture(sample.path, (3, 64, 64)))
    folder = read_image_folder(editor.folder / "classes")
    np.testing.assert_array_equal(dataset.pixels, folder.pixels)


def test_a_network_gets_samples_of_its_own_shape(editor: CollectionEditor) -> None:
    _pets(editor)
    editor.add(editor.contents().classes[0].folder, [ink()])
    dataset = read_collection(editor.folder, shape=(3, 20, 30))
    assert dataset.images.shape == (9, 3, 20, 30)
    # Ink is dark on white paper there, and light on a dark ground for digits.
    assert dataset.pixels[4].mean() > 200
    assert read_collection(editor.folder, shape=(1, 28, 28)).pixels[4].mean() < 100
    with pytest.raises(DigitpadError, match="2 channels"):
        read_collection(editor.folder, shape=(2, 28, 28))


def test_large_collections_of_photographs_are_decoded_when_they_are_used(
    editor: CollectionEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pets(editor)
    whole = read_collection(editor.folder)
    monkeypatch.setattr("digitpad.data.prepared_files.CACHE", MemoryBudget(1000))
    editor.contents().classes[1].samples[3].path.write_bytes(b"broken")
    lazy = read_collection(editor.folder)
    assert not isinstance(lazy.images, np.ndarray)
    assert len(lazy) == 7
    np.testing.assert_array_equal(lazy.pixels, whole.pixels[:7])


def test_the_progress_is_told_and_can_end_the_reading(editor: CollectionEditor) -> None:
    editor.add(editor.add_class("A"), [ink(n) for n in range(70)])
    told: list[tuple[int, int]] = []
    read_collection(editor.folder, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(64, 70), (70, 70)]

    def stop(_done: int, _total: int) -> None:
        raise DigitpadError("stopped")

    with pytest.raises(DigitpadError, match="stopped"):
        read_collection(editor.folder, on_progress=stop)


@pytest.fixture
def mixed(editor: CollectionEditor) -> CollectionEditor:
    """Return a collection of photographs with one drawing in each class."""
    rng = np.random.default_rng(0)
    for channel, name in enumerate(("red", "green")):
        samples = [NewSample(jpeg(photograph(rng, channel)), ".jpg") for _ in range(4)]
        editor.add(editor.add_class(name), [*samples, ink()])
    return editor


def jpeg(picture: PIL.Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def test_photographs_are_read_in_colour(mixed: CollectionEditor) -> None:
    dataset = read_collection(mixed.folder)
    assert dataset.images.shape == (10, *COLOUR_SHAPE)
    assert dataset.remarks == (
        "The pictures of letters are photographs in colour, so they are resized to 64x64 pixels.",
    )
    pixels = np.asarray(dataset.images)
    assert [dataset.classes[label] for label in dataset.labels] == ["red"] * 5 + ["green"] * 5
    assert pixels[0, 0].mean() > pixels[0, 1].mean() + 40
    assert pixels[5, 1].mean() > pixels[5, 0].mean() + 40


def test_the_pictures_of_a_collection_have_the_fit_that_is_asked_for(mixed: CollectionEditor) -> None:
    stretched, cropped = (read_collection(mixed.folder, shape=(3, 30, 60), fit=fit) for fit in (STRETCH, CROP))
    assert (stretched.fit, cropped.fit) == (STRETCH, CROP)
    path = mixed.contents().classes[0].samples[0].path
    whole, centre = (read_picture(path, (3, 30, 60), fit) for fit in (STRETCH, CROP))
    np.testing.assert_array_equal(stretched.images[0], whole)
    np.testing.assert_array_equal(cropped.images[0], centre)
    assert not np.array_equal(whole, centre)


def test_ink_among_photographs_is_drawn_on_white_as_the_recognizer_draws_it(mixed: CollectionEditor) -> None:
    dataset = read_collection(mixed.folder, shape=(3, 30, 32))
    expected = prepare_picture(PIL.Image.fromarray(drawn_on_white(drawing().strokes, canvas=400.0)), (3, 30, 32))
    np.testing.assert_array_equal(dataset.images[4], expected)
    assert expected.max() == 255
    assert expected.min() < 150


def test_a_network_for_digits_receives_the_ink_of_photographs(mixed: CollectionEditor) -> None:
    assert read_collection(mixed.folder, shape=(1, 28, 28)).images.shape == (10, 1, 28, 28)


def test_a_collection_of_drawings_stays_a_collection_of_drawings(editor: CollectionEditor) -> None:
    rng = np.random.default_rng(0)
    editor.add(editor.add_class("A"), [ink(), ink(4), NewSample(jpeg(photograph(rng, 0)), ".jpg")])
    assert read_collection(editor.folder).images.shape[1:] == (1, 28, 28)


def test_progress_is_reported_and_broken_samples_are_skipped_for_pictures_too(mixed: CollectionEditor) -> None:
    reported: list[tuple[int, int]] = []
    broken = next(path for path in sorted(mixed.folder.rglob("*.jpg")))
    broken.write_bytes(b"no picture")
    dataset = read_collection(
        mixed.folder, shape=(3, 30, 32), on_progress=lambda done, total: reported.append((done, total))
    )
    assert reported[-1] == (10, 10)
    assert len(dataset) == 9
    assert broken.name in dataset.remarks[0]
    with pytest.raises(DigitpadError, match="images of 2 channels"):
        read_collection(mixed.folder, shape=(2, 30, 32))
