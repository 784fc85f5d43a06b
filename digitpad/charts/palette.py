"""The colours of reports: those of the window, with colours for several runs.

A drawing names its colours ("@accent"). A figure in a file has the light colours; in a page they are variables that
follow the reader's choice of light or dark.
"""

LIGHT = {
    "surface": "#ffffff",
    "field": "#f6f7f9",
    "line": "#dfe3e8",
    "track": "#dde1e6",
    "text": "#1c222b",
    "muted": "#5f6875",
    "bar": "#667085",
    "accent": "#0b7f68",
    "warm": "#b85108",
    "error": "#b42318",
}
DARK = {
    "surface": "#1b1f26",
    "field": "#14181e",
    "line": "#2c323c",
    "track": "#2c323c",
    "text": "#eceef1",
    "muted": "#98a0ab",
    "bar": "#8e96a1",
    "accent": "#4cc2a5",
    "warm": "#e0a25f",
    "error": "#f2b8b1",
}

#: The colours of several runs, after Okabe and Ito, which most people with colour blindness can distinguish; each is
#: dark enough on white, or light enough on black.
_RUNS_LIGHT = ("#0b7f68", "#b85108", "#0062a3", "#a8478a", "#8a6d00", "#3a9bd1", "#5f6875", "#b42318")
_RUNS_DARK = ("#4cc2a5", "#e0a25f", "#6fb4e8", "#e09ac8", "#e2c84f", "#8fd0f5", "#98a0ab", "#f2b8b1")
for _number, (_light, _dark) in enumerate(zip(_RUNS_LIGHT, _RUNS_DARK, strict=True)):
    LIGHT[f"run{_number}"], DARK[f"run{_number}"] = _light, _dark

RUNS = len(_RUNS_LIGHT)
"""Number of runs that can be told apart by colour."""


def colour_of_run(index: int) -> str:
    """Return the name of the colour of a run; after the last colour they begin again."""
    return f"run{index % RUNS}"
