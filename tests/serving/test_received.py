"""What clients send is checked before anything is done with it."""

import json

import numpy as np
import pytest

from digitpad.serving.limits import MOST_POINTS, MOST_STROKES
from digitpad.serving.received import UnreadableError, parse_drawing, parse_object, plain_text
from tests.serving.client import SEVEN


def test_a_drawing_has_its_strokes_and_its_canvas() -> None:
    drawing = parse_drawing(json.dumps(SEVEN | {"label": "<b>", "surprise": [1]}).encode())
    assert (drawing.width, drawing.height, drawing.label, dict(drawing.extra)) == (280, 280, None, {})
    np.testing.assert_array_equal(drawing.strokes[0][0], [70, 60])


def test_a_blank_drawing_is_one() -> None:
    assert parse_drawing(b'{"strokes": []}').strokes == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "This is not JSON"),
        (b"{", "This is not JSON"),
        (b"\xff\xfe", "This is not JSON"),
        (b"[1, 2]", "must be a JSON object"),
        (b"7", "must be a JSON object"),
        (b"{}", "no list of strokes"),
        (b'{"strokes": 7}', "no list of strokes"),
        (b'{"strokes": [[]]}', "at least one point"),
        (b'{"strokes": [[[1]]]}', "[x, y]"),
        (b'{"strokes": [[["a", 1]]]}', "[x, y]"),
        (b'{"strokes": [[[true, 1]]]}', "[x, y]"),
        (b'{"strokes": [[[1, 2, 3]]]}', "pressure outside 0 to 1"),
        (b'{"strokes": [[[1, 2], [1, 2, 0.5]]]}', "with and without pressure"),
        (b'{"strokes": [[[1e60, 2]]]}', "too large"),
        (b'{"strokes": [[[NaN, 2]]]}', "not a number"),
        (b'{"strokes": [[[1e999, 2]]]}', "too large"),
        (b'{"strokes": [[[1, 2]]], "width": 0}', "width must be a number greater than 0"),
        (b'{"strokes": [[[1, 2]]], "height": "x"}', "height must be a number greater than 0"),
        (b'{"strokes": [], "strokes": []}', "appears twice"),
        (b'{"strokes":' + b"[" * 40 + b"]" * 40 + b"}", "nested more than"),
        (json.dumps({"strokes": [[[0, 0]]] * (MOST_STROKES + 1)}).encode(), "at most 500 strokes"),
        (json.dumps({"strokes": [[[0, 0]] * (MOST_POINTS + 1)]}).encode(), "20,000 points"),
    ],
)
def test_what_is_not_a_drawing_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        parse_drawing(body)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_message_is_an_object() -> None:
    assert parse_object('{"type": "name"}') == {"type": "name"}
    with pytest.raises(UnreadableError):
        parse_object('"name"')


@pytest.mark.parametrize(
    ("sent", "plain"),
    [
        ("Ada", "Ada"),
        ("  Ada \n\t Lovelace ", "Ada Lovelace"),
        ("<b>Ada</b>", "<b>Ada</b>"),  # shown as text, never as HTML
        ("Zo\u0065\u0308", "Zoë"),
        ("A\u202eda\u0000", "Ada"),
        ("x" * 100_000, "x" * 40),
        ("", ""),
    ],
)
def test_a_name_is_one_short_line(sent: str, plain: str) -> None:
    assert plain_text(sent) == plain


def test_a_name_is_text() -> None:
    with pytest.raises(UnreadableError, match="must be text"):
        plain_text(["Ada"])
