"""Weights of the features for the segmentation of numbers, fitted by `models/recipes/fit_numbers.py`.

Fitted to numbers composed of the ink of writers 1 to 15 of the UCI collection, and of training digits of MNIST. Four
weights for pictures, of gaps and distances, are from an earlier fit in which more of the digits stand apart: with them,
digits far apart are two digits even if the network reads both as one.
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
    "log_probability": 1.53,
    "segment": -0.29,
    "shape": -0.15,
    "wide": -1.43,
    "very_wide": 0.08,
    "low": -1.21,
    "very_low": -0.97,
    "gap": -3.13,
    "distance": -4.14,
    "beside": -0.50,
    "joined_4": 0.44,
    "joined_5": -0.10,
    "joined_7": 0.25,
    "joined_other": 0.29,
    "uncut": 0.24,
    "minus": -0.51,
    "point": -1.83,
    "cheap": -1.33,
    "cut": -0.21,
    "cut_overlap": -1.18,
    "pair_gap": 3.35,
    "pair_overlap": -0.72,
    "pair_distance": 4.44,
    "pair_beside": 0.52,
    "pair_height": -2.02,
    "pair_offset": -1.15,
    "pair_narrow": -0.33,
}

#: One for each of `SEGMENT_FEATURES`, then one for each of `PAIR_FEATURES`; the weight of a feature that is not listed
#: is 0.
INK_WEIGHTS, PICTURE_WEIGHTS = (
    np.array([fitted.get(name, 0.0) for name in (*SEGMENT_FEATURES, *PAIR_FEATURES)]) for fitted in (_INK, _PICTURES)
)
