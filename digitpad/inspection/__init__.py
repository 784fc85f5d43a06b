"""Looks at data instead of models: what a dataset contains, and which of its images deserve a second look.

`split_dataset` opens both splits of a dataset under one numbering. On it stand the statistics of the classes, the
images that a model finds hardest or believes to be mislabelled, and pairs of images that are nearly equal. Nothing here
depends on Qt; the window and the command line show the results.
"""

from digitpad.inspection.class_statistics import ClassStatistics, summarizing_classes
from digitpad.inspection.near_duplicates import NearestPairs, finding_pairs
from digitpad.inspection.readings import Readings, reading_all
from digitpad.inspection.split_dataset import SplitDataset, open_splits
from digitpad.inspection.suspects import Suspects, hardest_first, mislabelled

__all__ = [
    "ClassStatistics",
    "NearestPairs",
    "Readings",
    "SplitDataset",
    "Suspects",
    "finding_pairs",
    "hardest_first",
    "mislabelled",
    "open_splits",
    "reading_all",
    "summarizing_classes",
]
