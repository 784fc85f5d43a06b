"""A PyInstaller runtime hook that replaces Qt's OpenGL modules, which are left out.

pyqtgraph imports them for an optional renderer that digitpad does not use. They would take 9 MB.
"""

import sys
import types


def _widget(name: str) -> object:
    """Return QWidget in place of QOpenGLWidget, from which pyqtgraph derives a class that is never instantiated."""
    if name != "QOpenGLWidget":
        raise AttributeError(name)
    # Imported only here: this hook also runs before the commands, which need no Qt.
    from PySide6.QtWidgets import QWidget

    return QWidget


_widgets = types.ModuleType("PySide6.QtOpenGLWidgets")
vars(_widgets)["__getattr__"] = _widget
sys.modules["PySide6.QtOpenGLWidgets"] = _widgets
sys.modules["PySide6.QtOpenGL"] = types.ModuleType("PySide6.QtOpenGL")
