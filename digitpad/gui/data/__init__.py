"""The Data tab: collect samples, and look at datasets."""
