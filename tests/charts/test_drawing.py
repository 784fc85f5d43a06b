"""Drawings are trees of SVG whose colours have names, and whose texts can be anything."""

import xml.etree.ElementTree as ET

import pytest

from digitpad.charts.drawing import Drawing, safe_text, shortened, svg_file, text_width, with_colours
from digitpad.charts.palette import DARK, LIGHT, RUNS, colour_of_run

SVG = "{http://www.w3.org/2000/svg}"


def drawn() -> Drawing:
    drawing = Drawing(120, 60)
    drawing.rect(1, 2, 30, 20, "accent", opacity=0.5, radius=3, stroke="line", hint="<hint>")
    drawing.line((0, 0), (10, 1 / 3), "muted", dash="3 3")
    drawing.polyline([(0, 0), (1, 1)], "warm", width=2)
    drawing.polyline([(0, 0)], "warm")
    drawing.polygon([(0, 0), (1, 1), (1, 0)], "#123456")
    drawing.dot(5, 5, 2, "run1")
    drawing.text(3, 4, "</svg><script>", anchor="end", bold=True, upright=True)
    drawing.image(0, 0, 10, 10, b"png", hint="picture")
    return drawing


def test_a_file_is_sound_and_has_no_names_of_colours() -> None:
    text = svg_file(drawn().root, "title <b>", "words & more")
    root = ET.XML(text)
    assert root.get("viewBox") == "0 0 120 60"
    assert "@" not in text
    assert [element.text for element in root if element.tag in {f"{SVG}title", f"{SVG}desc"}] == [
        "title <b>",
        "words & more",
    ]
    assert not list(root.iter(f"{SVG}script"))
    ground, box = list(root.iter(f"{SVG}rect"))
    assert (ground.get("fill"), ground.get("width"), ground.get("height")) == (LIGHT["surface"], "120", "60")
    assert (box.get("fill"), box.get("stroke"), box.get("opacity")) == (LIGHT["accent"], LIGHT["line"], "0.5")
    # A line through a single point is nothing.
    assert len(list(root.iter(f"{SVG}polyline"))) == 1
    (line,) = root.iter(f"{SVG}line")
    assert line.get("y2") == "0.33"


def test_colours_are_replaced_in_a_copy() -> None:
    root = drawn().root
    coloured = with_colours(root, lambda name: f"var(--{name})")
    assert {element.get("fill") for element in coloured.iter("circle")} == {"var(--run1)"}
    assert {element.get("fill") for element in coloured.iter("polygon")} == {"#123456"}
    assert {element.get("fill") for element in root.iter("circle")} == {"@run1"}


def test_both_schemes_have_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert len({LIGHT[colour_of_run(index)] for index in range(RUNS)}) == RUNS
    assert colour_of_run(RUNS) == colour_of_run(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("97.1\N{NO-BREAK SPACE}% \N{THIN SPACE}\n\t→ 漢 😀", "97.1\N{NO-BREAK SPACE}% \N{THIN SPACE}\n\t→ 漢 😀"),
        ("a\x00b\x1bc", "a�b�c"),
        ("\ud800", "�"),
        ("\u202eabc", "�abc"),
    ],
)
def test_only_sound_letters_are_kept(text: str, expected: str) -> None:
    assert safe_text(text) == expected


def test_texts_are_shortened_to_a_width() -> None:
    assert shortened("short", 100) == "short"
    cut = shortened("a long name of a class", 60)
    assert cut.endswith("…")
    assert text_width(cut) <= 60
    assert text_width("漢字") > text_width("ab")
