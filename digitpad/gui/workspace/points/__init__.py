"""The map of points: what a layer makes of many images and of the drawing, in the plane."""
