"""The Evaluate tab: what a model gets right and wrong, on any data, to be looked into image by image."""
