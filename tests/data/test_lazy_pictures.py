"""Pictures that are decoded when they are used, by several threads and within a memory limit."""

import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.dataset import Dataset
from digitpad.data.lazy_pictures import PictureFiles, Prepare, in_threads
from digitpad.data.memory_budget import MemoryBudget
from digitpad.data.picture_files import stamp_of
from digitpad.data.pictures import read_picture
from digitpad.errors import DigitpadError
from tests.pictures import photograph_folder

SHAPE = (3, 20, 24)
EACH = 3 * 20 * 24


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    return sorted(photograph_folder(tmp_path / "photographs", ("a", "b"), 6).rglob("*.jpg"))


def lazy(paths: list[Path], cache_bytes: int = 1 << 30, read: Prepare = read_picture) -> PictureFiles:
    lease = MemoryBudget(cache_bytes).lease()
    return PictureFiles(paths, SHAPE, [path.name.encode() for path in paths], lease=lease, read=read)


def test_they_are_indexed_as_an_array_is(paths: list[Path]) -> None:
    images = lazy(paths)
    everything = np.stack([read_picture(path, SHAPE) for path in paths])
    assert images.shape == everything.shape
    assert images.dtype == everything.dtype
    assert images.ndim == 4
    assert len(images) == 12
    for index in (slice(2, 7), slice(None, None, -3), np.array([5, 0, 5, 11]), everything[:, 0, 0, 0] > 100, -1, 4):
        assert np.array_equal(images[index], everything[index])
    assert np.array_equal(np.asarray(images), everything)
    with pytest.raises(IndexError):
        images[12]


def test_nothing_is_decoded_before_it_is_used(paths: list[Path]) -> None:
    decoded: list[Path] = []

    def counted(path: Path, shape: tuple[int, ...]) -> np.ndarray:
        decoded.append(path)
        return read_picture(path, shape)

    images = lazy(paths, read=counted)
    dataset = Dataset.of("lazy", images, np.arange(12) % 2, ("a", "b"))
    training, validation = dataset.split(4, np.random.default_rng(0))
    assert not decoded
    first = training.images[:3]
    assert len(decoded) == 3
    assert np.array_equal(training.images[:3], first)
    assert len(decoded) == 3
    assert len(validation) == 4
    assert isinstance(training.images, PictureFiles)
    # Parts share what is kept.
    assert images.cached_bytes == training.images.cached_bytes == 3 * EACH


def test_memory_stays_below_the_limit(paths: list[Path]) -> None:
    images = lazy(paths, cache_bytes=5 * EACH + 1)
    everything = np.asarray(images)
    assert images.cached_bytes == 5 * EACH
    assert np.array_equal(np.asarray(images), everything)
    assert images.cached_bytes == 5 * EACH


def test_the_checksum_follows_files_order_and_labels(paths: list[Path]) -> None:
    labels = np.arange(12) % 2
    base = Dataset.of("lazy", lazy(paths), labels, ("a", "b"))
    assert Dataset.of("again", lazy(paths), labels, ("a", "b")).checksum == base.checksum
    others = [
        Dataset.of("lazy", lazy(paths[::-1]), labels, ("a", "b")),
        Dataset.of("lazy", lazy(paths), 1 - labels, ("a", "b")),
        Dataset.of("lazy", PictureFiles(paths, (3, 20, 20), [p.name.encode() for p in paths]), labels, ("a", "b")),
        base.subset(range(11)),
    ]
    assert len({base.checksum, *(other.checksum for other in others)}) == 5
    assert base.subset(range(12)).checksum == base.checksum


def test_many_threads_may_read_at_once(paths: list[Path]) -> None:
    images = lazy(paths, cache_bytes=6 * EACH)
    expected = np.stack([read_picture(path, SHAPE) for path in paths])
    results: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: results.append(images[np.arange(12)])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert all(np.array_equal(result, expected) for result in results)
    assert images.cached_bytes <= 6 * EACH


def test_a_file_that_vanishes_is_named(paths: list[Path]) -> None:
    images = lazy(paths)
    paths[3].unlink()
    with pytest.raises(DigitpadError, match=r"003\.jpg does not exist"):
        images[2:5]


def test_a_file_that_changes_is_named(paths: list[Path]) -> None:
    stamps = [stamp_of(path) for path in paths]
    images = PictureFiles(paths, SHAPE, [b""] * 12, stamps=stamps, lease=MemoryBudget(0).lease())
    before = np.asarray(images)
    whole = paths[4].read_bytes()
    paths[4].write_bytes(whole[: len(whole) // 2])
    assert np.array_equal(images[:4], before[:4])
    with pytest.raises(DigitpadError, match=r"004\.jpg has changed since the data were opened; open them again\."):
        images[2:5]


def test_a_file_that_is_cut_short_while_it_is_read_is_named(paths: list[Path]) -> None:
    def cut_first(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        path.write_bytes(path.read_bytes()[:100])
        return read_picture(path, shape)

    stamps = [stamp_of(path) for path in paths]
    images = PictureFiles(paths, SHAPE, [b""] * 12, stamps=stamps, lease=MemoryBudget(0).lease(), read=cut_first)
    with pytest.raises(DigitpadError, match=r"004\.jpg has changed since the data were opened; open them again\."):
        images[4:5]


def test_all_pictures_share_one_limit_and_return_their_memory(paths: list[Path]) -> None:
    budget = MemoryBudget(10 * EACH)
    first, second = (PictureFiles(paths, SHAPE, [b""] * 12, lease=budget.lease()) for _ in range(2))
    np.asarray(first[:8])
    np.asarray(second)
    assert (first.cached_bytes, second.cached_bytes, budget.left) == (8 * EACH, 2 * EACH, 0)
    del first
    assert budget.left == 8 * EACH
    np.asarray(second)
    assert second.cached_bytes == 10 * EACH


def test_an_error_ends_the_work_of_all_threads() -> None:
    seen: list[int] = []

    def work(item: int) -> int:
        seen.append(item)
        if item == 3:
            raise KeyboardInterrupt
        return item

    with pytest.raises(KeyboardInterrupt):
        in_threads(work, range(100_000))
    assert len(seen) < 100_000
    assert in_threads(abs, [-3, 4]) == [3, 4]
