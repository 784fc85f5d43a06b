"""Exported figures: whole, within their axes, the same in every format."""

import re
from pathlib import Path

import numpy as np
import pytest

from digitpad.charts.plot_range import AxisScale
from digitpad.charts.series import Series
from digitpad.errors import DigitpadError
from digitpad.gui.training.curve_files import FigureSize, export_curves
from digitpad.gui.training.curve_sets import FIGURES, figure_curves, loss_curves
from digitpad.gui.training.curve_style import Style
from digitpad.gui.training.figure import Figure, Panel
from digitpad.gui.training.plot_marks import Mark
from digitpad.gui.training.run_view import RunView
from digitpad.training.events import EpochCompleted, LayerMeasure, LayersMeasured, StepCompleted

pytestmark = pytest.mark.usefixtures("qapp")


def _record(steps: int = 200) -> RunView:
    record = RunView(4)
    for step in range(1, steps + 1):
        loss = 500.0 if step == 120 else 2.3 / step
        record.hear(StepCompleted(step, 1, 1, step, steps, 10, loss, 1 - 1 / step, 0.01, 0.001, cross_entropy=loss / 2))
    record.hear(EpochCompleted(1, 1, steps, 0.3, 0.9, 0.2, 0.95, 1.0, 1.0, 0.1))
    record.hear(LayersMeasured(10, (LayerMeasure("fc1", "Linear", 0.5, 3.0, 1e-3),), 8))
    record.follow()
    return record


def _figure(record: RunView | None, *, log: bool = False) -> Figure:
    mark = Mark(60, "learning rate 0.05 → 0.005")
    upper = Panel("Loss (cross-entropy)", AxisScale.PLAIN, loss_curves(record, {}), log=log, marks=(mark,))
    return Figure("run 7", (upper, Panel("Accuracy", AxisScale.ACCURACY, figure_curves("accuracy", record, {}))))


def test_no_line_of_a_drawing_leaves_the_axes(tmp_path: Path) -> None:
    path = tmp_path / "curves.svg"
    export_curves(path, _figure(_record()), FigureSize(), None)
    text = path.read_text()
    width, height = FigureSize().points
    assert f'width="{170:.0f}' in text or 'viewBox="0 0 ' in text
    frames = [
        tuple(map(float, found))
        for found in re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', text)
    ]
    axes = [frame for frame in frames if 100 < frame[2] < width - 20 and frame[3] < height - 20]
    assert len(axes) == 2
    lines = re.findall(r'<polyline[^>]*points="([^"]+)"', text)
    assert len(lines) >= 6
    for line in lines:
        if line.count(",") == 2:
            # The pieces of line in the legends lie above the axes.
            (x1, y1), (x2, y2) = (tuple(map(float, pair.split(","))) for pair in line.split())
            if y1 == y2 and x2 - x1 == pytest.approx(16):
                continue
        points = [tuple(map(float, pair.split(","))) for pair in line.split()]
        inside = [
            all(x - 0.5 <= px <= x + w + 0.5 and y - 0.5 <= py <= y + h + 0.5 for px, py in points)
            for x, y, w, h in axes
        ]
        assert any(inside), points


def test_a_drawing_names_run_axes_curves_and_changes(tmp_path: Path) -> None:
    path = tmp_path / "curves.svg"
    export_curves(path, _figure(_record()), FigureSize(), None)
    words = re.findall(r">([^<>\n]+)</text>", path.read_text())
    for expected in (
        "run 7",
        "Step",
        "Loss (cross-entropy)",
        "Accuracy",
        "batch",
        "smoothed",
        "epoch",
        "validation",
        "cross-entropy",
        "cross-entropy, validation",
        "learning rate 0.05 → 0.005",
        "\N{BLACK UP-POINTING TRIANGLE} off scale",
        "100\N{NO-BREAK SPACE}%",
    ):
        assert expected in words, (expected, words)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_every_figure_and_format_is_painted(tmp_path: Path, suffix: str, *, log: bool) -> None:
    record = _record(30)
    for name in FIGURES:
        figure = Figure("", (Panel(name, AxisScale.PLAIN, figure_curves(name, record, {}), log=log),))
        path = tmp_path / f"{name}{suffix}"
        assert figure.is_empty == (name == "dead_share")
        if figure.is_empty:
            continue
        export_curves(path, figure, FigureSize(60, 50, 96), None)
        assert path.stat().st_size > 300


def _texts(path: Path) -> list[tuple[str, np.ndarray]]:
    """Return the texts of a drawing with their places on the page, in points."""
    found = re.findall(
        r'transform="matrix\(([^)]*)\)"[^>]*>\s*<text[^>]*?x="([-\d.]+)" y="([-\d.]+)"[^>]*>([^<]*)<', path.read_text()
    )
    texts = []
    for matrix, x, y, text in found:
        a, b, c, d, e, f = map(float, matrix.split(","))
        texts.append((text, np.array([a * float(x) + c * float(y) + e, b * float(x) + d * float(y) + f])))
    return texts


def test_names_of_near_marks_stand_apart_and_on_white(tmp_path: Path) -> None:
    path = tmp_path / "curves.svg"
    marks = tuple(Mark(step, f"change {step}") for step in (60, 65, 66, 199))
    curves = loss_curves(_record(), {})
    export_curves(path, Figure("", (Panel("Loss", AxisScale.PLAIN, curves, marks=marks),)), FigureSize(), None)
    places = [at[0] for text, at in _texts(path) if text.startswith("change")]
    assert len(places) == 4
    assert min(np.diff(places)) >= 8
    # Each is on white, which is painted after the curves.
    drawn = path.read_text()
    painted = drawn[drawn.rindex("<polyline", 0, drawn.index("change 60")) :]
    assert painted.count('fill="#ffffff"') >= len(places)


def test_what_is_off_scale_is_said_above_the_axes(tmp_path: Path) -> None:
    path = tmp_path / "curves.svg"
    export_curves(path, _figure(_record()), FigureSize(), None)
    places = dict(_texts(path))
    assert places["\N{BLACK UP-POINTING TRIANGLE} off scale"][1] < places["1.0"][1] - 8


def test_without_curves_there_is_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match="train first"):
        export_curves(tmp_path / "curves.pdf", _figure(None), FigureSize(), None)
    lost = Series()
    lost.append(1, float("nan"))
    panel = Panel("Loss", AxisScale.PLAIN, {"loss": (Style("loss", "accent"), lost)})
    export_curves(tmp_path / "curves.svg", Figure("", (panel,)), FigureSize(), None)
    assert (tmp_path / "curves.svg").exists()
