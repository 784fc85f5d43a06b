"""The curves that the two plots show for a run and the runs that it is compared with: values and styles."""

from collections.abc import Mapping

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from digitpad.charts.plot_range import AxisScale
from digitpad.charts.series import Series
from digitpad.gui.training.curve_style import Style
from digitpad.gui.training.run_view import LAYER_FIGURES, RunView

Curves = dict[str, tuple[Style, Series]]

#: What ends the key of a curve that is shown and hidden along with another.
VALIDATION = "-validation"
ACCURACY, RATE = "accuracy", "rate"
FIGURES = {
    ACCURACY: str(QT_TRANSLATE_NOOP("CurvesPanel", "Accuracy")),
    RATE: str(QT_TRANSLATE_NOOP("CurvesPanel", "Learning rate")),
} | LAYER_FIGURES
"""What the lower plot can show, by key."""

_SCALES = {ACCURACY: AxisScale.ACCURACY, RATE: AxisScale.WHOLE, "dead_share": AxisScale.SHARE}
_LAYER_COLOURS = ("accent", "warm", "bar", "error", "text", "muted")


def scale_of(figure: str) -> AxisScale:
    """Return the scale of the values of the lower plot."""
    return _SCALES.get(figure, AxisScale.PLAIN)


def loss_curves(record: RunView | None, others: Mapping[str, RunView]) -> Curves:
    """Return the curves of the upper plot, by their keys.

    Parameters
    ----------
    record
        The run that is shown; None for none.
    others
        Those that it is compared with, by name.
    """
    curves: Curves = {}
    if record is not None:
        curves = {
            "batch": (_batch(), record.loss),
            "smooth": (_smooth(), record.smooth_loss.series),
            "train": (_epoch(), record.train_loss),
            "validation": (_validation(), record.validation_loss),
        }
        if len(record.cross_entropy):
            name = QCoreApplication.translate("CurvesPanel", "cross-entropy")
            short = QCoreApplication.translate("CurvesPanel", "CE")
            line = Style(name, "text", 0.9, 1.5, dashed=True, short=short)
            curves["plain"] = line, record.smooth_cross_entropy.series
            dots = Style(
                QCoreApplication.translate("CurvesPanel", "{name}, validation").format(name=name),
                "text",
                0.9,
                1.5,
                dots=True,
            )
            curves[f"plain{VALIDATION}"] = dots, record.validation_cross_entropy
    for index, (name, other) in enumerate(others.items()):
        curves |= _compared(name, index, other.smooth_loss.series, other.validation_loss)
    return curves


def figure_curves(figure: str, record: RunView | None, others: Mapping[str, RunView]) -> Curves:
    """Return the curves of the lower plot, by their keys.

    Parameters
    ----------
    figure
        A key of `FIGURES`.
    record, others
        As for `loss_curves`.
    """
    if figure == ACCURACY:
        return _accuracies(record, others)
    curves: Curves = {}
    if figure == RATE:
        if record is not None:
            curves["rate"] = (Style(QCoreApplication.translate("CurvesPanel", "learning rate"), "accent"), record.rate)
        for index, (name, other) in enumerate(others.items()):
            curves[f"run{index}"] = (_beside(name, index), other.rate)
        return curves
    if record is not None:
        for index, (layer, series) in enumerate(record.layers[figure].items()):
            colour = _LAYER_COLOURS[index % len(_LAYER_COLOURS)]
            curves[layer] = (Style(layer, colour, dashed=index >= len(_LAYER_COLOURS)), series)
    return curves


def _accuracies(record: RunView | None, others: Mapping[str, RunView]) -> Curves:
    curves: Curves = {}
    if record is not None:
        curves = {
            "batch": (_batch(), record.accuracy),
            "smooth": (_smooth(), record.smooth_accuracy.series),
            "train": (_epoch(), record.train_accuracy),
            "validation": (_validation(), record.validation_accuracy),
        }
    for index, (name, other) in enumerate(others.items()):
        curves |= _compared(name, index, other.smooth_accuracy.series, other.validation_accuracy)
    return curves


def _compared(name: str, index: int, training: Series, validation: Series) -> Curves:
    """Return the two curves of a run that is shown for comparison."""
    dots = _beside(QCoreApplication.translate("CurvesPanel", "{name}, validation").format(name=name), index, dots=True)
    return {f"run{index}": (_beside(name, index), training), f"run{index}{VALIDATION}": (dots, validation)}


def _batch() -> Style:
    return Style(QCoreApplication.translate("CurvesPanel", "batch"), "accent", 0.35, 1.0, sets_range=False)


def _smooth() -> Style:
    return Style(
        QCoreApplication.translate("CurvesPanel", "smoothed"),
        "accent",
        short=QCoreApplication.translate("CurvesPanel", "smooth"),
    )


def _epoch() -> Style:
    return Style(QCoreApplication.translate("CurvesPanel", "epoch"), "bar", 1.0, 1.5, dots=True)


def _validation() -> Style:
    return Style(
        QCoreApplication.translate("CurvesPanel", "validation"),
        "warm",
        dots=True,
        short=QCoreApplication.translate("CurvesPanel", "val."),
    )


def _beside(name: str, index: int, *, dots: bool = False) -> Style:
    """Return the style of another run's curve."""
    colour = ("bar", "text", "error", "muted")[index % 4]
    return Style(name, colour, 0.9, 1.5, dashed=not dots, dots=dots, is_of_other_run=True)
