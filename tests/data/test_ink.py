"""Ink files are read as they were written; the smooth curve passes through the points without detours."""

import json
import math
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digitpad.data.ink import Drawing, curve_through, format_ink, parse_ink, read_ink, smooth_stroke, write_ink
from digitpad.errors import DigitpadError

LINE = {"label": 7, "width": 500, "height": 400, "strokes": [[[1, 2], [3.5, 4]], [[9, 9, 0.5]]], "writer": 3}

coordinates = st.floats(-1e6, 1e6, width=32)
points = st.one_of(
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=6),
    st.lists(st.tuples(coordinates, coordinates, st.floats(0, 1, width=32)), min_size=1, max_size=6),
)
drawings = st.builds(
    Drawing,
    strokes=st.lists(points.map(lambda p: np.array(p, np.float32)), max_size=4).map(tuple),
    width=st.floats(1e-3, 1e6),
    height=st.floats(1e-3, 1e6),
    label=st.one_of(st.none(), st.integers(-5, 20), st.text(max_size=5)),
    extra=st.dictionaries(
        st.sampled_from(["writer", "source", "né\n"]), st.one_of(st.none(), st.integers(), st.text(max_size=5))
    ),
)


@given(written=st.lists(drawings, min_size=1, max_size=3))
@settings(derandomize=True, deadline=None)
def test_what_is_written_is_read(written: list[Drawing]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.jsonl"
        write_ink(path, written)
        back = read_ink(path)
    assert len(back) == len(written)
    for one, other in zip(written, back, strict=True):
        assert len(one.strokes) == len(other.strokes)
        for stroke, same in zip(one.strokes, other.strokes, strict=True):
            assert same.dtype == np.float32
            np.testing.assert_array_equal(stroke, same)
        assert (one.width, one.height, one.label) == (other.width, other.height, other.label)
        assert dict(one.extra) == dict(other.extra)


def test_a_line_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("\ufeff" + json.dumps(LINE) + "\n\n" + json.dumps({"strokes": []}) + "\n", encoding="utf-8")
    drawing, blank = read_ink(path)
    assert (drawing.label, drawing.width, drawing.height, dict(drawing.extra)) == (7, 500, 400, {"writer": 3})
    np.testing.assert_array_equal(drawing.strokes[0], [[1, 2], [3.5, 4]])
    np.testing.assert_array_equal(drawing.strokes[1], np.array([[9, 9, 0.5]], np.float32))
    assert (blank.strokes, blank.label) == ((), None)


def test_a_canvas_of_no_stated_size_is_as_large_as_its_ink(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps({"strokes": [[[10, 40], [30, 20]], [[5, 5]]]}))
    drawing = read_ink(path)[0]
    assert (drawing.width, drawing.height) == (30, 40)


def test_files_are_short_and_plain(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    write_ink(path, [Drawing((np.array([[1, 0.1]], np.float32),), 500.0, 500.0, 3, {"place": "Zürich"})])
    assert path.read_text(encoding="utf-8") == (
        '{"label":3,"place":"Zürich","width":500,"height":500,"strokes":[[[1,0.1]]]}\n'
    )


def line_with(**changes: object) -> str:
    return json.dumps(LINE | changes)


BAD_LINES = {
    "no json": ('{"strokes": [', "is not JSON"),
    "nothing but a number": ("7", "expected an object with strokes, not int"),
    "no strokes": ('{"label": 3}', "no list of strokes"),
    "strokes that are text": (line_with(strokes="abc"), "no list of strokes"),
    "a stroke without points": (line_with(strokes=[[[1, 2]], []]), "stroke 2 must be a list of at least one point"),
    "a stroke that is a number": (line_with(strokes=[5]), "stroke 1 must be a list"),
    "a point of one": (line_with(strokes=[[[1]]]), "stroke 1 must be a list of points"),
    "a point of four": (line_with(strokes=[[[1, 2, 0.5, 4]]]), "stroke 1 must be a list of points"),
    "text for a coordinate": (line_with(strokes=[[[1, "2"]]]), "stroke 1 must be a list of points"),
    "true for a coordinate": (line_with(strokes=[[[1, True]]]), "stroke 1 must be a list of points"),
    "pressure at times": (line_with(strokes=[[[1, 2], [1, 2, 0.5]]]), "with and without pressure"),
    "pressure above 1": (line_with(strokes=[[[1, 2, 1.5]]]), "pressure outside 0 to 1"),
    "pressure below 0": (line_with(strokes=[[[1, 2, -0.5]]]), "pressure outside 0 to 1"),
    "NaN": ('{"strokes": [[[1, NaN]]]}', "NaN is not a number"),
    "infinity": ('{"strokes": [[[1, -Infinity]]]}', "-Infinity is not a number"),
    "NaN elsewhere": ('{"strokes": [], "time": NaN}', "time must be a number, not NaN"),
    "too large": ('{"strokes": [[[1, 1e39]]]}', "too large"),
    "far too large": ('{"strokes": [[[1, 1e999]]]}', "too large"),
    "a long integer": ('{"strokes": [[[1, 1' + "0" * 400 + "]]]}", "line 2 is not JSON .*too large"),
    "an endless integer": ('{"strokes": [[[1, 1' + "0" * 5000 + "]]]}", "line 2 is not JSON"),
    "a list as label": (line_with(label=[7]), "label must be an integer or text"),
    "true as label": (line_with(label=True), "label must be an integer or text"),
    "no width": (line_with(width=0), "width must be a number greater than 0"),
    "text as height": (line_with(height="500"), "height must be a number greater than 0"),
    "too deep": ('{"strokes": ' + "[" * 100_000 + "]" * 100_000 + "}", "line 2 is not JSON"),
}


@pytest.mark.parametrize("case", BAD_LINES)
def test_a_bad_line_is_refused_by_its_number(tmp_path: Path, case: str) -> None:
    line, reason = BAD_LINES[case]
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(LINE) + "\n" + line + "\n")
    with pytest.raises(DigitpadError, match=reason) as caught:
        read_ink(path)
    assert str(caught.value).startswith(f"{path}, line 2 ")
    assert str(caught.value).endswith(("correct or remove it.", "correct or remove the line."))


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "contains no drawing"), (b"\n \n", "contains no drawing"), (b"\x89PNG\xff\xfe", "is not text")],
)
def test_a_file_without_ink_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_bytes(content)
    with pytest.raises(DigitpadError, match=reason) as caught:
        read_ink(path)
    assert str(caught.value).startswith(str(path))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match="none does not exist"):
        read_ink(tmp_path / "none")
    with pytest.raises(DigitpadError, match="is a folder"):
        read_ink(tmp_path)


