"""Only picture files of supported formats are opened; everything else is rejected quickly, in one sentence."""

import io
import os
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest

from digitpad.data import picture_files
from digitpad.data.images import read_image
from digitpad.data.picture_files import LONGEST_SIDE, MOST_PIXELS
from digitpad.errors import DigitpadError
from tests.pictures import png_claiming


def grainy(side: int = 200) -> PIL.Image.Image:
    return PIL.Image.fromarray(np.random.default_rng(0).integers(0, 255, (side, side), dtype=np.uint8))


def test_postscript_under_another_name_is_not_interpreted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import PIL.EpsImagePlugin

    def interpret(*_: object, **__: object) -> None:
        raise AssertionError("Ghostscript was started")

    monkeypatch.setattr(PIL.EpsImagePlugin, "Ghostscript", interpret)
    path = tmp_path / "seven.png"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\nshowpage\n%%EOF\n")
    with pytest.raises(DigitpadError, match="is not a picture that can be read"):
        read_image(path)


def test_dds_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "texture.png"
    path.write_bytes(b"DDS " + struct.pack("<I", 124) + bytes(120))
    with pytest.raises(DigitpadError, match=r"DDS, for which there is no decoder here; save it as PNG or JPEG"):
        read_image(path)


def test_avif_is_read_or_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.data.picture_files._has_avif", lambda: False)
    path = tmp_path / "photo.avif"
    path.write_bytes(struct.pack(">I", 28) + b"ftypavif" + bytes(4) + b"avifmif1miaf" + bytes(40))
    with pytest.raises(DigitpadError, match="AVIF, for which there is no decoder here"):
        read_image(path)


def test_heic_is_read() -> None:
    pytest.importorskip("pi_heif", reason="no decoder for HEIC on this system")
    # A black 7 on white, 64 x 64 pixels.
    ink = read_image(Path(__file__).parent / "seven.heic")
    assert ink.shape == (64, 64)
    rows, columns = np.flatnonzero((ink > 0.5).any(axis=1)), np.flatnonzero((ink > 0.5).any(axis=0))
    assert [rows[0], rows[-1]] == pytest.approx([12, 52], abs=3)
    assert [columns[0], columns[-1]] == pytest.approx([21, 45], abs=3)
    assert ink[14, 24:42].min() > 0.5
    assert ink[40, :24].max() < 0.1


@pytest.mark.skipif(not picture_files._has_avif(), reason="Pillow has no decoder for AVIF here")
def test_avif_is_read(tmp_path: Path) -> None:
    picture = PIL.Image.new("L", (64, 64), 255)
    PIL.ImageDraw.Draw(picture).rectangle((28, 10, 34, 53), fill=0)
    picture.save(tmp_path / "one.avif")
    ink = read_image(tmp_path / "one.avif")
    assert ink.shape == (64, 64)
    assert ink[14:50, 29:33].min() > 0.8
    assert ink[:, :24].max() < 0.1


def test_heic_that_is_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(40))
    with pytest.raises(DigitpadError, match=r"photo\.heic is (damaged|not a picture)"):
        read_image(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs in its file system")
def test_pipes_and_devices_are_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "seven.png"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(DigitpadError, match="is a device or a pipe"):
            read_image(path)


def test_a_picture_of_one_row_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "row.png"
    path.write_bytes(png_claiming(99_000_000, 1))
    with pytest.raises(DigitpadError, match="99000000 pixels long"):
        read_image(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_claiming(MOST_PIXELS, 10))
    with pytest.raises(DigitpadError, match="more than 100 million pixels"):
        read_image(path)


def test_a_text_bomb_is_refused(tmp_path: Path) -> None:
    text = b"zTXtcomment\0\0" + zlib.compress(bytes(200_000_000), 9)
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    whole = png_claiming(10, 10)
    path = tmp_path / "text.png"
    path.write_bytes(whole[:33] + chunk + whole[33:])
    with pytest.raises(DigitpadError):
        read_image(path)


def test_a_compressed_tiff_of_many_pixels_is_read_if_it_is_plain_and_refused_if_it_is_grainy() -> None:
    file = io.BytesIO()
    PIL.Image.new("L", (6200, 5000), 250).save(file, "TIFF", compression="tiff_lzw")
    assert not read_image(file.getvalue()).any()
    grain = np.random.default_rng(0).integers(0, 256, (620, 500), dtype=np.uint8)
    file = io.BytesIO()
    PIL.Image.fromarray(np.tile(grain, (10, 10))).save(file, "TIFF", compression="tiff_lzw")
    with pytest.raises(DigitpadError, match="more than 30 million pixels"):
        read_image(file.getvalue())


def test_what_libtiff_prints_of_damaged_files_stays_off_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    file = io.BytesIO()
    grainy().save(file, "TIFF", compression="tiff_lzw")
    content = bytearray(file.getvalue())
    content[200:2000] = bytes(1800)
    with pytest.raises(DigitpadError, match="damaged or cut short"):
        read_image(bytes(content))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("width", "height"), [(5000, 3000), (3000, 5000), (9000, 40)])
def test_pictures_are_reduced_to_the_longest_side(width: int, height: int) -> None:
    ink = read_image(PIL.Image.new("L", (width, height), 255))
    assert max(ink.shape) <= LONGEST_SIDE
