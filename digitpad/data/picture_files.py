"""Opens picture files: the supported formats, the limits on their size, and the errors for unreadable files.

Pillow tries every decoder on a file, regardless of its name, and one of them starts Ghostscript. So each file is opened
with an explicit list of formats.
"""

import importlib
import io
import logging
import os
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import PIL.Image

from digitpad.data.tall_png import reduced_tall_png
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "PPM")
"""Supported formats, by Pillow's names (JPEG includes MPO, which phones write).

AVIF and HEIF are added if a decoder is installed.
"""

LONGEST_SIDE = 1024
"""Maximum long side in pixels; larger pictures are reduced."""

MOST_PIXELS = 100_000_000
"""Pictures with more pixels are rejected before they are decoded."""

_MOST_SIDE = 1_000_000  # pixels: longer pictures are not pages, and take long to reduce
# Millions of pixels that one processor core decodes in about a second, measured on grainy photographs by
# `tests/benchmarks/picture_size.py`. Others (plain or hardly compressed ones) are faster.
_MOST_MEGAPIXELS = {"WEBP": 20, "AVIF": 20, "HEIF": 30}
# Bytes of compressed data that one core decompresses in about a second.
_MOST_BYTES = {"PNG": 20_000_000, "TIFF": 320_000_000, "GIF": 60_000_000}
_FEW_BYTES = 5_000_000  # of a compressed TIFF; a large picture in fewer bytes is plain enough to decode in time
# The header of the container of AVIF and HEIF (ISO 14496-12), and the brands that identify the format.
_CONTAINER, _AVIF, _HEIF = b"ftyp", {b"avif", b"avis"}, {b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1"}
# Exceptions of Pillow's decoders for damaged files, in addition to OSError.
_DECODER_ERRORS = (ValueError, SyntaxError, EOFError, IndexError, OverflowError, TypeError, KeyError)


_TAIL = 4096
_END_MARKS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}

_silence = threading.Lock()


class _Quiet:
    """Suppresses Pillow's warnings and log messages about unusual files, as limits and damage are checked here.

    Both are settings of the whole process, so they are changed by the first of several threads that read pictures, and
    restored by the last.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers = 0
        self._restore = ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if not self._readers:
                logger = logging.getLogger("PIL")
                self._restore.callback(logger.setLevel, logger.level)
                logger.setLevel(logging.CRITICAL)
                self._restore.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")
            self._readers += 1

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._readers -= 1
            if not self._readers:
                self._restore.close()


_quiet_pillow = _Quiet()


@contextmanager
def opened_picture(
    source: Path | str | bytes | PIL.Image.Image, name: str | None = None, *, least: int | None = None
) -> Iterator[PIL.Image.Image]:
    """Open a picture: upright, reduced if it is large, and in a mode whose values can be averaged.

    Parameters
    ----------
    source
        A file, the contents of a file, or an open picture. Only the first of several frames is used.
    name
        The name in error messages; by default, the path.
    least
        The pixels of the short side that are needed. A JPEG may be decoded that small, which is several times as fast;
        None decodes every picture up to `LONGEST_SIDE`.

    Raises
    ------
    DigitpadError
        If the file is missing, a folder, not a regular file, not a picture, damaged or truncated, or too large. Errors
        that Pillow raises while the picture is in use are reported as damage.
    """
    with _read_errors(source, name) as called:
        if isinstance(source, PIL.Image.Image):
            yield _unpacked(source, called, least)
            return
        file = io.BytesIO(source) if isinstance(source, bytes) else _ordinary_file(Path(source))
        with file, PIL.Image.open(file, formats=_formats(file, called)) as picture:
            _check_cost(picture, len(source) if isinstance(source, bytes) else Path(source).stat().st_size, called)
            yield _reduced_if_tall(picture, file) or _unpacked(picture, called, least)


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells a file from almost any other, and from itself after a change.

    Attributes
    ----------
    size
        Its bytes.
    changed
        The time of its last change, in nanoseconds.
    tail
        Its last bytes.
    """

    size: int
    changed: int
    tail: bytes


