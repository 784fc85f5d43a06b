"""Parts that any tab may use; they know the theme and nothing of digits, networks or tabs."""
