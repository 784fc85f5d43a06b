"""Images that nobody drew: what is no digit, so that refusal can be learned, and digits in manners that MNIST lacks.

A network that has only seen digits calls everything a digit, and is often sure of it. Letters, scribbles, shapes,
pieces of digits and blots are a class of their own, `NO_DIGIT`; of shapes and scribbles there are families to train
with, and others to measure with.
"""

from digitpad.data.synthetic.making import load_non_digits, load_styles

__all__ = ["load_non_digits", "load_styles"]
