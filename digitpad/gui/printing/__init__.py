"""Reports and their figures as PDF and PNG, painted by Qt."""
