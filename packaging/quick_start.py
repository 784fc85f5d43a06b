"""A PyInstaller runtime hook: no garbage is collected while the program starts, see `digitpad.__main__`."""

import gc

gc.disable()
