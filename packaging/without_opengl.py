"""A PyInstaller runtime hook that replaces Qt's OpenGL modules, which are left out.

pyqtgraph imports them for an optional renderer that digitpad does not use. They would take 9 MB.
"""

import sys
import types

from PySide6.QtWidgets import QWidget

_widgets = types.ModuleType("PySide6.QtOpenGLWidgets")
# pyqtgraph derives a class from it, which is never instantiated.
vars(_widgets)["QOpenGLWidget"] = QWidget
sys.modules["PySide6.QtOpenGLWidgets"] = _widgets
sys.modules["PySide6.QtOpenGL"] = types.ModuleType("PySide6.QtOpenGL")
