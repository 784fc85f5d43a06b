"""Pictures from anywhere, as ink: any size and mode, dark on light or light on dark.

Reading a picture finds out what is paper and what is ink: at once where the paper has one tone, else as
`photograph` does it. `image_to_digit` then puts the ink into 28x28 pixels as
MNIST was made. The strokes of paint programs may be a pixel thin, so they are first widened to what a pen leaves
in MNIST: reducing a hairline would leave a grey breath of it.
"""

import warnings
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageFilter
import PIL.ImageOps
from numpy.typing import NDArray

from digitpad.data.photograph import ink_in_photograph, is_evenly_lit
from digitpad.data.rasterize import BOX, CENTRE, FIELD, to_greys
from digitpad.errors import DigitpadError

MOST_PIXELS = 100_000_000
"""Pictures with more pixels are refused before they are unpacked."""

_FIELD = int(FIELD)
_LONGEST_SIDE = 1024  # pixels: larger pictures are reduced first; no digit needs more
_LEAST_CONTRAST = 0.08  # of ink against paper; less than this is paper alone
_FULL_CONTRAST = 0.85  # ink this dark is left as it is; fainter ink is stretched to full
_VISIBLE = 0.1  # ink that counts when a digit is cropped
_WORKING_SIDE = 120  # pixels: a digit's long side while its strokes are measured and widened
# Pixels of the 20: strokes thinner than the first are widened to the second, as `rasterize` draws them. Of 300 real
# drawings, drawn as pictures with pens of 1 to 30 pixels, digits 20 to 350 pixels large, a network reads 90% to 96%
# right, and 94% to 99% as it reads the ink itself (of which it gets 96% right): least of digits that are hardly
# larger than 20 pixels and drawn without antialiasing.
_THINNEST = 1.7
_WIDENED = 2.2
# What Pillow's decoders raise on damaged files, beside OSError.
_DECODER_ERRORS = (ValueError, SyntaxError, EOFError, IndexError)


def read_image(source: Path | str | PIL.Image.Image) -> NDArray[np.float32]:
    """Read a picture as ink on paper.

    Parameters
    ----------
    source
        A file in any format that Pillow reads, or a picture that is open already. Of several frames the first
        counts. The EXIF rotation is applied, and large pictures are reduced.

    Returns
    -------
    NDArray[float32]
        (H, W), in [0, 1]: ink 1, paper 0; all zeros if there is nothing on the paper.

    Raises
    ------
    DigitpadError
        If the file is missing, a folder, no picture, damaged or cut short, or has too many pixels.
    """
    if isinstance(source, PIL.Image.Image):
        return _ink_of(_unpacked(source, "The picture"))
    path = Path(source)
    if path.is_dir():
        raise DigitpadError(f"{path} is a folder, not a picture; name a file inside it.")
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures on its own; they are refused below, in one sentence.
            warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)
            with PIL.Image.open(path) as picture:
                return _ink_of(_unpacked(picture, str(path)))
    except FileNotFoundError as error:
        raise DigitpadError(f"{path} does not exist; check the name.") from error
    except PIL.Image.DecompressionBombError as error:
        raise _too_large(str(path)) from error
    except PIL.UnidentifiedImageError as error:
        raise DigitpadError(
            f"{path} is not a picture that can be read; choose a PNG, JPEG, GIF, BMP or TIFF."
        ) from error
    except OSError as error:
        if error.strerror:
            raise DigitpadError(f"{path} cannot be read ({error.strerror}); check the file's permissions.") from error
        raise _damaged(str(path), error) from error
    except _DECODER_ERRORS as error:
        raise _damaged(str(path), error) from error


