"""The subcommands of `digitpad`, one module each; `digitpad.cli` only parses the arguments and dispatches."""
