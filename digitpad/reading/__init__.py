"""Reads drawings and pictures: as one digit, a number, or not a digit."""
