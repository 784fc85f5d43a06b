"""What the film of a run shows: how an answer came about, what was learned when, points in the plane, histograms.

Everything is computed from the frames of a `digitpad.training.film.reader.Film`, by generators that a thread iterates
and may close at any time.
"""
