"""How good a model is, on data that it has not learned from.

An `Evaluation` keeps what the network answered to every image; every figure - accuracy with its interval, loss,
precision and recall, confusion, calibration - is computed from that one reading, so that no two of them can disagree.
Nothing here knows of Qt; the window and the command line show it.
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
