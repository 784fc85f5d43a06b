"""Sweeps in the Train tab: starting them, and looking at their trials."""
