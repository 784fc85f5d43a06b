"""Adapting a model to one person's handwriting, from a few corrected drawings.

`samples` reads the drawings, `replay` prepares what keeps the model from forgetting, `start` makes the copy that is
trained, `learning` takes the steps, `judging` compares before and after, and `session` does all of it in order.
`keeping` saves the result as a model of its own, with its film.
"""
