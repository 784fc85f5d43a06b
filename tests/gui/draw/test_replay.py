"""Real pen ink, replayed as mouse events on the canvas of the real window: slow, but the decisive figure."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from PySide6.QtWidgets import QWidget

from digitpad.data.ink import read_ink
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.models import load
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import bundled_models
from digitpad.reading.recognizer import Recognizer
from tests.gui.settling import settle

Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]
_EVERY = 21  # of 7,494 drawings: 357, from all writers


@pytest.mark.slow
@pytest.mark.skipif(not bundled_models(), reason="no bundled model to read with")
def test_replayed_drawings_are_read_as_from_the_file(
    test_data: Path, theme: Theme, settings: Settings, draw: Draw, capsys: pytest.CaptureFixture[str]
) -> None:
    drawings = read_ink(test_data / "ink" / "pendigits-train.jsonl")[::_EVERY]
    window = MainWindow(theme, settings)
    try:
        window.resize(1280, 800)
        window.show()
        assert window.use_model(os.environ.get("DIGITPAD_TEST_MODEL"))
        settle(window)
        canvas = window.draw_tab.canvas
        assert min(canvas.width(), canvas.height()) >= 500
        assert window.model is not None
        recognizer = load(window.model.path).reader
        assert isinstance(recognizer, Recognizer)
        seen, right = Counter[int](), Counter[int]()
        for drawing in drawings:
            draw(canvas, [[(x, y) for x, y in stroke.tolist()] for stroke in drawing.strokes])
            points = [stroke.points for stroke in canvas.sketch.page.strokes]
            assert len(points) == len(drawing.strokes)
            for replayed, filed in zip(points, drawing.strokes, strict=True):
                np.testing.assert_array_equal(replayed, filed)
            expected = recognizer.recognize_ink(drawing.strokes)
            assert window.draw_tab.answer.digit == ("" if expected.rejected else expected.label)
            looked_at = window.workspace.look.prediction
            assert looked_at is not None
            assert looked_at.label == expected.label
            assert looked_at.probabilities.tolist() == expected.probabilities.tolist()
            values = [share * (1 - expected.no_digit) for share in expected.probabilities.tolist()]
            assert window.draw_tab.bars.values == (*values, expected.no_digit)[: len(window.draw_tab.bars.values or ())]
            label = int(str(drawing.label))
            seen[label] += 1
            right[label] += expected.label == str(label)
            canvas.clear()
            settle(window)
            assert window.draw_tab.answer.digit == ""
        lines = [f"{window.model.title}: {len(drawings)} drawings replayed with the mouse"]
        for digit in range(10):
            share = 100 * right[digit] / seen[digit]
            lines.append(f"  {digit}: {right[digit]:3d} of {seen[digit]:3d}  {share:5.1f} %")
        lines.append(f"  all: {right.total()} of {seen.total()}  {100 * right.total() / seen.total():.2f} %")
        with capsys.disabled():
            sys.stdout.write("\n" + "\n".join(lines) + "\n")
        assert seen.total() >= 300
        assert right.total() / seen.total() > 0.9
    finally:
        window.close()
        shiboken6.delete(window)
