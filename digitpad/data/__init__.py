"""Datasets, pictures and ink, and their conversion to 28x28 images."""
