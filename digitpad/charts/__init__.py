"""What the charts of the window and of reports have in common: growing curves, ranges of axes, and round numbers.

Nothing here paints, so a curve in a report has the same points, the same range and the same numbers as in the window.
"""
