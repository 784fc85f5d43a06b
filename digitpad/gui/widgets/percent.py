"""How shares and probabilities are written throughout the window: as in reports."""

from digitpad.charts.percentages import exact_percent, percent, percent_interval, sureness

__all__ = ["exact_percent", "percent", "percent_interval", "sureness"]
