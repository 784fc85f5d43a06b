"""Widgets for all tabs; they depend on the theme, but not on digits, networks or tabs."""
