"""The Draw tab: draw or open a digit, and see its prediction."""
