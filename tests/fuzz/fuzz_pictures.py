"""Pictures: mutated files of every format that is meant, and others under their names."""

import io
from pathlib import Path

import numpy as np
import PIL.Image
from fuzzing import mutated

from digitpad.data.images import image_to_digit, read_image

_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "EPS", "ICO", "TGA")
_MODES = ("L", "RGB", "RGBA", "P", "1", "I;16", "F", "CMYK")


def fuzz(rng: np.random.Generator, folder: Path) -> None:
    """Read a picture that is damaged."""
    picture = PIL.Image.fromarray(rng.integers(0, 256, (int(rng.integers(1, 60)), 40), dtype=np.uint8))
    kind, mode = str(rng.choice(_FORMATS)), str(rng.choice(_MODES))
    contents = io.BytesIO()
    try:
        picture.convert(mode).save(contents, kind)
    except (OSError, ValueError, KeyError):
        # Not every format has every mode.
        picture.save(contents, "PNG")
    path = folder / f"p{rng.choice(['.png', '.jpg', '.tif'])}"
    path.write_bytes(mutated(rng, contents.getvalue()))
    image_to_digit(read_image(path))
