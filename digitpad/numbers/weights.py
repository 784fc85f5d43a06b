"""How much each feature counts when a number is taken apart: what `tests/benchmarks/fit_numbers.py` found.

Fitted to numbers made of the ink of writers 1 to 15 of UCI's collection, and of MNIST's training digits.
"""

import numpy as np

from digitpad.numbers.lattice import PAIR_FEATURES, SEGMENT_FEATURES

_INK = {
    "log_probability": 1.58,
    "segment": 1.98,
    "shape": -0.09,
    "wide": -3.92,
    "very_wide": -1.82,
    "low": -5.96,
    "very_low": -1.11,
    "gap": -2.93,
    "distance": -1.87,
    "beside": 0.44,
    "joined_4": 0.98,
    "joined_5": 0.61,
    "joined_7": 0.19,
    "joined_other": -1.69,
    "uncut": 0.43,
    "minus": -2.18,
    "point": 5.40,
    "cut": -0.43,
    "cut_overlap": -7.24,
    "pair_gap": 3.19,
    "pair_overlap": -4.19,
    "pair_distance": 1.99,
    "pair_beside": 2.22,
    "pair_height": -0.33,
    "pair_offset": -4.97,
    "pair_narrow": -2.24,
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

#: One for each of `SEGMENT_FEATURES`, then one for each of `PAIR_FEATURES`; a feature that is not named counts nothing.
INK_WEIGHTS, PICTURE_WEIGHTS = (
    np.array([fitted.get(name, 0.0) for name in (*SEGMENT_FEATURES, *PAIR_FEATURES)]) for fitted in (_INK, _PICTURES)
)
