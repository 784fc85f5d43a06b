"""The drawing: what is on the page, the widgets to draw on it, pen, eraser and undo."""