@pytest.mark.parametrize(
    ("strokes", "reason"),
    [
        ([[[math.nan, 1]]], "drawing 2 is not JSON"),
        ([[[math.inf, 1]]], "drawing 2 is not JSON"),
        ([[[1, 1, 3]]], "drawing 2 is not a drawing: stroke 1 has a pressure"),
    ],
)
def test_what_could_not_be_read_again_is_not_written(tmp_path: Path, strokes: list[object], reason: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("what was there")
    good = Drawing((np.zeros((1, 2), np.float32),), 10, 10)
    bad = Drawing(tuple(np.array(stroke, np.float32) for stroke in strokes), 10, 10)
    with pytest.raises(DigitpadError, match=reason):
        write_ink(path, [good, bad])
    with pytest.raises(DigitpadError, match="nothing to save"):
        write_ink(path, [])
    assert path.read_text() == "what was there"


strokes_of_many = st.lists(st.tuples(st.integers(-300, 300), st.integers(-300, 300)), min_size=1, max_size=12).map(
    lambda p: np.array(p, np.float64)
)


@given(stroke=strokes_of_many)
@settings(derandomize=True, deadline=None)
def test_the_curve_passes_through_every_point_in_order(stroke: NDArray[np.float64]) -> None:
    curve = curve_through(stroke)
    at = 0
    for point in stroke:
        distances = np.hypot(*(curve[at:] - point).T)
        at += int(np.argmin(distances > 1e-9))
        assert distances.min() <= 1e-9
    assert (curve[0] == stroke[0]).all()
    np.testing.assert_allclose(curve[-1], stroke[-1], atol=1e-9)


@given(
    stroke=strokes_of_many,
    scale=st.floats(0.01, 100),
    shift=st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)),
)
@settings(derandomize=True, deadline=None)
def test_the_curve_moves_and_grows_with_its_points(
    stroke: NDArray[np.float64], scale: float, shift: tuple[float, float]
) -> None:
    moved = curve_through(stroke * scale + shift)
    np.testing.assert_allclose(moved, curve_through(stroke) * scale + shift, atol=1e-6 * max(scale, 1))


@given(stroke=strokes_of_many)
@settings(derandomize=True, deadline=None)
def test_repeated_points_change_nothing(stroke: NDArray[np.float64]) -> None:
    np.testing.assert_array_equal(curve_through(np.repeat(stroke, 3, axis=0)), curve_through(stroke))


