"""Synthetic images: non-digits, which train rejection, and digits in writing styles that MNIST lacks.

A network trained on digits alone reads everything as a digit, often with high confidence. Letters, scribbles, shapes,
pieces of digits and blots form the class `NO_DIGIT`. The families of shapes and scribbles for training differ from
those for testing; only `load_figures` has some of the families for testing, in other drawings.
"""

from digitpad.data.synthetic.making import load_figures, load_manners, load_non_digits, load_styles

__all__ = ["load_figures", "load_manners", "load_non_digits", "load_styles"]
