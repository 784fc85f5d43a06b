"""Optimizers and what belongs to a training step: schedules, penalties, clipping, averaging."""
