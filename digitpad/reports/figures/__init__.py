"""The figures of a report, each drawn from the results that the window shows, too."""
