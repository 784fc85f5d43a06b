"""What clients send: drawings as JSON and names, checked before anything is done with them."""

import unicodedata
from typing import Any

from digitpad.data.ink import Drawing, drawing_of
from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, parse_json
from digitpad.serving.limits import MOST_DEPTH, MOST_INK, MOST_NAME, MOST_POINTS, MOST_STROKES
from digitpad.translation import gettext as _


class UnreadableError(DigitpadError):
    """A request that cannot be read; the message says why, in one sentence."""


def parse_drawing(body: bytes) -> Drawing:
    """Read a drawing from the body of a request.

    Parameters
    ----------
    body
        JSON as in a line of an ink file: an object with `strokes`, and optionally `width` and `height`.

    Raises
    ------
    UnreadableError
        If it is not JSON, or not a drawing within the limits.
    """
    return checked_drawing(parse_object(body))


def parse_object(text: str | bytes) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    UnreadableError
        If it is not one, or too deeply nested.
    """
    try:
        record = parse_json(text, most_bytes=MOST_INK, most_depth=MOST_DEPTH)
    except JSONError as error:
        raise UnreadableError(_("This is not JSON: {reason}.").format(reason=error)) from error
    if not isinstance(record, dict):
        raise UnreadableError(
            _("This must be a JSON object such as {example}.").format(example='{"strokes": [[[10, 20], [30, 40]]]}')
        )
    return record


def checked_drawing(record: dict[str, Any]) -> Drawing:
    """Make a drawing from the values of a request, without its label and further entries.

    Raises
    ------
    UnreadableError
        If it is not a drawing, or has too many strokes or points.
    """
    strokes = record.get("strokes")
    if isinstance(strokes, list):
        points = sum(len(stroke) for stroke in strokes if isinstance(stroke, list))
        if len(strokes) > MOST_STROKES or points > MOST_POINTS:
            raise UnreadableError(
                _("A drawing may have at most {strokes:,} strokes and {points:,} points; send a shorter one.").format(
                    strokes=MOST_STROKES, points=MOST_POINTS
                )
            )
    try:
        return drawing_of({name: record.get(name) for name in ("strokes", "width", "height")})
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableError(_("This is not a drawing: {reason}.").format(reason=error)) from error


def plain_text(value: object) -> str:
    """Return a name as one line of plain text.

    Parameters
    ----------
    value
        What was sent.

    Returns
    -------
    str
        At most 40 printable characters: no controls, no characters that change the direction of the text.

    Raises
    ------
    UnreadableError
        If it is not a text.
    """
    if not isinstance(value, str):
        raise UnreadableError(_("A name must be text."))
    # Cut first: a long text would take long to normalize.
    text = unicodedata.normalize("NFC", value[: 4 * MOST_NAME])
    plain = "".join(" " if letter.isspace() else letter for letter in text if letter.isspace() or letter.isprintable())
    return " ".join(plain.split())[:MOST_NAME].rstrip()
