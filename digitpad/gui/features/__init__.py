"""The Features tab: what every layer makes of the drawing, and where each number comes from."""
