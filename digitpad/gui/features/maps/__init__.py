"""The feature maps: which layers are shown, where each map lies, how it is painted."""
