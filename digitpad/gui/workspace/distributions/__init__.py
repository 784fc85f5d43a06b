"""Histograms of the weights, gradients and activations of each layer, of a moment and over a run."""
