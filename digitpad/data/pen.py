"""The bundled pen ink: 7,494 digits that 30 writers wrote on a tablet, as strokes.

It has no test part. To measure how a model reads unseen writers, train it without some of them (see
`Dataset.origins`), and evaluate it on these.
"""

import gzip
import hashlib
import io
import zlib
from itertools import islice

from digitpad.data.ink import Drawing, parse_ink
from digitpad.errors import DigitpadError
from digitpad.paths import resources_dir
from digitpad.translation import gettext as _

_SHA256 = "39d9c808fd24a8ade7879fc284a81cf8b642635a51c83c2923f41bfb9a3ef013"


def pen_drawings(*, every: int = 1, start: int = 0) -> tuple[Drawing, ...]:
    """Return the drawings; each has a label from 0 to 9, and the writer in `extra`.

    Parameters
    ----------
    every, start
        Only every n-th drawing, from the one at an index; reading all of them takes a second and a half.

    Raises
    ------
    DigitpadError
        If the file is missing or is not the original.
    """
    path = resources_dir() / "pendigits" / "pendigits.jsonl.gz"
    try:
        contents = gzip.decompress(path.read_bytes())
    except FileNotFoundError as error:
        raise DigitpadError(_("{path} does not exist; reinstall digitpad.").format(path=path)) from error
    except (OSError, EOFError, zlib.error) as error:
        raise DigitpadError(
            _("{path} cannot be read ({reason}); reinstall digitpad.").format(path=path, reason=error)
        ) from error
    if hashlib.sha256(contents).hexdigest() != _SHA256:
        raise DigitpadError(
            _("{path} is not the original file of pen ink (its SHA-256 differs); reinstall digitpad.").format(path=path)
        )
    lines = islice(io.StringIO(contents.decode("utf-8")), start, None, every)
    return tuple(parse_ink(lines, str(path)))
