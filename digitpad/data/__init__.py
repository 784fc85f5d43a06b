"""Digits in files, in memory and from the pen, and the one way they become 28x28 pictures."""