def stamp_of(path: Path) -> FileStamp:
    """Return the stamp of a file.

    Raises
    ------
    DigitpadError
        If the file is missing, not a regular file, or cannot be read.
    """
    with _read_errors(path, None), _ordinary_file(path) as file:
        status = os.fstat(file.fileno())
        file.seek(max(0, status.st_size - _TAIL))
        return FileStamp(status.st_size, status.st_mtime_ns, file.read(_TAIL))


def check_picture(path: Path) -> None:
    """Check that a file is a complete picture, as `opened_picture` takes it, without decoding it if possible.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    DigitpadError
        See `opened_picture`. Damage in the middle of a file is found only in a PNG, which has checksums, and otherwise
        when it is decoded.
    """
    with _read_errors(path, None) as name, _ordinary_file(path) as file:
        size = path.stat().st_size
        with PIL.Image.open(file, formats=_formats(file, name)) as picture:
            _check_cost(picture, size, name)
            _check_sides(picture, name)
            file.seek(max(0, size - _TAIL))
            tail = file.read(_TAIL)
            mark = _END_MARKS.get(picture.format or "")
            file.seek(0)
            if mark is None or mark not in tail:
                # Other formats have no mark at their end, and some programs write something after it.
                picture.load()
            elif picture.format == "PNG":
                picture.verify()


@contextmanager
def _read_errors(source: Path | str | bytes | PIL.Image.Image, name: str | None) -> Iterator[str]:
    """Turn what Pillow raises in the block into `DigitpadError`; yield the name of the picture."""
    if name is None:
        name = str(source) if isinstance(source, (Path, str)) else _("The picture")
    with _quiet_pillow:
        try:
            yield name
        except FileNotFoundError as error:
            raise DigitpadError(_("{path} does not exist; check the name.").format(path=name)) from error
        except PIL.Image.DecompressionBombError as error:
            raise _too_large(name) from error
        except PIL.UnidentifiedImageError as error:
            raise DigitpadError(
                _(
                    "{path} is not a picture that can be read; choose a PNG, JPEG, GIF, BMP, TIFF, WebP or HEIC file."
                ).format(path=name)
            ) from error
        except MemoryError as error:
            raise _too_large(name) from error
        except OSError as error:
            if error.strerror:
                raise DigitpadError(
                    _("{path} cannot be read ({reason}); check the file's permissions.").format(
                        path=name, reason=error.strerror
                    )
                ) from error
            raise _damaged(name, error) from error
        except _DECODER_ERRORS as error:
            raise _damaged(name, error) from error


def _ordinary_file(path: Path) -> io.BufferedReader:
    """Open a file for reading; reject folders, and pipes and devices, which may never end."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise DigitpadError(_("{path} is a folder, not a picture; name a file inside it.").format(path=path))
    if not stat.S_ISREG(mode):
        raise DigitpadError(
            _("{path} is a device or a pipe, not a picture file; save the picture as a file first.").format(path=path)
        )
    return path.open("rb")


def _formats(file: io.BufferedIOBase, name: str) -> list[str]:
    """Return the formats to try; register the decoders of AVIF and HEIF only for such a file."""
    head = file.read(64)
    file.seek(0)
    if head[:4] == b"DDS ":
        raise _without_decoder(name, "DDS")
    if head[4:8] != _CONTAINER:
        return list(FORMATS)
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, size, 4))}
    if head[8:12] in _AVIF or (brands & _AVIF and head[8:12] not in _HEIF - {b"mif1", b"msf1"}):
        PIL.Image.init()
        if "AVIF" not in PIL.Image.OPEN or not _has_avif():
            raise _without_decoder(name, "AVIF")
        return ["AVIF"]
    if brands & _HEIF:
        try:
            # Imported here because it has no type annotations and is only needed for these formats.
            decoder = importlib.import_module("pi_heif")
        except ImportError as error:
            raise _without_decoder(name, "HEIC") from error
        # Thumbnails and depth maps are not needed, and the picture's own rotation is applied by the decoder.
        decoder.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
        return ["HEIF"]
    return list(FORMATS)


def _has_avif() -> bool:
    """Return whether Pillow was built with a decoder for AVIF; its plugin is registered in either case."""
    from PIL import features

    # Older versions of Pillow do not know this feature.
    return "avif" in features.modules and features.check("avif") is True


@contextmanager
def _silent_libraries() -> Iterator[None]:
    """Suppress libtiff's messages about damaged files, which it writes to the standard error of the process."""
    with _silence:
        try:
            kept = os.dup(2)
        except OSError:
            # A program without a terminal has nowhere to print to.
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


