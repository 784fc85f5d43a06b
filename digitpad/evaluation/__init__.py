"""Measures the accuracy of a model on data that it was not trained on.

An `Evaluation` keeps the network's output for every image; all figures - accuracy with its interval, loss, precision,
recall, confusion matrix, calibration - are computed from these outputs, so they always agree. Nothing here depends on
Qt; the window and the command line show the results.
"""

from digitpad.evaluation.calibration import Calibration, ReliabilityBin, calibration
from digitpad.evaluation.comparison import Comparison
from digitpad.evaluation.ink_finding import InkEvaluation, evaluate_ink
from digitpad.evaluation.reading import ClassFigures, Evaluation, GroupFigures, evaluate, evaluating
from digitpad.evaluation.robustness import Disturbance, RobustnessPoint, measured_images, measuring_robustness
from digitpad.evaluation.statistics import Interval, mcnemar_p_value, paired_difference_interval, wilson_interval

__all__ = [
    "Calibration",
    "ClassFigures",
    "Comparison",
    "Disturbance",
    "Evaluation",
    "GroupFigures",
    "InkEvaluation",
    "Interval",
    "ReliabilityBin",
    "RobustnessPoint",
    "calibration",
    "evaluate",
    "evaluate_ink",
    "evaluating",
    "mcnemar_p_value",
    "measured_images",
    "measuring_robustness",
    "paired_difference_interval",
    "wilson_interval",
]