def test_the_curve_rounds_what_a_polyline_would_cut() -> None:
    angle = np.linspace(0, 2 * np.pi, 13)
    circle = 100 * np.column_stack([np.cos(angle), np.sin(angle)])
    radius = np.hypot(*curve_through(circle)[12:-12].T)
    assert 100 * np.cos(np.pi / 12) < 98  # how far a polyline falls inside the circle
    assert radius.min() > 99.4
    assert radius.max() < 100.6


def test_the_curve_does_not_overshoot_where_points_are_uneven() -> None:
    corner = np.array([[0, 0], [100, 0], [101, 1], [101, 100]], np.float64)
    curve = curve_through(corner)
    assert curve[:, 0].max() < 102.5
    assert curve[:, 1].min() > -1.5


@given(stroke=strokes_of_many, finer=st.integers(1, 5))
@settings(derandomize=True, deadline=None)
def test_a_finer_curve_is_the_same_curve(stroke: NDArray[np.float64], finer: int) -> None:
    coarse, fine = curve_through(stroke), curve_through(stroke, finer=finer)
    # Two points alone make a straight line, which nothing refines.
    step = finer if len(fine) > len(coarse) else 1
    np.testing.assert_allclose(fine[::step], coarse, atol=1e-9)


def test_a_straight_line_is_not_cut() -> None:
    line = np.array([[0, 0], [10, 5], [20, 10], [22, 11]], np.float64)
    np.testing.assert_allclose(curve_through(line), line)


def test_a_growing_stroke_moves_only_its_last_two_segments() -> None:
    rng = np.random.default_rng(0)
    points = np.cumsum(rng.uniform(5, 15, (12, 2)) * [1, -1] ** rng.integers(0, 2, (12, 1)), axis=0)
    shorter, longer = curve_through(points[:-1]), curve_through(points)
    settled = int(np.argmin(np.hypot(*(shorter - points[8]).T)))
    np.testing.assert_allclose(longer[: settled + 1], shorter[: settled + 1], atol=1e-9)


def test_pressure_is_carried_along_between_its_points() -> None:
    stroke = np.array([[0, 0, 0.0], [10, 0, 1.0], [10, 10, 0.0]], np.float64)
    pressure = curve_through(stroke)[:, 2]
    peak = int(pressure.argmax())
    assert pressure[peak] == 1
    assert (np.diff(pressure[: peak + 1]) > 0).all()
    assert (np.diff(pressure[peak:]) < 0).all()


def test_a_smooth_stroke_is_a_stroke_again() -> None:
    stroke = np.array([[0, 0, 0.5], [10, 0, 0.5], [10, 10, 0.5]], np.float32)
    smooth = smooth_stroke(stroke)
    assert smooth.dtype == np.float32
    assert smooth.shape[1] == 3
    assert len(smooth) > len(stroke)
    for few in (stroke[:0], stroke[:1], stroke[:2]):
        np.testing.assert_array_equal(smooth_stroke(few), few)
    stroke[:] = 0
    assert smooth[-1, 0] == pytest.approx(10)


def test_real_ink_is_read(test_data: Path) -> None:
    drawings = read_ink(test_data / "ink" / "pendigits-train.jsonl")
    assert len(drawings) == 7494
    assert {drawing.label for drawing in drawings} == set(range(10))
    assert {drawing.extra["writer"] for drawing in drawings} == set(range(1, 31))


def test_text_is_read_as_a_file_is() -> None:
    text = json.dumps(LINE)
    (drawing,) = parse_ink([text, "\n"], "the note")
    assert json.loads(format_ink([drawing])) == LINE
    with pytest.raises(DigitpadError, match="the note, line 2 is not JSON"):
        parse_ink([text, "{"], "the note")
    with pytest.raises(DigitpadError, match="the note contains no drawing"):
        parse_ink([], "the note")
    with pytest.raises(DigitpadError, match="there is nothing to save"):
        format_ink([])


def test_of_a_million_points_some_are_kept_evenly_spread(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    points = [[x, x % 7] for x in range(100_001)]
    path.write_text(json.dumps({"strokes": [points, [[5, 5]]]}))
    ((long, dot),) = (drawing.strokes for drawing in read_ink(path))
    assert 10_000 < len(long) <= 20_001
    assert long[0].tolist() == [0, 0]
    assert long[-1].tolist() == [100_000, 100_000 % 7]
    assert dot.tolist() == [[5, 5]]
