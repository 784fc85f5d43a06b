"""The Evaluate tab: models measured on whole datasets, down to the single image."""
