"""The Collect page: classes, their samples, and a pad to draw more."""
