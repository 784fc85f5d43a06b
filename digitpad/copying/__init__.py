"""Numbers to take away: documents in text, Markdown and LaTeX, and programs in NumPy and PyTorch that repeat them."""
