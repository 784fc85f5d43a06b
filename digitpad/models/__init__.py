"""Model files: weights together with all that is needed to use them."""
