"""Features as files: the numbers are those of the network, and the pictures show them correctly."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digitpad.data.dataset import normalize
from digitpad.errors import DigitpadError
from digitpad.export.feature_pictures import features_of, picture, save_features
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import ARCHITECTURES, build


@pytest.fixture(scope="module")
def model() -> Model:
    plan = ARCHITECTURES["light"]
    return Model(build(plan, rng=np.random.default_rng(2)), plan, ModelMetadata(), "light")


@pytest.fixture(scope="module")
def image() -> NDArray[np.float32]:
    pixels = np.zeros((28, 28), np.float32)
    pixels[6:22, 12:16] = 1
    return pixels


def colours(page: Image.Image) -> set[tuple[int, ...]]:
    pixels = np.asarray(page).reshape(-1, 3)
    return {tuple(int(value) for value in pixel) for pixel in np.unique(pixels, axis=0)}


def test_the_archive_holds_what_the_network_computes_bit_for_bit(
    model: Model, image: NDArray[np.float32], tmp_path: Path
) -> None:
    saved = save_features(features_of(model, image), tmp_path)
    batch = normalize(image[np.newaxis, np.newaxis], 0.1307, 0.3081)
    _, expected = model.network.forward(batch, capture=True)
    with np.load(saved.archive) as arrays:
        assert list(arrays) == ["input", *expected]
        np.testing.assert_array_equal(arrays["input"], batch)
        for name, value in expected.items():
            np.testing.assert_array_equal(arrays[name], value)
            assert arrays[name].dtype == np.float32


def test_every_array_has_a_picture_in_the_order_of_computation(
    model: Model, image: NDArray[np.float32], tmp_path: Path
) -> None:
    saved = save_features(features_of(model, image), tmp_path / "new" / "folder")
    names = [path.name for path in saved.pictures]
    assert names[:3] == ["00-input.png", "01-conv1.png", "02-relu1.png"]
    assert names[-1] == "11-fc2.png"
    assert sorted(names) == names
    for path in saved.pictures:
        with Image.open(path) as page:
            page.load()
            assert page.format == "PNG"


def test_a_layer_may_be_called_anything(tmp_path: Path) -> None:
    arrays = {"input": np.ones((1, 1, 2, 2), np.float32), "file": np.ones((1, 3), np.float32)}
    arrays["a/b é"] = np.zeros((1, 2, 3, 3), np.float32)
    saved = save_features(arrays, tmp_path)
    assert [path.name for path in saved.pictures] == ["00-input.png", "01-file.png", "02-a_b__.png"]
    with np.load(saved.archive) as archive:
        assert set(archive) == {"input", "file", "a/b é"}


def test_the_same_features_make_the_same_files(model: Model, image: NDArray[np.float32], tmp_path: Path) -> None:
    one = save_features(features_of(model, image), tmp_path / "one")
    other = save_features(features_of(model, image), tmp_path / "other")
    assert one.archive.read_bytes() == other.archive.read_bytes()
    assert [p.read_bytes() for p in one.pictures] == [p.read_bytes() for p in other.pictures]


def test_maps_stand_in_a_mosaic_each_in_its_place() -> None:
    maps = np.zeros((5, 28, 28), np.float32)
    for index in range(5):
        maps[index] = index / 4
    page = picture("conv", maps)
    # Three columns; a map is 84 pixels wide, and 4 apart from the next.
    seen = [page.getpixel((16 + 88 * (i % 3) + 40, 34 + 88 * (i // 3) + 40)) for i in range(5)]
    assert seen[0] == (5, 28, 36)
    assert seen[2] == (16, 128, 134)
    assert seen[4] == (232, 252, 240)
    assert len(set(seen)) == 5


def test_below_zero_is_blue_and_above_is_orange_on_one_scale() -> None:
    maps = np.stack([np.full((4, 4), value, np.float32) for value in (-1, 0, 2, -2)])
    page = picture("conv", maps)
    half, zero, above, below = (page.getpixel((16 + 88 * (i % 2) + 40, 34 + 88 * (i // 2) + 40)) for i in range(4))
    assert zero == (250, 250, 248)
    assert above == (222, 98, 0)
    assert below == (20, 84, 158)
    assert half == tuple(round((a + b) / 2) for a, b in zip((20, 84, 158), (250, 250, 248), strict=True))


def test_a_layer_without_negative_answers_uses_no_orange() -> None:
    page = picture("relu", np.linspace(0, 3, 16, dtype=np.float32).reshape(1, 4, 4))
    assert (222, 98, 0) not in colours(page)
    assert (232, 252, 240) in colours(page)


@pytest.mark.parametrize("shape", [(10,), (128,), (3136,), (6, 1, 1)])
def test_vectors_are_strips(shape: tuple[int, ...]) -> None:
    values = np.zeros(shape, np.float32)
    values.flat[3] = -1
    page = picture("fc", values)
    side = {10: 30, 128: 14, 3136: 8, 6: 30}[shape[0]]
    assert page.getpixel((16 + 3 * side + side // 2 - 1, 34 + side // 2 - 1)) == (20, 84, 158)
    assert page.getpixel((16 + 4 * side + side // 2 - 1, 34 + side // 2 - 1)) == (250, 250, 248)
    assert page.width < 1000


def test_nothing_at_all_can_be_drawn() -> None:
    assert (5, 28, 36) in colours(picture("dead", np.zeros((2, 3, 3), np.float32)))


def test_a_long_name_does_not_run_into_the_shape() -> None:
    assert picture("n" * 500, np.zeros((1, 3, 3), np.float32)).width == picture("n", np.zeros((1, 3, 3), "f4")).width


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(DigitpadError, match="taken"):
        save_features({"input": np.zeros((1, 1, 2, 2), np.float32)}, tmp_path / "taken")
