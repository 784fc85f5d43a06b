"""Model files: the weights of a network together with everything needed to use them."""
