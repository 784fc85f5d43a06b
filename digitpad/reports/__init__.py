"""Reports about runs, for people: what was trained on what, how it went, what came of it, and how to repeat it.

`measured.py` collects everything that is known of a run, with the functions whose results the window shows, too;
nothing is computed a second time here. `sections/` turns it into sentences, tables and figures (`document.py`), from
which `page.py` writes one HTML file, `table_files.py` CSV and LaTeX, and `digitpad.gui.printing` PDF.
"""
