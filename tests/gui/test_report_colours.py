"""Reports have the colours of the window."""

from dataclasses import asdict

from digitpad.charts import palette
from digitpad.gui.widgets.theme import DARK, LIGHT


def test_reports_have_the_colours_of_the_window() -> None:
    for theirs, ours in ((LIGHT, palette.LIGHT), (DARK, palette.DARK)):
        shared = {name: value for name, value in asdict(theirs).items() if name in ours}
        assert len(shared) == 10
        assert {name: ours[name] for name in shared} == shared
