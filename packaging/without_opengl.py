"""Runs before the frozen program: stands in for Qt's OpenGL modules, which are left out.

pyqtgraph imports them for a way of drawing that is off unless asked for, and digitpad never asks. They would take 9 MB.
"""

import sys
import types

from PySide6.QtWidgets import QWidget

_widgets = types.ModuleType("PySide6.QtOpenGLWidgets")
# pyqtgraph derives a class from it, which nobody makes an object of.
vars(_widgets)["QOpenGLWidget"] = QWidget
sys.modules["PySide6.QtOpenGLWidgets"] = _widgets
sys.modules["PySide6.QtOpenGL"] = types.ModuleType("PySide6.QtOpenGL")
