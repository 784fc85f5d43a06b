"""The Evaluate tab: models measured on whole data sets, down to the single image."""
