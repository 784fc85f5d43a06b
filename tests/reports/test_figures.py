"""Figures fit into their drawings and have a text, whatever the number and the names of the classes."""

import io
from collections.abc import Sequence

import numpy as np
import PIL.Image
import pytest

from digitpad.charts.plot_range import AxisScale
from digitpad.charts.series import Series
from digitpad.data.dataset import Dataset
from digitpad.evaluation import Disturbance, Evaluation, RobustnessPoint
from digitpad.evaluation.film.answers import AnswerLife
from digitpad.evaluation.film.classes import ClassAccuracies
from digitpad.explain.colours import DIVERGING
from digitpad.reports.document import Figure
from digitpad.reports.figures.curves import Kind, curve_figure, rate_figure, together
from digitpad.reports.figures.film import ReadImage, answers_figure, learned_figure
from digitpad.reports.figures.pictures import MISTAKES, mistakes_figure
from digitpad.reports.figures.results import calibration_figure, class_figure, confusion_figure, confusions
from digitpad.reports.figures.robustness import robustness_figure
from digitpad.reports.pictures import image_png, maps_png
from digitpad.reports.run_curves import Curve
from digitpad.training.changes import Change

LABELS = {
    "two": ("cat", "dog"),
    "digits": tuple("0123456789"),
    "many": tuple(f"class {number}" for number in range(62)),
    "hostile": ("<script>", "a very long name of a class that fits into no cell of any table", "漢字", "</svg>"),
}
KIND = Kind("loss", "Loss", "loss", AxisScale.PLAIN)


def evaluation(labels: Sequence[str], count: int = 300, *, right: float = 0.8) -> Evaluation:
    rng = np.random.default_rng(0)
    targets = rng.integers(0, len(labels), count)
    logits = rng.standard_normal((count, len(labels)))
    logits[np.arange(count), targets] += np.where(rng.random(count) < right, 6, -6)
    answers = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return Evaluation("net", "data", "id", tuple(labels), targets, answers.astype(np.float32))


def check(figure: Figure | None) -> None:
    assert figure is not None
    assert figure.title
    assert figure.description
    width, height = float(figure.drawing.get("width", "")), float(figure.drawing.get("height", ""))
    assert width <= 760
    for element in figure.drawing.iter():
        numbers = {
            name: float(value)
            for name in ("x", "y", "x1", "y1", "x2", "y2", "cx", "cy")
            if (value := element.get(name))
        }
        assert all(np.isfinite(place) for place in numbers.values())
        for name, place in numbers.items():
            assert -1 <= place <= (width if "x" in name else height) + 1, (figure.name, element.tag, element.attrib)
        if element.tag in {"rect", "image"}:
            assert numbers.get("x", 0) + float(element.get("width", "0")) <= width + 1
            assert numbers.get("y", 0) + float(element.get("height", "0")) <= height + 1


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("right", [0.0, 0.8, 1.0])
def test_results_of_any_classes_are_drawn(labels: tuple[str, ...], right: float) -> None:
    result = evaluation(labels, right=right)
    for figure in (class_figure(result), confusion_figure(result), calibration_figure(result.calibration)):
        check(figure)
    images = Dataset.of("data", np.zeros((300, 1, 28, 28), np.uint8), result.targets, labels)
    if not result.correct.all():
        figure = mistakes_figure(result, images, is_picture=False)
        check(figure)
        assert len(list(figure.drawing.iter("image"))) == min(MISTAKES, len(result.mistakes()))


def test_a_single_image_is_enough() -> None:
    result = evaluation(("a", "b"), 1)
    for figure in (class_figure(result), confusion_figure(result), calibration_figure(result.calibration)):
        check(figure)


def test_confusions_are_listed_by_their_number() -> None:
    answers = np.log(np.full((6, 3), 0.1, np.float32))
    for image, read in enumerate((1, 1, 2, 0, 0, 1)):
        answers[image, read] = np.log(0.8)
    result = Evaluation("net", "data", "id", ("a", "b", "c"), np.array([0, 0, 0, 0, 1, 1]), answers)
    assert confusions(result) == [("a", "b", 2), ("a", "c", 1), ("b", "a", 1)]


def series(values: Sequence[float]) -> Series:
    made = Series()
    for step, value in enumerate(values, start=1):
        made.append(step, value)
    return made


def curve(values: Sequence[float]) -> Curve:
    return Curve(series(values), series(values), series(values[:2]), Series())


@pytest.mark.parametrize(
    "values", [[1.0], [3.0, 2.0, 1.0], [1.0, float("nan"), 2.0], [1.0, float("inf"), 1e30, 2.0], [0.0, 0.0]]
)
def test_curves_of_any_values_are_drawn(values: list[float]) -> None:
    check(curve_figure(KIND, curve(values), [Change(2, "learning rate 0.1 → 0.01")], "words"))
    check(together(KIND, [("a", curve(values)), ("b", curve([2.0, 1.0]))], "words"))
    check(rate_figure(series(values), (), "words"))


def test_without_a_finite_value_there_is_no_figure() -> None:
    assert curve_figure(KIND, curve([float("nan")] * 5), (), "words") is None
    assert rate_figure(Series(), (), "words") is None
    assert together(KIND, [], "words") is None


def test_disturbances_that_were_measured_are_drawn() -> None:
    points = [
        RobustnessPoint(kind, amount, 50, 20)
        for kind in Disturbance
        if kind is not Disturbance.STROKE_WIDTH
        for amount in kind.amounts
    ]
    figure = robustness_figure([("one", points), ("two", points)])
    check(figure)
    assert "Stroke width" not in figure.description
    assert len(list(figure.drawing.iter("polygon"))) == 8


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_films_of_any_classes_are_drawn(labels: tuple[str, ...]) -> None:
    steps, counts = np.array([0, 1, 5, 40]), np.full(len(labels), 8)
    hits = np.stack([np.full(len(labels), share) for share in (0, 2, 8, 7)])
    check(learned_figure(ClassAccuracies(labels, counts, steps, hits, 4), 50))
    shares = np.full((4, len(labels)), 1 / len(labels), np.float32)
    life = AnswerLife(labels, steps, shares, np.zeros(4, np.float32), is_complete=True)
    image = np.zeros((1, 28, 28), np.uint8)
    check(answers_figure([ReadImage(label, image, life) for label in labels[:3]], 50, is_picture=False))


def test_images_keep_their_pixels() -> None:
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 3, 5] = 255
    picture = np.array(PIL.Image.open(io.BytesIO(image_png(image, is_picture=False))))
    factor = len(picture) // 28
    assert factor >= 4
    assert picture[3 * factor, 5 * factor] == 0
    assert (picture == 0).sum() == factor**2
    colours = np.array(PIL.Image.open(io.BytesIO(image_png(np.full((3, 8, 9), 7, np.uint8), is_picture=True))))
    assert colours.shape[2] == 3
    assert set(colours.ravel().tolist()) == {7}


def test_maps_have_transparent_gaps_and_are_cut_if_there_are_too_many() -> None:
    values = np.ones((4, 3, 3), np.float32)
    png, width, height, count = maps_png(values, DIVERGING, np.ones(1, np.float32), columns=2)
    pixels = np.array(PIL.Image.open(io.BytesIO(png)))
    assert (width, height, count) == (7, 7, 4)
    factor = pixels.shape[0] // 7
    assert pixels[3 * factor, 0, 3] == 0
    assert pixels[0, 0].tolist() == [*DIVERGING.stops[2], 255]
    assert maps_png(np.zeros((64, 256, 256), np.float32), DIVERGING, np.ones(1, np.float32), columns=8)[3] == 4
