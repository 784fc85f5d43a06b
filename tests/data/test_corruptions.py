"""The fifteen corruptions do what their names say, at the strength of the benchmark and below."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.corruptions import CLUTTER, CORRUPTIONS, cluttered, corrupted
from digitpad.data.edges import canny, gaussian
from digitpad.data.fog import fog_maps
from digitpad.data.mnist import load_mnist

IMAGES = load_mnist("train").pixels[:40]


def spoiled(kind: str, strength: float = 1.0, images: NDArray[np.uint8] = IMAGES) -> NDArray[np.uint8]:
    return corrupted(images, kind, np.random.default_rng(0), strength)


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_every_kind_changes_images_and_only_by_its_generator(kind: str) -> None:
    before = IMAGES.copy()
    first = spoiled(kind)
    assert first.shape == IMAGES.shape
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, spoiled(kind))
    np.testing.assert_array_equal(IMAGES, before)
    changed = (first != IMAGES).any(axis=(1, 2, 3))
    assert changed.mean() > 0.9


@pytest.mark.parametrize(
    "kind", ["shot noise", "impulse noise", "brightness", "fog", "rotate", "shear", "scale", "translate"]
)
def test_a_lower_strength_changes_less(kind: str) -> None:
    weak, strong = (np.abs(spoiled(kind, strength).astype(int) - IMAGES).mean() for strength in (0.2, 1.0))
    assert 0 < weak < strong


def test_the_amounts_are_those_of_the_benchmark() -> None:
    np.testing.assert_allclose(np.minimum(IMAGES + 127.5, 255), spoiled("brightness"), atol=0.51)
    striped = spoiled("stripe")
    np.testing.assert_array_equal(striped[..., 7:21], IMAGES[..., 7:21])
    np.testing.assert_array_equal(striped[..., :7], 255 - IMAGES[..., :7])
    hit = spoiled("impulse noise", images=np.full((200, 1, 28, 28), 128, np.uint8)) != 128
    assert hit.mean() == pytest.approx(0.17, abs=0.005)
    dot = np.zeros((60, 1, 28, 28), np.uint8)
    dot[:, 0, 13:15, 13:15] = 255
    rows, columns = (np.argmax(spoiled("translate", images=dot)[:, 0].sum(axis=axis), axis=1) for axis in (2, 1))
    assert set(rows.tolist()) == {10, 16} == set(columns.tolist())


def test_geometric_kinds_turn_about_the_centre() -> None:
    line = np.zeros((30, 1, 28, 28), np.uint8)
    line[..., 13:15] = 255
    for kind, wanted in (("rotate", np.tan(0.4)), ("shear", np.tan(0.4))):
        rows = spoiled(kind, images=line)[:, 0].astype(float)
        centres = (rows * np.arange(28)).sum(axis=2) / rows.sum(axis=2)
        slopes = (centres[:, 18] - centres[:, 9]) / 9
        np.testing.assert_allclose(np.abs(slopes), wanted, atol=0.05)
        np.testing.assert_allclose(centres[:, 13:15].mean(axis=1), 13.5, atol=0.05)
        assert len(set(np.sign(slopes).tolist())) == 2
    box = np.zeros((1, 1, 28, 28), np.uint8)
    box[..., 4:24, 4:24] = 255
    assert np.sqrt(spoiled("scale", images=box).sum() / 255) == pytest.approx(14, abs=0.2)


def test_lines_are_added_and_ink_is_kept() -> None:
    for kind in ("dotted line", "zigzag"):
        added = spoiled(kind).astype(int) - IMAGES
        assert added.min() >= -1  # rounding
        per_image = added.reshape(len(added), -1).sum(axis=1) / 255
        assert (per_image > 5).mean() > 0.8
        assert per_image.max() < 150
    blank = np.zeros((1, 1, 28, 28), np.uint8)
    ink = spoiled("dotted line", images=blank)[0, 0].max(axis=0) > 0
    assert "".join("x" if column else "." for column in ink[:12]) == "..xx..xx..xx"


def test_motion_blur_smears_to_one_side_and_keeps_the_ink() -> None:
    dot = np.zeros((50, 1, 28, 28), np.uint8)
    dot[:, 0, 14, 10] = 255
    smeared = spoiled("motion blur", images=dot)[:, 0].astype(float)
    assert smeared.sum() / dot.sum() == pytest.approx(1, abs=0.05)
    assert (np.abs((smeared * np.arange(28)).sum(axis=(1, 2)) / smeared.sum(axis=(1, 2)) - 10) > 0.5).all()


def test_edges_are_thin_lines_around_a_box() -> None:
    box = np.zeros((1, 28, 28), np.float32)
    box[0, 8:20, 8:20] = 1
    edges = canny(box)[0]
    assert not edges[12:16, 12:16].any()
    assert 36 <= edges.sum() <= 60
    assert (edges[14] > 0).sum() == 2
    assert not canny(np.zeros((1, 28, 28), np.float32)).any()


def test_a_gaussian_keeps_flat_images_and_spreads_a_point() -> None:
    np.testing.assert_allclose(gaussian(np.full((2, 9, 9), 0.4, np.float32), 1.5), 0.4, rtol=1e-5)
    point = np.zeros((1, 21, 21), np.float32)
    point[0, 10, 10] = 1
    blurred = gaussian(point, 2.0)[0]
    assert blurred.sum() == pytest.approx(1, abs=1e-3)
    assert ((np.arange(21) - 10) ** 2 @ blurred.sum(axis=0)) == pytest.approx(4, abs=0.1)


def test_fog_is_smooth_and_differs_from_place_to_place() -> None:
    maps = fog_maps(20, np.random.default_rng(0))
    assert maps.shape == (20, 28, 28)
    assert 0 <= maps.min() < maps.max() <= 1
    assert np.abs(np.diff(maps, axis=1)).mean() < 0.1
    assert maps.mean(axis=(1, 2)).std() > 0.02


def test_clutter_uses_several_kinds_and_random_strengths() -> None:
    assert set(CLUTTER) < set(CORRUPTIONS)
    first = cluttered(IMAGES, np.random.default_rng(1))
    np.testing.assert_array_equal(first, cluttered(IMAGES, np.random.default_rng(1)))
    assert (first != cluttered(IMAGES, np.random.default_rng(2))).any()
    assert cluttered(IMAGES[:0], np.random.default_rng(1)).shape == (0, 1, 28, 28)


def test_a_wrong_kind_strength_or_shape_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="kind is 'rain'; expected one of shot noise"):
        corrupted(IMAGES, "rain", rng)
    with pytest.raises(ValueError, match="strength"):
        corrupted(IMAGES, "fog", rng, 0)
    with pytest.raises(ValueError, match=r"expected \(N, 1, 28, 28\)"):
        corrupted(IMAGES[..., :20], "fog", rng)
