"""How much each feature counts when a number is taken apart: what `tests/benchmarks/fit_numbers.py` found.

Fitted to numbers made of the ink of writers 1 to 15 of UCI's collection and of MNIST's training digits.
"""

import numpy as np

from digitpad.numbers.lattice import PAIR_FEATURES, SEGMENT_FEATURES

_FITTED = {
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

WEIGHTS = np.array([_FITTED.get(name, 0.0) for name in (*SEGMENT_FEATURES, *PAIR_FEATURES)])
"""One for each of `SEGMENT_FEATURES`, then one for each of `PAIR_FEATURES`."""
