"""The lab: convolutions, losses, networks and optimizers worked through with anyone's numbers, step by step.

Every number comes from `digitpad.nn`; the modules here read what was typed or pasted, say how each number is computed,
and write the result as text, Markdown, LaTeX, NumPy and PyTorch. The window's Lab tab and `digitpad lab` show the same.
"""
