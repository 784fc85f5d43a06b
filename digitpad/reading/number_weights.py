"""Weights of the features for the segmentation of numbers, fitted by `models/recipes/fit_numbers.py`.

Fitted to numbers composed of the ink of writers 1 to 15 of the UCI collection, and of training digits of MNIST.
"""

import numpy as np

from digitpad.reading.lattice import PAIR_FEATURES, SEGMENT_FEATURES

_INK = {
    "log_probability": 1.99,
    "segment": 1.75,
    "shape": -0.03,
    "wide": -3.94,
    "very_wide": -3.35,
    "low": -5.47,
    "very_low": -0.68,
    "gap": -2.13,
    "distance": -1.85,
    "beside": -1.11,
    "joined_4": 1.50,
    "joined_5": 0.92,
    "joined_7": 0.99,
    "joined_other": -1.79,
    "uncut": 1.87,
    "minus": -2.02,
    "point": 4.95,
    "cut": -1.87,
    "cut_overlap": -5.45,
    "pair_gap": 2.83,
    "pair_overlap": -4.23,
    "pair_distance": 1.21,
    "pair_beside": 2.41,
    "pair_height": 0.36,
    "pair_offset": -4.97,
    "pair_narrow": -1.53,
}
_PICTURES = {
    "log_probability": 1.97,
    "segment": 0.76,
    "shape": -0.18,
    "wide": -4.19,
    "very_wide": -4.23,
    "low": -1.24,
    "very_low": -2.25,
    "gap": -3.13,
    "distance": -4.14,
    "beside": -1.19,
    "joined_4": 0.07,
    "joined_5": 1.42,
    "joined_7": -3.28,
    "joined_other": 0.76,
    "uncut": -0.66,
    "minus": -5.32,
    "point": -1.69,
    "cut": 0.66,
    "cut_overlap": -2.19,
    "pair_gap": 3.35,
    "pair_overlap": -0.61,
    "pair_distance": 4.44,
    "pair_beside": -0.18,
    "pair_height": -2.45,
    "pair_offset": -2.42,
    "pair_narrow": -0.60,
}

#: One for each of `SEGMENT_FEATURES`, then one for each of `PAIR_FEATURES`; the weight of a feature that is not listed
#: is 0.
INK_WEIGHTS, PICTURE_WEIGHTS = (
    np.array([fitted.get(name, 0.0) for name in (*SEGMENT_FEATURES, *PAIR_FEATURES)]) for fitted in (_INK, _PICTURES)
)
