"""JSON is read within limits, and every refusal says what and where."""

from dataclasses import dataclass, field

import pytest

from digitpad.json_records import JSONError, dump_json, parse_json, to_record


@dataclass(frozen=True, slots=True)
class Inner:
    share: float = 0.5


@dataclass(frozen=True, slots=True)
class Outer:
    count: int
    name: str = ""
    inner: Inner = field(default_factory=Inner)
    limit: int | None = None


def test_sound_text_is_read() -> None:
    assert parse_json(b'{"a": [1, 2.5, null, true, "\\ud83d\\ude00"]}') == {"a": [1, 2.5, None, True, "\U0001f600"]}
    assert to_record(Outer, {"count": 3, "inner": {"share": 1}}) == Outer(3, inner=Inner(1.0))
    assert parse_json(dump_json({"a": [1, 0.1]})) == {"a": [1, 0.1]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Expecting"),
        (b"\xff", "utf-8"),
        ("[NaN]", "NaN is not a number"),
        ('{"a": -Infinity}', "a must be a number, not -Infinity"),
        ("1e999", "1e999' is too large"),
        ("1" + "0" * 5000, "is too large"),
        ('{"a": 1, "a": 2}', "'a' appears twice"),
        ("[" * 401 + "]" * 401, "nested more than 400"),
        ('{"a":' * 200_000, "nested more than 400"),
        ('[{"[": "]"}]' * 3, "Extra data"),
        (" " * 101, "longer than 100 bytes"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str | bytes, said: str) -> None:
    with pytest.raises(JSONError, match=said.replace("[", "\\[")) as caught:
        parse_json(text, most_bytes=100 if text == " " * 101 else 16 << 20)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_brackets_in_texts_are_not_nesting() -> None:
    assert parse_json('["' + "[" * 1000 + '\\"[", ' + ", ".join(["[]"] * 1000) + "]")[0].startswith("[[[")


def test_half_a_character_becomes_visible_text() -> None:
    assert parse_json('["\\ud800", "\\\\ud800", "\\ud83d\\ude00"]') == ["\\ud800", "\\ud800", "\U0001f600"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "it must be an object with names and values, not []"),
        ({}, "'count' is missing"),
        ({"count": "3"}, "count must be a whole number, not '3'"),
        ({"count": True}, "count must be a whole number, not True"),
        ({"count": 1, "limit": 1.5}, "limit must be a whole number or null, not 1.5"),
        ({"count": 1, "inner": 3}, "inner must be an object with names and values, not 3"),
        ({"count": 1, "inner": {"share": "x"}}, "inner.share must be a number, not 'x'"),
        ({"count": 1, "inner": {"spin": 1}}, "there is no 'spin' in inner; known are share"),
        ({"count": 1, "colour": 1}, "there is no 'colour'; known are count, name, inner, limit"),
    ],
)
def test_what_does_not_fit_is_named(data: object, said: str) -> None:
    with pytest.raises(JSONError) as caught:
        to_record(Outer, data)
    assert str(caught.value) == said
