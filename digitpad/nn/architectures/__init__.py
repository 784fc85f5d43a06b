"""Networks as data: plans, presets, summaries, and operations on whole networks."""
