"""Draw a digit, see it recognised, and look inside the network that reads it."""

__version__ = "0.1.0"
