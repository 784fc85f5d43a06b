"""The Draw tab: draw or open a digit, and read the answer."""
