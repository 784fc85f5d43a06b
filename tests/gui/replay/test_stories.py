"""The charts above the slider: the life of the answer, and what was learned when."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF

from digitpad.charts.step_axis import StepAxis
from digitpad.evaluation.film.answers import AnswerFilm, AnswerLife
from digitpad.evaluation.film.classes import following_classes, validation_sample
from digitpad.gui.canvas.sample_ink import THREE
from digitpad.gui.replay.answer_chart import AnswerChart
from digitpad.gui.replay.strip import ReplayStrip
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.training.film.reader import Film
from digitpad.training.run import Run
from tests.gui.conftest import Draw

Settle = Callable[[], None]


def test_the_life_follows_the_drawing(
    window: MainWindow, strip: ReplayStrip, run: Run, draw: Draw, settled: Settle
) -> None:
    strip.charts.choice.choose("answer")
    for strokes in (THREE, THREE[:1]):
        draw(window.draw_tab.canvas, strokes)
        settled()
        pixels = window.workspace.look.pixels
        assert pixels is not None
        expected = AnswerFilm(Film.open(run)).life(pixels)
        life = strip.charts.answer.life
        assert life is not None
        assert life.is_complete
        np.testing.assert_array_equal(life.steps, expected.steps)
        np.testing.assert_array_equal(life.probabilities, expected.probabilities)
    window.draw_tab.clear.trigger()
    settled()
    assert strip.charts.answer.life is None


def test_hovering_names_the_beginning_of_a_reading(window: MainWindow, theme: Theme) -> None:
    shares = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.4, 0.1], [0.1, 0.8, 0.1]], np.float32)
    steps = np.array([0, 100, 200, 300], np.int64)
    life = AnswerLife(("0", "3", "8"), steps, shares, np.zeros(4, np.float32), is_complete=True)
    chart = AnswerChart(theme, window)
    chart.resize(624, 100)
    chart.show_axis(StepAxis(300))
    chart.show_life(life)
    x = {step: 12 + step * 600 / 300 for step in (0, 40, 100, 200, 300)}
    assert chart.words_at(QPointF(x[0], 50)) == "first read as 0 at step 0"
    assert chart.words_at(QPointF(x[100] + 3, 50)) == "first read as 3 at step 100"
    assert chart.event_near(QPointF(x[100] + 3, 50)) == 100
    assert chart.words_at(QPointF(x[200], 50)) == "read as 0 again at step 200"
    # The last answer is at the bottom; elsewhere the class below the pointer is named with its probability.
    assert chart.words_at(QPointF(x[40], 90)) == "step 0: 3 30.0\N{NO-BREAK SPACE}%"
    assert chart.words_at(QPointF(x[40], 3)).startswith("step 0: 8 ")
    chart.deleteLater()


def test_a_click_goes_to_the_step(strip: ReplayStrip, settled: Settle) -> None:
    player = strip.player
    assert player is not None
    strip.charts.step_chosen.emit(20.4)
    settled()
    assert player.step == player.timeline.frames[player.timeline.nearest(20.4)].step


def test_what_was_learned_when_is_counted_and_kept(strip: ReplayStrip, run: Run, settled: Settle) -> None:
    strip.charts.choice.choose("classes")
    settled()
    film = Film.open(run)
    *_others, expected = following_classes(film, validation_sample(run, film))
    classes = strip.charts.classes.classes
    assert classes is not None
    assert classes.is_complete
    np.testing.assert_array_equal(classes.hits, expected.hits)
    assert (run.film_folder / "classes.json").is_file()
    strip.charts.choice.choose("none")
    assert not strip.charts.stack.isVisible()
