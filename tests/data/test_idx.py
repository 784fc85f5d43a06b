"""IDX files are read as they were written; other files are rejected with name and reason."""

import gzip
import hashlib
import struct
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from digitpad.data.idx import checksum, encode_idx, read_idx, write_idx
from digitpad.errors import DigitpadError

CODES = {0x08: "uint8", 0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}

arrays = st.sampled_from(list(CODES.values())).flatmap(
    lambda name: hnp.arrays(np.dtype(name), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)


@given(array=arrays, zipped=st.booleans())
@settings(derandomize=True, deadline=None)
def test_what_is_written_is_read(array: NDArray[Any], zipped: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("numbers.gz" if zipped else "numbers")
        write_idx(path, array)
        assert (path.read_bytes()[:2] == b"\x1f\x8b") == zipped
        back = read_idx(path)
    assert back.dtype == array.dtype
    assert back.dtype.isnative
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()


@pytest.mark.parametrize(("code", "name"), CODES.items())
def test_bytes_as_the_format_has_them(tmp_path: Path, code: int, name: str) -> None:
    path = tmp_path / "numbers"
    write_idx(path, np.array([[1, 2, 3]], dtype=name))
    values = {"u": "B", "i": "bhi", "f": "fd"}[np.dtype(name).kind]
    letter = next(v for v in values if struct.calcsize(f">{v}") == np.dtype(name).itemsize)
    expected = bytes([0, 0, code, 2]) + struct.pack(f">II3{letter}", 1, 3, 1, 2, 3)
    assert path.read_bytes() == expected
    np.testing.assert_array_equal(read_idx(path), [[1, 2, 3]])


def test_either_byte_order_and_any_layout_are_written_alike(tmp_path: Path) -> None:
    array = np.arange(6, dtype=">i4").reshape(2, 3).T
    write_idx(tmp_path / "numbers", array)
    np.testing.assert_array_equal(read_idx(tmp_path / "numbers"), array)


def test_what_is_read_can_be_changed(tmp_path: Path) -> None:
    write_idx(tmp_path / "numbers", np.zeros(3, np.uint8))
    read_idx(tmp_path / "numbers")[0] = 1


def test_zipped_is_seen_from_the_bytes_and_not_from_the_name(tmp_path: Path) -> None:
    content = encode_idx(np.array([5, 6], np.uint8))
    (tmp_path / "plain.gz").write_bytes(content)
    (tmp_path / "zipped").write_bytes(gzip.compress(content))
    for name in ("plain.gz", "zipped"):
        np.testing.assert_array_equal(read_idx(tmp_path / name), [5, 6])


def test_the_same_numbers_make_the_same_zipped_file(tmp_path: Path) -> None:
    for name in ("one.gz", "two.gz"):
        write_idx(tmp_path / name, np.arange(9, dtype=np.uint8))
    one, two = (gzip.decompress((tmp_path / name).read_bytes()) for name in ("one.gz", "two.gz"))
    assert one == two
    assert (tmp_path / "one.gz").read_bytes()[4:8] == bytes(4)  # no time stamp


WHOLE = encode_idx(np.arange(12, dtype=np.uint8).reshape(3, 4))
ZIPPED = gzip.compress(WHOLE, mtime=0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b"\0\0", "is not an IDX file"),
        (b"\x89PNG\r\n\x1a\n", "is not an IDX file"),
        (b"\0\0\x0a\x01" + WHOLE[4:], "is not an IDX file"),
        (b"\1\0" + WHOLE[2:], "is not an IDX file"),
        (WHOLE[:9], "ends in the middle of its header"),
        (WHOLE[:-1], r"truncated: its header declares 3 x 4 numbers \(12 bytes\), but it contains 11 bytes"),
        (gzip.compress(WHOLE[:-1], mtime=0), "truncated"),
        (WHOLE + b"\0", "continues after the 3 x 4 numbers"),
        (gzip.compress(WHOLE + b"\0", mtime=0), "continues after the 3 x 4 numbers"),
        (ZIPPED[:-4], "damaged gzip file"),
        (ZIPPED[:15], "damaged gzip file"),
        (ZIPPED[:-8] + bytes(8), "damaged gzip file"),
        (ZIPPED[:10] + b"\xff" * 20, "damaged gzip file"),
        (ZIPPED + b"rubbish", "damaged gzip file"),
        (b"\0\0\x08\xff" + b"\0\0\0\1" * 255, "declares 255 dimensions"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "declares 4294967295 x 4294967295 x 4294967295 numbers"),
        (b"\0\0\x0e\x04" + b"\xff" * 12 + bytes(4), "more than digitpad reads"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "numbers-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(DigitpadError, match=reason) as caught:
        read_idx(path)
    assert str(caught.value).startswith(str(path))


def test_a_lying_header_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    path.write_bytes(b"\0\0\x08\x01" + struct.pack(">I", 600_000_000) + bytes(10))
    tracemalloc.start()
    try:
        with pytest.raises(DigitpadError, match="truncated"):
            read_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match="none does not exist"):
        read_idx(tmp_path / "none")
    with pytest.raises(DigitpadError, match="is a folder, not an IDX file"):
        read_idx(tmp_path)


@pytest.mark.parametrize("dtype", ["bool", "uint16", "int64", "float16", "complex64"])
def test_numbers_without_a_code_are_not_written(tmp_path: Path, dtype: str) -> None:
    path = tmp_path / "numbers"
    path.write_bytes(b"what was there")
    with pytest.raises(DigitpadError, match=f"no type for {dtype} numbers; convert them to one of uint8"):
        write_idx(path, np.zeros(2, dtype))
    assert path.read_bytes() == b"what was there"


@pytest.mark.parametrize("kind", [">u1", ">i2", "<i2", "<f4", ">f8"])
def test_the_checksum_is_that_of_the_contents(kind: str) -> None:
    array = np.arange(24).astype(kind).reshape(2, 3, 4)
    for some in (array, array.T, array[:, 1:]):
        assert checksum(some) == hashlib.sha256(encode_idx(some)).hexdigest()
