"""Names from files are one printable line of bounded length, and never lead anywhere."""

import pytest

from digitpad.names import MOST_LETTERS, file_stem, plain_name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("conv1", "conv1"),
        ("<img src=x>", "<img src=x>"),
        ("ünïcode 数", "ünïcode 数"),
        ("a\nb", "a\\nb"),
        ("\0", "\\x00"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202e", "\\u202e"),
        ("\ud800", "\\ud800"),
        ("\u2028", "\\u2028"),
    ],
)
def test_what_does_not_print_is_escaped(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_long_names_are_shortened_and_stay_different() -> None:
    first, second = plain_name("x" * 5000), plain_name("x" * 5001)
    assert len(first) <= MOST_LETTERS
    assert first != second
    assert plain_name(first) == first


@pytest.mark.parametrize("name", ["../../../etc/evil", "/absolute", "C:\\x", "..", "", "\0", "a/b", "con.txt"])
def test_a_stem_is_never_a_path(name: str) -> None:
    stem = file_stem(name)
    assert stem
    assert not set(stem) & set("/\\.:\0")
