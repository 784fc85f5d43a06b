"""The page and its history."""

import numpy as np

from digitpad.gui.canvas.sketch import Page, Picture, Sketch


def _drawn(*strokes: list[tuple[float, ...]]) -> Sketch:
    sketch = Sketch()
    for stroke in strokes:
        sketch.begin_stroke(stroke[0], 10)
        for point in stroke[1:]:
            sketch.extend_stroke(point)
        sketch.end_stroke()
    return sketch


def _points(sketch: Sketch) -> list[list[list[float]]]:
    return [stroke.points.tolist() for stroke in sketch.page.strokes]


def test_a_stroke_keeps_exactly_its_points_repeated_ones_included() -> None:
    sketch = _drawn([(1, 2), (3, 4), (3, 4), (5, 6)])
    assert _points(sketch) == [[[1, 2], [3, 4], [3, 4], [5, 6]]]
    assert sketch.page.strokes[0].points.dtype == np.float32


def test_the_unfinished_stroke_is_on_the_page_but_not_settled() -> None:
    sketch = Sketch()
    sketch.begin_stroke((1, 1), 10)
    assert len(sketch.page.strokes) == 1
    assert sketch.settled.is_blank
    assert sketch.undo_name is None


def test_every_operation_is_undone_and_redone_in_order() -> None:
    sketch = _drawn([(0, 0), (50, 0)], [(0, 20), (50, 20)])
    sketch.begin_erasing()
    assert sketch.erase((25, 0), (25, 0), 2)
    sketch.end_erasing()
    sketch.put("clear", Page())
    sketch.put("open x.png", Page(picture=Picture(np.ones((2, 2), np.float32), "x.png")))
    states = []
    names = []
    while sketch.undo_name is not None:
        names.append(sketch.undo_name)
        states.append((len(sketch.page.strokes), sketch.page.picture is not None))
        assert sketch.undo()
    assert names == ["open x.png", "clear", "erase", "draw", "draw"]
    assert states == [(0, True), (0, False), (3, False), (2, False), (1, False)]
    assert sketch.page.is_blank
    assert not sketch.undo()
    redone = []
    while sketch.redo():
        redone.append((len(sketch.page.strokes), sketch.page.picture is not None))
    assert redone == [(1, False), (2, False), (3, False), (0, False), (0, True)]


def test_a_new_step_forgets_what_could_have_been_redone() -> None:
    sketch = _drawn([(0, 0)])
    sketch.undo()
    assert sketch.redo_name == "draw"
    sketch.begin_stroke((1, 1), 10)
    sketch.end_stroke()
    assert sketch.redo_name is None


def test_drawing_over_a_picture_adds_to_it_and_one_undo_takes_the_stroke_back() -> None:
    sketch = Sketch()
    picture = Picture(np.ones((2, 3), np.float32), "x.png")
    sketch.put("open x.png", Page(picture=picture))
    sketch.begin_stroke((1, 1), 10)
    assert sketch.page.picture is picture
    assert len(sketch.page.strokes) == 1
    sketch.end_stroke()
    assert sketch.page.picture is picture
    assert len(sketch.page.strokes) == 1
    assert sketch.page.sheet == picture.size == (3.0, 2.0)
    sketch.undo()
    assert (sketch.settled.picture, len(sketch.settled.strokes)) == (picture, 0)
    sketch.undo()
    assert sketch.undo_name is None


def test_clearing_a_picture_and_drawing_are_two_steps() -> None:
    sketch = Sketch()
    sketch.put("open x.png", Page(picture=Picture(np.ones((2, 2), np.float32), "x.png")))
    sketch.put("clear", Page())
    sketch.begin_stroke((1, 1), 10)
    sketch.end_stroke()
    sketch.undo()
    assert sketch.page.is_blank


def test_cancel_forgets_a_gesture() -> None:
    sketch = _drawn([(0, 0), (50, 0)])
    sketch.begin_erasing()
    sketch.erase((25, 0), (25, 0), 2)
    sketch.cancel()
    assert _points(sketch) == [[[0, 0], [50, 0]]]
    sketch.begin_stroke((9, 9), 10)
    sketch.cancel()
    assert len(sketch.page.strokes) == 1
    sketch.put("open x.png", Page(picture=Picture(np.ones((2, 2), np.float32), "x.png")))
    sketch.begin_stroke((9, 9), 10)
    sketch.cancel()
    assert sketch.page.picture is not None


def test_rubbing_nothing_out_and_clearing_a_blank_page_leave_no_step() -> None:
    sketch = Sketch()
    sketch.put("clear", Page())
    assert sketch.undo_name is None
    sketch.begin_erasing()
    assert not sketch.erase((0, 0), (9, 9), 5)
    sketch.end_erasing()
    assert sketch.undo_name is None


def test_strokes_over_one_picture_share_its_memory_and_can_all_be_undone() -> None:
    sketch = Sketch()
    photograph = np.zeros((2000, 2000, 3), np.uint8)
    picture = Picture(np.zeros((2000, 2000), np.float32), "x.png", photograph=photograph)
    assert picture.nbytes == 28_000_000
    sketch.put("open x.png", Page(picture=picture))
    for x in range(40):
        sketch.begin_stroke((x, 1), 10)
        sketch.end_stroke()
    kept = 0
    while sketch.undo():
        kept += 1
    assert kept == 41


def test_photographs_count_in_the_memory_that_undo_takes() -> None:
    sketch = Sketch()
    for number in range(9):
        ink, photograph = np.zeros((2000, 2000), np.float32), np.zeros((2000, 2000, 3), np.uint8)
        sketch.put(f"open {number}", Page(picture=Picture(ink, str(number), photograph=photograph)))
    kept = 0
    while sketch.undo():
        kept += 1
    assert kept == 2


def test_opened_pictures_that_can_be_undone_take_a_bounded_amount_of_memory() -> None:
    sketch = Sketch()
    for number in range(30):
        sketch.put(f"open {number}", Page(picture=Picture(np.zeros((2000, 2000), np.float32), str(number))))
    kept = 0
    while sketch.undo():
        kept += 1
    assert kept == 4
    assert sketch.page.picture is not None
    assert sketch.page.picture.name == "25"
