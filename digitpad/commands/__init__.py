"""What each sub-command of `digitpad` does, a module each; `digitpad.cli` only parses and dispatches."""