def image_to_digit(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Put the ink of a picture into a small square as MNIST was made.

    The ink is cropped, its long side scaled to 20 pixels with antialiasing, and its centre of mass placed in the
    middle. A picture that is placed so already, such as a digit of MNIST itself, is returned as it is.

    Parameters
    ----------
    ink
        (H, W) in [0, 1], ink 1, as from `read_image`.

    Returns
    -------
    NDArray[float32]
        (28, 28), in [0, 1] and of 256 greys, as `rasterize` makes them; all zeros without ink.
    """
    rows, columns = np.flatnonzero((ink > _VISIBLE).any(axis=1)), np.flatnonzero((ink > _VISIBLE).any(axis=0))
    if not len(rows):
        return np.zeros((_FIELD, _FIELD), np.float32)
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if ink.shape == (_FIELD, _FIELD) and _is_placed(ink, crop.shape):
        return to_greys(ink)
    return to_greys(_place(_resize(_widen(crop), BOX)))


def _unpacked(picture: PIL.Image.Image, name: str) -> PIL.Image.Image:
    """Return the picture upright, unpacked and no larger than needed."""
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_large(name)
    if 0 in picture.size:
        raise DigitpadError(f"{name} has no pixels; choose another picture.")
    # JPEG can be unpacked at a half, a quarter or an eighth of its size, which saves most of the time.
    picture.draft(None, (_LONGEST_SIDE, _LONGEST_SIDE))
    try:
        upright = PIL.ImageOps.exif_transpose(picture)
    except _DECODER_ERRORS as error:
        raise _damaged(name, error) from error
    factor = max(upright.size) // _LONGEST_SIDE
    return _averageable(upright).reduce(factor) if factor > 1 else upright


def _averageable(picture: PIL.Image.Image) -> PIL.Image.Image:
    """Return the picture in a mode whose values can be averaged: no palette, no bits, no packed 16 bits."""
    if picture.mode in {"P", "PA"}:
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if picture.mode.startswith("I;16"):
        return picture.convert("I")
    return picture.convert("L") if picture.mode == "1" else picture


def _ink_of(picture: PIL.Image.Image) -> NDArray[np.float32]:
    """Tell ink from paper: the border shows the paper, and the ink is whatever differs from it most."""
    grey = _grey(picture)
    if not is_evenly_lit(grey):
        return ink_in_photograph(grey)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = float(np.median(border))
    darker, lighter = paper - float(grey.min()), float(grey.max()) - paper
    contrast = max(darker, lighter)
    if contrast < _LEAST_CONTRAST:
        return np.zeros(grey.shape, np.float32)
    ink = (paper - grey) if darker >= lighter else (grey - paper)
    # Grain of the paper: what strays from the paper's tone by no more than the border does, in most places, is none.
    grain = min(4.0 * float(np.median(np.abs(border - paper))), contrast / 2)
    ink[ink <= grain] = 0.0
    if contrast < _FULL_CONTRAST:
        ink /= contrast
    return np.clip(ink, 0.0, 1.0).astype(np.float32)


def _grey(picture: PIL.Image.Image) -> NDArray[np.float64]:
    """Return the picture's brightness, (H, W) in [0, 1], transparent parts as paper."""
    if picture.mode == "F" or picture.mode.startswith("I"):
        return _grey_of_numbers(np.asarray(picture, dtype=np.float64))
    try:
        if picture.has_transparency_data:
            coloured = picture.convert("RGBA")
            brightness = np.asarray(coloured.convert("RGB").convert("L"), dtype=np.float64) / 255
            opacity = np.asarray(coloured.getchannel("A"), dtype=np.float64) / 255
            paper = _paper_behind(brightness, opacity)
            return brightness * opacity + paper * (1 - opacity)
        direct = picture.mode in {"1", "L"}
        return np.asarray((picture if direct else picture.convert("RGB")).convert("L"), dtype=np.float64) / 255
    except ValueError as error:
        raise DigitpadError(
            f"The picture's colours ({picture.mode}) cannot be read; save it as RGB or grey and open that."
        ) from error


def _paper_behind(brightness: NDArray[np.float64], opacity: NDArray[np.float64]) -> float:
    """Return the tone to put behind the transparent parts of a picture."""
    opaque = brightness[opacity > 0.5]
    if 2 * opaque.size >= opacity.size and np.ptp(opaque) >= _LEAST_CONTRAST:
        # What is opaque is a sheet with the ink on it (a screenshot with round corners): its tone goes on.
        return float(np.median(opaque))
    # What is opaque is the ink: dark ink shows on white paper, light ink on black.
    visible = float((brightness * opacity).sum() / max(float(opacity.sum()), 1e-9))
    return 1.0 if visible < 0.5 else 0.0


def _grey_of_numbers(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring deep grey values (16 or 32 bits, or floating point) to [0, 1]."""
    if not np.isfinite(values).all():
        raise DigitpadError("The picture holds values that are no numbers; save it as PNG and open that.")
    low, high = float(values.min()), float(values.max())
    for white in (1.0, 255.0, 65535.0):
        if low >= 0 and high <= white:
            return values / white
    return (values - low) / (high - low)


def _is_placed(ink: NDArray[np.float32], box: tuple[int, ...]) -> bool:
    """Return whether a picture fits the box and has its mass in the middle, to the pixel."""
    middle = _centre_of_mass(ink)
    return max(box) <= BOX and max(abs(place - CENTRE) for place in middle) <= 1


def _widen(crop: NDArray[np.float32]) -> NDArray[np.float32]:
    """Widen strokes that would be lost when the digit is reduced to 20 pixels."""
    if max(crop.shape) <= BOX:
        # As large as a digit of MNIST, whose strokes are what they are.
        return crop
    digit = _resize(crop, _WORKING_SIDE)
    # What a hairline's pixels have left after reducing is its full ink; of bold strokes, most are full anyway.
    digit = np.minimum(digit / np.median(digit[digit > digit.max() / 4]), np.float32(1))
    # Of a line much longer than wide, the edges are its two sides: its width is twice its area over them.
    inside = np.pad(digit > 0.5, 1)
    edges = int((inside[1:] != inside[:-1]).sum() + (inside[:, 1:] != inside[:, :-1]).sum())
    # Counted along the grid, a slanting edge is up to sqrt(2) too long; on average over directions 4 / pi.
    width = 2 * float(inside.sum()) / (edges * np.pi / 4)
    pixel = _WORKING_SIDE / BOX
    if width >= _THINNEST * pixel:
        return crop
    reach = max(1, round((_WIDENED * pixel - width) / 2))
    padded = np.pad(digit, reach)
    picture = PIL.Image.fromarray((padded * 255).astype(np.uint8))
    return np.asarray(picture.filter(PIL.ImageFilter.MaxFilter(2 * reach + 1)), np.float32) / np.float32(255)


def _resize(crop: NDArray[np.float32], longest: float) -> NDArray[np.float32]:
    """Scale a picture's long side to `longest` pixels: averaging areas downwards, interpolating upwards."""
    height, width = crop.shape
    scale = longest / max(height, width)
    shape = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = PIL.Image.Resampling.BOX if scale < 1 else PIL.Image.Resampling.BILINEAR
    resized = PIL.Image.fromarray(np.ascontiguousarray(crop, dtype=np.float32)).resize(shape, method)
    return np.array(resized, dtype=np.float32)


def _place(digit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Put a digit into the field with its mass as near to the centre as whole pixels allow, and never cut off."""
    x, y = _centre_of_mass(digit)
    height, width = digit.shape
    left = int(np.clip(round(CENTRE - x), 0, _FIELD - width))
    top = int(np.clip(round(CENTRE - y), 0, _FIELD - height))
    field = np.zeros((_FIELD, _FIELD), np.float32)
    field[top : top + height, left : left + width] = np.clip(digit, 0.0, 1.0)
    return field


def _centre_of_mass(image: NDArray[np.float32]) -> tuple[float, float]:
    """Return the centre of mass (x, y), where the middle of the first pixel is 0.5."""
    mass = float(image.sum(dtype=np.float64))
    x = float(image.sum(axis=0) @ (np.arange(image.shape[1]) + 0.5)) / mass
    y = float(image.sum(axis=1) @ (np.arange(image.shape[0]) + 0.5)) / mass
    return x, y


def _too_large(name: str) -> DigitpadError:
    return DigitpadError(f"{name} has more than {MOST_PIXELS // 1_000_000} million pixels; reduce it and try again.")


def _damaged(name: str, error: Exception) -> DigitpadError:
    return DigitpadError(f"{name} is damaged or cut short ({error}); choose another picture or save it again.")
