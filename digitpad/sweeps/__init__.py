"""Sweeps: many trainings with different settings, on the processors of this machine or on a cluster."""
