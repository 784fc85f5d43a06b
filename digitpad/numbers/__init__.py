"""Whole numbers: what is drawn or photographed is taken apart into digits, each read by the network.

`NumberReader` is the way in. Ink falls into `pieces` (strokes, and parts of strokes that run through two digits), the
`lattice` holds every way to join neighbouring pieces into segments, and the best path through it is the reading:
the classifier's own log-probabilities, with what is known of the size, the shape and the gaps of digits.
"""

from digitpad.numbers.reading import NumberReader, NumberReading, Segment

__all__ = ["NumberReader", "NumberReading", "Segment"]
