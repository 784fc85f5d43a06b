"""PNG files of millions of rows are reduced as they are decompressed, and agree with Pillow."""

import io
import struct
import zlib

import numpy as np
import PIL.Image
import pytest

from digitpad.data.picture_files import LONGEST_SIDE, MOST_PIXELS, opened_picture
from digitpad.data.tall_png import reduced_tall_png
from digitpad.errors import DigitpadError
from tests.pictures import png_claiming

_COLOURS = {"L": 0, "RGB": 2}


def _png(rows: bytes, width: int, height: int, colour: int = 0, *, bits: int = 8, before: bytes = b"") -> bytes:
    """Return a PNG with these rows, each behind the number of its filter."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packed = zlib.compress(rows)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    halves = chunk(b"IDAT", packed[: len(packed) // 2]) + chunk(b"IDAT", packed[len(packed) // 2 :])
    return b"\x89PNG\r\n\x1a\n" + head + before + halves + chunk(b"IEND", b"")


def _unfiltered(levels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    rows = levels.reshape(len(levels), -1)
    return np.pad(rows, ((0, 0), (1, 0))).tobytes()


@pytest.mark.parametrize("mode", list(_COLOURS))
@pytest.mark.parametrize("width", [1, 3])
def test_it_agrees_with_pillow(mode: str, width: int) -> None:
    levels = np.random.default_rng(1).integers(0, 256, (10_007, width, len(mode)), dtype=np.uint8)
    content = _png(_unfiltered(levels), width, len(levels), _COLOURS[mode])
    reduced = reduced_tall_png(io.BytesIO(content), 100)
    assert reduced is not None
    with PIL.Image.open(io.BytesIO(content)) as picture:
        assert picture.mode == mode
        expected = picture.reduce(101)
    assert reduced.mode == mode
    assert reduced.size == expected.size == (1, 100)
    np.testing.assert_allclose(np.asarray(reduced, int), np.asarray(expected, int), atol=1)


def test_a_picture_of_two_million_rows_is_read() -> None:
    levels = np.zeros((2_000_000, 1), np.uint8)
    levels[1_000_000:] = 200
    with opened_picture(_png(_unfiltered(levels), 1, len(levels))) as picture:
        assert max(picture.size) <= LONGEST_SIDE
        shown = np.asarray(picture)
    assert (shown[:500] == 0).all()
    assert (shown[-500:] == 200).all()


def test_rows_that_need_a_decoder_are_left_to_pillow_and_refused_where_there_are_millions() -> None:
    rows = bytes([2, 0])
    assert reduced_tall_png(io.BytesIO(_png(rows * 5000, 1, 5000)), 100) is None
    clear = struct.pack(">I", 2) + b"tRNS" + bytes(2) + struct.pack(">I", zlib.crc32(b"tRNS" + bytes(2)))
    assert reduced_tall_png(io.BytesIO(_png(bytes(10_000), 1, 5000, before=clear)), 100) is None
    assert reduced_tall_png(io.BytesIO(_png(bytes(15_000), 1, 5000, 4)), 100) is None
    assert reduced_tall_png(io.BytesIO(_png(bytes(15_000), 1, 5000, bits=16)), 100) is None
    with (
        pytest.raises(DigitpadError, match="2000000 pixels long"),
        opened_picture(_png(rows * 2_000_000, 1, 2_000_000)),
    ):
        pass


def test_damage_is_told() -> None:
    whole = _png(bytes(4_000_000), 1, 2_000_000)
    at = whole.index(b"IDAT") + 40
    for content in (
        png_claiming(1, 2_000_000),
        _png(bytes(3_000_000), 1, 2_000_000),
        whole[:at],
        whole[:at] + b"\xff" * 8 + whole[at + 8 :],
    ):
        with pytest.raises(DigitpadError, match="damaged or cut short"), opened_picture(content):
            pass


def test_more_pixels_than_any_picture_may_have_are_refused_first() -> None:
    with (
        pytest.raises(DigitpadError, match="more than 100 million pixels"),
        opened_picture(png_claiming(1, MOST_PIXELS + 1)),
    ):
        pass
