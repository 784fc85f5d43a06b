"""The drawing canvas: page, pen, eraser, undo, and the widgets that show them."""
