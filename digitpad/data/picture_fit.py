"""The ways in which a picture is fitted to the input of a network, and the one of new trainings."""

CROP, STRETCH = "crop", "stretch"
"""Scaled until it just covers the input, and its centre cropped; or the whole picture resized to the input, whatever
its aspect ratio."""

FITS = frozenset({CROP, STRETCH})

DEFAULT_FIT = STRETCH
"""The fit of new trainings; a trained model has its own, see `digitpad.models.metadata.Preprocessing`."""
