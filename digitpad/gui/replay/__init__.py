"""Replay: a strip along the foot of the window, by which a whole training is looked at, moment by moment."""
