"""The Train tab: settings, network editor, curves, runs and training health."""