def _check_cost(picture: PIL.Image.Image, size: int, name: str) -> None:
    """Reject pictures that take longer than about a second to decode."""
    kind = picture.format or ""
    megapixels = _MOST_MEGAPIXELS.get(kind)
    if megapixels is None and kind == "JPEG" and picture.info.get("progressive"):
        megapixels = 55
    if kind == "TIFF" and picture.info.get("compression", "raw") != "raw" and size > _FEW_BYTES:
        megapixels = 30
    if megapixels is not None and picture.width * picture.height > 1_000_000 * megapixels:
        raise DigitpadError(
            _(
                "{path} has more than {count} million pixels, which takes too long to unpack from {format}; reduce it, "
                "or save it as an ordinary JPEG."
            ).format(path=name, count=megapixels, format=kind)
        )
    if size > _MOST_BYTES.get(kind, size) and picture.width * picture.height > 1_000_000:
        raise DigitpadError(
            _("{path} is {size} MB, which takes too long to unpack; reduce the picture, or save it as a JPEG.").format(
                path=name, size=round(size / 1_000_000)
            )
        )


def _reduced_if_tall(picture: PIL.Image.Image, file: BinaryIO) -> PIL.Image.Image | None:
    """Return a reduced picture of millions of rows; None if it is not one, or must be decoded completely."""
    if picture.format != "PNG" or picture.height <= _MOST_SIDE or picture.width * picture.height > MOST_PIXELS:
        return None
    return reduced_tall_png(file, LONGEST_SIDE)


def _check_sides(picture: PIL.Image.Image, name: str) -> None:
    """Reject pictures without pixels, and those that are too large to decode."""
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_large(name)
    if 0 in picture.size:
        raise DigitpadError(_("{path} has no pixels; choose another picture.").format(path=name))
    if max(picture.size) > _MOST_SIDE:
        raise DigitpadError(
            _("{path} is {side} pixels long, more than {most}; cut it into smaller pictures.").format(
                path=name, side=max(picture.size), most=_MOST_SIDE
            )
        )


def _unpacked(picture: PIL.Image.Image, name: str, least: int | None) -> PIL.Image.Image:
    """Return the picture upright, decoded and no larger than needed."""
    _check_sides(picture, name)
    # JPEG can be decoded at a half, a quarter or an eighth of its size, which saves most of the time.
    side = LONGEST_SIDE if least is None else least
    picture.draft(None, (side, side))
    # Reduced first, since rotating a smaller picture is faster.
    factor = -(-max(picture.size) // LONGEST_SIDE)
    if least is not None:
        factor = max(1, min(factor, min(picture.size) // least))
    turn = _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    if picture.format == "TIFF":
        with _silent_libraries():
            picture.load()
    picture.load()
    reduced = _averageable(picture).reduce(factor) if factor > 1 else picture
    return reduced if turn is None else reduced.transpose(turn)


_ORIENTATION = 0x0112  # of EXIF
_TURNS = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_270,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_90,
}


def _averageable(picture: PIL.Image.Image) -> PIL.Image.Image:
    """Return the picture in a mode whose values can be averaged: no palette, no 1-bit or packed 16-bit values."""
    if picture.mode in {"P", "PA"}:
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if picture.mode.startswith("I;16"):
        return picture.convert("I")
    return picture.convert("L") if picture.mode == "1" else picture


def _too_large(name: str) -> DigitpadError:
    return DigitpadError(
        _("{path} has more than {count} million pixels; reduce it and try again.").format(
            path=name, count=MOST_PIXELS // 1_000_000
        )
    )


def _without_decoder(name: str, kind: str) -> DigitpadError:
    return DigitpadError(
        _("{path} is a picture in {format}, for which there is no decoder here; save it as PNG or JPEG.").format(
            path=name, format=kind
        )
    )


def _damaged(name: str, error: Exception) -> DigitpadError:
    return DigitpadError(
        _("{path} is damaged or cut short ({reason}); choose another picture or save it again.").format(
            path=name, reason=error
        )
    )
